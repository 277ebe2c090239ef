/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0 for configuration and policies: toml++ behind a C interface, with line and column of every key and
 * value. Nothing here throws; unknown keys are errors that name the nearest known one. */
#ifndef CASEMATE_BASE_TOML_H
#define CASEMATE_BASE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "error.h"

enum { TOML_SIZE_MAX = 1 << 20 };

struct toml_document;
struct toml_node; /* lives as long as its document */

enum toml_type { TOML_OTHER = 0, TOML_STRING, TOML_INTEGER, TOML_BOOLEAN, TOML_ARRAY, TOML_TABLE };

struct toml_position {
    uint32_t line, column; /* from 1 */
};

/* name is for messages, and copied. E_CONFIG with line and column; E_LIMIT past TOML_SIZE_MAX. */
int toml_parse(const char *text, size_t size, const char *name, struct toml_document **document,
               struct casemate_error *err);
void toml_free(struct toml_document *document);
const struct toml_node *toml_root(const struct toml_document *document);

enum toml_type toml_type_of(const struct toml_node *node);
struct toml_position toml_position_of(const struct toml_node *node);
/* Items of an array, entries of a table (in the order of their names); 0 for others. */
size_t toml_count(const struct toml_node *node);
const struct toml_node *toml_item(const struct toml_node *array, size_t index);
/* Name and place of a table's entry. */
const char *toml_key(const struct toml_node *table, size_t index, struct toml_position *position);
/* NULL if the table has no such entry. */
const struct toml_node *toml_get(const struct toml_node *table, const char *key);

/* What a value must be, or E_CONFIG that says where and what was expected; what names it ("`class`"). A
 * string is NUL-terminated and has no NUL inside. */
int toml_string(const struct toml_document *document, const struct toml_node *node, const char *what,
                const char **text, size_t *size, struct casemate_error *err);
int toml_integer(const struct toml_document *document, const struct toml_node *node, const char *what,
                 int64_t least, int64_t most, int64_t *value, struct casemate_error *err);
int toml_boolean(const struct toml_document *document, const struct toml_node *node, const char *what,
                 bool *value, struct casemate_error *err);
int toml_expect(const struct toml_document *document, const struct toml_node *node, const char *what,
                enum toml_type type, struct casemate_error *err);
/* Every key of the table is one of these (NULL-terminated), else E_CONFIG with the nearest. */
int toml_known_keys(const struct toml_document *document, const struct toml_node *table,
                    const char *const *known, struct casemate_error *err);
/* E_CONFIG at a node: "name:line:column: sentence". Returns -1. */
int toml_fail(const struct toml_document *document, const struct toml_node *node, struct casemate_error *err,
              const char *format, ...) __attribute__((format(printf, 4, 5)));

#ifdef __cplusplus
}
#endif

#endif
