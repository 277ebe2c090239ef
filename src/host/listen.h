/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of listen.c that others use. */
#ifndef CASEMATE_HOST_LISTEN_H
#define CASEMATE_HOST_LISTEN_H

#include "http.h"

/* A listening socket for "ADDRESS:PORT", or -1. */
int listen_tcp_socket(const char *text, struct casemate_error *err);

#endif
