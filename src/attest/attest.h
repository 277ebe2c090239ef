/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence -> rows and claims -> verdict (RFC 9334). One file a TEE, no network, no clock of its own; trust
 * sits in roots: vendors' are compiled in and are hardware, every added one is simulated, and nothing changes
 * that. Plain portable code. */
#ifndef CASEMATE_ATTEST_ATTEST_H
#define CASEMATE_ATTEST_ATTEST_H

#include "check.h"
#include "claims.h"
#include "collateral.h"

enum { ATTEST_VERDICT_SECONDS = 24 * 3600 /* a verdict lives no longer */ };

/* How evidence is bound: by a statement to a live session, by a nonce, or it is recorded in a file, where
 * nothing proves freshness. */
enum attest_binding { ATTEST_RECORDED = 0, ATTEST_SESSION, ATTEST_NONCE };

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
    struct span statement, evidence;
    const struct collateral *collateral; /* may be NULL */
    /* Of evidence from a file: the nonce that the statement has, or that report_data of other software's
     * evidence is, zeros behind it. Without one, the caller must know that nothing proves freshness. */
    struct span nonce;
    bool recorded;
    const char *tee; /* the caller expects this one; NULL: any */
    const struct policy *policy;
    const struct attest_roots *roots; /* imported ones; may be NULL */
    int64_t time;                     /* verify as of then, seconds since 1970 */
    struct attest_expected expected;
};

struct verdict {
    bool accepted;
    enum attest_binding binding;
    bool has_statement;
    struct statement statement; /* decoded */
    struct claims claims;
    struct check_report report;
    int64_t expires; /* then attest again; at most ATTEST_VERDICT_SECONDS after the verification time */
};

/* Judges evidence, statement and binding under a policy. Accepted and refused are both 0; -1 with E_EVIDENCE
 * only if there is nothing to judge: the statement does not decode, or the evidence is of no known form.
 * *verdict is set whole in both cases. */
int attest_judge(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err);

/* The same for evidence of other software than Casemate, read from a file: there is no statement, and
 * report_data is whatever that software put there. Never for what a session brought. */
int attest_judge_raw(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err);

/* Whether these bytes begin like evidence of a TEE that is known. */
bool attest_recognised(struct span evidence);

/* The parts of it. Evidence of any known TEE over this statement (NULL if there is none) -> rows and claims:
 */
int attest_evidence(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims, struct casemate_error *err);
/* A decoded statement against what it must say -> rows. */
void attest_bind(const struct statement *statement, const struct attest_expected *expected,
                 struct check_report *report);

/* The policy.toml that accepts what the evidence claims, for a person to look through; the caller frees
 * *text. E_EVIDENCE if the evidence itself does not hold. */
int policy_from_verdict(const struct verdict *verdict, char **text, struct casemate_error *err);

/* Why it was refused, as the error that a session fails with: E_SIMULATED, E_ROOT, E_EVIDENCE, E_BINDING,
 * E_OTHER_KEEP, E_NOT_OWNER or E_POLICY, with expected, found and the next step of the first failed row and
 * the number of the others. Returns -1. */
int verdict_error(const struct verdict *verdict, struct casemate_error *err);
/* One claim as text ("tee", "class", "measurement", "binding", ...): as in the JSON; false if there is none.
 */
bool verdict_claim(const struct verdict *verdict, const char *name, char *text, size_t capacity);
/* {"verdict", "reasons", "checks", "claims"} (docs/verify.md); the caller frees *text. With collateral (it
 * may be NULL) also what in it was not understood. */
int verdict_json(const struct verdict *verdict, const struct collateral *collateral, char **text,
                 struct casemate_error *err);
/* The same as a table for a person; the caller frees *text. */
int verdict_text(const struct verdict *verdict, const struct collateral *collateral, char **text,
                 struct casemate_error *err);

#endif
