/* SPDX-License-Identifier: Apache-2.0 */
/* A host agent as the client knows it: address, token, CA, the caller's connect callback. */
#ifndef CASEMATE_CLIENT_HOST_H
#define CASEMATE_CLIENT_HOST_H

#include "../../include/casemate/host.h"
#include "url.h"

enum { TOKEN_MAX = 4096 };

struct casemate_host {
    struct host_url url;
    char token[TOKEN_MAX + 1];
    char *ca_file; /* or NULL */
    int32_t (*connect)(void *context, casemate_error *error);
    void *connect_context;
    int64_t timeout_ms;
};

/* The bytes of an option struct that the caller has, zero beyond: how a newer library reads an older
 * caller's. E_USAGE if his size is larger than any that this library knows, or smaller than its first field.
 */
int options_copy(void *to, size_t to_size, const void *from, struct casemate_error *err);

#endif
