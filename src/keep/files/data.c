/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a regular file: blocks of FILES_BLOCK_SIZE in a table, holes where nothing was written. */
#include "node.h"

#include <stdlib.h>

static void block_drop(struct file_node *node, size_t index)
{
    uint8_t **block = &node->data.block[index];
    if (!*block)
        return;
    if (node->secret)
        bytes_wipe(*block, FILES_BLOCK_SIZE);
    free(*block);
    *block = NULL;
    files_discharge(node->files, FILES_BLOCK_SIZE);
}

void file_data_free(struct file_node *node)
{
    for (size_t i = 0; i < node->data.block_count; i++)
        block_drop(node, i);
    free(node->data.block);
    files_discharge(node->files, node->data.block_count * sizeof *node->data.block);
    node->data.block = NULL;
    node->data.block_count = 0;
    node->data.size = 0;
}

static size_t blocks_for(uint64_t size)
{
    return (size_t)(size / FILES_BLOCK_SIZE + (size % FILES_BLOCK_SIZE != 0));
}

/* Room in the table for `count` blocks; grows by half at least, so that appending stays cheap. */
static int table_grow(struct file_node *node, size_t count)
{
    size_t old = node->data.block_count;
    if (count <= old)
        return 0;
    if (count < old + old / 2)
        count = old + old / 2;
    uint64_t cost = (count - old) * sizeof *node->data.block;
    int error = files_charge(node->files, cost);
    if (error)
        return error;
    uint8_t **table = realloc(node->data.block, count * sizeof *table);
    if (!table) {
        files_discharge(node->files, cost);
        return FILES_NO_SPACE;
    }
    memset(table + old, 0, (count - old) * sizeof *table);
    node->data.block = table;
    node->data.block_count = count;
    return 0;
}

/* Blocks for [first, end); on failure those that were added are dropped again. */
static int blocks_fill(struct file_node *node, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        if (node->data.block[i])
            continue;
        uint8_t *block =
            files_charge(node->files, FILES_BLOCK_SIZE) == 0 ? calloc(1, FILES_BLOCK_SIZE) : NULL;
        if (block) {
            node->data.block[i] = block;
            continue;
        }
        return FILES_NO_SPACE;
    }
    return 0;
}

/* Drops the blocks of [first, end) that lie wholly beyond the file's size. */
static void blocks_trim(struct file_node *node, size_t end)
{
    for (size_t i = blocks_for(node->data.size); i < end && i < node->data.block_count; i++)
        block_drop(node, i);
}

size_t file_read(struct file_node *node, uint64_t offset, uint8_t *bytes, size_t size)
{
    if (node->kind != FILE_REGULAR || offset >= node->data.size)
        return 0;
    if (size > node->data.size - offset)
        size = (size_t)(node->data.size - offset);
    for (size_t done = 0; done < size;) {
        size_t index = (size_t)((offset + done) / FILES_BLOCK_SIZE),
               at = (size_t)((offset + done) % FILES_BLOCK_SIZE);
        size_t part = FILES_BLOCK_SIZE - at < size - done ? FILES_BLOCK_SIZE - at : size - done;
        const uint8_t *block = index < node->data.block_count ? node->data.block[index] : NULL;
        if (block)
            memcpy(bytes + done, block + at, part);
        else
            memset(bytes + done, 0, part);
        done += part;
    }
    node->accessed = files_now(node->files);
    return size;
}

int file_write(struct file_node *node, uint64_t offset, const uint8_t *bytes, size_t size)
{
    if (node->kind != FILE_REGULAR)
        return FILES_INVALID;
    if (!range_inside(offset, size, node->files->limits.bytes))
        return FILES_TOO_LARGE;
    if (size == 0)
        return 0;
    size_t end = blocks_for(offset + size);
    int error = table_grow(node, end);
    if (!error)
        error = blocks_fill(node, (size_t)(offset / FILES_BLOCK_SIZE), end);
    if (error) {
        blocks_trim(node, end);
        return error;
    }
    for (size_t done = 0; done < size;) {
        size_t index = (size_t)((offset + done) / FILES_BLOCK_SIZE),
               at = (size_t)((offset + done) % FILES_BLOCK_SIZE);
        size_t part = FILES_BLOCK_SIZE - at < size - done ? FILES_BLOCK_SIZE - at : size - done;
        memcpy(node->data.block[index] + at, bytes + done, part);
        done += part;
    }
    if (offset + size > node->data.size)
        node->data.size = offset + size;
    node->modified = node->changed = files_now(node->files);
    return 0;
}

int file_resize(struct file_node *node, uint64_t size)
{
    if (node->kind != FILE_REGULAR)
        return FILES_INVALID;
    if (size > node->files->limits.bytes)
        return FILES_TOO_LARGE;
    if (size > node->data.size) {
        int error = table_grow(node, blocks_for(size));
        if (error)
            return error;
    }
    size_t old_blocks = blocks_for(node->data.size);
    node->data.size = size;
    blocks_trim(node, old_blocks);
    size_t tail = (size_t)(size % FILES_BLOCK_SIZE), last = (size_t)(size / FILES_BLOCK_SIZE);
    /* What lies behind the end must read as zero when the file grows again. */
    if (tail && last < node->data.block_count && node->data.block[last])
        memset(node->data.block[last] + tail, 0, FILES_BLOCK_SIZE - tail);
    node->modified = node->changed = files_now(node->files);
    return 0;
}
