/* SPDX-License-Identifier: Apache-2.0 */
/* The call cp: one file, or the names in one directory. */
#include "handlers.h"

#include "../../proto/cbor.h"

static enum entry_kind entry_kind_of(enum file_kind kind)
{
    return kind == FILE_DIRECTORY ? ENTRY_DIRECTORY : kind == FILE_SYMLINK ? ENTRY_LINK : ENTRY_FILE;
}

/* directory: [* [name, kind, size]]; the count goes in front, so they are counted first. */
static int directory_answer(struct session *s, struct file_node *directory)
{
    static uint8_t encoded[MESSAGE_SIZE_CLIENT - 64];
    struct file_entry entry;
    uint64_t position = 0;
    size_t count = 0;
    while (file_next_entry(directory, &position, &entry))
        count++;
    if (count > MESSAGE_DIRECTORY_MAX)
        return session_refuse(s, KEEP_ESIZE, false);
    struct cbor_writer w;
    cbor_writer_init(&w, encoded, sizeof encoded);
    cbor_put_array(&w, count);
    for (position = 0; count > 0 && file_next_entry(directory, &position, &entry); count--) {
        struct file_stat stat;
        file_get_stat(entry.node, &stat);
        cbor_put_array(&w, 3);
        cbor_put_text(&w, entry.name);
        cbor_put_uint(&w, entry_kind_of(stat.kind));
        cbor_put_uint(&w, stat.size);
    }
    struct message answer = {.type = MESSAGE_DIRECTORY};
    int error = cbor_writer_finish(&w, &answer.entries);
    if (error)
        return session_refuse(s, error, false);
    return session_send(s, &answer);
}

int handle_cp(struct session *s, const struct message *m)
{
    struct file_node *node;
    struct file_stat stat;
    if (!names_run(s->keep, m))
        return session_refuse(s, KEEP_EMATCH, false);
    if (m->path.size > MESSAGE_PATH_MAX || files_find(s->keep->workload.files, m->path, &node) != FILES_OK)
        return session_refuse(s, KEEP_ENOENT, false);
    file_get_stat(node, &stat);
    if (stat.kind == FILE_DIRECTORY)
        return directory_answer(s, node);
    if (stat.kind != FILE_REGULAR)
        return session_refuse(s, KEEP_ENOENT, false);
    /* Inputs are valid from here. */
    if (stat.size > 0) {
        file_retain(node);
        s->copy = node;
        s->copy_at = 0;
        s->copy_size = stat.size;
    }
    const struct message answer = {.type = MESSAGE_FILE, .position = stat.size, .mode = stat.mode};
    return session_send(s, &answer);
}
