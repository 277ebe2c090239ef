/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for tests that try anything: xorshift, the same sequence in each run. */
#ifndef CASEMATE_TESTS_ANY_H
#define CASEMATE_TESTS_ANY_H

#include <stdint.h>

static uint64_t any_state = 88172645463325252u;

static inline uint64_t any64(void)
{
    any_state ^= any_state << 13;
    any_state ^= any_state >> 7;
    any_state ^= any_state << 17;
    return any_state;
}

static inline uint32_t any(void)
{
    return (uint32_t)(any64() >> 16);
}

#endif
