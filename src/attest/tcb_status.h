/* SPDX-License-Identifier: Apache-2.0 */
/* Intel's words for the state of a TCB, and what comes of several of them (PCS API v4; the words on relaunch
 * are of Intel's quote verification, for TD 1.5). */
#ifndef CASEMATE_ATTEST_TCB_STATUS_H
#define CASEMATE_ATTEST_TCB_STATUS_H

#include <stdbool.h>

enum tcb_status {
    TCB_UNKNOWN = 0, /* no collateral tells */
    TCB_UP_TO_DATE,
    TCB_SW_HARDENING,
    TCB_CONFIGURATION,
    TCB_CONFIGURATION_AND_SW_HARDENING,
    TCB_OUT_OF_DATE,
    TCB_OUT_OF_DATE_CONFIGURATION,
    TCB_REVOKED,
    TCB_RELAUNCH, /* these two are results, never said by collateral */
    TCB_RELAUNCH_CONFIGURATION,
    TCB_STATUSES,
};

const char *tcb_status_name(enum tcb_status status);
/* TCB_UNKNOWN if it is none of the words that collateral uses. */
enum tcb_status tcb_status_find(const char *name);

/* Platform with one part of it, QE or TDX module, whose status is UpToDate, OutOfDate or Revoked.
 */
enum tcb_status tcb_converge(enum tcb_status platform, enum tcb_status part);
/* Whether something in the platform's configuration is to be mended. */
bool tcb_status_wants_configuration(enum tcb_status status);

#endif
