/* SPDX-License-Identifier: Apache-2.0 */
/* A program's own TLS port: statements of kind `tls-key` (docs/threat-model.md, row 55). A visitor means the program
 * that Alice runs as workload 1 in Keep 0, endpoint 1. Spin 6.5; runs: docs/model/README.md.
 *
 * Keep 1 runs Alice's workload 2, endpoint 2. Keep 2 is genuine and the attacker's, whose program declares whatever
 * endpoint it likes. The host diverts the visitor to any of them, or ends TLS with a key of its own and shows any
 * statement it has seen. Policies name what the visitor means: a workload, an instance, or owner and endpoint. */

#include "common.pml"

#define D_POLICY   1  /* a policy for this kind must name one of the three */
#define D_OWNER    2  /* "owner and endpoint" needs the owner */
#define D_ENDPOINT 4  /* and the endpoint */
#define D_KEY      8  /* the statement covers the key of this handshake */
#define D_KIND     16 /* it is of kind tls-key: guest bytes are not */
#define D_CLASS    32 /* of the policy's class */
#define D_STAYS    64 /* the key never leaves the Keep, whatever the program wants */

#define C_PROGRAM 1 /* the visitor talks to the program that he means */

#define R_ACCEPTED 1

#define ALICE    1
#define ATTACKER 2
#define HOST     3

#define BY_WORKLOAD 1
#define BY_INSTANCE 2
#define BY_OWNER    3
#define BY_NOTHING  4

#define GENUINE   0
#define GUEST     1
#define SIMULATED 2

byte far, policy, source, st_keep, st_owner, st_endpoint, st_key, key;

#define workload_of(k) ((k) + 1)

#define names_what_is_meant                                                                                          \
    ((policy == BY_WORKLOAD && workload_of(st_keep) == 1) || (policy == BY_INSTANCE && st_keep == 0) ||              \
     (policy == BY_OWNER && (st_owner == ALICE || dropped(D_OWNER)) && (st_endpoint == 1 || dropped(D_ENDPOINT))) ||  \
     (policy == BY_NOTHING && dropped(D_POLICY)))

active proctype visit()
{
end:
    do
    :: atomic {
        if
        :: policy = BY_WORKLOAD
        :: policy = BY_INSTANCE
        :: policy = BY_OWNER
        :: policy = BY_NOTHING
        fi;
        if
        :: far = 0
        :: far = 1
        :: far = 2
        :: far = HOST
        fi;
        /* The statement: of the far Keep, or the host's choice; key k is the one that the program's port in Keep k has. */
        if
        :: far != HOST -> st_keep = far
        :: far == HOST -> st_keep = 0
        :: far == HOST -> st_keep = 1
        :: far == HOST -> st_keep = 2
        :: far == HOST -> source = GUEST
        :: far == HOST -> source = SIMULATED
        fi;
        key = far;
        if
        :: far == HOST && dropped(D_STAYS) && st_keep == 2 -> key = 2 /* his program gave it away: still his program */
        :: far == HOST && dropped(D_STAYS) && st_keep == 0 -> key = 0 /* Alice's has a leak */
        :: else
        fi;
        st_key = st_keep;
        if
        :: st_keep == 0 -> st_owner = ALICE; st_endpoint = 1
        :: st_keep == 1 -> st_owner = ALICE; st_endpoint = 2
        :: st_keep == 2 -> st_owner = ATTACKER; st_endpoint = 1
        fi;
        if
        :: source != GENUINE -> st_keep = 0; st_owner = ALICE; st_endpoint = 1; st_key = key
        :: else
        fi;
        if
        :: names_what_is_meant && (st_key == key || dropped(D_KEY)) && (source != GUEST || dropped(D_KIND)) &&
            (source != SIMULATED || dropped(D_CLASS)) ->
            reached(R_ACCEPTED, far == 0, "reached: the program that is meant\n");
            if
            :: source == GUEST -> breach(C_PROGRAM, "breach: row 39: a program's bytes are accepted as a tls-key statement\n")
            :: source == SIMULATED -> breach(C_PROGRAM, "breach: row 41: simulated evidence is accepted for a port\n")
            :: source == GENUINE && (far == 1 || far == 2) -> breach(C_PROGRAM, "breach: row 55: the port of another program is accepted\n")
            :: source == GENUINE && far == HOST && key == HOST ->
                breach(C_PROGRAM, "breach: row 20: a host with its own key is accepted with a Keep's statement\n")
            :: source == GENUINE && far == HOST && key != HOST ->
                breach(C_PROGRAM, "breach: row 20: a host with a Keep's key is accepted as that Keep\n")
            :: else
            fi
        :: else
        fi;
        far = 0; policy = 0; source = 0; st_keep = 0; st_owner = 0; st_endpoint = 0; st_key = 0; key = 0
    }
    od
}
