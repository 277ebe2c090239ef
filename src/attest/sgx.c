/* SPDX-License-Identifier: Apache-2.0 */
/* Intel SGX: an enclave's report in a quote. */
#include "intel.h"

#include <stdio.h>

/* SDM, volume 3D, table 38-3, ATTRIBUTES. */
enum {
    SGX_INIT = 1 << 0,
    SGX_DEBUG = 1 << 1,
    SGX_MODE64BIT = 1 << 2,
    SGX_PROVISIONKEY = 1 << 4,
    SGX_EINITTOKEN_KEY = 1 << 5,
    SGX_CET = 1 << 6,
    SGX_KSS = 1 << 7,
    SGX_AEX_NOTIFY = 1 << 10,
};
/* XFRM: x87, SSE, AVX, MPX, AVX-512, PKRU, CET, AMX, APX (SDM, volume 1, 13.1); MISCSELECT: EXINFO, CPINFO.
 */
static const uint64_t known_xfrm = 0xe1aff;
static const uint32_t known_misc = 0x3;
static const uint64_t known_flags = SGX_INIT | SGX_DEBUG | SGX_MODE64BIT | SGX_PROVISIONKEY |
                                    SGX_EINITTOKEN_KEY | SGX_CET | SGX_KSS | SGX_AEX_NOTIFY;

static void judge_attributes(struct intel *i)
{
    const struct sgx_claims *sgx = &i->quote.enclave.sgx;
    char expected[CHECK_TEXT_MAX];
    const bool known = (sgx->flags & ~known_flags) == 0 && (sgx->xfrm & ~known_xfrm) == 0 &&
                       (sgx->miscselect & ~known_misc) == 0 && sgx->flags & SGX_INIT;
    (void)snprintf(expected, sizeof expected, "INIT, and bits of flags %llx, XFRM %llx, MISCSELECT %x",
                   (unsigned long long)known_flags, (unsigned long long)known_xfrm, known_misc);
    (void)check_set(i->report, CHECK_ATTRIBUTES, known, expected, "flags %llx, XFRM %llx, MISCSELECT %x",
                    (unsigned long long)sgx->flags, (unsigned long long)sgx->xfrm, sgx->miscselect);
}

static void judge_body(struct intel *i)
{
    const struct enclave_report *e = &i->quote.enclave;
    struct claims *claims = i->claims;
    claims->measurement.size = sizeof e->mrenclave;
    memcpy(claims->measurement.bytes, e->mrenclave, sizeof e->mrenclave);
    claims->signer.size = sizeof e->mrsigner;
    memcpy(claims->signer.bytes, e->mrsigner, sizeof e->mrsigner);
    claims->has_svn = true;
    claims->product = e->product;
    claims->svn = e->svn;
    claims->debug = (e->sgx.flags & SGX_DEBUG) != 0;
    claims->has_sgx = true;
    claims->sgx = e->sgx;
    memcpy(claims->report_data, e->report_data, sizeof claims->report_data);
    memcpy(claims->boot, e->sgx.config_id, sizeof claims->boot); /* of a Keep's launch */
    judge_attributes(i);
}

static enum tcb_status no_module(struct intel *i)
{
    (void)i;
    return TCB_UP_TO_DATE;
}

static const struct intel_tee sgx = {"sgx", QUOTE_TEE_SGX, "QE", judge_body, no_module};

bool attest_sgx_recognise(struct span evidence)
{
    return quote_recognise(evidence, QUOTE_TEE_SGX);
}

void attest_sgx_need(struct check_report *report)
{
    intel_need(report);
}

void attest_sgx(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims)
{
    intel_judge(&sgx, input, statement, report, claims);
}
