/* SPDX-License-Identifier: Apache-2.0 */
/* What cannot happen halts the Keep (C17 7.2); it is never compiled out. */
#undef assert
#define assert(condition) ((condition) ? (void)0 : __builtin_trap())
#ifndef static_assert
#define static_assert _Static_assert
#endif
