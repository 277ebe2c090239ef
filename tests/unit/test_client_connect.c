/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to a host agent whose queue of connections is full (docs/threat-model.md, row 62): the client
 * waits without spinning, gets in when there is room, and gives up at its deadline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../../include/casemate/casemate.h"
#include "../../src/base/error.h"

enum { FILLERS = 8 };

struct full {
    char folder[64], url[128];
    struct sockaddr_un address;
    int listener, fillers[FILLERS];
    size_t count;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t processor_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A listener with as many connections waiting as its queue takes. */
static int open_full(void **state)
{
    static struct full f;
    f = (struct full){.address = {.sun_family = AF_UNIX}};
    (void)snprintf(f.folder, sizeof f.folder, "/tmp/casemate-full-XXXXXX");
    if (!mkdtemp(f.folder))
        return -1;
    (void)snprintf(f.address.sun_path, sizeof f.address.sun_path, "%s/full.sock", f.folder);
    (void)snprintf(f.url, sizeof f.url, "unix:%s", f.address.sun_path);
    f.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(f.listener, (struct sockaddr *)&f.address, sizeof f.address) < 0 || listen(f.listener, 0) < 0)
        return -1;
    for (; f.count < FILLERS; f.count++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connect(fd, (struct sockaddr *)&f.address, sizeof f.address) < 0) {
            int problem = errno;
            (void)close(fd);
            *state = &f;
            return problem == EAGAIN ? 0 : -1;
        }
        f.fillers[f.count] = fd;
    }
    return -1;
}

static int close_full(void **state)
{
    struct full *f = *state;
    for (size_t i = 0; i < f->count; i++)
        (void)close(f->fillers[i]);
    (void)close(f->listener);
    (void)unlink(f->address.sun_path);
    return rmdir(f->folder);
}

static casemate_host *host_of(const struct full *f, int64_t timeout_ms, casemate_error *error)
{
    casemate_host *host;
    const struct casemate_host_options options = {
        .size = sizeof options, .url = f->url, .url_size = strlen(f->url), .timeout_ms = timeout_ms};
    assert_int_equal(casemate_host_new(&options, &host, error), 0);
    return host;
}

/* What a caller of the non-blocking face does, for so long; how often it was woken. */
static unsigned drive(casemate_request *request, int64_t ms, int *result, casemate_error *error)
{
    unsigned woken = 0;
    int64_t until = now_ms() + ms;
    for (*result = 0; *result == 0 && now_ms() < until; woken++) {
        struct pollfd p = {.fd = casemate_request_fd(request),
                           .events = (short)casemate_request_events(request)};
        int64_t wait = casemate_request_timeout(request), left = until - now_ms();
        (void)poll(&p, 1, (int)(wait >= 0 && wait < left ? wait : left > 0 ? left : 0));
        *result = casemate_request_process(request, error);
    }
    return woken;
}

static void a_full_queue_is_waited_for_without_spinning_until_there_is_room(void **state)
{
    struct full *f = *state;
    casemate_error *error = casemate_error_new();
    casemate_host *host = host_of(f, 20000, error);
    casemate_request *request;
    char bytes[64] = {0};
    int result, accepted[FILLERS + 1];
    assert_int_equal(casemate_request_platform(host, &request, error), 0);
    int64_t processor = processor_ms();
    unsigned woken = drive(request, 600, &result, error);
    assert_int_equal(result, 0);
    assert_in_range(woken, 3, 40);
    assert_in_range(processor_ms() - processor, 0, 200);
    for (size_t i = 0; i < f->count; i++)
        accepted[i] = accept(f->listener, NULL, NULL);
    (void)drive(request, 500, &result, error);
    assert_int_equal(result, 0);
    accepted[f->count] = accept(f->listener, NULL, NULL);
    assert_true(accepted[f->count] >= 0);
    assert_true(read(accepted[f->count], bytes, sizeof bytes - 1) > 0);
    assert_ptr_equal(strstr(bytes, "GET /v1/platform HTTP/1.1"), bytes);
    for (size_t i = 0; i <= f->count; i++)
        (void)close(accepted[i]);
    casemate_request_free(request);
    casemate_host_free(host);
    casemate_error_free(error);
}

static void a_queue_that_stays_full_ends_at_the_deadline(void **state)
{
    casemate_error *error = casemate_error_new();
    casemate_host *host = host_of(*state, 300, error);
    casemate_request *request;
    int result;
    assert_int_equal(casemate_request_platform(host, &request, error), 0);
    int64_t begin = now_ms();
    (void)drive(request, 10000, &result, error);
    assert_int_equal(result, -1);
    assert_true(casemate_error_is(error, "E_TIMEOUT", 9));
    assert_in_range(now_ms() - begin, 290, 5000);
    casemate_request_free(request);
    casemate_host_free(host);
    casemate_error_free(error);
}

static void a_listener_that_goes_while_its_queue_is_full_is_said_to_be_gone(void **state)
{
    struct full *f = *state;
    casemate_error *error = casemate_error_new();
    casemate_host *host = host_of(f, 20000, error);
    casemate_request *request;
    int result;
    assert_int_equal(casemate_request_platform(host, &request, error), 0);
    (void)close(f->listener);
    f->listener = -1;
    (void)drive(request, 5000, &result, error);
    assert_int_equal(result, -1);
    assert_true(casemate_error_is(error, "E_CONNECT", 9));
    casemate_request_free(request);
    casemate_host_free(host);
    casemate_error_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_queue_is_waited_for_without_spinning_until_there_is_room,
                                        open_full, close_full),
        cmocka_unit_test_setup_teardown(a_queue_that_stays_full_ends_at_the_deadline, open_full, close_full),
        cmocka_unit_test_setup_teardown(a_listener_that_goes_while_its_queue_is_full_is_said_to_be_gone,
                                        open_full, close_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
