/* SPDX-License-Identifier: Apache-2.0 */
/* Division of 128-bit integers, which the compiler calls by this name (compiler-rt's interface) where a
 * processor has no instruction for it. Mbed TLS divides by one limb: that case is the fast one. Not for
 * secrets. */
#include <stdint.h>

#ifdef LIBC_PREFIX
#define __udivti3 keep_udivti3
#endif

typedef unsigned __int128 u128;

u128 __udivti3(u128 dividend, u128 divisor);

/* high < divisor, so that the quotient fits. */
static uint64_t divide(uint64_t high, uint64_t low, uint64_t divisor, uint64_t *rest)
{
#ifdef __x86_64__
    uint64_t quotient;
    __asm__("divq %4" : "=a"(quotient), "=d"(*rest) : "a"(low), "d"(high), "r"(divisor) : "cc");
    return quotient;
#else
    for (unsigned i = 0; i < 64; i++) {
        uint64_t carry = high >> 63;
        high = high << 1 | low >> 63;
        low <<= 1;
        if (carry || high >= divisor) {
            high -= divisor;
            low |= 1;
        }
    }
    *rest = high;
    return low;
#endif
}

u128 __udivti3(u128 dividend, u128 divisor)
{
    uint64_t rest;
    if (divisor >> 64 == 0) {
        uint64_t d = (uint64_t)divisor;
        uint64_t high = divide(0, (uint64_t)(dividend >> 64), d, &rest);
        uint64_t low = divide(rest, (uint64_t)dividend, d, &rest);
        return (u128)high << 64 | low;
    }
    /* The quotient has fewer than 64 bits: find it bit by bit. */
    uint64_t quotient = 0;
    int shift = __builtin_clzll((uint64_t)(divisor >> 64));
    divisor <<= shift;
    for (int i = shift; i >= 0; i--, divisor >>= 1) {
        quotient <<= 1;
        if (dividend >= divisor) {
            dividend -= divisor;
            quotient |= 1;
        }
    }
    return quotient;
}
