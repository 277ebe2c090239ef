/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of WASI: the state of one program, its descriptors, and how a function of the table is called. */
#ifndef CASEMATE_KEEP_WASI_INTERNAL_H
#define CASEMATE_KEEP_WASI_INTERNAL_H

#include "abi.h"
#include "wasi.h"

enum descriptor_kind {
    DESCRIPTOR_FREE = 0,
    DESCRIPTOR_STDIN,
    DESCRIPTOR_OUTPUT,
    DESCRIPTOR_FILE,
    DESCRIPTOR_DIRECTORY
};

struct descriptor {
    enum descriptor_kind kind;
    uint16_t flags;  /* FDFLAGS_* */
    unsigned stream; /* OUTPUT: 1 or 2 */
    uint64_t rights, inheriting;
    uint64_t position;      /* FILE */
    struct file_node *node; /* FILE, DIRECTORY: one reference */
    uint8_t *preopen;       /* guest path, or NULL */
    size_t preopen_size;
};

/* A list of strings as args_get and environ_get want it: every string with its NUL, one after the other. */
struct strings {
    uint8_t *bytes;
    size_t size;
    size_t count;
};

struct wasi_function;

struct wasi_binding {
    struct wasi *wasi;
    const struct wasi_function *function;
};

enum {
#define F(name, signature) WASI_INDEX_##name,
#include "functions.def"
#undef F
    WASI_FUNCTION_COUNT
};

struct wasi {
    struct wasi_host host;
    struct files *files;
    struct strings args, env;
    uint64_t time_floor, monotonic_start, monotonic_last, realtime_last;
    bool exited;
    uint32_t exit_code;
    int stop_reason;
    struct wasm_store *store;
    struct wasi_binding binding[WASI_FUNCTION_COUNT];
    struct descriptor descriptor[WASI_DESCRIPTORS_MAX];
};

/* One call of one function. A handler returns an errno; if it sets `stop`, the program ends instead. */
struct call {
    struct wasi *wasi;
    struct wasm_memory *memory;
    const union wasm_value *args;
    int stop; /* a keep_error, or 1 after proc_exit */
};

struct wasi_function {
    const char *name;
    const char *signature;
    uint32_t (*handler)(struct call *call);
};

#define F(name, signature) uint32_t wasi_##name(struct call *call);
#include "functions.def"
#undef F

static inline uint32_t arg32(const struct call *call, unsigned index)
{
    return call->args[index].i32;
}

static inline uint64_t arg64(const struct call *call, unsigned index)
{
    return call->args[index].i64;
}

/* Guest memory, or NULL: then the answer is ERRNO_FAULT. Good until the call returns. */
uint8_t *guest_bytes(struct call *call, uint32_t address, uint64_t size);
uint32_t guest_put32(struct call *call, uint32_t address, uint32_t value);
uint32_t guest_put64(struct call *call, uint32_t address, uint64_t value);

/* One part of a scatter/gather list; the list is read entry by entry, each checked. */
uint32_t guest_iovec(struct call *call, uint32_t iovecs, uint32_t index, uint8_t **bytes, uint32_t *size);

/* Descriptor with these rights, of any kind: ERRNO_BADF, ERRNO_NOTCAPABLE. */
uint32_t descriptor_get(struct call *call, uint32_t fd, uint64_t rights, struct descriptor **descriptor);
/* The same, and it must be a file (a stream is ERRNO_SPIPE or ERRNO_BADF) or a directory (ERRNO_NOTDIR). */
uint32_t descriptor_file(struct call *call, uint32_t fd, uint64_t rights, struct descriptor **descriptor);
uint32_t descriptor_directory(struct call *call, uint32_t fd, uint64_t rights,
                              struct descriptor **descriptor);
/* Lowest free number, ERRNO_MFILE if there is none; the slot is zeroed and the caller fills it. */
uint32_t descriptor_allocate(struct wasi *wasi, uint32_t *fd);
/* Drops node and name; the slot is free. */
void descriptor_close(struct descriptor *descriptor);

/* errno of a files_error. */
uint32_t errno_of(int files_error);
/* Path bytes in guest memory: valid UTF-8 without NUL, else ERRNO_ILSEQ or ERRNO_INVAL. */
uint32_t guest_path(struct call *call, uint32_t address, uint32_t size, struct span *path);
void filestat_write(const struct file_node *node, uint8_t out[FILESTAT_SIZE]);
/* fd_filestat_set_times and path_filestat_set_times. */
uint32_t set_times(struct call *call, struct file_node *node, uint64_t accessed, uint64_t modified,
                   uint32_t flags);

/* Clocks that never run backwards; realtime also never below the owner's floor. Nanoseconds. */
uint64_t clock_monotonic(struct wasi *wasi);
uint64_t clock_realtime(struct wasi *wasi);

/* Serves the Keep in the middle of long work; ERRNO_SUCCESS, or the call's stop is set and it must return. */
uint32_t call_poll(struct call *call);

#endif
