/* SPDX-License-Identifier: Apache-2.0 */
/* User's folders and the installation's files. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* dladdr */
#endif
#include "paths.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int user_folder(const char *variable, const char *fallback, const char *name, char path[PATHS_MAX],
                       struct casemate_error *err)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");
    int size;
    /* The specification: a relative path is invalid and must be ignored. */
    if (base && base[0] == '/')
        size = snprintf(path, PATHS_MAX, "%s/casemate/%s", base, name);
    else if (home && home[0] == '/')
        size = snprintf(path, PATHS_MAX, "%s/%s/casemate/%s", home, fallback, name);
    else
        return casemate_fail(err, E_CONFIG, "Neither %s nor HOME is an absolute path", variable);
    if (size >= PATHS_MAX)
        return casemate_fail(err, E_CONFIG, "The path in %s is too long", variable);
    size_t end = strlen(path);
    if (name[0] == 0 && end > 1)
        path[end - 1] = 0;
    return 0;
}

int paths_state(const char *name, char path[PATHS_MAX], struct casemate_error *err)
{
    return user_folder("XDG_STATE_HOME", ".local/state", name, path, err);
}

int paths_config(const char *name, char path[PATHS_MAX], struct casemate_error *err)
{
    return user_folder("XDG_CONFIG_HOME", ".config", name, path, err);
}

int paths_cache(const char *name, char path[PATHS_MAX], struct casemate_error *err)
{
    return user_folder("XDG_CACHE_HOME", ".cache", name, path, err);
}

void paths_default_host(char url[PATHS_MAX])
{
    const char *host = getenv("CASEMATE_HOST");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (host && host[0]) {
        (void)snprintf(url, PATHS_MAX, "%s", host);
        return;
    }
    if (runtime && runtime[0] == '/') {
        (void)snprintf(url, PATHS_MAX, "unix:%s/casemate.sock", runtime);
        if (access(url + strlen("unix:"), F_OK) == 0)
            return;
    }
    (void)snprintf(url, PATHS_MAX, "unix:/run/casemate/casemated.sock");
}

int paths_own_folder(char path[PATHS_MAX], struct casemate_error *err)
{
    char own[PATHS_MAX];
    Dl_info info;
    /* The loader knows the file that holds this function: the library where there is one, else the program,
     * whose name may be relative (argv[0]); then the system's own link to it is better. */
    if (dladdr((void *)(uintptr_t)paths_own_folder, &info) == 0 || !info.dli_fname)
        return casemate_fail(err, E_INTERNAL, "The loader does not know this program's own file");
    const char *name = info.dli_fname;
    ssize_t size = strchr(name, '/') ? -1 : readlink("/proc/self/exe", own, sizeof own - 1);
    if (size > 0) {
        own[size] = 0;
        name = own;
    }
    if (!realpath(name, path))
        return casemate_fail_errno(err, E_IO, "Cannot find this program's own file %s", name);
    char *slash = strrchr(path, '/');
    if (slash == path)
        slash++;
    *slash = 0;
    return 0;
}

/* From the folder of the own file to the folder of what is looked for: an installed tree (PREFIX/bin,
 * PREFIX/lib, PREFIX/lib/ARCH), then a build tree (build/src/client, build/src/cli). */
static const char *const places[] = {
    "/",           "/../lib/casemate/", "/casemate/", "/../casemate/", "/../bin/",
    "/../../bin/", "/../../host/",      "/../host/",  "/../../",
};

int paths_installed(const char *name, char path[PATHS_MAX], struct casemate_error *err)
{
    char own[PATHS_MAX], candidate[PATHS_MAX];
    if (paths_own_folder(own, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int size = snprintf(candidate, sizeof candidate, "%s%s%s", own, places[i], name);
        if (size > 0 && (size_t)size < sizeof candidate && access(candidate, R_OK) == 0 &&
            realpath(candidate, path))
            return 0;
    }
    return casemate_fail(err, E_NOT_FOUND, "%s is not installed: looked in %s and in ../lib/casemate", name,
                         own);
}
