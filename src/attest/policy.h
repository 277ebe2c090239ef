/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted: a policy over claims (docs/policy.md). With nothing said it accepts hardware only, no
 * debug, and measurements that are known. A policy is for one class, never for both. */
#ifndef CASEMATE_ATTEST_POLICY_H
#define CASEMATE_ATTEST_POLICY_H

#include "../base/error.h"
#include "../proto/statement.h"

struct claims;
struct corim;
struct check_report;

/* A property of the root that the evidence chains to. */
enum attest_class { ATTEST_HARDWARE = 1, ATTEST_SIMULATED };
const char *attest_class_name(enum attest_class class);

/* Imported roots, pinned by the SHA-256 of their certificates: always simulated. */
struct attest_root {
    uint8_t fingerprint[DIGEST_SIZE];
    char subject[96];
};
enum { ATTEST_ROOTS_MAX = 64 };
struct attest_roots {
    size_t count;
    struct attest_root root[ATTEST_ROOTS_MAX];
};
/* One certificate that signs itself, PEM or DER -> its pin, and its DER if wanted (the caller frees *der).
 * E_ROOT. */
int attest_root_read(struct span certificate, struct attest_root *root, uint8_t **der, size_t *der_size,
                     struct casemate_error *err);
/* Adding one again changes nothing. E_LIMIT. */
int attest_roots_add(struct attest_roots *roots, const struct attest_root *root, struct casemate_error *err);
/* "sha256:HEX" both ways. */
enum { ATTEST_FINGERPRINT_TEXT = 7 + 2 * DIGEST_SIZE + 1 };
void attest_fingerprint_text(const uint8_t fingerprint[DIGEST_SIZE], char text[ATTEST_FINGERPRINT_TEXT]);
bool attest_fingerprint_parse(struct span text, uint8_t fingerprint[DIGEST_SIZE]);

struct policy;

/* policy.toml; name is for messages. E_CONFIG with line and column, and the nearest name of an unknown key.
 */
int policy_parse(const char *text, size_t size, const char *name, struct policy **policy,
                 struct casemate_error *err);
/* Class hardware, nothing else said. */
int policy_default(struct policy **policy, struct casemate_error *err);
int policy_copy(const struct policy *from, struct policy **to, struct casemate_error *err);
void policy_free(struct policy *policy);

enum attest_class policy_class(const struct policy *policy);
/* What `--allow-simulated` means: the policy becomes one of class simulated, and exactly these roots are
 * added to those that it pins. */
int policy_allow_simulated(struct policy *policy, const struct attest_roots *roots,
                           struct casemate_error *err);
/* One more accepted measurement. */
int policy_add_measurement(struct policy *policy, const char *tee, struct span value,
                           struct casemate_error *err);
/* Every value of a CoRIM is one more accepted measurement. E_LIMIT. */
int policy_add_corim(struct policy *policy, const struct corim *corim, struct casemate_error *err);
/* An image that the caller trusts and measured itself: accepted if the policy names it with at most this SVN,
 * or names neither measurements nor images. */
int policy_add_reference(struct policy *policy, const char *tee, const struct measurement *value,
                         const char *image, uint32_t svn, struct casemate_error *err);

/* Whether a reference of this name could count: an image that no clause lets count need not be measured. */
bool policy_asks_for(const struct policy *policy, const char *image);

/* Its clauses as one JSON object; the caller frees *text. */
int policy_json(const struct policy *policy, char **text, struct casemate_error *err);
/* Whether it names this root: `roots`, or what policy_allow_simulated() added. */
bool policy_pins_root(const struct policy *policy, const uint8_t fingerprint[DIGEST_SIZE]);
/* Every clause -> its row. */
void policy_evaluate(const struct policy *policy, const struct claims *claims, struct check_report *report);

#endif
