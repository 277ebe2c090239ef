/* SPDX-License-Identifier: Apache-2.0 */
/* matmul.c: product of two 64 x 64 matrices of f64. */
#include "kernel.h"

#define SIZE 64

static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static uint32_t work(void)
{
    uint32_t size = opaque(SIZE);
    double scale = opaque(3);
    for (uint32_t i = 0; i < size; i++) {
        for (uint32_t j = 0; j < size; j++) {
            a[i][j] = (double)(i + 1) / scale;
            b[i][j] = (double)(i ^ j) - scale;
        }
    }
    for (uint32_t i = 0; i < size; i++) {
        for (uint32_t j = 0; j < size; j++) {
            double sum = 0;
            for (uint32_t k = 0; k < size; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    }
    uint32_t result = 0;
    for (uint32_t i = 0; i < size; i++)
        result = mix(result, (uint32_t)(int32_t)c[i][(i * 7) % SIZE]);
    return result;
}
