/* SPDX-License-Identifier: Apache-2.0 */
/* Records in SQLite. */
#include "store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store {
    sqlite3 *db;
    sqlite3_stmt *put, *remove, *each;
};

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA user_version = 1;"
    "CREATE TABLE IF NOT EXISTS keeps (id TEXT PRIMARY KEY, name TEXT NOT NULL, tee TEXT NOT NULL, image "
    "TEXT NOT NULL,"
    " state TEXT NOT NULL, reason TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER NOT NULL,"
    " memory INTEGER NOT NULL, outbox INTEGER NOT NULL) STRICT;";

static int failed(struct store *s, const char *what, struct casemate_error *err)
{
    return casemate_fail(err, E_IO, "The records of Keeps: cannot %s: %s", what, sqlite3_errmsg(s->db));
}

static int prepare(struct store *s, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
}

/* A file of another version is refused: its columns may mean something else. */
static int check_version(struct store *s, const char *path, struct casemate_error *err)
{
    sqlite3_stmt *statement;
    int version = -1;
    if (prepare(s, "PRAGMA user_version", &statement) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    if (version == 0 || version == 1)
        return 0;
    if (version < 0)
        return failed(s, "be read", err);
    return casemate_fail(err, E_CONFIG, "%s is of version %d, which this casemated does not know", path,
                         version);
}

int store_open(const char *path, struct store **store, struct casemate_error *err)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return casemate_fail(err, E_NOMEM, "No memory for the records of Keeps");
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(path ? path : ":memory:", &s->db, flags, NULL) != SQLITE_OK) {
        (void)casemate_fail(err, E_IO, "Cannot open the records of Keeps %s: %s", path ? path : "",
                            sqlite3_errmsg(s->db));
        store_close(s);
        return -1;
    }
    (void)sqlite3_busy_timeout(s->db, 2000);
    if (check_version(s, path ? path : "", err) < 0) {
        store_close(s);
        return -1;
    }
    if (sqlite3_exec(s->db, schema, NULL, NULL, NULL) != SQLITE_OK ||
        prepare(s, "INSERT OR REPLACE INTO keeps VALUES (?,?,?,?,?,?,?,?,?,?)", &s->put) != SQLITE_OK ||
        prepare(s, "DELETE FROM keeps WHERE id = ?", &s->remove) != SQLITE_OK ||
        prepare(s, "SELECT * FROM keeps ORDER BY created, id", &s->each) != SQLITE_OK) {
        (void)failed(s, "be opened", err);
        store_close(s);
        return -1;
    }
    *store = s;
    return 0;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    (void)sqlite3_finalize(s->put);
    (void)sqlite3_finalize(s->remove);
    (void)sqlite3_finalize(s->each);
    (void)sqlite3_close(s->db);
    free(s);
}

static int run(struct store *s, sqlite3_stmt *statement, const char *what, struct casemate_error *err)
{
    int result = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE ? 0 : failed(s, what, err);
}

int store_put(struct store *s, const struct record *r, struct casemate_error *err)
{
    const char *const texts[] = {r->id, r->name, r->tee, r->image, r->state, r->reason};
    const int64_t numbers[] = {r->created, r->ended, r->memory, r->outbox};
    int at = 1, bad = SQLITE_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        bad |= sqlite3_bind_text(s->put, at++, texts[i], -1, SQLITE_STATIC);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        bad |= sqlite3_bind_int64(s->put, at++, numbers[i]);
    return bad ? failed(s, "be written", err) : run(s, s->put, "be written", err);
}

int store_remove(struct store *s, const char *id, struct casemate_error *err)
{
    if (sqlite3_bind_text(s->remove, 1, id, -1, SQLITE_STATIC) != SQLITE_OK)
        return failed(s, "be written", err);
    return run(s, s->remove, "be written", err);
}

static void column(sqlite3_stmt *statement, int index, char *to, size_t capacity)
{
    const unsigned char *text = sqlite3_column_text(statement, index);
    (void)snprintf(to, capacity, "%s", text ? (const char *)text : "");
}

int store_each(struct store *s, void (*one)(void *context, const struct record *r), void *context,
               struct casemate_error *err)
{
    int result;
    while ((result = sqlite3_step(s->each)) == SQLITE_ROW) {
        struct record r = {.created = sqlite3_column_int64(s->each, 6),
                           .ended = sqlite3_column_int64(s->each, 7),
                           .memory = sqlite3_column_int64(s->each, 8),
                           .outbox = sqlite3_column_int64(s->each, 9)};
        column(s->each, 0, r.id, sizeof r.id);
        column(s->each, 1, r.name, sizeof r.name);
        column(s->each, 2, r.tee, sizeof r.tee);
        column(s->each, 3, r.image, sizeof r.image);
        column(s->each, 4, r.state, sizeof r.state);
        column(s->each, 5, r.reason, sizeof r.reason);
        one(context, &r);
    }
    (void)sqlite3_reset(s->each);
    return result == SQLITE_DONE ? 0 : failed(s, "be read", err);
}
