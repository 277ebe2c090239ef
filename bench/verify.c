/* SPDX-License-Identifier: Apache-2.0 */
/* Verifications a second of each format, beside the signature checks in it done by Mbed TLS alone:
 *
 *     verify ROUNDS          prints `name value` lines, those of a round together: what is compared runs in
 * turn verify --write FOLDER  an SGX quote with all that `casemate verify` needs to accept it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/attest/calendar.h"
#include "../src/base/hex.h"
#include "verify.h"

static const double slice = 0.1; /* seconds */
static struct verdict verdict;

static void judge(const struct attest_input *input)
{
    struct casemate_error err = {0};
    if (attest_judge(input, &verdict, &err) || !verdict.accepted) {
        (void)fprintf(stderr, "verify: refused: %s\n", err.what);
        exit(1);
    }
}

static void judge_with_collateral(const struct subject *s)
{
    static struct collateral collateral;
    struct casemate_error err = {0};
    struct attest_input input = s->input;
    if (collateral_add_sequence(&collateral, "bench", span_of(s->sequence, s->sequence_size), &err)) {
        (void)fprintf(stderr, "verify: %s\n", err.what);
        exit(1);
    }
    input.collateral = &collateral;
    judge(&input);
    collateral_free(&collateral);
}

static double per_second(const struct subject *s, bool with_collateral)
{
    const double start = now();
    unsigned count = 0;
    do {
        if (with_collateral)
            judge_with_collateral(s);
        else
            judge(&s->input);
        count++;
    } while (now() - start < slice);
    return count / (now() - start);
}

static void measure(const struct subject *s)
{
    double least = 0;
    for (unsigned kind = 0; kind < SIGNATURE_KINDS; kind++)
        if (s->checks[kind])
            least += s->checks[kind] * primitive_seconds((enum signature_kind)kind, slice / 2);
    const double rate = per_second(s, false);
    printf("%s_per_second %.2f\n%s_mbedtls_per_second %.2f\n%s_ratio %.4f\n", s->name, rate, s->name,
           1 / least, s->name, rate * least);
    if (s->sequence)
        printf("%s_with_collateral_per_second %.2f\n", s->name, per_second(s, true));
    (void)checks_counted();
    judge(&s->input);
    printf("%s_signatures_checked %u\n", s->name, checks_counted());
}

static void write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        (void)fprintf(stderr, "verify: %s cannot be written\n", path);
        exit(1);
    }
}

static void write_item(const char *folder, size_t number, const struct collateral_item *item)
{
    static char text[32768];
    char name[32], signature[2 * sizeof item->signature + 1];
    const char *key = item->kind == COLLATERAL_TCB_INFO ? "tcbInfo" : "enclaveIdentity";
    (void)snprintf(name, sizeof name, "collateral/%zu", number);
    if (item->kind == COLLATERAL_CERTIFICATE || item->kind == COLLATERAL_CRL) {
        write_file(folder, name, item->bytes, item->size);
        return;
    }
    hex_encode(item->signature, sizeof item->signature, signature);
    int size = snprintf(text, sizeof text, "{\"%s\":%.*s,\"signature\":\"%s\"}", key, (int)item->size,
                        (const char *)item->bytes, signature);
    write_file(folder, name, text, (size_t)size);
}

static void write_subject(const struct subject *s, const char *folder)
{
    char root[ATTEST_FINGERPRINT_TEXT], measurement[2 * sizeof verdict.claims.measurement.bytes + 1];
    char policy[1024], time[CALENDAR_TEXT];
    judge(&s->input);
    attest_fingerprint_text(verdict.claims.root, root);
    hex_encode(verdict.claims.measurement.bytes, verdict.claims.measurement.size, measurement);
    int size =
        snprintf(policy, sizeof policy,
                 "version = 1\nclass = \"simulated\"\nroots = [\"%s\"]\n[[measurement]]\ntee = \"%s\"\n"
                 "value = \"%s\"\n",
                 root, verdict.claims.tee, measurement);
    write_file(folder, "policy.toml", policy, (size_t)size);
    write_file(folder, "evidence", s->input.evidence.data, s->input.evidence.size);
    write_file(folder, "root.der", s->root.data, s->root.size);
    for (size_t i = 0; i < s->input.collateral->count; i++)
        write_item(folder, i, s->input.collateral->item[i]);
    calendar_text(s->input.time, time);
    puts(time);
}

int main(int argc, char **argv)
{
    static struct subject subject[SUBJECTS];
    if (argc < 2 || psa_crypto_init() != PSA_SUCCESS)
        return 2;
    subjects_make(subject);
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        write_subject(&subject[1], argv[2]);
        return 0;
    }
    primitives_make();
    for (unsigned long long round = strtoull(argv[1], NULL, 10); round > 0; round--)
        for (size_t i = 0; i < SUBJECTS; i++)
            measure(&subject[i]);
    for (size_t i = 0; i < SUBJECTS; i++)
        for (unsigned kind = 0; kind < SIGNATURE_KINDS; kind++)
            printf("%s_%s %u\n", subject[i].name, (const char *[]){"p256", "p384", "rsa4096"}[kind],
                   subject[i].checks[kind]);
    return 0;
}
