/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate says of the code that its key was made for: DiceTcbInfo (TCG DICE Attestation
 * Architecture 1.1, section 6.1.1), of which svn and fwids are read and nothing else is allowed. */
#ifndef CASEMATE_ATTEST_DICE_H
#define CASEMATE_ATTEST_DICE_H

#include <mbedtls/x509_crt.h>

#include "../proto/bytes.h"

struct dice_tcb {
    bool has_svn, has_sha384, has_sha256;
    uint32_t svn;
    uint8_t sha384[48], sha256[32];
};

/* False if the extension is missing, or is not as above: each digest at most once. */
bool dice_tcb_read(const mbedtls_x509_crt *certificate, struct dice_tcb *tcb);

#endif
