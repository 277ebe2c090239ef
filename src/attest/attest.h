/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence -> rows and claims -> verdict (RFC 9334). One file a TEE, no network, no clock of its own; trust
 * sits in roots: vendors' are compiled in and are hardware, every added one is simulated, and nothing changes
 * that. Plain portable code. */
#ifndef CASEMATE_ATTEST_ATTEST_H
#define CASEMATE_ATTEST_ATTEST_H

#include "../base/error.h"
#include "../proto/statement.h"
#include "check.h"
#include "policy.h"

enum {
    ATTEST_CHAIN_MAX = 8,               /* certificates of a chain */
    ATTEST_VERDICT_SECONDS = 24 * 3600, /* a verdict lives no longer */
    ATTEST_ADVISORIES_MAX = 64,
};

/* What the evidence claims, in RFC 9334's sense: believed as far as the rows say. Empty text, size 0 or
 * false: not claimed. */
struct claims {
    char tee[STATEMENT_NAME_MAX + 1];
    enum attest_class class;
    struct measurement measurement;
    char launch_profile[32];
    struct measurement launch; /* launch digest, where it is another than the measurement */
    struct measurement signer;
    bool has_svn;
    uint32_t product, svn;
    bool debug;
    bool has_tcb; /* this TEE has TCB levels; an empty status then means that no collateral tells */
    char tcb_status[32];
    size_t advisory_count;
    char advisory[ATTEST_ADVISORIES_MAX][24];
    char platform[2 * 64 + 1]; /* identity of the machine, hexadecimal */
    char enforced_by[32];      /* silicon, emulated CPU, process */
    uint8_t report_data[REPORT_DATA_SIZE];
    bool has_boot;
    uint8_t boot[DIGEST_SIZE]; /* of the boot record, as the evidence has it */
    uint64_t issued_at;        /* the host's word */
    size_t chain_count;        /* leaf first, root last */
    char subject[ATTEST_CHAIN_MAX][96];
    uint8_t root[DIGEST_SIZE]; /* SHA-256 of the root's certificate */
    int64_t expires;           /* earliest end of certificates and collateral */
    size_t trailing;           /* bytes behind the evidence, never read */
};

/* How a statement is bound: to a live session, or recorded in a file, where no nonce proves freshness. */
enum attest_binding { ATTEST_RECORDED = 0, ATTEST_SESSION };

enum attest_purpose {
    ATTEST_ANYONE = 0, /* any state, any owner */
    ATTEST_DEPLOY,     /* a new deployment: unowned */
    ATTEST_RECONNECT,  /* owned, running or ended, with this owner's digest */
};

/* What a statement must say. A NULL pointer does not ask. */
struct attest_expected {
    enum statement_kind kind; /* the only one that is accepted */
    enum attest_binding binding;
    const uint8_t *nonce;    /* NONCE_SIZE */
    const uint8_t *binder;   /* DIGEST_SIZE: the exporter's value for that nonce */
    const uint8_t *spki;     /* DIGEST_SIZE: of this handshake, or of the record */
    const uint8_t *boot;     /* DIGEST_SIZE */
    const uint8_t *instance; /* INSTANCE_ID_SIZE: the record's */
    const uint8_t *session;  /* DIGEST_SIZE: workload statements: SHA-256 of the session statement */
    const uint8_t *workload; /* DIGEST_SIZE: the record's */
    const uint8_t *run;      /* RUN_ID_SIZE: receipts */
    const uint8_t *outbox;   /* DIGEST_SIZE: receipts: SHA-256 of enc || ciphertext */
    enum attest_purpose purpose;
    struct span owner_spki; /* ATTEST_RECONNECT, receipts: the owner's key */
};

struct attest_input {
    struct span statement, evidence, collateral;
    const struct policy *policy;
    const struct attest_roots *roots; /* imported ones; may be NULL */
    int64_t time;                     /* verify as of then, seconds since 1970 */
    struct attest_expected expected;
};

struct verdict {
    bool accepted;
    enum attest_binding binding;
    struct statement statement; /* decoded */
    struct claims claims;
    struct check_report report;
    int64_t expires; /* then attest again; at most ATTEST_VERDICT_SECONDS after the verification time */
};

/* Judges evidence, statement and binding under a policy. Accepted and refused are both 0; -1 with E_EVIDENCE
 * only if there is nothing to judge: the statement does not decode, or the evidence is of no known form.
 * *verdict is set whole in both cases. */
int attest_judge(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err);

/* The parts of it. Evidence of any known TEE over this statement -> rows and claims: */
int attest_evidence(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims, struct casemate_error *err);
/* A decoded statement against what it must say -> rows. */
void attest_bind(const struct statement *statement, const struct attest_expected *expected,
                 struct check_report *report);

/* Why it was refused, as the error that a session fails with: E_SIMULATED, E_ROOT, E_EVIDENCE, E_BINDING,
 * E_OTHER_KEEP, E_NOT_OWNER or E_POLICY, with expected, found and the next step of the first failed row and
 * the number of the others. Returns -1. */
int verdict_error(const struct verdict *verdict, struct casemate_error *err);
/* One claim as text ("tee", "class", "measurement", "binding", ...): as in the JSON; false if there is none.
 */
bool verdict_claim(const struct verdict *verdict, const char *name, char *text, size_t capacity);
/* {"verdict", "reasons", "checks", "claims"} (docs/verify.md); the caller frees *text. */
int verdict_json(const struct verdict *verdict, char **text, struct casemate_error *err);
/* The same as a table for a person; the caller frees *text. */
int verdict_text(const struct verdict *verdict, char **text, struct casemate_error *err);

#endif
