/* SPDX-License-Identifier: Apache-2.0 */
/* Floats as decimal text, by exact arithmetic (G. L. Steele and J. L. White, "How to print floating-point
 * numbers accurately", 1990, free format): a number and the half gaps to its neighbours as fractions of one
 * divisor. */
#include "number.h"

/* 2^1075 and ten times 2^1024 fit. */
enum { WORDS = 36, DIGITS_MAX = 17 };

/* Least word first. */
struct big {
    uint32_t word[WORDS];
};

static void big_multiply(struct big *a, uint32_t factor)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->word[i] * factor;
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void big_shift(struct big *a, unsigned bits)
{
    for (; bits >= 31; bits -= 31)
        big_multiply(a, 1u << 31);
    big_multiply(a, 1u << bits);
}

static int big_compare(const struct big *a, const struct big *b)
{
    for (unsigned i = WORDS; i > 0; i--)
        if (a->word[i - 1] != b->word[i - 1])
            return a->word[i - 1] < b->word[i - 1] ? -1 : 1;
    return 0;
}

static void big_add(struct big *a, const struct big *b)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->word[i] + b->word[i];
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void big_subtract(struct big *a, const struct big *b)
{
    uint64_t borrow = 0;
    for (unsigned i = 0; i < WORDS; i++) {
        uint64_t value = (uint64_t)a->word[i] - b->word[i] - borrow;
        a->word[i] = (uint32_t)value;
        borrow = value >> 63;
    }
}

/* value = number / divisor; the gaps reach half way to the neighbours. */
struct fraction {
    struct big number, divisor, below, above;
    bool even; /* a tie reads back as this float */
};

/* Whether the number with the gap above it reaches the divisor. */
static bool reaches(const struct fraction *f)
{
    struct big sum = f->number;
    big_add(&sum, &f->above);
    int order = big_compare(&sum, &f->divisor);
    return f->even ? order >= 0 : order > 0;
}

static void times_ten(struct fraction *f)
{
    big_multiply(&f->number, 10);
    big_multiply(&f->below, 10);
    big_multiply(&f->above, 10);
}

static void fraction_of(struct fraction *f, uint64_t mantissa, int exponent, bool lowest)
{
    /* Below a power of two the gap is half as wide: everything is doubled once more there. */
    unsigned wide = lowest ? 1 : 0;
    *f = (struct fraction){.even = mantissa % 2 == 0};
    f->number.word[0] = (uint32_t)mantissa;
    f->number.word[1] = (uint32_t)(mantissa >> 32);
    f->divisor.word[0] = f->below.word[0] = f->above.word[0] = 1;
    unsigned up = exponent > 0 ? (unsigned)exponent : 0, down = exponent < 0 ? (unsigned)-exponent : 0;
    big_shift(&f->number, up + 1 + wide);
    big_shift(&f->divisor, down + 1 + wide);
    big_shift(&f->below, up);
    big_shift(&f->above, up + wide);
}

/* The digits of 0.DIGITS x 10^(returned): the value is brought below 1 first. */
static int scale(struct fraction *f)
{
    int point = 0;
    for (; reaches(f); point++)
        big_multiply(&f->divisor, 10);
    for (;; point--) {
        struct fraction next = *f;
        times_ten(&next);
        if (reaches(&next))
            return point;
        *f = next;
    }
}

static unsigned digits_of(struct fraction *f, uint8_t digits[DIGITS_MAX])
{
    for (unsigned count = 0;;) {
        uint8_t digit = 0;
        times_ten(f);
        for (; big_compare(&f->number, &f->divisor) >= 0; digit++)
            big_subtract(&f->number, &f->divisor);
        int order = big_compare(&f->number, &f->below);
        bool low = f->even ? order <= 0 : order < 0;
        bool high = reaches(f);
        if (low || high || count + 1 == DIGITS_MAX) {
            struct big twice = f->number;
            big_add(&twice, &f->number);
            bool up = low && high ? big_compare(&twice, &f->divisor) >= 0 : high;
            digits[count++] = (uint8_t)('0' + digit + up);
            return count;
        }
        digits[count++] = (uint8_t)('0' + digit);
    }
}

static void add_zeros(struct text *text, int count)
{
    for (; count > 0; count--)
        text_add_literal(text, "0");
}

/* As ECMAScript (Number::toString): positional from 1e-6 to below 1e21, else with an exponent. */
static void layout(struct text *text, const uint8_t *digits, int count, int point)
{
    if (point > 21 || point < -5) {
        text_add(text, span_of(digits, 1));
        if (count > 1) {
            text_add_literal(text, ".");
            text_add(text, span_of(digits + 1, (size_t)count - 1));
        }
        text_add_literal(text, point > 0 ? "e+" : "e-");
        text_add_number(text, (uint64_t)(point > 0 ? point - 1 : 1 - point));
    } else if (point <= 0) {
        text_add_literal(text, "0.");
        add_zeros(text, -point);
        text_add(text, span_of(digits, (size_t)count));
    } else if (count <= point) {
        text_add(text, span_of(digits, (size_t)count));
        add_zeros(text, point - count);
    } else {
        text_add(text, span_of(digits, (size_t)point));
        text_add_literal(text, ".");
        text_add(text, span_of(digits + point, (size_t)(count - point)));
    }
}

void number_add_float(struct text *text, uint64_t bits, unsigned width)
{
    const unsigned mantissa_bits = width == 32 ? 23 : 52;
    const int bias = width == 32 ? 127 : 1023;
    uint64_t mantissa = bits & (((uint64_t)1 << mantissa_bits) - 1);
    int exponent = (int)(bits >> mantissa_bits) & (2 * bias + 1);
    if (bits >> (width - 1) & 1)
        text_add_literal(text, "-");
    if (exponent == 2 * bias + 1) {
        text_add_literal(text, mantissa == 0 ? "inf" : "nan");
        return;
    }
    if (exponent == 0 && mantissa == 0) {
        text_add_literal(text, "0");
        return;
    }
    bool lowest = mantissa == 0 && exponent > 1;
    if (exponent > 0)
        mantissa |= (uint64_t)1 << mantissa_bits;
    else
        exponent = 1;
    struct fraction f;
    uint8_t digits[DIGITS_MAX];
    fraction_of(&f, mantissa, exponent - bias - (int)mantissa_bits, lowest);
    int point = scale(&f);
    int count = (int)digits_of(&f, digits);
    layout(text, digits, count, point);
}
