/* SPDX-License-Identifier: Apache-2.0 */
/* Q1 and Q2 of a SIGSTRUCT (SDM volume 3D, 35.14.2). They are checked without a division: Q is the quotient
 * of A by M exactly if Q M <= A < Q M + M. Nothing here is secret. */
#include "sigstruct.h"

enum { WORDS = SIGSTRUCT_KEY_SIZE / 4 };

static void load(const uint8_t *bytes, uint32_t *words)
{
    for (size_t i = 0; i < WORDS; i++)
        words[i] = load_le32(bytes + 4 * i);
}

/* product (2 * WORDS) = a b */
static void multiply(const uint32_t *a, const uint32_t *b, uint32_t *product)
{
    memset(product, 0, 2 * WORDS * sizeof *product);
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < WORDS; j++) {
            carry += (uint64_t)a[i] * b[j] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + WORDS] = (uint32_t)carry;
    }
}

/* a -= b over 2 * WORDS; whether it did not become negative. */
static bool subtract(uint32_t *a, const uint32_t *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < 2 * WORDS; i++) {
        const uint64_t difference = (uint64_t)a[i] - b[i] - borrow;
        a[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
    return borrow == 0;
}

static bool below(const uint32_t *a, const uint32_t *m)
{
    for (size_t i = WORDS; i < 2 * WORDS; i++)
        if (a[i] != 0)
            return false;
    for (size_t i = WORDS; i-- > 0;)
        if (a[i] != m[i])
            return a[i] < m[i];
    return false;
}

/* Whether q = floor(x y / m); the remainder is left in rest. */
static bool is_quotient(const uint32_t *x, const uint32_t *y, const uint32_t *m, const uint32_t *q,
                        uint32_t *rest)
{
    uint32_t product[2 * WORDS];
    multiply(x, y, rest);
    multiply(q, m, product);
    return subtract(rest, product) && below(rest, m);
}

bool sigstruct_quotients(const uint8_t *signature, const uint8_t *modulus, const uint8_t *q1,
                         const uint8_t *q2)
{
    uint32_t s[WORDS], m[WORDS], q[WORDS], first[2 * WORDS], second[2 * WORDS];
    load(signature, s);
    load(modulus, m);
    load(q1, q);
    if (!is_quotient(s, s, m, q, first))
        return false;
    load(q2, q);
    return is_quotient(s, first, m, q, second);
}
