/* SPDX-License-Identifier: Apache-2.0 */
/* The Keeps of this host: each a warden with its control descriptor while it lives, and a record until it is
 * deleted. What wardens say is checked; one that says what it may not is killed. */
#ifndef CASEMATE_HOST_KEEPS_H
#define CASEMATE_HOST_KEEPS_H

#include "images.h"
#include "loop.h"
#include "settings.h"
#include "warden/control.h"

enum keep_phase {
    PHASE_STARTING, /* its warden launches it */
    PHASE_LIVE,
    PHASE_STOPPING, /* being destroyed */
    PHASE_OVER,     /* a record only */
};

enum { KEEP_SESSIONS_MAX = 16 }; /* the Keep's own limit of channels */

struct keep;

/* A session that was handed to a warden; `over` ends the HTTP server's side of it. */
struct keep_session {
    struct keep_session *next;
    uint32_t number;
    void *handle;
};

struct keep {
    struct keep *next;
    struct keeps *owner;
    struct record record;
    enum keep_phase phase;
    pid_t warden; /* 0: gone */
    struct source control;
    struct keep_session *sessions;
    unsigned session_count;
    uint32_t last_session;
    bool opened;                 /* there was a session */
    bool gone;                   /* the Keep is; its warden still sends what it said */
    bool forget;                 /* no record is to stay */
    uint64_t since;              /* when this phase began, milliseconds */
    struct casemate_error error; /* why it could not be launched */
};

struct keeps {
    struct keep *first;
    unsigned alive;
    int64_t memory; /* of those alive, bytes */
    bool draining;
    const struct settings *settings;
    struct loop *loop;
    struct store *store;
    char folder[PATHS_MAX];         /* with one folder for each Keep */
    char roots[PATHS_MAX];          /* simulated roots */
    char warden[PATHS_MAX];         /* program */
    char sandbox[CONTROL_TEXT_MAX]; /* what was in force for the last one */
    struct control message;
    void *context;
    /* A phase has changed; after PHASE_OVER with `forget` the Keep is freed. */
    void (*changed)(void *context, const struct keep *k);
    /* A session's other side is over. */
    void (*session_over)(void *context, void *handle);
};

/* Loads the records; what was alive is lost. */
int keeps_open(struct keeps *keeps, struct casemate_error *err);
void keeps_close(struct keeps *keeps);

struct keep_wanted {
    const struct image *image;
    int64_t memory; /* 0: the default */
    char name[KEEP_NAME_SIZE + 1];
};
/* Starts a warden; changed() tells when it is live, or over. E_LIMIT with the limit's name, E_AMBIGUOUS for a
 * name that is taken. */
struct keep *keeps_create(struct keeps *keeps, const struct keep_wanted *wanted, struct casemate_error *err);
struct keep *keeps_find(const struct keeps *keeps, const char *id);
/* Ends it; forget: and removes every trace, which is done when changed() says PHASE_OVER. */
void keeps_destroy(struct keeps *keeps, struct keep *k, bool forget, const char *reason);
/* Hands a socket to the Keep's warden, which gets a copy of the descriptor. E_LIMIT, E_NOT_FOUND. */
int keeps_add_session(struct keeps *keeps, struct keep *k, int fd, struct span early, void *handle,
                      struct casemate_error *err);
/* Path of a file in the Keep's folder. */
void keeps_path(const struct keeps *keeps, const struct keep *k, const char *name, char path[PATHS_MAX]);

/* Deadlines; call it about once a second. */
void keeps_tick(struct keeps *keeps);
/* A child has ended. */
void keeps_reaped(struct keeps *keeps, pid_t pid, int status);
/* No new Keeps; those that nobody owns or that have ended go at once. */
void keeps_drain(struct keeps *keeps);

/* launch.c: a process of ours with its control descriptor at CONTROL_FD, and nothing else. -1 on failure. */
pid_t helper_spawn(const char *path, const char *name, int *control, struct casemate_error *err);
pid_t warden_spawn(const struct keeps *keeps, int *control, struct casemate_error *err);
void warden_fill_launch(const struct keeps *keeps, const struct image *image, const char *folder,
                        int64_t memory, struct control_launch *launch);

#endif
