/* SPDX-License-Identifier: Apache-2.0 */
/* A protection counts when the attack succeeds without it. What asks guard_holds() can be left out in a build
 * for the tests, and in no other: there it is the condition itself. */
#ifndef CASEMATE_PROTO_GUARD_H
#define CASEMATE_PROTO_GUARD_H

#include <stdbool.h>

enum guard {
#define GUARD(name, id) GUARD_##name,
#include "guards.def"
#undef GUARD
    GUARD_COUNT
};

#ifdef CASEMATE_TEST_GUARDS
extern bool guard_off[GUARD_COUNT]; /* defined by the test */
static inline bool guard_holds(enum guard guard, bool condition)
{
    return condition || guard_off[guard];
}
#else
static inline bool guard_holds(enum guard guard, bool condition)
{
    (void)guard;
    return condition;
}
#endif

#endif
