/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing a name. It is for people and need not be unique or secret. */
#include "names.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char *const first[] = {"amber", "brisk", "calm",  "deft",  "early", "fair",   "glad",  "hardy",
                                    "icy",   "jolly", "keen",  "lucid", "mild",  "noble",  "olive", "plain",
                                    "quick", "ruddy", "sober", "tidy",  "umber", "vivid",  "warm",  "young",
                                    "ashen", "bold",  "crisp", "dusky", "even",  "frosty", "grand", "hazel"};
static const char *const second[] = {
    "anvil",  "bastion", "cedar", "dune",    "ember",  "fjord",  "gable",   "harbor",
    "island", "juniper", "kiln",  "lantern", "meadow", "nook",   "orchard", "pier",
    "quarry", "rampart", "spire", "tower",   "upland", "valley", "weir",    "yard",
    "arbor",  "beacon",  "cove",  "delta",   "eyrie",  "ford",   "grove",   "heath"};

void name_draw(char *name, size_t capacity)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = ((uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 20 ^ (uint64_t)getpid() << 40) *
                    UINT64_C(0x9e3779b97f4a7c15);
    (void)snprintf(name, capacity, "%s-%s", first[seed >> 59], second[seed >> 54 & 31]);
}
