/* SPDX-License-Identifier: Apache-2.0 */
/* Between keeps.c and keeps_control.c. */
#ifndef CASEMATE_HOST_KEEPS_INTERNAL_H
#define CASEMATE_HOST_KEEPS_INTERNAL_H

#include <sys/wait.h>

#include "keeps.h"

void keeps_save(struct keeps *keeps, const struct keep *k);
void keeps_set_state(struct keep *k, const char *state);
void keeps_close_control(struct keeps *keeps, struct keep *k);
/* The control descriptor is readable; owner is the Keep. */
void keeps_control_ready(void *owner, uint32_t events);
/* Reads what a warden that has ended still said. */
void keeps_control_drain(struct keeps *keeps, struct keep *k);

#endif
