/* SPDX-License-Identifier: Apache-2.0 */
/* casemate-warden: started by casemated, one for each Keep, with one descriptor and nothing else. Launches
 * the Keep, closes the sandbox around both, then serves. Never runs without its sandbox. */
#include <fcntl.h>
#include <poll.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox.h"
#include "sanitizer.h"
#include "warden.h"

enum { FIRST_MESSAGE_MS = 10000 };

static struct warden warden;

static int fail(struct casemate_error *err)
{
    (void)control_send(CONTROL_FD, CONTROL_FAILED, 0, 0, span_of(err, sizeof *err), -1, true);
    return 1;
}

/* The sealed image to its place, where sandbox_begin() leaves it open. */
static int take_image(const struct control_launch *launch, int passed, struct tee_image *image)
{
    image->fd = -1;
    if (!launch->sealed != (passed < 0))
        return -1;
    if (passed < 0)
        return 0;
    memcpy(image->measurement, launch->measurement, sizeof image->measurement);
    image->fd = passed;
    if (passed == CONTROL_IMAGE_FD)
        return 0;
    image->fd = dup3(passed, CONTROL_IMAGE_FD, O_CLOEXEC);
    (void)close(passed);
    return image->fd < 0 ? -1 : 0;
}

/* What casemated wants, with every text ended and a technology that is known. */
static int read_launch(struct control_launch *launch, struct tee_image *image, bool *probe,
                       const struct tee **tee, struct casemate_error *err)
{
    struct pollfd wait = {.fd = CONTROL_FD, .events = POLLIN};
    struct control *m = &warden.message;
    int passed = -1;
    if (poll(&wait, 1, FIRST_MESSAGE_MS) != 1 || control_receive(CONTROL_FD, m, &passed, false) != 1 ||
        (m->kind != CONTROL_LAUNCH && m->kind != CONTROL_PROBE) || m->size != sizeof *launch)
        return casemate_fail(err, E_INTERNAL, "The warden was not told what to launch");
    memcpy(launch, m->payload, sizeof *launch);
    if (take_image(launch, passed, image) < 0)
        return casemate_fail(err, E_INTERNAL, "The warden did not get the image that it was told of");
    *probe = m->kind == CONTROL_PROBE;
    launch->tee[sizeof launch->tee - 1] = 0;
    launch->image[sizeof launch->image - 1] = 0;
    launch->state[sizeof launch->state - 1] = 0;
    launch->folder[sizeof launch->folder - 1] = 0;
    *tee = tee_find(launch->tee, NULL);
    return *tee ? 0 : casemate_fail(err, E_TEE, "The warden does not know the TEE \"%s\"", launch->tee);
}

static int encode_boot(const struct control_launch *launch, const struct tee_image *image,
                       const struct tee *tee, uint8_t boot[BOOT_RECORD_SIZE_MAX], struct tee_launch *to,
                       struct casemate_error *err)
{
    struct boot_record record = {.memory = launch->memory};
    size_t size;
    (void)snprintf(record.tee, sizeof record.tee, "%s", tee->name);
    if (boot_record_encode(&record, boot, BOOT_RECORD_SIZE_MAX, &size) < 0)
        return casemate_fail(err, E_INTERNAL, "The boot record cannot be written");
    *to = (struct tee_launch){.image = launch->image,
                              .sealed = image->fd >= 0 ? image : NULL,
                              .state = launch->state,
                              .boot_record = span_of(boot, size),
                              .memory = launch->memory};
    return 0;
}

static int open_folder(const struct control_launch *launch, struct casemate_error *err)
{
    int folder = open(launch->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 ? casemate_fail_errno(err, E_IO, "Cannot open the Keep's folder %s", launch->folder)
                      : folder;
}

/* The trial's Keep is inside what sandbox_begin() took; the rest is closed to see, and say, what this kernel
 * gives. */
static int probe(const struct control_launch *launch, const struct tee_launch *tee_launch,
                 struct sandbox *sandbox, struct casemate_error *err)
{
    static struct tee_probe result;
    int folder = open_folder(launch, err);
    if (folder < 0)
        return -1;
    warden.tee->probe(tee_launch, (int)launch->timeout_ms, &result);
    if (sandbox_finish(sandbox, folder, launch->folder, warden.tee->syscalls, err) < 0)
        return -1;
    (void)control_send_text(CONTROL_FD, CONTROL_READY, 0, buffer_text(&sandbox->report));
    return control_send(CONTROL_FD, CONTROL_FINDINGS, 0, 0, span_of(&result, sizeof result), -1, true);
}

/* The portal begins before the Keep does: its first bytes wait where the Keep looks first. */
static int start_keep(struct warden *w, const struct tee_launch *tee_launch, uint32_t idle_ms,
                      struct casemate_error *err)
{
    struct tee_launch whole = *tee_launch;
    size_t sent = 0;
    if (portal_init(&w->portal, tee_launch->boot_record) < 0)
        return casemate_fail(err, E_INTERNAL, "The portal cannot begin");
    relay_init(&w->relay, &w->portal, idle_ms);
    portal_fill(&w->portal, relay_pull, &w->relay);
    whole.first = portal_output(&w->portal);
    whole.first_sent = &sent;
    if (w->tee->launch(&whole, &w->keep, err) < 0)
        return -1;
    if (sent > 0)
        portal_output_sent(&w->portal, sent);
    return 0;
}

static int serve(const struct control_launch *launch, const struct tee_launch *tee_launch,
                 struct sandbox *sandbox, struct casemate_error *err)
{
    struct warden *w = &warden;
    int folder = open_folder(launch, err);
    if (folder < 0)
        return -1;
    if (start_keep(w, tee_launch, launch->idle_ms, err) < 0)
        return -1;
    if (tee_launch->sealed)
        (void)close(tee_launch->sealed->fd);
    if (sandbox_finish(sandbox, folder, launch->folder, w->tee->syscalls, err) < 0) {
        w->tee->destroy(w->keep, NULL);
        return -1;
    }
    outbox_store_init(&w->outbox, folder);
    w->log = launch->log != 0;
    if (control_send_text(CONTROL_FD, CONTROL_READY, 0, buffer_text(&sandbox->report)) < 0)
        return 0;
    warden_run(w);
    return 0;
}

SANITIZER_OPTIONS

int main(void)
{
    static struct control_launch launch;
    static uint8_t boot[BOOT_RECORD_SIZE_MAX];
    struct sandbox sandbox;
    struct tee_launch tee_launch = {0};
    struct tee_image image = {.fd = -1};
    struct casemate_error err = {0};
    bool probing = false;
    warden.control = CONTROL_FD;
    if (psa_crypto_init() != PSA_SUCCESS) {
        (void)casemate_fail(&err, E_INTERNAL, "The cryptographic library cannot be started");
        return fail(&err);
    }
    if (read_launch(&launch, &image, &probing, &warden.tee, &err) < 0 ||
        encode_boot(&launch, &image, warden.tee, boot, &tee_launch, &err) < 0 ||
        sandbox_begin(&sandbox, CONTROL_FD, image.fd < 0 ? CONTROL_FD : image.fd, &err) < 0)
        return fail(&err);
    if ((probing ? probe : serve)(&launch, &tee_launch, &sandbox, &err) < 0)
        return fail(&err);
    return 0;
}
