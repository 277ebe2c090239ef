/* SPDX-License-Identifier: Apache-2.0 */
/* Freshness inside one session: a client attests, later attests again (its verdict has expired), and the host answers
 * the Keep's request for evidence with what it kept. Spin 6.5; runs: docs/model/README.md.
 *
 * Between the two the state of the Keep changes. A statement is its nonce, binder and state; evidence is the statement
 * that it covers, named by its number. */

#include "common.pml"

#define D_NO_CACHE    1 /* the Keep makes a new statement for every attest */
#define D_NONCE       2 /* the client compares the nonce */
#define D_BINDER      4 /* and the binder, which depends on nonce and session */
#define D_KEEP_CHECKS 8 /* the Keep checks that evidence covers the statement it asked it for */
#define D_REPORT_DATA 16 /* the client checks that evidence covers the statement beside it */

#define C_FRESH    1 /* what the client believes was said in answer to its last nonce */
#define C_EVIDENCE 2 /* and is what the hardware signed */

#define R_SECOND 1

byte asked;               /* nonce of the last attest: 1, then 2 */
byte st_nonce, st_binder; /* the statement in the Keep */
byte ev_nonce;            /* the statement that the evidence covers */
byte old_evidence;        /* what the host kept */

active proctype session()
{
end:
    do
    :: atomic { asked < 2 ->
        asked++;
        if
        :: st_nonce == 0 || !dropped(D_NO_CACHE) -> st_nonce = asked; st_binder = asked
        :: else
        fi;
        /* The host: evidence for this statement, or an older one. */
        if
        :: ev_nonce = st_nonce
        :: old_evidence != 0 -> ev_nonce = old_evidence
        fi;
        old_evidence = st_nonce;
        if
        :: (ev_nonce == st_nonce || dropped(D_KEEP_CHECKS)) && (ev_nonce == st_nonce || dropped(D_REPORT_DATA)) &&
            (st_nonce == asked || dropped(D_NONCE)) && (st_binder == asked || dropped(D_BINDER)) ->
            reached(R_SECOND, asked == 2, "reached: a second statement is believed\n");
            if
            :: st_nonce != asked -> breach(C_FRESH, "breach: row 21: an old statement is believed\n")
            :: else
            fi;
            if
            :: ev_nonce != st_nonce -> breach(C_EVIDENCE, "breach: row 21: a statement is believed that the evidence does not cover\n")
            :: else
            fi
        :: else
        fi
    }
    od
}
