/* SPDX-License-Identifier: Apache-2.0 */
/* libcasemate, the client agent: makes Keeps on untrusted hosts, verifies them, deploys into them and
 * commands them. This header includes all others; docs/api.md has an example.
 *
 * Rules that hold for every function here, unless its comment says otherwise:
 * - int32_t results are 0 for success and -1 for failure; on failure *error describes it. An error argument
 *   may be NULL.
 * - Handles are opaque. A function named ..._new, _open, _load or _parse gives a handle that the caller frees
 *   with ..._free; freeing NULL does nothing. Handles that were passed in are not taken over; which must
 *   outlive the new one is said there.
 * - Text and bytes go in as pointer and size and need no NUL; they are copied unless said otherwise. What
 *   comes out as pointer and size belongs to the handle and lives as long as it, or until the call named
 *   there. Text is UTF-8.
 * - Option structs begin with their size: set it to sizeof. Fields beyond it count as zero.
 * - Out-parameters come last, before the error; they are written on success only.
 * - Times of waiting are milliseconds; -1 means none. Absolute times are seconds since 1970.
 * - Nothing prints, installs a signal handler, forks, or keeps state outside its handles. SIGPIPE is never
 *   raised by a socket of this library where the system lets it be suppressed; elsewhere the program ignores
 * it.
 * - A handle is for one thread at a time; different handles may be used by different threads at once, except
 *   that casemate_prepare() must have returned before the second thread calls anything. */
#ifndef CASEMATE_CASEMATE_H
#define CASEMATE_CASEMATE_H

#include "collateral.h"
#include "ear.h"
#include "error.h"
#include "fetch.h"
#include "host.h"
#include "key.h"
#include "measure.h"
#include "package.h"
#include "policy.h"
#include "session.h"
#include "store.h"
#include "version.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* Prepares the cryptography. Every function that needs it calls this itself; a program with several threads
 * calls it once before it starts them. E_INTERNAL if the random generator or a self-check fails. */
int32_t casemate_prepare(casemate_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
