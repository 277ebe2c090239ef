/* SPDX-License-Identifier: Apache-2.0 */
/* Base URLs of the services. What goes over them is public, but it names chips and platforms: so TLS, but to
 * this machine. */
#include <stdio.h>

#include "collateral_fetch.h"

static const char *const defaults[SERVICES] = {
    [SERVICE_PCCS] = "https://api.trustedservices.intel.com",
    [SERVICE_KDS] = "https://kdsintf.amd.com",
};

static bool one_of(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static bool is_loopback(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    return one_of(host, names, sizeof names / sizeof *names);
}

static bool is_intel(const char *host)
{
    static const char *const names[] = {"api.trustedservices.intel.com", "sbx.api.trustedservices.intel.com"};
    return one_of(host, names, sizeof names / sizeof *names);
}

static void cut(char *text, const char *end)
{
    const size_t size = strlen(text), cut = strlen(end);
    if (size >= cut && strcmp(text + size - cut, end) == 0)
        text[size - cut] = '\0';
}

static bool part(CURLU *url, CURLUPart which, char *to, size_t capacity)
{
    char *text = NULL;
    const bool there = curl.url_get(url, which, &text, 0) == CURLUE_OK;
    (void)snprintf(to, capacity, "%s", there ? text : "");
    curl.free(text);
    return there;
}

static int take(CURLU *url, const char *shown, struct fetch_service *service, struct casemate_error *err)
{
    char scheme[16], host[256], rest[8];
    if (!part(url, CURLUPART_SCHEME, scheme, sizeof scheme) ||
        !part(url, CURLUPART_HOST, host, sizeof host) || part(url, CURLUPART_USER, rest, sizeof rest) ||
        part(url, CURLUPART_QUERY, rest, sizeof rest) || part(url, CURLUPART_FRAGMENT, rest, sizeof rest))
        return casemate_fail(err, E_USAGE,
                             "The URL of a service is https://HOST[:PORT][/PREFIX], and not \"%s\"", shown);
    service->loopback = is_loopback(host);
    service->intel = is_intel(host);
    if (strcmp(scheme, "https") != 0 && !(strcmp(scheme, "http") == 0 && service->loopback)) {
        (void)casemate_fail(err, E_USAGE, "%s: \"%s\" is not spoken to another machine", shown, scheme);
        return casemate_next(err, "Name an https:// URL; which chips and platforms are asked for is nobody "
                                  "else's business.");
    }
    return 0;
}

int fetch_service_parse(enum collateral_service which, const char *text, size_t size,
                        struct fetch_service *service, struct casemate_error *err)
{
    *service = (struct fetch_service){0};
    if (size == 0) {
        text = defaults[which];
        size = strlen(text);
    }
    if (size >= sizeof service->url / 2)
        return casemate_fail(err, E_USAGE, "The URL of a service is longer than %zu characters",
                             sizeof service->url / 2 - 1);
    (void)snprintf(service->url, sizeof service->url, "%.*s", (int)size, text);
    if (curl_library_load(err) < 0)
        return -1;
    CURLU *url = curl.url();
    if (!url)
        return casemate_fail(err, E_NOMEM, "No memory for a URL");
    int result = curl.url_set(url, CURLUPART_URL, service->url, 0) == CURLUE_OK
                     ? take(url, service->url, service, err)
                     : casemate_fail(err, E_USAGE, "\"%s\" is no URL", service->url);
    curl.url_cleanup(url);
    cut(service->url, "/");
    cut(service->url, "/sgx/certification/v4");
    return result;
}

int fetch_url(const struct fetch_service *service, const struct collateral_want *want,
              char url[FETCH_URL_SIZE], struct casemate_error *err)
{
    const bool elsewhere = service->intel && want->intel;
    const int size = elsewhere ? snprintf(url, FETCH_URL_SIZE, "%s", want->intel)
                               : snprintf(url, FETCH_URL_SIZE, "%s%s", service->url, want->path);
    return size < FETCH_URL_SIZE ? 0 : casemate_fail(err, E_LIMIT, "The URL of %s is too long", want->file);
}
