/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody learns who only attests: which public module runs, and whether two Keeps have one owner
 * (docs/threat-model.md, row 40). Spin 6.5; runs: docs/model/README.md.
 *
 * The watcher knows every public module and guesses low-entropy values; he attests two Keeps with nonces of his choice,
 * and does not know the owner's key. A digest is a number that is equal exactly when all its inputs are. */

#include "common.pml"

#define D_HIDE    1 /* workload fields go to the owner only, unless the deploy said public */
#define D_SALT    2 /* the workload digest is salted */
#define D_SECRETS 4 /* secret values enter no digest */
#define D_NONCE   8 /* the owner digest depends on the nonce of who attests */

/* The owner digest depends on the instance id, too. */
#ifdef WITHOUT_INSTANCE
#define instance_of(k) 0
#else
#define instance_of(k) (k)
#endif

#define C_WORKLOAD 1 /* the watcher cannot tell which module runs */
#define C_VALUE    8 /* nor a secret that has few values */
#define C_PASSIVE  2 /* who attests two Keeps with nonces of his own cannot tell that they have one owner */
#define C_ACTIVE   4 /* nor can who sends both the same nonce */

byte module, salt, secret, nonce0, nonce1;

#define digest(m, sa, se) ((m) + 10 * (sa) + 50 * (se))
#define owner_digest(k, n) ((dropped(D_NONCE) -> 0 : (n)) + 10 * instance_of(k))

active proctype watcher()
{
end:
    do
    :: atomic {
        /* The Keep runs one of two public modules, with a secret that is a yes or a no. */
        if
        :: module = 1
        :: module = 2
        fi;
        if
        :: dropped(D_SECRETS) -> secret = 1
        :: dropped(D_SECRETS) -> secret = 2
        :: !dropped(D_SECRETS) -> secret = 0
        fi;
        salt = (dropped(D_SALT) -> 0 : 1); /* 1: drawn at random, sent to the owner only */
        /* He computes a digest for what he can guess, without the salt, and compares. */
        if
        :: dropped(D_HIDE) && salt == 0 ->
            if
            :: digest(module, 0, secret) == digest(1, 0, 0) || digest(module, 0, secret) == digest(2, 0, 0) ->
                breach(C_WORKLOAD, "breach: row 40: the digest names the module\n")
            :: digest(module, 0, secret) == digest(module, 0, 1) || digest(module, 0, secret) == digest(module, 0, 2) ->
                breach(C_VALUE, "breach: row 40: the digest tells a secret\n")
            fi
        :: else
        fi;
        module = 0; salt = 0; secret = 0
    }
    :: atomic {
        nonce0 = 1;
        if
        :: nonce1 = 2
        :: nonce1 = 1
        fi;
        if
        :: owner_digest(0, nonce0) == owner_digest(1, nonce1) && nonce0 != nonce1 ->
            breach(C_PASSIVE, "breach: row 40: owner digests of two Keeps are equal\n")
        :: owner_digest(0, nonce0) == owner_digest(1, nonce1) && nonce0 == nonce1 ->
            breach(C_ACTIVE, "breach: row 40: owner digests of two Keeps are equal for one nonce\n")
        :: else
        fi;
        nonce0 = 0; nonce1 = 0
    }
    od
}
