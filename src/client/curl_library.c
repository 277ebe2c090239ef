/* SPDX-License-Identifier: Apache-2.0 */
/* Loads libcurl by its binary interface's name, which has been the same since 2006. */
#include "curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char library_name[] = "libcurl.so.4";

struct curl_library curl;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool loaded; /* under the lock */

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define CURL_ROW(name) {"curl_" #name, offsetof(struct curl_library, name)},
    CURL_FUNCTIONS(CURL_ROW)
#undef CURL_ROW
};

static int fail(const char *why, struct casemate_error *err)
{
    (void)casemate_fail(err, E_INTERNAL, "libcurl, which https needs, cannot be loaded: %s",
                        why ? why : "for no reason that the system gives");
    return casemate_next(err, "Install it (Debian: apt install libcurl4); nothing but https:// needs it.");
}

/* It stays loaded: libraries below it do not survive being unloaded. */
static int load(struct casemate_error *err)
{
    struct curl_library found;
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return fail(dlerror(), err);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function)
            return fail(dlerror(), err);
        memcpy((char *)&found + functions[i].offset, &function, sizeof function);
    }
    curl = found;
    loaded = true;
    return 0;
}

int curl_library_load(struct casemate_error *err)
{
    (void)pthread_mutex_lock(&lock);
    int result = loaded ? 0 : load(err);
    (void)pthread_mutex_unlock(&lock);
    return result;
}
