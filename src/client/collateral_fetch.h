/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the client of PCS, PCCS and KDS: base URLs, what an answer must be, and files of the cache. */
#ifndef CASEMATE_CLIENT_COLLATERAL_FETCH_H
#define CASEMATE_CLIENT_COLLATERAL_FETCH_H

#include "../base/buffer.h"
#include "collateral_wants.h"
#include "curl_loop.h"

enum {
    FETCH_URL_SIZE = 512,
    FETCH_HEAD_MAX = 64 << 10, /* bytes of an answer's header lines */
    FETCH_REDIRECT_SHOWN = 200,
};

/* A base URL. */
struct fetch_service {
    char url[FETCH_URL_SIZE]; /* without a slash at its end */
    bool loopback;            /* this machine: TLS is not asked for, no proxy is used */
    bool intel;               /* Intel's own, which is no PCCS */
};
/* Empty text: the vendor's own. "https://HOST[:PORT][/PREFIX]"; http to this machine alone. A path of PCS's
 * at the end ("/sgx/certification/v4/"), as Intel's own configuration files have it, is left out. E_USAGE. */
int fetch_service_parse(enum collateral_service which, const char *text, size_t size,
                        struct fetch_service *service, struct casemate_error *err);
int fetch_url(const struct fetch_service *service, const struct collateral_want *want,
              char url[FETCH_URL_SIZE], struct casemate_error *err);

/* What came back. */
struct fetch_answer {
    CURLcode result;
    long status;
    char content_type[64];
    char redirect[FETCH_REDIRECT_SHOWN];
    int64_t retry_after; /* seconds; 0: it did not say */
    bool too_large;
    struct buffer body;
    char *header; /* the value of want->header; NULL: not there */
};
void fetch_answer_free(struct fetch_answer *answer);

enum fetch_judgement { FETCH_GOOD, FETCH_AGAIN, FETCH_BAD };
/* Whether it is what was wanted; otherwise *err says what it is instead, and whether asking again may help.
 */
enum fetch_judgement fetch_judge(const struct collateral_want *want, const struct fetch_answer *answer,
                                 struct casemate_error *err);

/* Pauses before the next of `attempt` attempts (from 1): twice as long each time, a random part off, and at
 * least what the service asks for. -1: it asks for more than anybody waits. */
enum { FETCH_PAUSE_MAX = 30000, FETCH_RETRY_AFTER_MAX = 120 };
int64_t fetch_pause(int64_t backoff_ms, int32_t attempt, int64_t retry_after, uint32_t random);

/* ---- the cache ---- */

bool cache_has(const char *cache, const char *file);
int cache_write(const char *cache, const char *file, struct span bytes, struct casemate_error *err);
/* What the answer brought, under the want's names. */
int cache_store(const char *cache, const struct collateral_want *want, const struct fetch_answer *answer,
                struct casemate_error *err);

#endif
