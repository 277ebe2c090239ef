/* SPDX-License-Identifier: Apache-2.0 */
/* casemate-front: started by casemated with one descriptor. Reads certificate and key, closes its sandbox,
 * then serves. */
#include <fcntl.h>
#include <poll.h>
#include <psa/crypto.h>
#include <unistd.h>

#include "front.h"
#include "front_sandbox.h"
#include "../warden/sanitizer.h"

enum { FIRST_MESSAGE_MS = 10000 };

static struct front front;
static struct control message;

static int receive(int *passed, struct casemate_error *err)
{
    struct pollfd wait = {.fd = CONTROL_FD, .events = POLLIN};
    if (poll(&wait, 1, FIRST_MESSAGE_MS) == 1 && control_receive(CONTROL_FD, &message, passed, false) == 1)
        return 0;
    return casemate_fail(err, E_INTERNAL, "The front was not told what to do");
}

static int read_config(struct control_front *config, struct casemate_error *err)
{
    int passed;
    if (receive(&passed, err) < 0)
        return -1;
    if (message.kind != CONTROL_FRONT || message.size != sizeof *config || passed >= 0)
        return casemate_fail(err, E_INTERNAL, "The front was told what it does not understand");
    memcpy(config, message.payload, sizeof *config);
    config->certificate[sizeof config->certificate - 1] = 0;
    config->key[sizeof config->key - 1] = 0;
    front.limit = config->connections;
    front.handshake_ms = config->handshake_ms;
    return 0;
}

static int read_listeners(struct casemate_error *err)
{
    for (;;) {
        int passed;
        if (receive(&passed, err) < 0)
            return -1;
        if (message.kind == CONTROL_READY && passed < 0 && front.listeners > 0)
            return 0;
        if (message.kind != CONTROL_LISTEN || passed < 0 || front.listeners == FRONT_LISTENERS)
            return casemate_fail(err, E_INTERNAL, "The front was told what it does not understand");
        front.listener[front.listeners++].fd = passed;
    }
}

static int start(struct casemate_error *err)
{
    static struct control_front config;
    if (psa_crypto_init() != PSA_SUCCESS)
        return casemate_fail(err, E_INTERNAL, "The cryptographic library cannot be started");
    if (front_sandbox_begin(CONTROL_FD, err) < 0 || read_config(&config, err) < 0 ||
        read_listeners(err) < 0 || tls_server_open(&front.tls, config.certificate, config.key, err) < 0 ||
        loop_init(&front.loop, err) < 0)
        return -1;
    return front_sandbox_finish(err);
}

SANITIZER_OPTIONS

int main(void)
{
    struct casemate_error err = {0};
    front.control = (struct source){.fd = CONTROL_FD};
    if (start(&err) < 0) {
        (void)control_send(CONTROL_FD, CONTROL_FAILED, 0, 0, span_of(&err, sizeof err), -1, true);
        return 1;
    }
    if (control_send_text(CONTROL_FD, CONTROL_READY, 0, "") == 0)
        front_run(&front);
    return 0;
}
