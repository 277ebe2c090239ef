/* SPDX-License-Identifier: Apache-2.0 */
/* The session between client, host and Keep (docs/protocol.md, sections 3 to 5), for spin 6.5. TLS is ideal, a field
 * is whole or absent, time does not exist. docs/model/README.md says what each run shows; tests/model/run runs it.
 *
 * Who takes part
 *   client 0    Alice, with ALICE sessions one after another. Leaving one does not empty its queue to the Keep.
 *   client 1    ROLE_BOB another owner, ROLE_TWIN Alice on a second machine (same owner key, own record), or
 *               ROLE_VICTOR, who only attests; with OTHER sessions.
 *   Keeps       two, genuine, same image. With BROKEN, Keep 1 is genuine but wholly in the attacker's hands.
 *   the host    routes every session, to a Keep or to itself; then it ends TLS with a key of its own or, with STOLEN,
 *               with that of a Keep. It has a session with each Keep, may own them, may run its own program there,
 *               keeps STORE statements for later, and makes evidence of its own (a simulated root, a guest program).
 *               With ROUTES_ONLY it does nothing but send each session to the Keep that it likes.
 *
 * Abstractions
 *   session s   stands for its TLS exporter: no other handshake has the same. Its client's nonce is s + 1.
 *   key k       stands for instance id and SPKI of Keep k; key HOST_KEY is one that the host made.
 *   package p   stands for module, configuration, salt and secrets, and for its workload digest.
 *
 * A binding is removed with -DDROP=..., a sum of the D_ bits below. CHECK=... selects the properties (C_ bits). What
 * fails prints "breach: row N", N being the row of the attack in docs/threat-model.md, before it stops. */

#include "common.pml"

#ifndef ALICE
#define ALICE 2
#endif
#ifndef OTHER
#define OTHER 0
#endif
#ifndef STORE
#define STORE 2
#endif

/* Bindings. The client's, at the statement: */
#define D_CLASS       1       /* evidence is of the policy's class */
#define D_KIND        2       /* the statement is of kind session */
#define D_NONCE       4       /* it carries my nonce, in its field and in the binder */
#define D_BINDER      8       /* its binder is this handshake's exporter */
#define D_SPKI        16      /* its SPKI is this handshake's */
#define D_STATE       32      /* unowned for a new deployment, else owned, running or ended */
#define D_OWNER       64      /* my owner digest on reconnection */
#define D_PIN_ID      128     /* the instance id of my record */
#define D_PIN_SPKI    256     /* the SPKI of my record */
/* the client's, after the owner proof: */
#define D_VIEW        512     /* owner-view agrees with my record */
#define D_WORKLOAD    1024    /* the digest in the answer to deploy is mine */
/* the Keep's, at the owner proof: */
#define D_EXPORTER    2048    /* made over this session's exporter */
#define D_STATEMENT   4096    /* made over this session's last statement */
#define D_SIGNATURE   8192    /* made by the owner's key */
#define D_SAME_OWNER  16384   /* by the key that took ownership */
#define D_OUTBOX_KEY  32768   /* the outbox key is signed with it */
#define D_FENCE       65536   /* it closes the owner's other sessions until start */
#define D_PER_SESSION 131072  /* only a session that proved ownership commands */
/* the Keep's, at commands: */
#define D_ONE_DEPLOY  262144  /* one deploy a life */
#define D_DIFFERENT   524288  /* another deploy is refused, not answered with the digest of the first */
#define D_SECRETS_WD  1048576 /* secrets carry the workload digest */
#define D_START_WD    2097152 /* start carries it */
#define D_COMMAND_WD  4194304 /* stop, attach, logs and cp carry it */
#define D_RUN         8388608 /* start and commands carry the run id */

/* Properties: */
#define C_GENUINE 1   /* an accepted statement is a genuine Keep's session statement */
#define C_FRESH   2   /* it was made for this nonce */
#define C_KEY     4   /* the Keep that made it is the other end of this session */
#define C_PEER    8   /* state and owner are as accepted; a reconnection reaches the recorded instance */
#define C_SECRET  16  /* package and secrets go to the attested instance, owned by this client, only */
#define C_OWNER   32  /* a Keep is commanded only by its owner's own sessions */
#define C_STALE   64  /* nothing of an abandoned session takes effect after a newer one was accepted */
#define C_COMMAND 128 /* secrets, start and stop meet the workload and the run that were meant */
#define C_OUTBOX  256 /* the outbox is sealed to a key of the owner */
#define C_RUN     512 /* a client takes only its own workload and run for its own */
#define C_CLEAN   1024 /* a package goes only to a Keep that holds no other */

/* A run with REACH set must fail here: it shows that the model gets that far at all. */
#define R_START  1 /* a workload starts in the second session */
#define R_STOP   2 /* it is stopped in the second session */
#define R_OTHER  4 /* client 1 starts its workload, or Victor believes a statement about a running Keep */
#define R_HOST   8 /* the host's program runs in a genuine Keep while a client has a session with the host */
#define R_BROKEN 16 /* the host holds an owner proof that it got by a broken Keep */
#define NS    (ALICE + OTHER) /* sessions of clients */
#define NT    (NS + 2)        /* and the host's, one with each Keep */
#define hs(k) (NS + (k))

#define NOBODY  0
#define OWNER_A 1
#define OWNER_B 2
#define OWNER_H 3
#ifdef ROLE_TWIN
#define OWNER_1 OWNER_A
#else
#define OWNER_1 OWNER_B
#endif
#define client_of(s) ((s) >= ALICE)
#define owner_of(c)  ((c) -> OWNER_1 : OWNER_A)
#define key_of(s)    ((s) >= NS -> OWNER_H : owner_of(client_of(s)))

#define HOST     2 /* as the far end of a session */
#define HOST_KEY 2
#define UNOPENED 3
#define HOST_PKG (NS + 1)
#define HOST_RUN (NS + 1)

#ifdef BROKEN
#define KEEPS 1 /* that behave */
#else
#define KEEPS 2
#endif

#define UNOWNED 0
#define OWNED   1
#define RUNNING 2
#define ENDED   3

mtype = {ATTEST, PROVE, DEPLOY, SECRETS, START, STOP, STATEMENT, VIEW, WORKLOAD, STARTED};

chan up[NS] = [2] of {mtype, byte, byte};               /* what an honest client has sent to a Keep */
chan down[NS] = [1] of {mtype, byte, byte, byte, byte}; /* and the Keep to it */
chan wire = [0] of {mtype, byte, byte, byte};           /* the host's own sessions; what a Keep answers it knows */
byte far[NS] = UNOPENED;                                /* Keep 0, Keep 1 or HOST */
byte cert[NS];                                          /* whose key the far end has shown */
bit gone[NS];                                           /* the client has left; the queue stays */

/* Keeps */
byte state[2], owner[2], outbox[2], workload[2], secrets[2], run_id[2];
bit proved[NT], shut[NT];
byte newest[2]; /* ghost: session of the newest accepted proof, plus one */
byte taker[2];  /* ghost: who really took ownership */

/* What the host keeps: statements from its own sessions, and an owner proof that a client sent to it. */
byte kept_keep[STORE], kept_state[STORE], kept_owner[STORE], kept_nonce[STORE];
byte proof_owner, proof_session, proof_keep, proof_state;

/* ---- The Keep ------------------------------------------------------------------------------------------------ */

#define reply(s, type, a, b, c, d)                                                                                   \
    if                                                                                                               \
    :: (s) < NS && !gone[s] -> down[s]!type(a, b, c, d)                                                              \
    :: else                                                                                                          \
    fi

inline keep_close(cs)
{
    shut[cs] = 1;
    proved[cs] = 0;
    do
    :: len(up[cs]) > 0 -> up[cs]?_, _, _
    :: else -> break
    od
}

inline keep_attest(k, s, n)
{
    reply(s, STATEMENT, k, state[k], owner[k], n)
}

/* The proof has been verified; `by` is the key that made it, `ob` the outbox key that came with it. */
inline keep_prove(k, s, by, ob)
{
    if
    :: owner[k] == NOBODY || (owner[k] == by && outbox[k] == ob) || dropped(D_SAME_OWNER) ->
        if
        :: by != key_of(s) || (owner[k] != NOBODY && owner[k] != by) ->
            breach(C_OWNER, "breach: row 42: a session that is not the owner's takes or commands a Keep\n")
        :: else
        fi;
        if
        :: owner[k] == NOBODY ->
            state[k] = OWNED;
            owner[k] = by;
            outbox[k] = ob;
            taker[k] = key_of(s)
        :: else
        fi;
        if
        :: outbox[k] != owner[k] -> breach(C_OUTBOX, "breach: row 42: the outbox will be sealed to a key that the owner never named\n")
        :: else
        fi;
        if
        :: state[k] == OWNED && !dropped(D_FENCE) ->
            t = 0;
            do
            :: t < NS ->
                if
                :: t != s && far[t] == k && proved[t] -> keep_close(t)
                :: else
                fi;
                t++
            :: else -> break
            od;
            if
            :: s != hs(k) -> proved[hs(k)] = 0
            :: else
            fi;
            t = 0
        :: else
        fi;
        proved[s] = 1;
        newest[k] = s + 1;
        reply(s, VIEW, state[k], owner[k], workload[k], run_id[k])
    :: else ->
        if
        :: s < NS -> keep_close(s)
        :: else
        fi
    fi
}

#define may_command(k, s) (proved[s] || (dropped(D_PER_SESSION) && owner[k] != NOBODY))

inline check_commander(k, s)
{
    if
    :: key_of(s) != owner[k] -> breach(C_OWNER, "breach: row 42: a session that is not the owner's takes or commands a Keep\n")
    :: else
    fi;
    if
    :: state[k] == OWNED && newest[k] != s + 1 ->
        breach(C_STALE, "breach: row 52: a message of an older session took effect after a newer one was accepted\n")
    :: else
    fi
}

inline keep_deploy(k, s, p)
{
    if
    :: may_command(k, s) && state[k] == OWNED && (workload[k] == 0 || workload[k] == p || dropped(D_ONE_DEPLOY)) ->
        check_commander(k, s);
        workload[k] = p;
        reply(s, WORKLOAD, p, 0, 0, 0)
    :: may_command(k, s) && state[k] == OWNED && workload[k] != 0 && workload[k] != p && dropped(D_DIFFERENT) ->
        reply(s, WORKLOAD, workload[k], 0, 0, 0)
    :: else
    fi
}

inline keep_secrets(k, s, w)
{
    if
    :: may_command(k, s) && state[k] == OWNED && workload[k] != 0 && (workload[k] == w || dropped(D_SECRETS_WD)) ->
        check_commander(k, s);
        if
        :: workload[k] != w -> breach(C_COMMAND, "breach: row 52: a Keep takes secrets that were meant for another package\n")
        :: else
        fi;
        secrets[k] = w
    :: else
    fi
}

inline keep_start(k, s, w, r)
{
    if
    :: may_command(k, s) && state[k] == OWNED && workload[k] != 0 && (workload[k] == w || dropped(D_START_WD)) ->
        check_commander(k, s);
        if
        :: secrets[k] != 0 && secrets[k] != workload[k] ->
            breach(C_COMMAND, "breach: row 52: a package runs with the secrets of another\n")
        :: else
        fi;
        if
        :: workload[k] != w -> breach(C_COMMAND, "breach: row 52: a package runs that start did not mean\n")
        :: else
        fi;
        state[k] = RUNNING;
        run_id[k] = r;
        reached(R_START, s == 1, "reached: start in session 2\n");
        reached(R_OTHER, s < NS && client_of(s), "reached: start by client 2\n");
        reply(s, STARTED, run_id[k], 0, 0, 0)
    :: may_command(k, s) && state[k] == RUNNING && (workload[k] == w || dropped(D_START_WD)) &&
        (run_id[k] == r || dropped(D_RUN)) ->
        check_commander(k, s);
        reply(s, STARTED, r, 0, 0, 0);
        if
        :: run_id[k] != r || workload[k] != w ->
            breach(C_COMMAND, "breach: row 56: start is answered by another workload or run\n")
        :: else
        fi
    :: else
    fi
}

inline keep_stop(k, s, w, r)
{
    if
    :: may_command(k, s) && state[k] == RUNNING && (workload[k] == w || dropped(D_COMMAND_WD)) &&
        (run_id[k] == r || dropped(D_RUN)) ->
        check_commander(k, s);
        if
        :: workload[k] != w || run_id[k] != r ->
            breach(C_COMMAND, "breach: row 56: a command reaches another workload or run of the same owner\n")
        :: else
        fi;
        reached(R_STOP, s == 1, "reached: stop in session 2\n");
        state[k] = ENDED
    :: else
    fi
}

/* One dispatcher for all sessions; the order among sessions is the host's. */
active proctype keeps()
{
    byte s, k, t, a, b;
    mtype m;
end:
    do
    :: atomic {
        if
        :: wire?m, k, a, b -> s = hs(k)
        :: nempty(up[0]) -> s = 0
#if NS > 1
        :: nempty(up[1]) -> s = 1
#endif
#if NS > 2
        :: nempty(up[2]) -> s = 2
#endif
#if NS > 3
        :: nempty(up[3]) -> s = 3
#endif
        fi;
        if
        :: s < NS ->
            k = far[s];
            up[s]?m, a, b
        :: else
        fi;
        if
        :: m == ATTEST -> keep_attest(k, s, a)
        :: m == PROVE -> keep_prove(k, s, a, b)
        :: m == DEPLOY -> keep_deploy(k, s, a)
        :: m == SECRETS -> keep_secrets(k, s, a)
        :: m == START -> keep_start(k, s, a, b)
        :: m == STOP -> keep_stop(k, s, a, b)
        fi;
        s = 0;
        k = 0;
        a = 0;
        b = 0;
        m = 0
    }
    od
}

/* ---- A client -------------------------------------------------------------------------------------------------- */

#define NEW    0 /* a new deployment */
#define RESUME 1 /* reconnect to the Keep of the record, and deploy or start what is not there yet */
#define HALT   2 /* reconnect, and stop what runs */
#define ADOPT  3 /* the record is lost, the key is not: make it from the owner-view, and go on */

#define IDLE        0
#define W_STATEMENT 1
#define W_VIEW      2
#define W_WORKLOAD  3
#define READY       4 /* secrets are sent, if there are any */
#define W_STARTED   5
#define W_STOPPED   6

/* Where the statement in question comes from. */
#define FROM_KEEP      0 /* a genuine Keep's session statement */
#define FROM_SIMULATED 1 /* made by the host under a simulated root */
#define FROM_GUEST     2 /* bytes that the host's program got signed in a genuine Keep */
#define FROM_BROKEN    3 /* made by the broken genuine Keep */

#define send(s, type, a, b)                                                                                          \
    if                                                                                                               \
    :: far[s] != HOST && !shut[s] -> up[s]!type(a, b)                                                                \
    :: else                                                                                                          \
    fi

inline route(s, first)
{
    if
    :: far[s] = 0
#if KEEPS == 2
    :: !(first) -> far[s] = 1 /* the Keep that Alice meets first is called 0 */
#endif
#ifndef ROUTES_ONLY
    :: far[s] = HOST
#endif
    fi;
    if
    :: far[s] != HOST -> cert[s] = far[s]
    :: far[s] == HOST -> cert[s] = HOST_KEY
#ifdef STOLEN
    :: far[s] == HOST -> cert[s] = 0
    :: far[s] == HOST -> cert[s] = 1
#endif
#ifdef BROKEN
    :: far[s] == HOST -> cert[s] = 1
#endif
    fi;
    send(s, ATTEST, s + 1, 0)
}

/* The statement that arrives: from the Keep, or, where the host is the far end, any that it can show. st_keep comes in
 * as the Keep that a forged one should name. */
inline receive_statement(s, new, me)
{
    if
    :: far[s] != HOST && nempty(down[s]) ->
        down[s]?STATEMENT(st_keep, st_state, st_owner, st_nonce);
        st_binder = s;
        st_spki = st_keep
    :: far[s] == HOST && kept_nonce[0] != 0 ->
        st_keep = kept_keep[0];
        st_state = kept_state[0];
        st_owner = kept_owner[0];
        st_nonce = kept_nonce[0];
        st_spki = st_keep;
        st_binder = hs(st_keep)
#if STORE > 1
    :: far[s] == HOST && kept_nonce[1] != 0 ->
        st_keep = kept_keep[1];
        st_state = kept_state[1];
        st_owner = kept_owner[1];
        st_nonce = kept_nonce[1];
        st_spki = st_keep;
        st_binder = hs(st_keep)
#endif
    :: far[s] == HOST -> st_from = FROM_SIMULATED
    :: far[s] == HOST && ((owner[0] == OWNER_H && state[0] == RUNNING) || (owner[1] == OWNER_H && state[1] == RUNNING)) ->
        reached(R_HOST, true, "reached: the host's program runs beside a diverted session\n");
        st_from = FROM_GUEST
#ifdef BROKEN
    :: far[s] == HOST && cert[s] == 1 -> st_from = FROM_BROKEN
#endif
    fi;
    if
    :: st_from != FROM_KEEP -> /* whoever chooses the bytes chooses what passes */
        st_nonce = s + 1;
        st_binder = s;
        st_spki = cert[s];
        st_owner = me;
        if
        :: new -> st_state = UNOWNED
        :: else -> st_state = RUNNING
        fi;
        if
        :: st_keep == HOST_KEY -> st_keep = 0
        :: else
        fi
    :: else
    fi
}

#define statement_passes(s)                                                                                          \
    ((st_from != FROM_SIMULATED || dropped(D_CLASS)) && (st_from != FROM_GUEST || dropped(D_KIND)) &&                 \
     (st_nonce == s + 1 || dropped(D_NONCE)) &&                                                                      \
     ((st_binder == s && (st_nonce == s + 1 || dropped(D_NONCE))) || dropped(D_BINDER)) &&                           \
     (st_spki == cert[s] || dropped(D_SPKI)))

/* What an accepted statement must be; `why` keeps the row for what follows from accepting it. */
inline check_statement(s)
{
    if
    :: st_from == FROM_SIMULATED ->
        why = 41;
        breach(C_GENUINE, "breach: row 41: simulated evidence is accepted\n")
    :: st_from == FROM_GUEST ->
        why = 39;
        breach(C_GENUINE, "breach: row 39: bytes chosen by a program are accepted as a statement of the Keep\n")
    :: else
    fi;
    if
    :: st_nonce != s + 1 ->
        why = 21;
        breach(C_FRESH, "breach: row 21: an old statement is accepted\n")
    :: else
    fi;
    if
    :: st_from == FROM_KEEP && st_keep != far[s] && st_nonce == s + 1 ->
        why = 20;
        breach(C_KEY, "breach: row 20: the statement of another Keep is accepted in a session with the host\n")
    :: else
    fi
}

#define leave                                                                                                        \
    gone[s] = 1;                                                                                                     \
    if                                                                                                               \
    :: len(down[s]) > 0 -> down[s]?_, _, _, _, _                                                                      \
    :: else                                                                                                          \
    fi;                                                                                                              \
    s = 0;                                                                                                           \
    phase = IDLE;                                                                                                    \
    mode = NEW;                                                                                                      \
    package = 0;                                                                                                     \
    why = 0

#define clear_statement                                                                                              \
    st_from = FROM_KEEP;                                                                                             \
    st_keep = 0;                                                                                                     \
    st_spki = 0;                                                                                                     \
    st_state = 0;                                                                                                    \
    st_owner = 0;                                                                                                    \
    st_nonce = 0;                                                                                                    \
    st_binder = 0

#define pinned (mode == RESUME || mode == HALT)
#define state_passes                                                                                                 \
    (mode == NEW -> st_state == UNOWNED || dropped(D_STATE)                                                          \
                 : (st_state == UNOWNED                                                                              \
                        -> (mode != ADOPT && !rec_firm) || dropped(D_STATE) || dropped(D_OWNER)                      \
                        : st_owner == owner_of(c) || dropped(D_OWNER)))
#define pin_passes                                                                                                   \
    (!pinned || ((st_keep == rec_keep || dropped(D_PIN_ID)) && (cert[s] == rec_spki || dropped(D_PIN_SPKI))))
#define agrees_with_record                                                                                           \
    (st_owner == owner_of(c) && (workload_seen == package || (workload_seen == 0 && mode != HALT)) &&                \
     (run_seen == rec_run || (run_seen == 0 && mode != HALT)))

proctype client(byte c; byte next; byte end_session)
{
    byte s, phase, mode, package, why;
    byte rec_keep, rec_spki, rec_package, rec_run; /* the record on disk; rec_package 0: there is none */
    bit rec_firm;                                  /* the Keep has accepted a proof: the pin is not tentative */
    byte st_from, st_keep, st_spki, st_state, st_owner, st_nonce, st_binder, workload_seen, run_seen;
end:
    do
    /* Open the next session: for a new deployment, to go on with the recorded one, perhaps with a changed package
     * (new salt, new digest), or to stop it. */
    :: atomic { phase == IDLE && next < end_session ->
        s = next;
        next++;
        if
        :: mode = NEW; package = s + 1
        :: rec_package != 0 -> mode = RESUME; package = rec_package
        :: rec_package != 0 && rec_run == 0 -> mode = RESUME; package = s + 1
        :: rec_run != 0 -> mode = HALT; package = rec_package
#ifdef ROLE_TWIN
        :: c == 1 && rec_package == 0 -> mode = ADOPT
#endif
        fi;
        route(s, s == 0);
        phase = W_STATEMENT
    }
    :: atomic { phase == W_STATEMENT && (far[s] == HOST || nempty(down[s])) ->
        if
        :: pinned -> st_keep = rec_keep
        :: else -> st_keep = cert[s]
        fi;
        receive_statement(s, mode == NEW, owner_of(c));
        if
        :: statement_passes(s) && state_passes && pin_passes ->
            check_statement(s);
            if
            :: st_from == FROM_KEEP && mode == NEW && st_state != UNOWNED ->
                breach(C_PEER, "breach: row 42: a Keep that another took is accepted for a new deployment\n")
            :: st_from == FROM_KEEP && mode != NEW && st_state != UNOWNED && st_owner != owner_of(c) ->
                breach(C_PEER, "breach: row 42: a Keep of another owner is accepted on reconnection\n")
            :: st_from == FROM_KEEP && (mode == ADOPT || (pinned && rec_firm)) && st_state == UNOWNED ->
                breach(C_PEER, "breach: row 42: a Keep without owner is accepted on reconnection\n")
            :: else
            fi;
            if
            :: pinned && (st_from == FROM_BROKEN -> rec_spki != 1 : st_keep != rec_keep) ->
                why = 43;
                breach(C_PEER, "breach: row 43: a reconnection is diverted to another genuine Keep\n")
            :: else
            fi;
            if
            :: !pinned ->
                rec_keep = st_keep;
                rec_spki = cert[s];
                rec_run = 0;
                rec_firm = 0
            :: else
            fi;
            rec_package = package; /* on disk before the proof */
            if
            :: far[s] == HOST -> /* it learns the proof */
                proof_owner = owner_of(c);
                proof_session = s;
                proof_keep = st_keep;
                proof_state = st_state;
                reached(R_BROKEN, st_from == FROM_BROKEN, "reached: the host holds an owner proof\n")
            :: far[s] == HOST && proof_owner != NOBODY
            :: else
            fi;
            send(s, PROVE, owner_of(c), owner_of(c));
            phase = W_VIEW
        :: else -> leave
        fi;
        clear_statement
    }
    /* The host answers with whatever view passes. */
    :: atomic { phase == W_VIEW && far[s] == HOST ->
        if
        :: why == 0 || mode == HALT || mode == ADOPT
        :: why == 20 && (mode == NEW || mode == RESUME) -> breach(C_SECRET, "breach: row 20: the package goes to a host that relays evidence\n")
        :: why == 21 && (mode == NEW || mode == RESUME) -> breach(C_SECRET, "breach: row 21: the package goes to a host that replays evidence\n")
        :: why == 39 && (mode == NEW || mode == RESUME) -> breach(C_SECRET, "breach: row 39: the package goes to a host with evidence from a program\n")
        :: why == 41 && (mode == NEW || mode == RESUME) -> breach(C_SECRET, "breach: row 41: the package goes to a host with simulated evidence\n")
        :: why == 43 && (mode == NEW || mode == RESUME) -> breach(C_SECRET, "breach: row 43: the package goes to another Keep than the recorded one\n")
        fi;
        leave
    }
    :: atomic { phase == W_VIEW && far[s] != HOST && nempty(down[s]) ->
        down[s]?VIEW(st_state, st_owner, workload_seen, run_seen);
        rec_firm = 1;
        if
        :: mode == ADOPT ->
            rec_package = workload_seen;
            rec_run = run_seen;
            package = workload_seen;
            if
            :: st_state == OWNED -> mode = RESUME
            :: else -> mode = HALT
            fi
        :: else
        fi;
        if
        :: package == 0 -> leave /* adopted, but nothing is there yet */
        :: package != 0 && !agrees_with_record && !dropped(D_VIEW) -> leave
        :: else ->
            if
            :: mode == HALT ->
                send(s, STOP, package, rec_run);
                phase = W_STOPPED
            :: mode != HALT && st_state == OWNED ->
                if
                :: !shut[s] && owner[far[s]] != owner_of(c) ->
                    breach(C_SECRET, "breach: row 42: the package goes to a Keep of another owner\n")
                :: !shut[s] && owner[far[s]] == owner_of(c) && workload[far[s]] != 0 && workload[far[s]] != package ->
                    breach(C_CLEAN, "breach: row 52: the package goes to a Keep that holds another\n")
                :: else
                fi;
                send(s, DEPLOY, package, 0);
                phase = W_WORKLOAD
            :: else ->
                if
                :: workload_seen != package || run_seen != rec_run ->
                    breach(C_RUN, "breach: row 56: another workload or run of the owner is taken for this one\n")
                :: else
                fi;
                leave
            fi
        fi;
        st_state = 0;
        st_owner = 0;
        workload_seen = 0;
        run_seen = 0
    }
    :: atomic { phase == W_WORKLOAD && nempty(down[s]) ->
        down[s]?WORKLOAD(workload_seen, _, _, _);
        if
        :: workload_seen == package || dropped(D_WORKLOAD) ->
            if
            :: send(s, SECRETS, package, 0)
            :: true /* it has none */
            fi;
            phase = READY
        :: else -> leave
        fi;
        workload_seen = 0
    }
    :: atomic { phase == READY ->
        if
        :: rec_run == 0 -> rec_run = s + 1 /* on disk before start */
        :: else
        fi;
        send(s, START, package, rec_run);
        phase = W_STARTED
    }
    :: atomic { phase == W_STARTED && nempty(down[s]) ->
        down[s]?STARTED(run_seen, _, _, _);
        if
        :: run_seen != rec_run -> breach(C_RUN, "breach: row 56: another run of the owner is taken for this one\n")
        :: else
        fi;
        run_seen = 0;
        leave
    }
    /* At any time: Ctrl-C, a cut connection, a deadline. */
    :: atomic { phase != IDLE -> leave }
    od
}

/* Victor only attests: he learns whose a Keep is, and nothing else. */
#ifdef ROLE_VICTOR
proctype victor(byte s)
{
    byte st_from, st_keep, st_spki, st_state, st_owner, st_nonce, st_binder, why;
    atomic {
        route(s, false)
    };
    atomic { far[s] == HOST || nempty(down[s]) ->
        st_keep = cert[s];
        receive_statement(s, false, OWNER_A);
        if
        :: statement_passes(s) ->
            check_statement(s);
            if
            :: st_from == FROM_KEEP && far[s] != HOST && st_owner != taker[far[s]] && st_state != UNOWNED ->
                breach(C_PEER, "breach: row 42: a third party takes a Keep for that of an owner who never proved it\n")
            :: else
            fi;
            reached(R_OTHER, far[s] != HOST && st_state == RUNNING && st_owner == OWNER_A,
                    "reached: a third party believes a running Keep\n")
        :: else
        fi;
        gone[s] = 1;
        why = 0;
        clear_statement
    }
}
#endif

/* ---- The host -------------------------------------------------------------------------------------------------- */

#define proof_holds(k)                                                                                               \
    ((proof_session == hs(k) || dropped(D_EXPORTER)) &&                                                              \
     ((proof_keep == k && cert[proof_session] == k && proof_session == hs(k) && proof_state == state[k]) ||          \
      dropped(D_STATEMENT)))

/* What it does to Keep k: own it (this attests first: the proof is made over the statement), show a proof that it got
 * elsewhere or one that it made up, command it whoever owns it. */
#define host_moves(k)                                                                                                \
    :: wire!PROVE(k, OWNER_H, OWNER_H)                                                                               \
    :: proof_owner != NOBODY && proof_holds(k) ->                                                                    \
        wire!PROVE(k, proof_owner, (dropped(D_OUTBOX_KEY) -> OWNER_H : proof_owner))                                 \
    :: dropped(D_SIGNATURE) -> wire!PROVE(k, OWNER_A, OWNER_A)                                                       \
    :: wire!DEPLOY(k, HOST_PKG, 0)                                                                                   \
    :: wire!SECRETS(k, HOST_PKG, 0)                                                                                  \
    :: wire!START(k, HOST_PKG, HOST_RUN)                                                                             \
    :: wire!STOP(k, HOST_PKG, HOST_RUN)                                                                              \
    :: keep_statement(k)

/* It attests with the nonce of a client whose session it ends itself, and keeps the statement. */
inline keep_statement(k)
{
    atomic {
        if
        :: far[0] == HOST -> n = 1
#if NS > 1
        :: far[1] == HOST -> n = 2
#endif
#if NS > 2
        :: far[2] == HOST -> n = 3
#endif
#if NS > 3
        :: far[3] == HOST -> n = 4
#endif
        fi;
        if
        :: kept_keep[0] = k; kept_state[0] = state[k]; kept_owner[0] = owner[k]; kept_nonce[0] = n
#if STORE > 1
        :: kept_nonce[0] != 0 ->
            kept_keep[1] = k; kept_state[1] = state[k]; kept_owner[1] = owner[k]; kept_nonce[1] = n
#endif
        fi;
        n = 0
    }
}

#ifndef ROUTES_ONLY
active proctype host()
{
    byte n;
end:
    do
    host_moves(0)
#if KEEPS == 2
    host_moves(1)
#endif
    od
}
#endif

init
{
    atomic {
        run client(0, 0, ALICE);
#if OTHER > 0
#ifdef ROLE_VICTOR
        run victor(ALICE)
#else
        run client(1, ALICE, NS)
#endif
#endif
    }
}
