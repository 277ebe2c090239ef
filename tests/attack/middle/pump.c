/* SPDX-License-Identifier: Apache-2.0 */
/* Passes bytes both ways and spoils one place: cut, flip, stall or repeat at byte N of what the client (c) or
 * the Keep (k) sends. */
#include "middle.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 16384, STALL_SECONDS = 600 };

struct spoil {
    char kind; /* first letter of the mode; 0: none */
    bool from_client;
    unsigned long long at;
};

static struct spoil spoil_of(const struct attack *attack, bool session)
{
    struct spoil spoil = {0};
    bool known = strcmp(attack->mode, "cut") == 0 || strcmp(attack->mode, "flip") == 0 ||
                 strcmp(attack->mode, "stall") == 0 || strcmp(attack->mode, "repeat") == 0;
    if (session && known && strlen(attack->argument) > 2) {
        spoil.kind = attack->mode[0];
        spoil.from_client = attack->argument[0] == 'c';
        spoil.at = strtoull(attack->argument + 2, NULL, 10);
    }
    return spoil;
}

/* Moves one chunk; false when the connection is over. *moved counts the bytes of this direction. */
static bool move(const struct attack *attack, const struct spoil *spoil, int from, int to,
                 unsigned long long *moved)
{
    char bytes[CHUNK];
    ssize_t got = recv(from, bytes, sizeof bytes, 0);
    if (got <= 0) {
        (void)shutdown(to, SHUT_WR);
        return false;
    }
    append_file(attack->record, bytes, (size_t)got);
    bool here = spoil->kind && spoil->at >= *moved && spoil->at < *moved + (unsigned long long)got;
    size_t place = here ? (size_t)(spoil->at - *moved) : 0;
    *moved += (unsigned long long)got;
    if (!here)
        return write_all(to, bytes, (size_t)got);
    switch (spoil->kind) {
    case 'f':
        bytes[place] = (char)(bytes[place] ^ 0x10);
        return write_all(to, bytes, (size_t)got);
    case 'r':
        return write_all(to, bytes, (size_t)got) && write_all(to, bytes + place, (size_t)got - place);
    case 's':
        (void)write_all(to, bytes, place);
        (void)sleep(STALL_SECONDS);
        return false;
    default:
        (void)write_all(to, bytes, place);
        (void)shutdown(from, SHUT_RDWR);
        (void)shutdown(to, SHUT_RDWR);
        return false;
    }
}

void pump(const struct attack *attack, struct connection *c, bool session)
{
    struct spoil spoil = spoil_of(attack, session), none = {0};
    struct pollfd fds[2] = {{c->client, POLLIN, 0}, {c->target, POLLIN, 0}};
    unsigned long long moved[2] = {0, 0};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0)
            return;
        for (int i = 0; i < 2; i++) {
            if (!fds[i].revents)
                continue;
            const struct spoil *mine = spoil.from_client == (i == 0) ? &spoil : &none;
            if (!move(attack, mine, fds[i].fd, i ? c->client : c->target, &moved[i]))
                fds[i].fd = -1;
        }
    }
}
