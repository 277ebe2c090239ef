/* SPDX-License-Identifier: Apache-2.0 */
/* vm.c: a bytecode machine with a stack, counting the steps of the Collatz sequences of 1 to 59. */
#include "kernel.h"

enum { PUSH, LOAD, STORE, ADD, MUL, HALVE, ODD, LESS, JUMP, JUMP_UNLESS, HALT };
enum { STEPS, LIMIT, N, X };

struct instruction {
    uint8_t operation;
    uint8_t operand;
};

static const struct instruction program[] =
    {
        {PUSH, 0},      {STORE, STEPS}, {PUSH, 1},         {STORE, N}, /* n = 1 */
        {LOAD, N},      {LOAD, LIMIT},  {LESS, 0},         {JUMP_UNLESS, 36},
        {LOAD, N},      {STORE, X},                                           /* 4: while n < limit */
        {PUSH, 1},      {LOAD, X},      {LESS, 0},         {JUMP_UNLESS, 31}, /* 10: while 1 < x */
        {LOAD, X},      {ODD, 0},       {JUMP_UNLESS, 23},                    /* 14: if x is odd */
        {LOAD, X},      {PUSH, 3},      {MUL, 0},          {PUSH, 1},
        {ADD, 0},       {JUMP, 25},     {LOAD, X},         {HALVE, 0}, /* 23: else */
        {STORE, X},     {LOAD, STEPS},  {PUSH, 1},         {ADD, 0},
        {STORE, STEPS}, {JUMP, 10},     {LOAD, N},         {PUSH, 1},
        {ADD, 0},       {STORE, N},     {JUMP, 4}, /* 31: n++ */
        {HALT, 0},
};

static uint32_t run(const struct instruction *code, uint32_t limit)
{
    uint32_t stack[16];
    uint32_t variables[4] = {[LIMIT] = limit};
    uint32_t *top = stack; /* behind the last operand */
    for (const struct instruction *at = code;;) {
        uint32_t operand = at->operand;
        switch ((at++)->operation) {
        case PUSH:
            *top++ = operand;
            break;
        case LOAD:
            *top++ = variables[operand % 4];
            break;
        case STORE:
            variables[operand % 4] = *--top;
            break;
        case ADD:
            top--;
            top[-1] += top[0];
            break;
        case MUL:
            top--;
            top[-1] *= top[0];
            break;
        case HALVE:
            top[-1] /= 2;
            break;
        case ODD:
            top[-1] %= 2;
            break;
        case LESS:
            top--;
            top[-1] = top[-1] < top[0];
            break;
        case JUMP:
            at = code + operand;
            break;
        case JUMP_UNLESS:
            if (*--top == 0)
                at = code + operand;
            break;
        default:
            return variables[STEPS];
        }
    }
}

static uint32_t work(void)
{
    return run(program, opaque(60));
}
