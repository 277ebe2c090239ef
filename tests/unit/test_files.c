/* SPDX-License-Identifier: Apache-2.0 */
/* The in-Keep file system: what paths may name, what limits refuse, and a random walk against a flat model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../src/keep/files/files.h"

static uint64_t clock_value;

static uint64_t now(void *context)
{
    (void)context;
    return ++clock_value;
}

static struct span text(const char *s)
{
    return span_of(s, strlen(s));
}

static struct files *fresh(uint64_t bytes, uint32_t nodes)
{
    struct files *files;
    struct files_limits limits = {bytes, nodes};
    assert_int_equal(files_new(&limits, now, NULL, &files), 0);
    return files;
}

static struct file_node *place(struct files *files, const char *path, const char *content)
{
    struct file_node *node;
    assert_int_equal(files_place(files, text(path), 0644, &node), 0);
    assert_int_equal(file_write(node, 0, (const uint8_t *)content, strlen(content)), 0);
    return node;
}

static int resolve(struct file_node *top, const char *path, bool follow, struct file_path *at)
{
    return file_resolve(top, text(path), follow, at);
}

static void symlink_at(struct file_node *top, const char *path, const char *target)
{
    struct file_path at;
    assert_int_equal(resolve(top, path, false, &at), 0);
    assert_int_equal(file_create(&at, FILE_SYMLINK, text(target), NULL), 0);
}

static void a_placed_file_is_found_and_read(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    place(files, "/a/b/c.txt", "hello");
    struct file_node *node;
    assert_int_equal(files_find(files, text("/a//b/./c.txt"), &node), 0);
    uint8_t bytes[16];
    assert_int_equal(file_read(node, 1, bytes, sizeof bytes), 4);
    assert_memory_equal(bytes, "ello", 4);
    assert_int_equal(files_find(files, text("/a/b/d"), &node), FILES_MISSING);
    assert_int_equal(files_find(files, text("/a/b/c.txt/d"), &node), FILES_NOT_DIRECTORY);
    files_free(files);
}

static void placing_refuses_what_is_no_plain_absolute_path(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    struct file_node *node;
    static const char *const bad[] = {"", "a", "a/b", "/", "/a/", "/../a", "/a/../b", "/./a", "/a/."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(files_place(files, text(bad[i]), 0644, &node), FILES_NAME);
    assert_int_equal(files_place(files, span_of("/a\0b", 4), 0644, &node), FILES_NAME);
    char longname[FILES_NAME_MAX + 3];
    memset(longname, 'x', sizeof longname);
    longname[0] = '/';
    assert_int_equal(files_place(files, span_of(longname, FILES_NAME_MAX + 2), 0644, &node), FILES_NAME);
    assert_int_equal(files_place(files, span_of(longname, FILES_NAME_MAX + 1), 0644, &node), 0);
    place(files, "/f", "");
    assert_int_equal(files_place(files, text("/f"), 0644, &node), FILES_EXISTS);
    assert_int_equal(files_place(files, text("/f/g"), 0644, &node), FILES_NOT_DIRECTORY);
    files_free(files);
}

/* row 32 */
static void a_path_never_leaves_its_directory(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    place(files, "/secret", "s");
    place(files, "/jail/dir/file", "f");
    struct file_node *jail;
    assert_int_equal(files_find(files, text("/jail"), &jail), 0);
    symlink_at(jail, "up", "../secret");
    symlink_at(jail, "absolute", "/secret");
    symlink_at(jail, "dir/hop", "../up");
    symlink_at(jail, "loop", "loop");
    symlink_at(jail, "fine", "dir/../dir/file");
    struct file_path at;
    static const char *const escapes[] = {"..",       "../secret", "dir/../../secret",   "/secret",    "up",
                                          "absolute", "dir/hop",   "./../jail/dir/file", "dir/./../.."};
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        assert_int_equal(resolve(jail, escapes[i], true, &at), FILES_ESCAPE);
    assert_int_equal(resolve(jail, "loop", true, &at), FILES_LOOP);
    assert_int_equal(resolve(jail, "loop/x", false, &at), FILES_LOOP);
    assert_int_equal(resolve(jail, "fine", true, &at), 0);
    struct file_stat stat;
    file_get_stat(at.node, &stat);
    assert_int_equal(stat.size, 1);
    assert_int_equal(resolve(jail, "dir/..", true, &at), 0);
    assert_ptr_equal(at.node, jail);
    assert_int_equal(resolve(jail, "fine/", true, &at), FILES_NOT_DIRECTORY);
    assert_int_equal(resolve(jail, "", true, &at), FILES_MISSING);
    files_free(files);
}

static void renaming_keeps_the_tree_a_tree(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    struct file_node *root = files_root(files), *a, *file = place(files, "/a/b/f", "1");
    place(files, "/g", "2");
    struct file_path from, to;
    assert_int_equal(resolve(root, "a", false, &from), 0);
    assert_int_equal(resolve(root, "a/b/c", false, &to), 0);
    assert_int_equal(file_rename(&from, &to), FILES_CROSS);
    assert_int_equal(resolve(root, "a/b", false, &to), 0);
    assert_int_equal(file_rename(&from, &to), FILES_CROSS);
    assert_int_equal(resolve(root, "g", false, &to), 0);
    assert_int_equal(file_rename(&from, &to), FILES_NOT_DIRECTORY);
    assert_int_equal(file_rename(&to, &from), FILES_IS_DIRECTORY);
    assert_int_equal(resolve(root, "moved", false, &to), 0);
    assert_int_equal(file_rename(&from, &to), 0);
    assert_int_equal(files_find(files, text("/a"), &a), FILES_MISSING);
    assert_int_equal(files_find(files, text("/moved/b/f"), &a), 0);
    assert_ptr_equal(a, file);
    assert_int_equal(resolve(root, "moved/b/f", false, &from), 0);
    assert_int_equal(resolve(root, "g", false, &to), 0);
    file_retain(to.node);
    struct file_node *replaced = to.node;
    assert_int_equal(file_rename(&from, &to), 0);
    struct file_stat stat;
    file_get_stat(replaced, &stat);
    assert_int_equal(stat.links, 0);
    assert_int_equal(stat.size, 1);
    file_release(replaced);
    assert_int_equal(resolve(root, "moved/b/..", false, &from), 0);
    assert_int_equal(files_find(files, text("/moved"), &a), 0);
    assert_ptr_equal(from.node, a);
    files_free(files);
}

static void a_removed_directory_takes_no_new_names(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    struct file_node *root = files_root(files), *directory;
    assert_int_equal(files_place_directory(files, text("/d"), &directory), 0);
    file_retain(directory);
    struct file_path at;
    assert_int_equal(resolve(root, "d", false, &at), 0);
    assert_int_equal(file_remove_directory(&at), 0);
    assert_int_equal(resolve(directory, "x", false, &at), 0);
    assert_int_equal(file_create(&at, FILE_REGULAR, (struct span){0}, NULL), FILES_MISSING);
    assert_int_equal(resolve(directory, "..", false, &at), FILES_ESCAPE);
    file_release(directory);
    files_free(files);
}

/* row 29 */
static void limits_refuse_and_change_nothing(void **state)
{
    (void)state;
    struct files *files = fresh(95000, 4);
    struct file_node *node = place(files, "/a", "x"), *other;
    static uint8_t big[90000];
    assert_int_equal(file_write(node, 0, big, sizeof big), FILES_NO_SPACE);
    assert_int_equal(file_write(node, 94999, big, 2), FILES_TOO_LARGE);
    assert_int_equal(file_write(node, UINT64_MAX, big, 2), FILES_TOO_LARGE);
    assert_int_equal(file_resize(node, UINT64_MAX), FILES_TOO_LARGE);
    struct file_stat stat;
    file_get_stat(node, &stat);
    assert_int_equal(stat.size, 1);
    assert_int_equal(file_write(node, 0, big, 30000), 0);
    place(files, "/b", "");
    place(files, "/c", "");
    assert_int_equal(files_place(files, text("/d"), 0644, &other), FILES_NO_SPACE);
    files_free(files);
}

/* row 33 */
static void holes_and_shrunk_tails_read_as_zero(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    struct file_node *node = place(files, "/a", "abcdef");
    assert_int_equal(file_resize(node, 2), 0);
    assert_int_equal(file_resize(node, 50000), 0);
    uint8_t bytes[8];
    assert_int_equal(file_read(node, 0, bytes, 8), 8);
    assert_memory_equal(bytes, "ab\0\0\0\0\0\0", 8);
    assert_int_equal(file_write(node, 40000, (const uint8_t *)"z", 1), 0);
    assert_int_equal(file_read(node, 39999, bytes, 3), 3);
    assert_memory_equal(bytes, "\0z\0", 3);
    assert_int_equal(file_read(node, 50000, bytes, 8), 0);
    files_free(files);
}

static void forgotten_secrets_are_empty(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 100);
    struct file_node *secret = place(files, "/run/key", "topsecret"), *kept = place(files, "/kept", "k");
    file_mark_secret(secret);
    file_mark_secret(secret);
    files_forget_secrets(files);
    uint8_t bytes[16];
    assert_int_equal(file_read(secret, 0, bytes, sizeof bytes), 0);
    assert_int_equal(file_read(kept, 0, bytes, sizeof bytes), 1);
    files_free(files);
}

static void deep_trees_are_freed_without_recursion(void **state)
{
    (void)state;
    struct files *files = fresh(64 << 20, 200000);
    struct file_node *at = files_root(files);
    for (int i = 0; i < 100000; i++) {
        struct file_path path;
        assert_int_equal(resolve(at, "d", false, &path), 0);
        assert_int_equal(file_create(&path, FILE_DIRECTORY, (struct span){0}, &at), 0);
    }
    files_free(files);
}

static void reading_a_directory_survives_changes(void **state)
{
    (void)state;
    struct files *files = fresh(1 << 20, 1000);
    struct file_node *root = files_root(files);
    char name[16];
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "/f%d", i);
        place(files, name, "");
    }
    uint64_t position = 0;
    struct file_entry entry;
    int seen = 0;
    while (file_next_entry(root, &position, &entry)) {
        seen++;
        struct file_path at;
        assert_int_equal(file_resolve(root, entry.name, false, &at), 0);
        assert_int_equal(file_unlink(&at), 0);
    }
    assert_int_equal(seen, 200);
    files_free(files);
}

/* A flat model: for each of a few names in two directories, a size or absent. */
static void random_operations_agree_with_a_model(void **state)
{
    (void)state;
    enum { NAMES = 6, STEPS = 20000 };
    struct files *files = fresh(4 << 20, 64);
    struct file_node *directory[2];
    assert_int_equal(files_place_directory(files, text("/x"), &directory[0]), 0);
    assert_int_equal(files_place_directory(files, text("/y"), &directory[1]), 0);
    int identity[2][NAMES], next_identity = 1; /* hard links share one */
    long size_of[STEPS + 2];
    memset(identity, 0, sizeof identity);
    srand(7);
    for (int i = 0; i < STEPS; i++) {
        int d = rand() % 2, n = rand() % NAMES, e = rand() % 2, m = rand() % NAMES;
        char name[3] = {'n', (char)('0' + n), 0}, other[3] = {'n', (char)('0' + m), 0};
        struct file_path at, to;
        assert_int_equal(resolve(directory[d], name, false, &at), 0);
        assert_int_equal(at.node != NULL, identity[d][n] != 0);
        assert_int_equal(resolve(directory[e], other, false, &to), 0);
        struct file_stat stat;
        switch (rand() % 6) {
        case 0:
            assert_int_equal(file_create(&at, FILE_REGULAR, (struct span){0}, NULL),
                             at.node ? FILES_EXISTS : 0);
            if (!identity[d][n])
                size_of[identity[d][n] = next_identity++] = 0;
            break;
        case 1:
            assert_int_equal(file_unlink(&at), at.node ? 0 : FILES_MISSING);
            identity[d][n] = 0;
            break;
        case 2:
            assert_int_equal(file_rename(&at, &to), at.node ? 0 : FILES_MISSING);
            if (identity[d][n] && identity[d][n] != identity[e][m]) {
                identity[e][m] = identity[d][n];
                identity[d][n] = 0;
            }
            break;
        case 3:
            if (at.node) {
                assert_int_equal(file_link(at.node, &to), to.node ? FILES_EXISTS : 0);
                if (!identity[e][m])
                    identity[e][m] = identity[d][n];
            }
            break;
        case 4:
            if (at.node) {
                long fresh_size = rand() % 40000;
                assert_int_equal(file_resize(at.node, (uint64_t)fresh_size), 0);
                size_of[identity[d][n]] = fresh_size;
            }
            break;
        default:
            if (at.node) {
                file_get_stat(at.node, &stat);
                assert_int_equal(stat.size, size_of[identity[d][n]]);
                unsigned links = 0;
                for (int k = 0; k < 2 * NAMES; k++)
                    links += identity[k / NAMES][k % NAMES] == identity[d][n];
                assert_int_equal(stat.links, links);
            }
        }
    }
    files_free(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_placed_file_is_found_and_read),
        cmocka_unit_test(placing_refuses_what_is_no_plain_absolute_path),
        cmocka_unit_test(a_path_never_leaves_its_directory),
        cmocka_unit_test(renaming_keeps_the_tree_a_tree),
        cmocka_unit_test(a_removed_directory_takes_no_new_names),
        cmocka_unit_test(limits_refuse_and_change_nothing),
        cmocka_unit_test(holes_and_shrunk_tails_read_as_zero),
        cmocka_unit_test(forgotten_secrets_are_empty),
        cmocka_unit_test(deep_trees_are_freed_without_recursion),
        cmocka_unit_test(reading_a_directory_survives_changes),
        cmocka_unit_test(random_operations_agree_with_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
