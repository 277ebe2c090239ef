/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted: policies, simulated roots, and verdicts over evidence (RFC 9334). */
#ifndef CASEMATE_POLICY_H
#define CASEMATE_POLICY_H

#include "collateral.h"
#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_roots casemate_roots;
typedef struct casemate_policy casemate_policy;
typedef struct casemate_verdict casemate_verdict;

/* ---- simulated roots, pinned by fingerprint; vendors' roots are compiled in ---- */

/* The folder of imported roots; empty: the user's own ($XDG_CONFIG_HOME/casemate/roots). It need not exist.
 */
int32_t casemate_roots_open(const char *folder, size_t folder_size, casemate_roots **roots,
                            casemate_error *error);
void casemate_roots_free(casemate_roots *roots);
/* Imports a certificate (PEM or DER) and writes it into the folder. *fingerprint ("sha256:HEX") lives as long
 * as the roots. E_ROOT if it is no certificate that signs itself. Importing it again changes nothing. */
int32_t casemate_roots_import(casemate_roots *roots, const void *bytes, size_t size, const char **fingerprint,
                              casemate_error *error);
/* Adds one for the life of the handle only. */
int32_t casemate_roots_add(casemate_roots *roots, const void *bytes, size_t size, const char **fingerprint,
                           casemate_error *error);
/* Adds, for the life of the handle, the root that a host agent of this very user made on this machine; does
 * nothing if there is none. */
int32_t casemate_roots_add_own(casemate_roots *roots, casemate_error *error);
size_t casemate_roots_count(const casemate_roots *roots);
/* Fingerprint and subject of one; NUL-terminated. -1 beyond the count. */
int32_t casemate_roots_at(const casemate_roots *roots, size_t index, const char **fingerprint,
                          const char **subject);

/* ---- policies ---- */

/* policy.toml (docs/policy.md); name is for messages. E_CONFIG with line and column. */
int32_t casemate_policy_parse(const char *text, size_t size, const char *name, size_t name_size,
                              casemate_policy **policy, casemate_error *error);
/* The policy without a file: class hardware; the measurements of the images that came with this library. */
int32_t casemate_policy_default(casemate_policy **policy, casemate_error *error);
void casemate_policy_free(casemate_policy *policy);
/* Makes the policy one of class simulated, for exactly these roots beside those that it names: what
 * `--allow-simulated` means. A policy is for one class, so hardware is then refused. */
int32_t casemate_policy_allow_simulated(casemate_policy *policy, const casemate_roots *roots,
                                        casemate_error *error);
/* A policy of class simulated names this root ("sha256:HEX") too; one of class hardware stays as it is. */
int32_t casemate_policy_add_root(casemate_policy *policy, const char *fingerprint, size_t fingerprint_size,
                                 casemate_error *error);
/* Adds an accepted measurement, lower-case hex, of a TEE. */
int32_t casemate_policy_add_measurement(casemate_policy *policy, const char *tee, size_t tee_size,
                                        const char *hex, size_t hex_size, casemate_error *error);
/* Adds the measurements of a CoRIM (docs/policy.md), as of a time (0: now); name is for messages. E_CONFIG if
 * there are none that can be used. */
int32_t casemate_policy_add_references(casemate_policy *policy, const char *name, size_t name_size,
                                       const void *bytes, size_t size, int64_t time, casemate_error *error);
/* Its clauses as one JSON object, to compare two. The text belongs to the policy until the next call. */
int32_t casemate_policy_json(casemate_policy *policy, const char **text, size_t *size, casemate_error *error);

/* ---- verdicts ---- */

struct casemate_verify_options {
    size_t size;  /* sizeof(struct casemate_verify_options) */
    int64_t time; /* verify as of then, seconds since 1970; 0: now */
    /* Beside what a bundle brings; may be NULL. Need not outlive the call. */
    const casemate_collateral *collateral;
    /* What the evidence must answer: the nonce of the statement, or what other software put into its report
     * data, zeros behind it. Empty: none. */
    const void *nonce;
    size_t nonce_size;
    /* 1: the evidence is a recording, and nothing need prove when it was made. Without a nonce and this it is
     * refused by the row `binding`. */
    int32_t recorded;
    /* The TEE that it must be of, by name or alias; empty or "auto": any. E_TEE if there is none. */
    const char *tee;
    size_t tee_size;
};

/* Verifies evidence from a file, offline: a bundle that `--save-evidence` wrote; or a quote, an attestation
 * report or an EAT of any software, binary, hexadecimal, base64 or PEM, or in an extension of an X.509
 * certificate or certification request. Accepted and refused are both success; failure means that there is
 * nothing to judge (E_EVIDENCE). Options may be NULL. */
int32_t casemate_verify(const void *evidence, size_t size, const casemate_policy *policy,
                        const casemate_roots *roots, const struct casemate_verify_options *options,
                        casemate_verdict **verdict, casemate_error *error);
void casemate_verdict_free(casemate_verdict *verdict);
/* 1 accepted, 0 refused. */
int32_t casemate_verdict_accepted(const casemate_verdict *verdict);
/* {"verdict", "reasons", "checks", "claims", ...}; the field names are stable. */
void casemate_verdict_json(const casemate_verdict *verdict, const char **text, size_t *size);
/* The same for a person: claims, failed checks with what was expected and found, why each matters and how to
 * mend it. */
void casemate_verdict_text(const casemate_verdict *verdict, const char **text, size_t *size);
/* One claim of it as text ("tee", "class", "measurement", "binding", ...); empty if there is no such claim.
 */
void casemate_verdict_claim(const casemate_verdict *verdict, const char *name, size_t name_size,
                            const char **text, size_t *size);
/* The policy.toml that accepts what the evidence claims, for a person to look through. The text belongs to
 * the verdict until the next call. E_EVIDENCE if the evidence itself does not hold. */
int32_t casemate_verdict_policy(casemate_verdict *verdict, const char **text, size_t *size,
                                casemate_error *error);
/* Why it was refused, as the error that a session fails with: E_SIMULATED, E_POLICY, E_ROOT, E_EVIDENCE. */
void casemate_verdict_error(const casemate_verdict *verdict, casemate_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
