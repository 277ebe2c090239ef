/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle of recorded statements (docs/protocol.md, section 7), put together by somebody who has those of two genuine
 * Keeps, and what its reader concludes: "the instance of this session statement runs this workload and made this
 * outbox". Spin 6.5; runs: docs/model/README.md. A session statement is named by its Keep: its digest is unique. */

#include "common.pml"

#define D_ID      1  /* all parts name one instance id */
#define D_SPKI    2  /* and one SPKI */
#define D_CHAIN   4  /* a workload statement carries the SHA-256 of its session's statement */
#define D_KIND    8  /* a part counts only as what its kind says */
#define D_RECEIPT 16 /* a receipt is believed only beside the ciphertext whose SHA-256 it carries */

#define C_WORKLOAD 1 /* the workload is that of the instance */
#define C_OUTBOX   2 /* the outbox is that of the instance */

#define R_ACCEPTED 1

byte session, workload, workload_chain, receipt, ciphertext; /* from which Keep each part is; 2: the attacker's own */
bit guest; /* the part taken for a workload statement is of kind guest: his program chose its bytes */

active proctype reader()
{
end:
    do
    :: atomic {
        session = 0;
        if
        :: workload = 0; workload_chain = 0
        :: workload = 1; workload_chain = 1
        :: workload = 2; workload_chain = 2
        :: guest = 1; workload = 2; workload_chain = 0 /* it says what passes, in every field */
        fi;
        if
        :: receipt = 0
        :: receipt = 1
        fi;
        if
        :: ciphertext = 0
        :: ciphertext = 1
        fi;
        if
        :: (guest -> dropped(D_KIND)
                  : (workload == session || (dropped(D_ID) && dropped(D_SPKI))) &&
                        (workload_chain == session || dropped(D_CHAIN))) ->
            reached(R_ACCEPTED, workload == session && receipt == session, "reached: a bundle is accepted\n");
            if
            :: guest -> breach(C_WORKLOAD, "breach: row 39: a program's bytes are accepted as a workload statement\n")
            :: !guest && workload != session ->
                breach(C_WORKLOAD, "breach: row 54: the workload of another Keep is accepted in the bundle\n")
            :: else
            fi
        :: else
        fi;
        if
        :: (receipt == session || (dropped(D_ID) && dropped(D_SPKI))) && (ciphertext == receipt || dropped(D_RECEIPT)) ->
            if
            :: receipt != session -> breach(C_OUTBOX, "breach: row 54: the receipt of another Keep is accepted in the bundle\n")
            :: receipt == session && ciphertext != receipt ->
                breach(C_OUTBOX, "breach: row 53: another ciphertext is accepted beside the receipt\n")
            :: else
            fi
        :: else
        fi;
        workload = 0; workload_chain = 0; receipt = 0; ciphertext = 0; guest = 0
    }
    od
}
