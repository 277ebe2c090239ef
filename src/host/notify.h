/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to the service manager (sd_notify(3)), without its library. */
#ifndef CASEMATE_HOST_NOTIFY_H
#define CASEMATE_HOST_NOTIFY_H

/* "READY=1", "STOPPING=1". Nothing happens where $NOTIFY_SOCKET is not set. */
void notify(const char *state);

#endif
