/* SPDX-License-Identifier: Apache-2.0 */
/* Outbox and receipt (docs/protocol.md, section 6): what the host serves after a Keep's end, and what the client
 * believes. Also the live stream: what it takes for complete. Spin 6.5; runs: docs/model/README.md.
 *
 * Keep 0 ran Alice's workload 1 as run 1: her record. Keep 1 ran her workload 2 as run 2. Keep 2 is genuine and the
 * attacker's own: he chose its run id, named Alice's outbox key (it is public), and his program prints what he likes.
 * The host knows the TLS key of Keep 0, can seal anything to Alice (HPKE in base mode proves no sender), make evidence
 * under a root of its own, and let its program in Keep 2 have bytes signed as kind `guest`. */

#include "common.pml"

#define D_EVIDENCE 1   /* a receipt needs hardware evidence, not only a signature by the TLS key */
#define D_CLASS    2   /* of the class of the policy of `start` */
#define D_KIND     4   /* for a statement of kind receipt */
#define D_ID       8   /* that names the instance of the record */
#define D_SPKI     16  /* its SPKI */
#define D_OWNER    32  /* my owner digest */
#define D_RUN      64  /* my run id */
#define D_HASH     128 /* and the SHA-256 of this ciphertext */
#define D_INSIDE   256 /* the plaintext repeats instance, run and workload */
#define D_LENGTH   512 /* a stream is complete only at the length that the exit record says */

#define C_RECORD 1 /* a believed exit record is that of this instance and run */
#define C_STREAM 2 /* output taken for complete is complete */

#define R_BELIEVED 1

#define ALICE    1
#define ATTACKER 2

#define GENUINE   0 /* the Keep's own receipt with its evidence */
#define TLS_KEY   1 /* a receipt signed with the stolen TLS key, without evidence */
#define SIMULATED 2
#define GUEST     3

#define OUTPUT 3 /* pieces of output that Keep 0's program wrote */

byte source, id, spki, owner, run_id, hash; /* the receipt */
byte text, in_id, in_run, in_workload;      /* the ciphertext: 0..2 made by that Keep, 3 by the host */
bit ended;
byte got, length;

#define FORGED 3

/* Any receipt that exists or that the host can make, beside any ciphertext. */
inline serve()
{
    if
    :: source = GENUINE;
        if
        :: ended -> id = 0; owner = ALICE; run_id = 1
        :: id = 1; owner = ALICE; run_id = 2
        :: id = 2; owner = ATTACKER; run_id = 1
        :: id = 2; owner = ATTACKER; run_id = 2
        fi;
        spki = id;
        hash = id
    :: source = TLS_KEY
    :: source = SIMULATED
    :: source = GUEST
    fi;
    if
    :: ended -> text = 0; in_id = 0; in_run = 1; in_workload = 1
    :: text = 1; in_id = 1; in_run = 2; in_workload = 2
    :: text = 2; in_id = 2; in_run = 1; in_workload = 3
    :: text = FORGED; in_id = 0; in_run = 1; in_workload = 1
    fi;
    if
    :: source != GENUINE -> /* whoever chooses the bytes chooses what passes */
        id = 0; spki = 0; owner = ALICE; run_id = 1; hash = text
    :: else
    fi
}

#define receipt_passes                                                                                               \
    ((source != TLS_KEY || dropped(D_EVIDENCE)) && (source != SIMULATED || dropped(D_CLASS)) &&                       \
     (source != GUEST || dropped(D_KIND)) && (id == 0 || dropped(D_ID)) && (spki == 0 || dropped(D_SPKI)) &&          \
     (owner == ALICE || dropped(D_OWNER)) && (run_id == 1 || dropped(D_RUN)) && (hash == text || dropped(D_HASH)))
#define inside_passes ((in_id == 0 && in_run == 1 && in_workload == 1) || dropped(D_INSIDE))

active proctype host_and_client()
{
    do
    :: !ended -> ended = 1
    :: atomic {
        serve();
        if
        :: receipt_passes && inside_passes ->
            reached(R_BELIEVED, text == 0, "reached: a true outbox is believed\n");
            if
            :: text != 0 && source == SIMULATED -> breach(C_RECORD, "breach: row 41: an outbox with simulated evidence is believed\n")
            :: text != 0 && source == GUEST -> breach(C_RECORD, "breach: row 39: an outbox with evidence from a program is believed\n")
            :: text != 0 && source == TLS_KEY -> breach(C_RECORD, "breach: row 53: a forged outbox is believed\n")
            :: text != 0 && source == GENUINE -> breach(C_RECORD, "breach: row 53: the outbox of another Keep is believed\n")
            :: else
            fi
        :: else
        fi;
        source = 0; id = 0; spki = 0; owner = 0; run_id = 0; hash = 0;
        text = 0; in_id = 0; in_run = 0; in_workload = 0
    }
    /* The live stream arrives piece by piece, until the host cuts it or the exit record comes. */
    :: got < OUTPUT && length == 0 -> got++
    :: got == OUTPUT && length == 0 -> length = OUTPUT
    :: atomic { dropped(D_LENGTH) || (length != 0 && got == length) ->
        if
        :: got != OUTPUT -> breach(C_STREAM, "breach: row 53: output that the host cut is taken for complete\n")
        :: else
        fi;
        break
    }
    od
}
