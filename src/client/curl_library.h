/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, loaded when the first request over a network is made: it brings some thirty libraries with it, and
 * most verbs (verify, policy, run on this machine) speak to nobody. */
#ifndef CASEMATE_CLIENT_CURL_LIBRARY_H
#define CASEMATE_CLIENT_CURL_LIBRARY_H

#include <curl/curl.h>

#include "../base/error.h"

/* Every function of it that is called. */
#define CURL_FUNCTIONS(X)                                                                                    \
    X(easy_cleanup)                                                                                          \
    X(easy_getinfo)                                                                                          \
    X(easy_header)                                                                                           \
    X(easy_init)                                                                                             \
    X(easy_recv)                                                                                             \
    X(easy_send)                                                                                             \
    X(easy_setopt)                                                                                           \
    X(easy_strerror)                                                                                         \
    X(free)                                                                                                  \
    X(multi_add_handle)                                                                                      \
    X(multi_cleanup)                                                                                         \
    X(multi_info_read)                                                                                       \
    X(multi_init)                                                                                            \
    X(multi_remove_handle)                                                                                   \
    X(multi_setopt)                                                                                          \
    X(multi_socket_action)                                                                                   \
    X(slist_append)                                                                                          \
    X(slist_free_all)                                                                                        \
    X(url)                                                                                                   \
    X(url_cleanup)                                                                                           \
    X(url_get)                                                                                               \
    X(url_set)

struct curl_library {
#define CURL_MEMBER(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Set once, by the first curl_library_load() that succeeds; nothing may call through it before. */
extern struct curl_library curl;

/* E_INTERNAL with the dynamic linker's reason and what to install. From any thread, any number of times. */
int curl_library_load(struct casemate_error *err);

#endif
