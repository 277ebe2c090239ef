/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the parsers of SEV-SNP alone, without a signature in the way: a report with its table, and the same
 * bytes as a certificate of a VCEK or VLEK. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/attest/snp_certificate.h"
#include "../src/attest/snp_report.h"

static void parse_report(struct span evidence)
{
    static struct claims claims;
    struct snp_report report;
    struct collateral set = {0};
    size_t used = 0;
    if (!snp_report_read(evidence, &report, &claims))
        return;
    if (snp_table_is(report.behind) && snp_table_add(&set, "evidence", report.behind, &used, NULL) == 0 &&
        used > report.behind.size)
        abort();
    collateral_free(&set);
}

static void parse_certificate(struct span der)
{
    mbedtls_x509_crt crt;
    struct snp_certificate certificate;
    mbedtls_x509_crt_init(&crt);
    if (mbedtls_x509_crt_parse_der(&crt, der.data, der.size) == 0 &&
        snp_certificate_read(&crt, &certificate) == NULL &&
        (certificate.vlek ? certificate.provider[0] == '\0' : certificate.hwid_size == 0))
        abort();
    mbedtls_x509_crt_free(&crt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready && psa_crypto_init() != PSA_SUCCESS)
        abort();
    ready = true;
    parse_report(span_of(data, size));
    parse_certificate(span_of(data, size));
    return 0;
}
