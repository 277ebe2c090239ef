/* SPDX-License-Identifier: Apache-2.0 */
/* Small parts of the host agent: what it reads from requests, token files and settings, what it keeps in its
 * records, and what it takes from wardens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/host/cgroup.h"
#include "../../src/host/http.h"
#include "../../src/tee/process/process.h"

static char folder[] = "/tmp/casemate-parts-XXXXXX";
static struct casemate_error err;

static int set_up(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[64];
    static const char *const names[] = {"tokens", "casemated.toml", "keeps.db", "keeps.db-wal",
                                        "keeps.db-shm"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(command, sizeof command, "%s/%s", folder, names[i]);
        (void)unlink(command);
    }
    return rmdir(folder);
}

static const char *write_file(const char *name, const char *text, mode_t mode)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    (void)close(fd);
    return path;
}

/* ---- request bodies ---- */

static int parse(const char *text, struct create_body *body)
{
    return create_body_parse(span_of(text, strlen(text)), body, &err);
}

static void an_empty_body_asks_for_the_defaults(void **state)
{
    struct create_body body;
    (void)state;
    assert_int_equal(parse("", &body), 0);
    assert_int_equal(parse("{}", &body), 0);
    assert_int_equal(body.memory, 0);
    assert_string_equal(body.tee, "");
}

static void a_whole_body_is_taken_as_it_is(void **state)
{
    struct create_body body;
    (void)state;
    assert_int_equal(parse("{\"tee\":\"process\",\"name\":\"a-b.c_1\",\"memory\":67108864,\"image\":"
                           "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}",
                           &body),
                     0);
    assert_string_equal(body.tee, "process");
    assert_string_equal(body.name, "a-b.c_1");
    assert_int_equal(body.memory, 67108864);
}

static void bodies_that_are_not_meant_are_refused(void **state)
{
    static const char *const texts[] = {
        " ",
        "[]",
        "1",
        "\"process\"",
        "{",
        "{}x",
        "{\"tee\":null}",
        "{\"tee\":\"much-too-long-a-name\"}",
        "{\"tee\":\"a\\u0000b\"}",
        "{\"tee\":\"a\",\"tee\":\"a\"}",
        "{\"memory\":16777215}",
        "{\"memory\":1.5e9}",
        "{\"memory\":true}",
        "{\"memory\":1125899906842625}",
        "{\"name\":\"-a\"}",
        "{\"name\":\"a/b\"}",
        "{\"name\":\"\\u00e9\"}",
        "{\"image\":\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"}",
        "{\"image\":\"\"}",
        "{\"unknown\":1}",
        "{\"tee\":\"\xff\"}",
    };
    struct create_body body;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        err.code = E_NONE;
        if (parse(texts[i], &body) == 0)
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(err.code, E_USAGE);
    }
}

/* ---- tokens ---- */

/* row 66 */
static void a_token_is_accepted_whole_and_nothing_else_is(void **state)
{
    struct tokens t = {0};
    static const char *const wrong[] = {"Bearer",
                                        "Bearer ",
                                        "Bearer 0123456789abcde",
                                        "Bearer 0123456789abcdefx",
                                        "Bearer 0123456789abcdef ",
                                        "Basic 0123456789abcdef",
                                        "0123456789abcdef",
                                        "",
                                        "Bearer 0123456789ABCDEF"};
    (void)state;
    assert_false(tokens_accept(&t, "Bearer "));
    assert_int_equal(tokens_add(&t, SPAN_LITERAL("0123456789abcdef"), &err), 0);
    assert_int_equal(tokens_add(&t, SPAN_LITERAL("another-token-of-ours"), &err), 0);
    assert_true(tokens_accept(&t, "Bearer 0123456789abcdef"));
    assert_true(tokens_accept(&t, "bearer  another-token-of-ours"));
    assert_false(tokens_accept(&t, NULL));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(tokens_accept(&t, wrong[i]));
}

static void token_files_are_read_line_by_line(void **state)
{
    struct tokens t;
    (void)state;
    assert_int_equal(
        tokens_load(&t, write_file("tokens", "# a\n\none-token-of-ours \r\nanother-of-them-x", 0600), &err),
        0);
    assert_int_equal(t.count, 2);
    assert_true(tokens_accept(&t, "Bearer one-token-of-ours"));
    assert_true(tokens_accept(&t, "Bearer another-of-them-x"));
}

static void bad_token_files_are_refused(void **state)
{
    struct tokens t;
    (void)state;
    assert_int_equal(tokens_load(&t, write_file("tokens", "one-token-of-ours\n", 0640), &err), -1);
    assert_int_equal(err.code, E_INSECURE);
    assert_int_equal(tokens_load(&t, write_file("tokens", "\n#x\n", 0600), &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    assert_int_equal(tokens_load(&t, write_file("tokens", "short\n", 0600), &err), -1);
    assert_int_equal(tokens_load(&t, write_file("tokens", "with\ta-tab-in-the-middle\n", 0600), &err), -1);
    assert_int_equal(tokens_load(&t, "/nonexistent", &err), -1);
}

/* ---- settings ---- */

static void sizes_are_read_with_their_units(void **state)
{
    static const struct {
        const char *text;
        int64_t size;
    } good[] = {{"0", 0},          {"4096", 4096},      {"1KiB", 1024},
                {"3MiB", 3 << 20}, {"2GiB", 2LL << 30}, {"1TiB", 1LL << 40},
                {"64m", 64 << 20}};
    static const char *const bad[] = {
        "", "MiB", "-1", "1.5GiB", "1 GiB", "1GB", "99999999999999999999", "9223372036854775807KiB", "1MiBx"};
    int64_t size;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(settings_parse_size(good[i].text, &size, &err), 0);
        assert_true(size == good[i].size);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(settings_parse_size(bad[i], &size, &err), -1);
}

static void every_setting_has_help_and_a_default_in_its_range(void **state)
{
    struct settings s;
    (void)state;
    settings_default(&s);
    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *w = &settings_table[i];
        assert_true(strlen(w->help) > 5);
        if (w->type == SETTING_COUNT || w->type == SETTING_SIZE) {
            int64_t value = *(int64_t *)((char *)&s + w->offset);
            assert_true(value >= w->least && value <= w->most);
        }
    }
}

/* casemated --config FILE with this text, and OPTION VALUE. */
static int read_settings(struct settings *s, const char *text, const char *option, const char *value)
{
    char path[64], *words[6] = {(char *)(uintptr_t)"casemated", (char *)(uintptr_t)"--config", path};
    int count = 3;
    (void)snprintf(path, sizeof path, "%s", write_file("casemated.toml", text, 0600));
    if (option) {
        words[count++] = (char *)(uintptr_t)option;
        words[count++] = (char *)(uintptr_t)value;
    }
    err = (struct casemate_error){0};
    return settings_read(s, count, words, &err);
}

static void an_option_overrides_the_file(void **state)
{
    struct settings s;
    (void)state;
    assert_int_equal(read_settings(&s, "version = 1\nkeeps = 3\nlog_level = \"debug\"\n", "--keeps", "5"), 0);
    assert_int_equal(s.keeps, 5);
    assert_string_equal(s.log_level, "debug");
    settings_free(&s);
    assert_int_equal(read_settings(&s, "listen = [\"unix:/a\", \"unix:/b\"]\n", "--listen", "unix:/c"), 0);
    assert_int_equal(s.listen_count, 1);
    assert_string_equal(s.listen[0], "unix:/c");
    settings_free(&s);
}

static void a_bad_value_in_the_file_is_refused_even_if_an_option_overrides_it(void **state)
{
    static const struct {
        const char *text, *option, *value;
    } cases[] = {
        {"keeps = 0\n", "--keeps", "5"},
        {"keeps = \"many\"\n", "--keeps", "5"},
        {"memory = \"1 parsec\"\n", "--memory", "1g"},
        {"log_level = \"loud\"\n", "--log-level", "info"},
        {"log_format = \"xml\"\n", "--log-format", "json"},
        {"listen = \"http:80\"\n", "--listen", "unix:/a"},
        {"listen = [\"unix:/a\", 7]\n", "--listen", "unix:/a"},
        {"tls_cert = 1\n", "--tls-cert", "file"},
        {"keep_log = \"yes\"\n", "--keeps", "5"},
        {"unknown = 1\n", "--keeps", "5"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int with = 0; with < 2; with++) {
            struct settings s;
            if (read_settings(&s, cases[i].text, with ? cases[i].option : NULL, cases[i].value) == 0)
                fail_msg("%s is accepted", cases[i].text);
            assert_int_equal(err.code, E_CONFIG);
            assert_non_null(strstr(err.what, "casemated.toml"));
            settings_free(&s);
        }
    }
}

static void tcp_wants_tls_and_tokens(void **state)
{
    char *tcp = strdup("tcp:127.0.0.1:1"), *unix_socket = strdup("unix:/x");
    struct settings s;
    (void)state;
    settings_default(&s);
    s.listen_count = 1;
    s.listen[0] = unix_socket;
    assert_int_equal(settings_check(&s, &err), 0);
    s.listen[0] = tcp;
    assert_int_equal(settings_check(&s, &err), -1);
    assert_int_equal(err.code, E_INSECURE);
    s.tls_cert = s.tls_key = tcp;
    assert_int_equal(settings_check(&s, &err), -1);
    s.token_file = tcp;
    assert_int_equal(settings_check(&s, &err), 0);
    s.tls_key = NULL;
    assert_int_equal(settings_check(&s, &err), -1);
    s.tls_cert = s.token_file = NULL;
    s.insecure = true;
    assert_int_equal(settings_check(&s, &err), 0);
    free(tcp);
    free(unix_socket);
}

/* ---- records ---- */

static void count_one(void *context, const struct record *r)
{
    int *count = context;
    assert_string_equal(r->id, *count == 0 ? "0000000000000001" : "0000000000000002");
    assert_string_equal(r->name, "it's \"a\" name; DROP TABLE keeps");
    assert_true(r->memory == 1LL << 40);
    ++*count;
}

static void records_survive_and_are_in_order(void **state)
{
    char path[64];
    struct store *store;
    int count = 0;
    (void)state;
    (void)snprintf(path, sizeof path, "%s/keeps.db", folder);
    struct record r = {.id = "0000000000000002",
                       .name = "it's \"a\" name; DROP TABLE keeps",
                       .tee = "process",
                       .state = "lost",
                       .created = 5,
                       .memory = 1LL << 40};
    assert_int_equal(store_open(path, &store, &err), 0);
    assert_int_equal(store_put(store, &r, &err), 0);
    r.created = 4;
    memcpy(r.id, "0000000000000001", sizeof r.id);
    assert_int_equal(store_put(store, &r, &err), 0);
    assert_int_equal(store_put(store, &r, &err), 0);
    store_close(store);
    assert_int_equal(store_open(path, &store, &err), 0);
    assert_int_equal(store_each(store, count_one, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_int_equal(store_remove(store, "0000000000000002", &err), 0);
    assert_int_equal(store_remove(store, "0000000000000002", &err), 0);
    count = 0;
    assert_int_equal(store_each(store, count_one, &count, &err), 0);
    assert_int_equal(count, 1);
    store_close(store);
}

static void a_file_that_holds_no_records_is_refused(void **state)
{
    struct store *store;
    (void)state;
    assert_int_equal(
        store_open(write_file("keeps.db", "this is no database, however long it is made to look", 0600),
                   &store, &err),
        -1);
    assert_int_equal(store_open("/nonexistent/x", &store, &err), -1);
}

/* ---- control ---- */

static void a_descriptor_comes_with_a_message_and_more_than_one_does_not(void **state)
{
    static struct control m;
    int pair[2], passed;
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(control_send(pair[0], CONTROL_SESSION, 5, -6, SPAN_LITERAL("early"), 0, true), 0);
    assert_int_equal(control_receive(pair[1], &m, &passed, true), 1);
    assert_true(passed > 2 && m.kind == CONTROL_SESSION && m.number == 5 && m.value == -6 && m.size == 5);
    assert_string_equal((const char *)m.payload, "early");
    (void)close(passed);
    assert_int_equal(control_receive(pair[1], &m, &passed, false), -1);
    assert_int_equal(errno, EAGAIN);
    (void)close(pair[0]);
    assert_int_equal(control_receive(pair[1], &m, &passed, false), 0);
    (void)close(pair[1]);
}

static void malformed_datagrams_are_refused(void **state)
{
    static struct control m;
    static const uint8_t bytes[CONTROL_PAYLOAD_MAX + 100];
    int pair[2], passed;
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    for (size_t size = 1; size < 16; size++) {
        assert_true(send(pair[0], bytes, size, 0) == (ssize_t)size);
        assert_int_equal(control_receive(pair[1], &m, &passed, false), -1);
        assert_int_equal(errno, EPROTO);
    }
    assert_true(send(pair[0], bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    assert_int_equal(control_receive(pair[1], &m, &passed, false), -1);
    assert_int_equal(errno, EPROTO);
    assert_int_equal(
        control_send(pair[0], CONTROL_LOG, 0, 0, span_of(bytes, CONTROL_PAYLOAD_MAX + 1), -1, true), -1);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void texts_of_wardens_are_cleaned(void **state)
{
    char text[8] = {'a', '\n', (char)0x1b, (char)0xff, '"', 'b', 'c', 'd'};
    (void)state;
    control_clean(text, sizeof text);
    assert_string_equal(text, "a???\"bc");
}

/* ---- technologies ---- */

static void technologies_are_found_by_name_and_alias_and_the_nearest_is_named(void **state)
{
    const char *nearest = NULL;
    (void)state;
    assert_ptr_equal(tee_find("process", NULL), tee_table[0]);
    assert_ptr_equal(tee_find("proc", NULL), tee_table[0]);
    assert_null(tee_find("proces", &nearest));
    assert_string_equal(nearest, "process");
    assert_null(tee_find("", &nearest));
    assert_null(tee_find("zzzzzzzz", &nearest));
    assert_null(nearest);
}

static void an_image_is_launched_only_from_memory_that_nobody_can_change(void **state)
{
    (void)state;
    static const int seals[] = {F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL};
    uint8_t measurement[48];
    struct tee_image image = {.measurement = {7}};
    const struct tee_launch launch = {.sealed = &image};
    for (unsigned taken = 0; taken < 16; taken++) {
        image.fd = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        assert_true(image.fd >= 0);
        for (unsigned i = 0; i < 4; i++)
            if (taken & 1U << i)
                assert_int_equal(fcntl(image.fd, F_ADD_SEALS, seals[i]), 0);
        int fd = process_image_open(&launch, measurement, &err);
        if (taken == 15) {
            assert_true(fd >= 0 && fd != image.fd);
            assert_memory_equal(measurement, image.measurement, sizeof measurement);
            (void)close(fd);
        } else {
            assert_int_equal(fd, -1);
            assert_int_equal(err.code, E_IMAGE);
        }
        (void)close(image.fd);
    }
}

/* ---- cgroups: a plain folder stands in for the kernel's, with the files that it would make ---- */

static char stand_in[64];

static void put_file(const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", stand_in, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs(text, f);
    (void)fclose(f);
}

static bool file_is(const char *name, const char *expected)
{
    char path[256], text[64] = "";
    (void)snprintf(path, sizeof path, "%s/%s", stand_in, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    (void)!fread(text, 1, sizeof text - 1, f);
    (void)fclose(f);
    return strcmp(text, expected) == 0;
}

static void remove_file(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", stand_in, name);
    (void)remove(path);
}

static const char *const own_files[] = {"keep-a1/memory.max", "keep-a1/pids.max", "keep-a1/memory.oom.group",
                                        "keep-a1/cgroup.procs"};

static void make_stand_in(const char *controllers)
{
    char path[256];
    (void)strcpy(stand_in, "/tmp/casemate-cgroup-XXXXXX");
    assert_non_null(mkdtemp(stand_in));
    put_file("cgroup.controllers", controllers);
    put_file("cgroup.subtree_control", "");
    (void)snprintf(path, sizeof path, "%s/keep-a1", stand_in);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_stand_in(void)
{
    for (size_t i = 0; i < sizeof own_files / sizeof own_files[0]; i++)
        remove_file(own_files[i]);
    remove_file("keep-a1");
    remove_file("cgroup.controllers");
    remove_file("cgroup.subtree_control");
    assert_int_equal(rmdir(stand_in), 0);
}

static void a_keep_gets_a_cgroup_with_its_limits_before_its_warden_is_told_anything(void **state)
{
    (void)state;
    make_stand_in("cpu memory pids\n");
    for (size_t i = 0; i < sizeof own_files / sizeof own_files[0]; i++)
        put_file(own_files[i], "");
    assert_int_equal(cgroup_open(stand_in, &err), 0);
    assert_true(file_is("cgroup.subtree_control", "+memory +pids"));
    assert_int_equal(cgroup_enter(stand_in, "a1", 1 << 20, 4711, &err), 0);
    assert_true(file_is("keep-a1/memory.max", "135266304"));
    assert_true(file_is("keep-a1/pids.max", "64"));
    assert_true(file_is("keep-a1/memory.oom.group", "1"));
    assert_true(file_is("keep-a1/cgroup.procs", "4711"));
    remove_stand_in();
}

static void a_keep_whose_cgroup_cannot_be_limited_is_not_started(void **state)
{
    (void)state;
    for (size_t missing = 0; missing < sizeof own_files / sizeof own_files[0]; missing++) {
        make_stand_in("memory pids\n");
        for (size_t i = 0; i < sizeof own_files / sizeof own_files[0]; i++)
            if (i != missing)
                put_file(own_files[i], "");
        assert_int_equal(cgroup_enter(stand_in, "a1", 1 << 20, 4711, &err), -1);
        assert_int_equal(err.code, E_SANDBOX);
        remove_stand_in();
    }
}

static void a_folder_that_cannot_limit_is_refused_at_the_start(void **state)
{
    (void)state;
    static const char *const lacking[] = {"",       "cpu io\n",     "memory\n",
                                          "pids\n", "memorypids\n", "xmemory pids\n"};
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        make_stand_in(lacking[i]);
        assert_int_equal(cgroup_open(stand_in, &err), -1);
        assert_int_equal(err.code, E_CONFIG);
        assert_true(file_is("cgroup.subtree_control", ""));
        remove_stand_in();
    }
    assert_int_equal(cgroup_open("/nowhere/at/all", &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    make_stand_in("memory pids\n");
    remove_file("cgroup.subtree_control");
    assert_int_equal(cgroup_open(stand_in, &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    remove_stand_in();
}

static void cgroups_that_an_earlier_casemated_left_are_removed(void **state)
{
    (void)state;
    char path[256];
    make_stand_in("memory pids\n");
    (void)snprintf(path, sizeof path, "%s/keep-a1", stand_in);
    assert_int_equal(cgroup_open(stand_in, &err), 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(mkdir(path, 0700), 0);
    cgroup_leave(stand_in, "a1");
    assert_int_equal(access(path, F_OK), -1);
    remove_stand_in();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_body_asks_for_the_defaults),
        cmocka_unit_test(a_whole_body_is_taken_as_it_is),
        cmocka_unit_test(bodies_that_are_not_meant_are_refused),
        cmocka_unit_test(a_token_is_accepted_whole_and_nothing_else_is),
        cmocka_unit_test(token_files_are_read_line_by_line),
        cmocka_unit_test(bad_token_files_are_refused),
        cmocka_unit_test(sizes_are_read_with_their_units),
        cmocka_unit_test(every_setting_has_help_and_a_default_in_its_range),
        cmocka_unit_test(an_option_overrides_the_file),
        cmocka_unit_test(a_bad_value_in_the_file_is_refused_even_if_an_option_overrides_it),
        cmocka_unit_test(tcp_wants_tls_and_tokens),
        cmocka_unit_test(records_survive_and_are_in_order),
        cmocka_unit_test(a_file_that_holds_no_records_is_refused),
        cmocka_unit_test(a_descriptor_comes_with_a_message_and_more_than_one_does_not),
        cmocka_unit_test(malformed_datagrams_are_refused),
        cmocka_unit_test(texts_of_wardens_are_cleaned),
        cmocka_unit_test(an_image_is_launched_only_from_memory_that_nobody_can_change),
        cmocka_unit_test(a_keep_gets_a_cgroup_with_its_limits_before_its_warden_is_told_anything),
        cmocka_unit_test(a_keep_whose_cgroup_cannot_be_limited_is_not_started),
        cmocka_unit_test(a_folder_that_cannot_limit_is_refused_at_the_start),
        cmocka_unit_test(cgroups_that_an_earlier_casemated_left_are_removed),
        cmocka_unit_test(technologies_are_found_by_name_and_alias_and_the_nearest_is_named),
    };
    return cmocka_run_group_tests_name("host parts", tests, set_up, tear_down);
}
