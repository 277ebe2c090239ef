/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of client and command line without a network: addresses, HTTP answers, records, keys, packages,
 * configuration, imports, small texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/base/file.h"
#include "../../src/base/nearest.h"
#include "../../src/cli/parse.h"
#include "../../src/client/answer.h"
#include "../../src/client/key.h"
#include "../../src/client/package.h"
#include "../../src/client/record.h"
#include "../../src/client/url.h"

/* ---- addresses ---- */

static void addresses_of_hosts_are_understood(void **state)
{
    static const struct {
        const char *text, *url, *keep;
    } cases[] = {
        {"unix:/run/x.sock", "unix:/run/x.sock", ""},
        {"unix:/run/x.sock/abc123", "unix:/run/x.sock", "abc123"},
        {"unix:relative", "unix:relative", ""},
        {"https://"
         "host",
         "https://"
         "host:7443",
         ""},
        {"https://"
         "host:1/k",
         "https://"
         "host:1",
         "k"},
        {"https://[::1]:80/a-b_C", "https://[::1]:80", "a-b_C"},
        {"https://"
         "10.0.0.1/",
         "https://"
         "10.0.0.1:7443",
         ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct host_url url;
        assert_int_equal(host_url_parse(span_of(cases[i].text, strlen(cases[i].text)), &url, NULL), 0);
        assert_string_equal(url.url, cases[i].url);
        assert_string_equal(url.keep, cases[i].keep);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const cases[] = {"",
                                        "unix:",
                                        "host",
                                        "http://"
                                        "host",
                                        "https://",
                                        "https://"
                                        ":80",
                                        "https://"
                                        "host:",
                                        "https://"
                                        "host:0",
                                        "https://"
                                        "host:65536",
                                        "https://"
                                        "host:8x",
                                        "https://"
                                        "ho st",
                                        "https://"
                                        "host/a/b",
                                        "https://"
                                        "host/a?b",
                                        "https://"
                                        "user@host",
                                        "https://"
                                        "-host",
                                        "https://[::1",
                                        "unix:/a.sock/b!c"};
    char longer[URL_MAX + 8];
    struct host_url url;
    struct casemate_error err;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(host_url_parse(span_of(cases[i], strlen(cases[i])), &url, &err), -1);
        assert_int_equal(err.code, E_USAGE);
    }
    memset(longer, 'a', sizeof longer);
    memcpy(longer, "unix:", 5);
    assert_int_equal(host_url_parse(span_of(longer, sizeof longer), &url, NULL), -1);
    assert_int_equal(host_url_parse(span_of(longer, URL_SOCKET_MAX + 6), &url, NULL), -1);
    assert_int_equal(host_url_parse(span_of("unix:a\0b", 8), &url, NULL), -1);
}

/* ---- HTTP answers ---- */

/* Feeds a text in pieces of one size: the result, and what is left. */
static int feed(struct http_answer *a, const char *text, size_t piece, size_t *used)
{
    size_t size = strlen(text), at = 0;
    int result = ANSWER_MORE;
    memset(a, 0, sizeof *a);
    a->body_max = 64;
    while (at < size && result == ANSWER_MORE) {
        size_t take = size - at < piece ? size - at : piece, eaten;
        result = answer_feed(a, span_of(text + at, take), &eaten, NULL);
        at += result < 0 ? 0 : eaten;
        if (result < 0)
            break;
    }
    *used = at;
    return result;
}

static void an_answer_is_read_the_same_in_pieces_of_any_size(void **state)
{
    static const char switched[] =
        "HTTP/1.1 101 X\r\nUPGRADE: casemate/1\r\nConnection: keep-alive, Upgrade\r\n\r\nREST";
    static const char whole[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    (void)state;
    for (size_t piece = 1; piece < sizeof switched; piece++) {
        struct http_answer a;
        size_t used;
        assert_int_equal(feed(&a, switched, piece, &used), ANSWER_SWITCHED);
        assert_string_equal(switched + used, "REST");
        assert_int_equal(feed(&a, whole, piece, &used), ANSWER_WHOLE);
        assert_string_equal(buffer_text(&a.body), "hello");
        answer_free(&a);
    }
}

static void malformed_answers_are_refused(void **state)
{
    static const char *const cases[] = {
        "HTTP/1.0 200 OK\r\n",
        "HTTP/2 200 OK\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 abc OK\r\n",
        "HTTP/1.1 099 OK\r\n",
        "HTTP/1.1 200\n",
        "\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n",
        "HTTP/1.1 200 OK\r\nA : x\r\n",
        "HTTP/1.1 200 OK\r\n folded\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 X\r\nUpgrade: casemate/1\r\n\r\n",
        "HTTP/1.1 101 X\r\nUpgrade: casemate/11\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\x01\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct http_answer a;
        size_t used;
        if (feed(&a, cases[i], 1, &used) != -1)
            fail_msg("accepted: %s", cases[i]);
        answer_free(&a);
    }
}

static void an_answer_has_bounds_and_an_early_end_is_noticed(void **state)
{
    struct http_answer a = {.body_max = 8};
    size_t used;
    (void)state;
    for (int i = 0; i <= ANSWER_LINE_MAX; i++)
        if (answer_feed(&a, span_of("x", 1), &used, NULL) < 0)
            break;
    assert_int_equal(a.line_size, ANSWER_LINE_MAX);
    answer_free(&a);
    a.body_max = 8;
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789";
    assert_int_equal(answer_feed(&a, span_of(text, sizeof text - 1), &used, NULL), ANSWER_WHOLE);
    assert_int_equal(a.body.size, 8);
    answer_free(&a);
    assert_int_equal(answer_end(&a, NULL), -1);
    a.body_max = 100;
    assert_int_equal(answer_feed(&a, span_of(text, sizeof text - 1), &used, NULL), ANSWER_MORE);
    assert_int_equal(answer_end(&a, NULL), -1);
    answer_free(&a);
}

/* ---- records ---- */

static struct casemate_record example(void)
{
    struct casemate_record r = {.id = "abc",
                                .name = "n",
                                .tee = "process",
                                .class_name = "simulated",
                                .measurement = "00",
                                .key_reference = "own",
                                .root = "sha256:00",
                                .created = 5,
                                .has_workload = true};
    memset(r.salt, 3, sizeof r.salt);
    return r;
}

static void a_record_survives_writing_and_reading(void **state)
{
    struct casemate_record r = example(), back = {0};
    struct buffer json = {0};
    (void)state;
    buffer_append_text(&r.policy, "version = 1\n");
    assert_int_equal(record_encode(&r, &json, NULL), 0);
    assert_int_equal(record_decode(span_of(json.data, json.size), &back, NULL), 0);
    assert_string_equal(back.id, "abc");
    assert_memory_equal(back.salt, r.salt, SALT_SIZE);
    assert_true(back.has_workload && !back.has_run);
    assert_string_equal(buffer_text(&back.policy), "version = 1\n");
    buffer_free(&r.policy);
    buffer_free(&back.policy);
    buffer_free(&json);
}

/* Replaces one piece of the JSON of a good record. */
static void damaged(const char *from, const char *to)
{
    struct casemate_record r = example(), back = {0};
    struct buffer json = {0}, changed = {0};
    struct casemate_error err;
    assert_int_equal(record_encode(&r, &json, NULL), 0);
    const char *text = buffer_text(&json), *at = strstr(text, from);
    assert_non_null(at);
    buffer_append(&changed, text, (size_t)(at - text));
    buffer_append_text(&changed, to);
    buffer_append_text(&changed, at + strlen(from));
    assert_int_equal(record_decode(span_of(changed.data, changed.size), &back, &err), -1);
    assert_int_equal(err.code, E_IO);
    buffer_free(&back.policy);
    buffer_free(&json);
    buffer_free(&changed);
}

static void a_damaged_record_is_refused(void **state)
{
    (void)state;
    damaged("\"version\": 1", "\"version\": 2");
    damaged("\"abc\"", "\"../abc\"");
    damaged("\"abc\"", "7");
    damaged("\"salt\"", "\"salz\"");
    damaged("\"spki\": \"00", "\"spki\": \"0");
    damaged("\"simulated\"", "\"real\"");
    damaged("\"tee\": \"process\"", "\"tee\": \"processprocessprocess\"");
    damaged("{", "[");
    damaged("\"created\": 5", "\"id\": \"x\"");
}

static void a_write_that_fails_leaves_the_old_record(void **state)
{
    char folder[] = "/tmp/casemate-parts-XXXXXX";
    struct casemate_record r = example(), *back;
    struct casemate_store *store;
    struct casemate_error err = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(r.folder, sizeof r.folder, "%s/abc", folder);
    assert_int_equal(record_save(&r, NULL, &err), 0);
    /* A name that is no UTF-8 cannot become JSON. */
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/abc/record.json", folder);
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);
    struct casemate_record broken = r;
    memset(broken.name, 0xff, 4);
    assert_int_equal(record_save(&broken, NULL, &err), -1);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(casemate_store_open(folder, strlen(folder), &store, &err), 0);
    assert_int_equal(casemate_record_load(store, "ab", 2, &back, &err), 0);
    assert_string_equal(back->name, "n");
    struct casemate_record *none;
    assert_int_equal(casemate_record_load(store, "zz", 2, &none, &err), -1);
    assert_int_equal(err.code, E_NOT_FOUND);
    assert_int_equal(casemate_record_delete(back, &err), 0);
    casemate_record_free(back);
    casemate_store_free(store);
    assert_int_equal(rmdir(folder), 0);
}

/* ---- keys ---- */

static void a_key_is_read_back_from_its_own_text_only(void **state)
{
    casemate_key *key, *again;
    const char *text, *line;
    size_t size;
    (void)state;
    assert_int_equal(casemate_key_new(&key, NULL), 0);
    casemate_key_private(key, &text, &size);
    assert_int_equal(casemate_key_parse(text, size, &again, NULL), 0);
    assert_string_equal(again->public_text, key->public_text);
    casemate_key_free(again);
    char *copy = strndup(text, size);
    line = strchr(copy, '\n') + 1;
    assert_int_equal(casemate_key_parse(line, strlen(line) - 5, &again, NULL), -1);
    assert_int_equal(casemate_key_parse("", 0, &again, NULL), -1);
    assert_int_equal(casemate_key_parse(key->public_text, strlen(key->public_text), &again, NULL), -1);
    struct buffer twice = {0};
    buffer_append_text(&twice, text);
    buffer_append_text(&twice, text);
    assert_int_equal(casemate_key_parse(buffer_text(&twice), twice.size, &again, NULL), -1);
    buffer_wipe(&twice);
    free(copy);
    casemate_key_free(key);
}

/* ---- packages ---- */

static casemate_package *package_of(const void *module, size_t size)
{
    casemate_package *p;
    assert_int_equal(casemate_package_new(module, size, "a.wasm", 6, &p, NULL), 0);
    return p;
}

static void the_workload_digest_covers_everything_but_secrets(void **state)
{
    static const uint8_t salt[SALT_SIZE] = {1};
    uint8_t digests[6][DIGEST_SIZE];
    (void)state;
    for (int i = 0; i < 6; i++) {
        casemate_package *p = package_of("m", 1);
        if (i == 1)
            assert_int_equal(casemate_package_add_argument(p, "x", 1, NULL), 0);
        if (i == 2)
            assert_int_equal(casemate_package_set_variable(p, "A", 1, "b", 1, 0, NULL), 0);
        if (i == 3)
            assert_int_equal(casemate_package_add_file(p, "/f", 2, "c", 1, 0644, 0, NULL), 0);
        if (i == 4)
            casemate_package_set_public(p, 1);
        if (i == 5) {
            assert_int_equal(casemate_package_set_variable(p, "A", 1, "b", 1, 1, NULL), 0);
            assert_int_equal(casemate_package_add_file(p, "/f", 2, "c", 1, 0600, 1, NULL), 0);
        }
        p->time_floor = 1;
        assert_int_equal(casemate_package_seal(p, salt, NULL), 0);
        memcpy(digests[i], p->digest, DIGEST_SIZE);
        casemate_package_free(p);
    }
    for (int i = 1; i < 5; i++)
        for (int k = 0; k < i; k++)
            assert_memory_not_equal(digests[i], digests[k], DIGEST_SIZE);
    assert_memory_equal(digests[0], digests[5], DIGEST_SIZE);
}

static void impossible_parts_of_a_package_are_refused(void **state)
{
    static const char *const paths[] = {"", "relative", "/", "/a/../b", "/./a", "/a//b", "/a/"};
    casemate_package *p = package_of("m", 1);
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(casemate_package_add_file(p, paths[i], strlen(paths[i]), "x", 1, 0644, 0, NULL), -1);
    assert_int_equal(casemate_package_add_file(p, "/a", 2, "x", 1, 0644, 0, NULL), 0);
    assert_int_equal(casemate_package_add_file(p, "/a", 2, "y", 1, 0644, 0, NULL), -1);
    assert_int_equal(casemate_package_set_variable(p, "", 0, "x", 1, 0, NULL), -1);
    assert_int_equal(casemate_package_set_variable(p, "A=B", 3, "x", 1, 0, NULL), -1);
    assert_int_equal(casemate_package_set_variable(p, "A", 1, "x\0y", 3, 0, NULL), -1);
    assert_int_equal(casemate_package_add_argument(p, "a\0b", 3, NULL), -1);
    assert_int_equal(casemate_package_set_memory(p, 1, NULL), -1);
    assert_int_equal(casemate_package_set_memory(p, UINT64_MAX, NULL), -1);
    assert_int_equal(casemate_package_add_path(p, "/nowhere/at/all", 15, "/b", 2, 0, NULL), -1);
    casemate_package_free(p);
}

static void the_bytes_of_a_package_come_whole_in_pieces_of_any_size(void **state)
{
    casemate_package *p = package_of("module", 6);
    (void)state;
    assert_int_equal(casemate_package_add_file(p, "/b", 2, "BBB", 3, 0644, 0, NULL), 0);
    assert_int_equal(casemate_package_add_file(p, "/a", 2, "AA", 2, 0644, 0, NULL), 0);
    assert_int_equal(casemate_package_add_file(p, "/empty", 6, "", 0, 0644, 0, NULL), 0);
    assert_int_equal(casemate_package_add_file(p, "/s", 2, "secret", 6, 0600, 1, NULL), 0);
    assert_int_equal(package_total(p), 11);
    for (size_t piece = 1; piece < 13; piece++) {
        uint8_t all[16];
        size_t at = 0, got;
        while ((got = package_bytes(p, at, all + at, at + piece < 16 ? piece : 16 - at)) > 0)
            at += got;
        assert_int_equal(at, 11);
        assert_memory_equal(all, "moduleAABBB", 11);
    }
    casemate_package_free(p);
}

/* (module (func (export \"f\") (param i32 f64))) */
static const uint8_t library[] = {0, 'a', 's', 'm', 1, 0, 0, 0,   1, 6, 1,  0x60, 2, 0x7F, 0x7C, 0,   3,
                                  2, 1,   0,   7,   5, 1, 1, 'f', 0, 0, 10, 4,    1, 2,    0,    0x0B};

static casemate_package *calling(const char *name, const char *first, const char *second)
{
    casemate_package *p = package_of(library, sizeof library);
    assert_int_equal(casemate_package_set_entry(p, name, strlen(name), NULL), 0);
    assert_int_equal(casemate_package_add_argument(p, first, strlen(first), NULL), 0);
    if (second)
        assert_int_equal(casemate_package_add_argument(p, second, strlen(second), NULL), 0);
    return p;
}

static void arguments_of_an_entry_become_bits_by_its_type(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        uint64_t bits[2];
    } cases[] = {
        {"0", "0", {0, 0}},
        {"-1", "1", {0xFFFFFFFF, 0x3FF0000000000000}},
        {"4294967295", "-0.5", {0xFFFFFFFF, 0xBFE0000000000000}},
        {"-2147483648", "0x1p-1074", {0x80000000, 1}},
        {"-0x1", "inf", {0xFFFFFFFF, 0x7FF0000000000000}},
        {"+7", "1e400", {7, 0x7FF0000000000000}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        casemate_package *p = calling("f", cases[i].first, cases[i].second);
        struct deploy d;
        assert_int_equal(casemate_package_check(p, NULL), 0);
        assert_int_equal(p->entry_values[0], cases[i].bits[0]);
        assert_int_equal(p->entry_values[1], cases[i].bits[1]);
        assert_int_equal(casemate_package_seal(p, NULL, NULL), 0);
        package_deploy(p, &d);
        assert_true(d.has_entry && d.entry.size == 1 && !d.has_features);
        casemate_package_free(p);
    }
}

static void arguments_that_an_entry_does_not_take_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *first, *second, *hint;
    } cases[] = {
        {"g", "0", "0", "no function"},
        {"f", "0", NULL, "takes 2 arguments"},
        {"f", "", "0", "Argument 1"},
        {"f", "-", "0", "Argument 1"},
        {"f", "1 ", "0", "Argument 1"},
        {"f", " 1", "0", "Argument 1"},
        {"f", "0x", "0", "Argument 1"},
        {"f", "4294967296", "0", "Argument 1"},
        {"f", "-2147483649", "0", "Argument 1"},
        {"f", "--1", "0", "Argument 1"},
        {"f", "99999999999999999999", "0", "Argument 1"},
        {"f", "0", "", "Argument 2"},
        {"f", "0", "1.5f", "Argument 2"},
        {"f", "0", " 1", "Argument 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct casemate_error err = {0};
        casemate_package *p = calling(cases[i].name, cases[i].first, cases[i].second);
        assert_int_equal(casemate_package_check(p, &err), -1);
        if (err.code != E_USAGE || !strstr(err.what, cases[i].hint))
            fail_msg("%zu: %s", i, err.what);
        assert_int_equal(casemate_package_seal(p, NULL, &err), -1);
        casemate_package_free(p);
    }
}

static void a_feature_that_is_off_is_in_the_deploy_once(void **state)
{
    (void)state;
    struct deploy d;
    casemate_package *p = package_of(library, sizeof library);
    assert_int_equal(casemate_package_set_feature(p, "simd", 4, 0, NULL), 0);
    assert_int_equal(casemate_package_set_feature(p, "simd", 4, 0, NULL), 0);
    assert_int_equal(casemate_package_set_feature(p, "threads", 7, 0, NULL), 0);
    assert_int_equal(casemate_package_set_feature(p, "threads", 7, 1, NULL), 0);
    assert_int_equal(casemate_package_set_feature(p, "thread", 6, 0, NULL), -1);
    assert_int_equal(casemate_package_seal(p, NULL, NULL), 0);
    package_deploy(p, &d);
    assert_true(d.has_features);
    assert_int_equal(d.features_off.size, 6);
    assert_memory_equal(d.features_off.data, "\x81\x64simd", 6);
    casemate_package_free(p);
}

/* ---- configuration ---- */

static int configure(const char *text, casemate_package **p, struct casemate_error *err)
{
    *p = package_of("m", 1);
    return casemate_package_configure(*p, text, strlen(text), "Casemate.toml", 13, "", 0, err);
}

static void configuration_and_enarx_files_are_accepted(void **state)
{
    casemate_package *p;
    (void)state;
    assert_int_equal(
        configure("version = 1\nargs = [\"a\", \"b\"]\nmemory = 1048576\npublic = true\n[env]\nK = \"V\"\n",
                  &p, NULL),
        0);
    assert_int_equal(p->argument_count, 2);
    assert_int_equal(p->limits.memory, 1048576);
    assert_true(p->is_public);
    assert_string_equal(p->variables[0].name, "K");
    casemate_package_free(p);
    assert_int_equal(configure("steward = \"x\"\n[[files]]\nkind = \"null\"\n[[files]]\nkind = \"stdout\"\n"
                               "[[files]]\nkind = \"stderr\"\n",
                               &p, NULL),
                     0);
    assert_int_equal(casemate_package_takes_input(p), 0);
    assert_string_equal(p->variables[0].name, "FD_COUNT");
    assert_string_equal((const char *)p->variables[0].value, "3");
    casemate_package_free(p);
}

static void unknown_or_impossible_configuration_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"version = 2\n", ":1:"},
        {"version = 1\narg = []\n", ":2:"},
        {"version = 1\nargs = \"a\"\n", ":2:"},
        {"version = 1\nargs = [1]\n", ":2:"},
        {"version = 1\nmemory = 1\n", ":2:"},
        {"version = 1\n[env]\nA = 1\n", ":3:"},
        {"version = 1\nsteward = \"x\"\n", ":2:"},
        {"memory = 65536\n", ":1:"},
        {"[[files]]\nkind = \"listen\"\n", "listen"},
        {"[[files]]\nkind = \"connect\"\nhost = \"h\"\nport = 1\n", "connect"},
        {"[[files]]\nkind = \"stdout\"\n", "stdout"},
        {"[[files]]\nkind = \"pipe\"\n", "pipe"},
        {"[[files]]\nkind = \"stdin\"\nmode = 1\n", "mode"},
        {"version = 1\n[[files]]\nsource = \"x\"\n", "path"},
        {"version = ", ":1:"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        casemate_package *p;
        struct casemate_error err = {0};
        if (configure(cases[i].text, &p, &err) != -1 || err.code != E_CONFIG ||
            !strstr(err.what, cases[i].place))
            fail_msg("%s: %s", cases[i].text, err.what);
        casemate_package_free(p);
    }
}

/* ---- imports ---- */

/* (module (import MODULE NAME (func)) (func (export "_start"))) with names of one letter less than 32. */
static casemate_package *importing(const char *module, const char *name)
{
    struct buffer m = {0};
    uint8_t a = (uint8_t)strlen(module), b = (uint8_t)strlen(name);
    buffer_append(&m, "\0asm\1\0\0\0\1\4\1\x60\0\0\2", 15);
    buffer_append(&m, (const uint8_t[]){(uint8_t)(a + b + 5), 1, a}, 3);
    buffer_append(&m, module, a);
    buffer_append(&m, &b, 1);
    buffer_append(&m, name, b);
    buffer_append(&m, "\0\0\3\2\1\0\7\12\1\6_start\0\1\12\4\1\2\0\13", 24);
    casemate_package *p = package_of(m.data, m.size);
    buffer_free(&m);
    return p;
}

static void missing_imports_are_named_before_a_keep_is_made(void **state)
{
    static const struct {
        const char *module, *name, *hint;
    } cases[] = {
        {"env", "foo", "env.foo"},
        {"wasi_unstable", "fd_write", "wasm32-wasip1"},
        {"wasi_snapshot_preview1", "fd_wrote", "fd_wrote"},
        {"wasi_snapshot_preview1", "fd_write", "another type"},
        {"wasi:cli/run", "run", "0.2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct casemate_error err = {0};
        casemate_package *p = importing(cases[i].module, cases[i].name);
        if (casemate_package_check(p, &err) != -1 || err.code != E_IMPORTS ||
            !strstr(err.what, cases[i].hint))
            fail_msg("%s.%s: %s: %s", cases[i].module, cases[i].name, casemate_code_name(err.code), err.what);
        casemate_package_free(p);
    }
}

static void what_is_no_program_is_refused_as_what_it_is(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *hint;
    } cases[] = {
        {"", 0, "no WebAssembly"},
        {"\x7f"
         "ELF",
         4, "no WebAssembly"},
        {"\0asm\x0d\0\1\0", 8, "component"},
        {"\0asm\1\0\0\0", 8, "library"},
        {"\0asm\1\0\0\0\1", 9, "offset"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct casemate_error err = {0};
        casemate_package *p = package_of(cases[i].bytes, cases[i].size);
        assert_int_equal(casemate_package_check(p, &err), -1);
        if (err.code != E_MODULE || !strstr(err.what, cases[i].hint))
            fail_msg("%zu: %s", i, err.what);
        casemate_package_free(p);
    }
}

/* ---- what people type ---- */

static void points_in_time_are_read_as_docker_does(void **state)
{
    const uint64_t now = 1790000000000, january = 1769860800000; /* 2026-01-31T12:00:00Z */
    static const char *const refused[] = {"",
                                          "x",
                                          "-5m",
                                          "10x",
                                          "1h-",
                                          ".5s",
                                          "5.",
                                          "5.s",
                                          "m",
                                          "1h 30m",
                                          "2026-13-01",
                                          "2026-01-31T12:00:00Q",
                                          "2026-01-31T12:00:00+",
                                          "2026-01-31T12:00:00+1:2:3",
                                          "1999-12-31T12:00:00.",
                                          "99999999999999999999",
                                          "99999999999999999h"};
    uint64_t t;
    (void)state;
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    assert_true(parse_since("10m", now, &t) && t == now - 600000);
    assert_true(parse_since("1h30m", now, &t) && t == now - 5400000);
    assert_true(parse_since("1.5s", now, &t) && t == now - 1500);
    assert_true(parse_since("250ms", now, &t) && t == now - 250);
    assert_true(parse_since("999999h", 5, &t) && t == 0);
    assert_true(parse_since("1769860800", now, &t) && t == january);
    assert_true(parse_since("1769860800.0259", now, &t) && t == january + 25);
    assert_true(parse_since("2026-01-31T12:00:00Z", now, &t) && t == january);
    assert_true(parse_since("2026-01-31T12:00:00.5Z", now, &t) && t == january + 500);
    assert_true(parse_since("2026-01-31T13:30:00+01:30", now, &t) && t == january);
    assert_true(parse_since("2026-01-31T11:00:00-0100", now, &t) && t == january);
    assert_true(parse_since("2026-01-31T12:00:00", now, &t) && t == january);
    assert_true(parse_since("2026-01-31T12:00", now, &t) && t == january);
    assert_true(parse_since("2026-01-31", now, &t) && t == january - 43200000);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(parse_since(refused[i], now, &t));
}

static void volumes_sizes_and_env_files_are_read_as_docker_and_wasmtime_do(void **state)
{
    struct volume v;
    uint64_t n;
    const char *path;
    size_t size;
    (void)state;
    assert_true(parse_volume("./a:/b", &v) && v.host_size == 3 && v.guest_size == 2);
    assert_true(parse_volume("a::/b/c", &v) && v.host_size == 1 && strcmp(v.guest, "/b/c") == 0);
    assert_true(parse_volume("/same", &v) && v.host_size == 5 && v.guest_size == 5);
    assert_true(parse_volume("a:/b:ro", &v) && v.guest_size == 2);
    assert_false(parse_volume("a", &v) || parse_volume(":/b", &v) || parse_volume("a:", &v) ||
                 parse_volume("a:b", &v) || parse_volume("a:/b:rw,exec", &v) || parse_volume("", &v));
    assert_true(parse_size("64k", &n) && n == 65536);
    assert_true(parse_size("1GiB", &n) && n == 1 << 30);
    assert_true(parse_size("512M", &n) && n == 512 << 20);
    assert_false(parse_size("", &n) || parse_size("-1", &n) || parse_size("1t", &n) ||
                 parse_size("1 g", &n) || parse_size("99999999999g", &n) || parse_size("g", &n));
    assert_true(parse_keep_path("k:/a", &size, &path) && size == 1 && strcmp(path, "/a") == 0);
    assert_true(parse_keep_path("https://"
                                "h:1/k:/a:/b",
                                &size, &path) &&
                strcmp(path, "/b") == 0);
    assert_false(parse_keep_path("k", &size, &path) || parse_keep_path(":/a", &size, &path) ||
                 parse_keep_path("https://"
                                 "h",
                                 &size, &path));
    const char *rest = "A=1\n\n# x\n  B\r\nC==\nD";
    size_t left = strlen(rest);
    struct env_line line;
    assert_true(parse_env_line(&rest, &left, &line) && line.value_size == 1);
    assert_true(parse_env_line(&rest, &left, &line) && line.name[0] == 'B' && line.name_size == 1 &&
                !line.value);
    assert_true(parse_env_line(&rest, &left, &line) && line.value[0] == '=' && line.value_size == 1);
    assert_true(parse_env_line(&rest, &left, &line) && line.name[0] == 'D' && !line.value);
    assert_false(parse_env_line(&rest, &left, &line));
}

static void the_nearest_name_is_suggested_and_far_ones_are_not(void **state)
{
    struct nearest n = {.typed = "deplyo"}, far = {.typed = "xyzzy"}, prefix = {.typed = "plat"};
    (void)state;
    nearest_try(&n, "run");
    nearest_try(&n, "deploy");
    assert_string_equal(n.best, "deploy");
    nearest_try(&far, "deploy");
    assert_null(far.best);
    nearest_try(&prefix, "platform");
    assert_string_equal(prefix.best, "platform");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_hosts_are_understood),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_answer_is_read_the_same_in_pieces_of_any_size),
        cmocka_unit_test(malformed_answers_are_refused),
        cmocka_unit_test(an_answer_has_bounds_and_an_early_end_is_noticed),
        cmocka_unit_test(a_record_survives_writing_and_reading),
        cmocka_unit_test(a_damaged_record_is_refused),
        cmocka_unit_test(a_write_that_fails_leaves_the_old_record),
        cmocka_unit_test(a_key_is_read_back_from_its_own_text_only),
        cmocka_unit_test(the_workload_digest_covers_everything_but_secrets),
        cmocka_unit_test(impossible_parts_of_a_package_are_refused),
        cmocka_unit_test(the_bytes_of_a_package_come_whole_in_pieces_of_any_size),
        cmocka_unit_test(arguments_of_an_entry_become_bits_by_its_type),
        cmocka_unit_test(arguments_that_an_entry_does_not_take_are_refused),
        cmocka_unit_test(a_feature_that_is_off_is_in_the_deploy_once),
        cmocka_unit_test(configuration_and_enarx_files_are_accepted),
        cmocka_unit_test(unknown_or_impossible_configuration_is_refused_with_its_place),
        cmocka_unit_test(missing_imports_are_named_before_a_keep_is_made),
        cmocka_unit_test(what_is_no_program_is_refused_as_what_it_is),
        cmocka_unit_test(volumes_sizes_and_env_files_are_read_as_docker_and_wasmtime_do),
        cmocka_unit_test(points_in_time_are_read_as_docker_does),
        cmocka_unit_test(the_nearest_name_is_suggested_and_far_ones_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
