/* SPDX-License-Identifier: Apache-2.0 */
/* WASI preview 1 called as the engine calls it, with every argument in a hostile program's hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../src/keep/wasi/internal.h"
#include "../support/host_memory.h"

enum { MEMORY_SIZE = WASM_PAGE_SIZE, OUT = 1024, PATH = 2048, PATH2 = 3072, BUFFER = 8192 };

static struct {
    struct host_memory host_memory;
    struct wasm_store *store;
    struct wasm_memory *memory;
    struct files *files;
    struct wasi *wasi;
    uint64_t monotonic, realtime;
    char output[3][4096];
    size_t output_size[3];
    const char *input;
    bool input_open;
    int fail; /* what host calls answer */
    unsigned waits;
} t;

static int host_output(void *context, unsigned stream, struct span bytes)
{
    (void)context;
    if (t.fail)
        return t.fail;
    assert_in_range(stream, 1, 2);
    if (t.output_size[stream] + bytes.size < sizeof *t.output) {
        memcpy(t.output[stream] + t.output_size[stream], bytes.data, bytes.size);
        t.output_size[stream] += bytes.size;
    }
    return 0;
}

static int host_input(void *context, uint8_t *bytes, size_t capacity, size_t *size)
{
    (void)context;
    size_t left = strlen(t.input);
    *size = left < capacity ? left : capacity;
    memcpy(bytes, t.input, *size);
    t.input += *size;
    return *size == 0 && t.input_open ? KEEP_EAGAIN : 0;
}

static size_t host_input_available(void *context, bool *end)
{
    (void)context;
    *end = !t.input_open && *t.input == 0;
    return strlen(t.input);
}

static int host_wait(void *context, uint64_t deadline, bool for_input)
{
    (void)context;
    t.waits++;
    if (t.fail)
        return t.fail;
    if (deadline != UINT64_MAX)
        t.monotonic = deadline;
    else if (for_input)
        t.input = "late";
    return 0;
}

static int host_random(void *context, uint8_t *bytes, size_t size)
{
    (void)context;
    memset(bytes, 0x5a, size);
    return t.fail;
}

static uint64_t host_monotonic(void *context)
{
    (void)context;
    return t.monotonic;
}

static uint64_t host_realtime(void *context)
{
    (void)context;
    return t.realtime;
}

static int host_poll(void *context)
{
    (void)context;
    return t.fail;
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.host_memory.fail_after = -1;
    t.input = "";
    t.monotonic = 1000;
    t.realtime = 5000;
    struct wasm_memory_ops ops = host_memory_ops(&t.host_memory);
    struct wasm_config config;
    wasm_config_default(&config, &ops);
    assert_int_equal(wasm_store_new(&config, &t.store), 0);
    struct wasm_memory_type type = {.range = {.minimum = 1, .maximum = 1, .has_maximum = true}};
    assert_int_equal(wasm_memory_new(t.store, &type, &t.memory), 0);
    struct files_limits limits = {1 << 20, 2000};
    assert_int_equal(files_new(&limits, NULL, NULL, &t.files), 0);
    static const struct span args[] = {
        {(const uint8_t *)"prog", 4}, {(const uint8_t *)"", 0}, {(const uint8_t *)"x y", 3}};
    static const struct span env[] = {{(const uint8_t *)"A=1", 3}};
    static const struct span root = {(const uint8_t *)"/", 1};
    struct wasi_host host = {NULL,      host_output, host_input,     host_input_available,
                             host_wait, host_random, host_monotonic, host_realtime,
                             host_poll};
    struct wasi_config wasi = {.args = args,
                               .arg_count = 3,
                               .env = env,
                               .env_count = 1,
                               .files = t.files,
                               .preopens = &root,
                               .preopen_count = 1,
                               .time_floor = 7000};
    assert_int_equal(wasi_new(&wasi, &host, &t.wasi), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wasi_free(t.wasi);
    files_free(t.files);
    wasm_store_destroy(t.store);
    return 0;
}

static int last_stop;

/* Calls a function with up to nine arguments, all given as 64 bits. */
static uint32_t call9(uint32_t (*handler)(struct call *), const uint64_t args[9])
{
    union wasm_value values[9];
    for (int i = 0; i < 9; i++)
        values[i].i64 = args[i];
    struct call call = {.wasi = t.wasi, .memory = t.memory, .args = values};
    uint32_t answer = handler(&call);
    last_stop = call.stop;
    return answer;
}

#define CALL(name, ...) call9(wasi_##name, (const uint64_t[9]){__VA_ARGS__})

static uint8_t *at(uint32_t address)
{
    uint8_t *bytes = wasm_memory_span(t.memory, address, 1);
    assert_non_null(bytes);
    return bytes;
}

static uint32_t put_text(uint32_t address, const char *text)
{
    memcpy(at(address), text, strlen(text));
    return (uint32_t)strlen(text);
}

static uint32_t open_path(uint32_t fd, const char *path, uint32_t oflags, uint64_t rights, uint32_t *opened)
{
    uint32_t size = put_text(PATH, path);
    uint32_t error = CALL(path_open, fd, 1, PATH, size, oflags, rights, RIGHTS_ALL, 0, OUT);
    *opened = load_le32(at(OUT));
    return error;
}

static void iovec(uint32_t address, uint32_t size)
{
    store_le32(at(PATH), address);
    store_le32(at(PATH) + 4, size);
}

static uint32_t write_text(uint32_t fd, const char *text)
{
    iovec(BUFFER, put_text(BUFFER, text));
    return CALL(fd_write, fd, PATH, 1, OUT);
}

static void arguments_are_laid_out_with_their_terminators(void **state)
{
    (void)state;
    assert_int_equal(CALL(args_sizes_get, OUT, OUT + 4), 0);
    assert_int_equal(load_le32(at(OUT)), 3);
    assert_int_equal(load_le32(at(OUT + 4)), 10);
    assert_int_equal(CALL(args_get, OUT, BUFFER), 0);
    assert_memory_equal(at(BUFFER), "prog\0\0x y", 10);
    assert_int_equal(load_le32(at(OUT + 8)), BUFFER + 6);
    assert_int_equal(CALL(args_get, OUT, MEMORY_SIZE - 9), ERRNO_FAULT);
    assert_int_equal(CALL(args_get, MEMORY_SIZE - 11, BUFFER), ERRNO_FAULT);
    assert_int_equal(CALL(args_get, UINT32_MAX, UINT32_MAX), ERRNO_FAULT);
}

/* Acceptance test 18: the clock of the host decides nothing. */
/* rows 27 and 49 */
static void clocks_never_run_backwards_nor_below_the_floor(void **state)
{
    (void)state;
    assert_int_equal(CALL(clock_time_get, CLOCKID_REALTIME, 0, OUT), 0);
    assert_int_equal(load_le64(at(OUT)), 7000);
    t.realtime = 9000;
    assert_int_equal(CALL(clock_time_get, CLOCKID_REALTIME, 0, OUT), 0);
    t.realtime = 8000; /* back, as a host may */
    assert_int_equal(CALL(clock_time_get, CLOCKID_REALTIME, 0, OUT), 0);
    assert_int_equal(load_le64(at(OUT)), 9000);
    t.monotonic = 10;
    assert_int_equal(CALL(clock_time_get, CLOCKID_MONOTONIC, 0, OUT), 0);
    assert_int_equal(load_le64(at(OUT)), 1000);
    assert_int_equal(CALL(clock_time_get, 4, 0, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(clock_time_get, 0, 0, MEMORY_SIZE - 7), ERRNO_FAULT);
    assert_int_equal(CALL(clock_res_get, 9, OUT), ERRNO_INVAL);
}

static void output_goes_to_its_stream(void **state)
{
    (void)state;
    assert_int_equal(write_text(1, "out"), 0);
    assert_int_equal(write_text(2, "err"), 0);
    assert_int_equal(load_le32(at(OUT)), 3);
    assert_string_equal(t.output[1], "out");
    assert_string_equal(t.output[2], "err");
    assert_int_equal(write_text(0, "x"), ERRNO_NOTCAPABLE);
    assert_int_equal(write_text(3, "x"), ERRNO_BADF);
    assert_int_equal(write_text(77, "x"), ERRNO_BADF);
    iovec(MEMORY_SIZE - 1, 2);
    assert_int_equal(CALL(fd_write, 1, PATH, 1, OUT), ERRNO_FAULT);
    assert_int_equal(CALL(fd_write, 1, PATH, WASI_IOVECS_MAX + 1, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(fd_write, 1, UINT32_MAX - 3, 1, OUT), ERRNO_FAULT);
    t.fail = KEEP_ECLOSED;
    (void)write_text(1, "x");
    assert_int_equal(last_stop, KEEP_ECLOSED);
}

static void input_waits_only_when_it_must(void **state)
{
    (void)state;
    t.input = "abc";
    t.input_open = true;
    iovec(BUFFER, 8);
    assert_int_equal(CALL(fd_read, 0, PATH, 1, OUT), 0);
    assert_int_equal(load_le32(at(OUT)), 3);
    assert_int_equal(t.waits, 0);
    assert_int_equal(CALL(fd_fdstat_set_flags, 0, FDFLAGS_NONBLOCK), 0);
    assert_int_equal(CALL(fd_read, 0, PATH, 1, OUT), ERRNO_AGAIN);
    assert_int_equal(CALL(fd_fdstat_set_flags, 0, 0), 0);
    assert_int_equal(CALL(fd_read, 0, PATH, 1, OUT), 0);
    assert_int_equal(load_le32(at(OUT)), 4);
    assert_int_equal(t.waits, 1);
    t.input_open = false;
    assert_int_equal(CALL(fd_read, 0, PATH, 1, OUT), 0);
    assert_int_equal(load_le32(at(OUT)), 0);
}

static void a_file_is_written_read_and_sought(void **state)
{
    (void)state;
    uint32_t fd;
    assert_int_equal(open_path(3, "f", OFLAGS_CREAT, RIGHTS_ALL, &fd), 0);
    assert_int_equal(write_text(fd, "hello world"), 0);
    assert_int_equal(CALL(fd_seek, fd, (uint64_t)-5, WHENCE_END, OUT), 0);
    assert_int_equal(load_le64(at(OUT)), 6);
    iovec(BUFFER, 32);
    assert_int_equal(CALL(fd_read, fd, PATH, 1, OUT), 0);
    assert_int_equal(load_le32(at(OUT)), 5);
    assert_memory_equal(at(BUFFER), "world", 5);
    assert_int_equal(CALL(fd_seek, fd, (uint64_t)-1, WHENCE_SET, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(fd_seek, fd, 0, 3, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(fd_seek, fd, INT64_MAX, WHENCE_END, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(fd_seek, 1, 0, WHENCE_CUR, OUT), ERRNO_SPIPE);
    assert_int_equal(CALL(fd_pwrite, fd, PATH, 1, UINT64_MAX, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(fd_pwrite, fd, PATH, 1, INT64_MAX, OUT), ERRNO_FBIG);
    assert_int_equal(CALL(fd_filestat_set_size, fd, INT64_MAX), ERRNO_FBIG);
    assert_int_equal(CALL(fd_allocate, fd, UINT64_MAX, 2), ERRNO_FBIG);
    assert_int_equal(CALL(fd_close, fd), 0);
    assert_int_equal(CALL(fd_close, fd), ERRNO_BADF);
}

/* row 32 */
static void no_path_leaves_the_preopened_directory(void **state)
{
    (void)state;
    uint32_t fd, sub;
    put_text(PATH, "d");
    assert_int_equal(CALL(path_create_directory, 3, PATH, 1), 0);
    assert_int_equal(open_path(3, "secret", OFLAGS_CREAT, RIGHTS_ALL, &fd), 0);
    assert_int_equal(
        open_path(3, "d", OFLAGS_DIRECTORY, RIGHT(RIGHT_PATH_OPEN) | RIGHT(RIGHT_PATH_SYMLINK), &sub), 0);
    assert_int_equal(open_path(sub, "../secret", 0, 0, &fd), ERRNO_PERM);
    assert_int_equal(open_path(sub, "/secret", 0, 0, &fd), ERRNO_PERM);
    uint32_t target = put_text(PATH2, "../secret"), name = put_text(PATH, "l");
    assert_int_equal(CALL(path_symlink, PATH2, target, sub, PATH, name), 0);
    assert_int_equal(open_path(sub, "l", 0, 0, &fd), ERRNO_PERM);
    assert_int_equal(open_path(3, "d/l", 0, 0, &fd), 0); /* below "/" that link stays inside */
    target = put_text(PATH2, "/secret");
    assert_int_equal(CALL(path_symlink, PATH2, target, sub, PATH, name), ERRNO_NOTCAPABLE);
    assert_int_equal(open_path(3, "a\xff", 0, 0, &fd), ERRNO_ILSEQ);
    assert_int_equal(open_path(3, "", 0, 0, &fd), ERRNO_NOENT);
    put_text(PATH, "a");
    *at(PATH + 1) = 0;
    assert_int_equal(CALL(path_open, 3, 0, PATH, 2, 0, 0, 0, 0, OUT), ERRNO_INVAL);
}

/* Acceptance test 23: rights are asked on every operation, and only ever shrink. */
/* row 32 */
static void rights_are_obeyed(void **state)
{
    (void)state;
    uint32_t fd, directory, other;
    assert_int_equal(open_path(3, "f", OFLAGS_CREAT, RIGHTS_ALL, &fd), 0);
    assert_int_equal(write_text(fd, "data"), 0);
    assert_int_equal(CALL(fd_fdstat_set_rights, fd, RIGHT(RIGHT_FD_READ), 0), 0);
    assert_int_equal(write_text(fd, "x"), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(fd_filestat_set_size, fd, 0), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(fd_seek, fd, 0, WHENCE_SET, OUT), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(fd_tell, fd, OUT), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(fd_filestat_get, fd, OUT), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(fd_fdstat_set_rights, fd, RIGHTS_ALL, 0), ERRNO_NOTCAPABLE);
    uint32_t size = put_text(PATH, ".");
    assert_int_equal(CALL(path_open, 3, 0, PATH, size, OFLAGS_DIRECTORY, RIGHT(RIGHT_PATH_OPEN),
                          RIGHT(RIGHT_FD_READ), 0, OUT),
                     0);
    directory = load_le32(at(OUT));
    assert_int_equal(open_path(directory, "new", OFLAGS_CREAT, RIGHT(RIGHT_FD_READ), &other),
                     ERRNO_NOTCAPABLE);
    size = put_text(PATH, "f");
    assert_int_equal(CALL(path_open, directory, 0, PATH, size, 0, RIGHT(RIGHT_FD_WRITE), 0, 0, OUT),
                     ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(path_open, directory, 0, PATH, size, OFLAGS_TRUNC, RIGHT(RIGHT_FD_READ), 0, 0, OUT),
                     ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(path_open, directory, 0, PATH, size, 0, RIGHT(RIGHT_FD_READ), 0, 0, OUT), 0);
    assert_int_equal(CALL(path_unlink_file, directory, PATH, size), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(path_filestat_get, directory, 0, PATH, size, OUT), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(path_rename, directory, PATH, size, 3, PATH, size), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(path_link, directory, 0, PATH, size, 3, PATH, size), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(path_symlink, PATH, size, directory, PATH, size), ERRNO_NOTCAPABLE);
    assert_int_equal(CALL(fd_readdir, directory, BUFFER, 100, 0, OUT), ERRNO_NOTCAPABLE);
    struct file_stat stat;
    struct file_node *node;
    assert_int_equal(files_find(t.files, SPAN_LITERAL("/f"), &node), 0);
    file_get_stat(node, &stat);
    assert_int_equal(stat.size, 4);
}

static void renumbering_moves_a_descriptor_and_closes_its_target(void **state)
{
    (void)state;
    uint32_t a, b;
    assert_int_equal(open_path(3, "a", OFLAGS_CREAT, RIGHTS_ALL, &a), 0);
    assert_int_equal(open_path(3, "b", OFLAGS_CREAT, RIGHTS_ALL, &b), 0);
    assert_int_equal(CALL(fd_renumber, a, 500), ERRNO_BADF);
    assert_int_equal(CALL(fd_renumber, 500, a), ERRNO_BADF);
    assert_int_equal(CALL(fd_renumber, UINT32_MAX, a), ERRNO_BADF);
    assert_int_equal(CALL(fd_renumber, a, a), 0);
    assert_int_equal(CALL(fd_renumber, a, b), 0);
    assert_int_equal(write_text(a, "x"), ERRNO_BADF);
    assert_int_equal(write_text(b, "x"), 0);
    struct file_node *node;
    struct file_stat stat;
    assert_int_equal(files_find(t.files, SPAN_LITERAL("/a"), &node), 0);
    file_get_stat(node, &stat);
    assert_int_equal(stat.size, 1);
}

/* row 29 */
static void descriptors_have_a_limit(void **state)
{
    (void)state;
    uint32_t fd;
    assert_int_equal(open_path(3, "f", OFLAGS_CREAT, RIGHTS_ALL, &fd), 0);
    unsigned opened = 1;
    while (open_path(3, "f", 0, RIGHTS_ALL, &fd) == 0)
        opened++;
    assert_int_equal(opened, WASI_DESCRIPTORS_MAX - 4);
    assert_int_equal(open_path(3, "f", 0, RIGHTS_ALL, &fd), ERRNO_MFILE);
}

static void a_directory_is_listed_whole_through_any_buffer(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        char name[16];
        uint32_t fd;
        (void)snprintf(name, sizeof name, "file%02d", i);
        assert_int_equal(open_path(3, name, OFLAGS_CREAT, RIGHTS_ALL, &fd), 0);
    }
    for (uint32_t room = DIRENT_SIZE + 6; room < 400; room += 37) {
        uint64_t cookie = 0;
        unsigned seen = 0;
        for (;;) {
            assert_int_equal(CALL(fd_readdir, 3, BUFFER, room, cookie, OUT), 0);
            uint32_t used = load_le32(at(OUT)), here = 0;
            while (here + DIRENT_SIZE <= used) {
                uint32_t name_size = load_le32(at(BUFFER + here) + 16);
                if (here + DIRENT_SIZE + name_size > used)
                    break;
                cookie = load_le64(at(BUFFER + here));
                here += DIRENT_SIZE + name_size;
                seen++;
            }
            if (used < room)
                break;
        }
        assert_int_equal(seen, 52);
    }
    assert_int_equal(CALL(fd_readdir, 3, BUFFER, UINT32_MAX, 0, OUT), ERRNO_FAULT);
    assert_int_equal(CALL(fd_readdir, 1, BUFFER, 100, 0, OUT), ERRNO_NOTDIR);
    assert_int_equal(CALL(fd_readdir, 3, BUFFER, 100, UINT64_MAX, OUT), 0);
}

static void subscribe(uint32_t index, uint64_t userdata, uint8_t type, uint32_t clock_or_fd, uint64_t timeout,
                      uint16_t flags)
{
    uint8_t *s = at(PATH + index * SUBSCRIPTION_SIZE);
    memset(s, 0, SUBSCRIPTION_SIZE);
    store_le64(s, userdata);
    s[8] = type;
    store_le32(s + 16, clock_or_fd);
    store_le64(s + 24, timeout);
    store_le16(s + 40, flags);
}

static void polling_fires_what_is_due_first(void **state)
{
    (void)state;
    subscribe(0, 11, EVENTTYPE_CLOCK, CLOCKID_MONOTONIC, 500, 0);
    subscribe(1, 22, EVENTTYPE_CLOCK, CLOCKID_MONOTONIC, 1200, SUBCLOCKFLAGS_ABSTIME);
    assert_int_equal(CALL(poll_oneoff, PATH, BUFFER, 2, OUT), 0);
    assert_int_equal(load_le32(at(OUT)), 1);
    assert_int_equal(load_le64(at(BUFFER)), 22);
    assert_int_equal(t.monotonic, 1200);
    t.input_open = true;
    subscribe(0, 33, EVENTTYPE_FD_READ, 0, 0, 0);
    assert_int_equal(CALL(poll_oneoff, PATH, BUFFER, 1, OUT), 0);
    assert_int_equal(load_le64(at(BUFFER)), 33);
    assert_int_equal(load_le64(at(BUFFER) + 16), 4);
    subscribe(0, 44, EVENTTYPE_FD_READ, 99, 0, 0);
    subscribe(1, 55, 7, 0, 0, 0);
    subscribe(2, 66, EVENTTYPE_CLOCK, 9, 0, 0);
    subscribe(3, 77, EVENTTYPE_FD_WRITE, 1, 0, 0);
    assert_int_equal(CALL(poll_oneoff, PATH, BUFFER, 4, OUT), 0);
    assert_int_equal(load_le32(at(OUT)), 4);
    assert_int_equal(load_le16(at(BUFFER) + 8), ERRNO_BADF);
    assert_int_equal(load_le16(at(BUFFER + EVENT_SIZE) + 8), ERRNO_INVAL);
    assert_int_equal(load_le16(at(BUFFER + 2 * EVENT_SIZE) + 8), ERRNO_INVAL);
    assert_int_equal(load_le16(at(BUFFER + 3 * EVENT_SIZE) + 8), 0);
    assert_int_equal(CALL(poll_oneoff, PATH, BUFFER, 0, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(poll_oneoff, PATH, BUFFER, UINT32_MAX, OUT), ERRNO_INVAL);
    assert_int_equal(CALL(poll_oneoff, MEMORY_SIZE - 47, BUFFER, 1, OUT), ERRNO_FAULT);
    subscribe(0, 1, EVENTTYPE_CLOCK, CLOCKID_MONOTONIC, UINT64_MAX, 0);
    t.fail = KEEP_ECLOSED;
    assert_int_equal(CALL(poll_oneoff, PATH, BUFFER, 1, OUT), 0);
    assert_int_equal(last_stop, KEEP_ECLOSED);
}

/* row 28 */
static void failing_random_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(CALL(random_get, BUFFER, 16), 0);
    assert_int_equal(CALL(random_get, MEMORY_SIZE - 15, 16), ERRNO_FAULT);
    t.fail = KEEP_EENTROPY;
    (void)CALL(random_get, BUFFER, 16);
    assert_int_equal(last_stop, KEEP_EENTROPY);
}

static void exit_is_told_with_its_code(void **state)
{
    (void)state;
    uint32_t code;
    assert_false(wasi_exit_code(t.wasi, &code));
    (void)CALL(proc_exit, 0xffffffff);
    assert_int_equal(last_stop, 1);
    assert_true(wasi_exit_code(t.wasi, &code));
    assert_int_equal(code, UINT32_MAX);
}

static void there_are_no_sockets_and_signals(void **state)
{
    (void)state;
    assert_int_equal(CALL(sock_accept, 1, 0, OUT), ERRNO_NOTSOCK);
    assert_int_equal(CALL(sock_recv, 99, 0, 0, 0, OUT, OUT), ERRNO_BADF);
    assert_int_equal(CALL(sock_send, 3, 0, 0, 0, OUT), ERRNO_NOTSOCK);
    assert_int_equal(CALL(sock_shutdown, 0, 0), ERRNO_NOTSOCK);
    assert_int_equal(CALL(proc_raise, 6), ERRNO_NOTSUP);
}

/* Acceptance test 22: offsets and sizes at every edge, in every argument of every function; the sanitizers
 * watch. */
static void hostile_arguments_harm_nobody(void **state)
{
    (void)state;
    static const uint64_t edges[] = {0,
                                     1,
                                     3,
                                     4,
                                     OUT,
                                     PATH,
                                     MEMORY_SIZE - 1,
                                     MEMORY_SIZE,
                                     MEMORY_SIZE + 1,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0xfffffff8,
                                     INT64_MAX,
                                     UINT64_MAX};
    static uint32_t (*const handlers[])(struct call *) = {
#define F(name, signature) wasi_##name,
#include "../../src/keep/wasi/functions.def"
#undef F
    };
    enum { EDGES = sizeof edges / sizeof *edges, HANDLERS = sizeof handlers / sizeof *handlers };
    srand(11);
    for (int i = 0; i < 60000; i++) {
        uint64_t args[9];
        for (int k = 0; k < 9; k++)
            args[k] = edges[rand() % EDGES];
        t.input = "x";
        uint32_t answer = call9(handlers[i % HANDLERS], args);
        assert_in_range(answer, 0, ERRNO_NOTCAPABLE);
        if (i % 1000 == 0)
            store_le32(at(PATH), (uint32_t)rand());
    }
}

static void imports_are_judged_by_name_and_type(void **state)
{
    (void)state;
    static const uint32_t i32[4] = {WASM_I32, WASM_I32, WASM_I32, WASM_I32};
    struct wasm_import import = {.module = wasm_name_of(WASI_MODULE), .name = wasm_name_of("fd_write")};
    import.type.kind = WASM_EXTERN_FUNCTION;
    import.type.function = (struct wasm_function_type){i32, i32, 4, 1};
    const char *signature;
    assert_int_equal(wasi_import_offer(&import, &signature), WASI_OFFERED);
    import.type.function.parameter_count = 3;
    assert_int_equal(wasi_import_offer(&import, &signature), WASI_OTHER_TYPE);
    assert_string_equal(signature, "iiii:i");
    import.name = wasm_name_of("fd_writ");
    assert_int_equal(wasi_import_offer(&import, &signature), WASI_UNKNOWN_NAME);
    import.module = wasm_name_of("env");
    assert_int_equal(wasi_import_offer(&import, &signature), WASI_UNKNOWN_MODULE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arguments_are_laid_out_with_their_terminators),
        TEST(clocks_never_run_backwards_nor_below_the_floor),
        TEST(output_goes_to_its_stream),
        TEST(input_waits_only_when_it_must),
        TEST(a_file_is_written_read_and_sought),
        TEST(no_path_leaves_the_preopened_directory),
        TEST(rights_are_obeyed),
        TEST(renumbering_moves_a_descriptor_and_closes_its_target),
        TEST(descriptors_have_a_limit),
        TEST(a_directory_is_listed_whole_through_any_buffer),
        TEST(polling_fires_what_is_due_first),
        TEST(failing_random_ends_the_program),
        TEST(exit_is_told_with_its_code),
        TEST(there_are_no_sockets_and_signals),
        TEST(hostile_arguments_harm_nobody),
        TEST(imports_are_judged_by_name_and_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
