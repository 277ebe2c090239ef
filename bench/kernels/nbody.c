/* SPDX-License-Identifier: Apache-2.0 */
/* nbody.c: five bodies under gravity, 200 steps of f64 with square roots. */
#include <math.h>

#include "kernel.h"

#define BODIES 5

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static const struct body initial[BODIES] = {
    {0, 0, 0, 0, 0, 0, 39.47},
    {4.84, -1.16, -0.10, 0.60, 2.81, -0.02, 0.037},
    {8.34, 4.12, -0.40, -1.01, 1.82, 0.008, 0.011},
    {12.89, -15.11, -0.22, 1.08, 0.86, -0.010, 0.0017},
    {15.37, -25.91, 0.17, 0.97, 0.59, -0.034, 0.0020},
};

static struct body bodies[BODIES];

static void advance(double dt)
{
    for (int i = 0; i < BODIES; i++) {
        struct body *p = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            struct body *q = &bodies[j];
            double dx = p->x - q->x;
            double dy = p->y - q->y;
            double dz = p->z - q->z;
            double square = dx * dx + dy * dy + dz * dz;
            double magnitude = dt / (square * sqrt(square));
            p->vx -= dx * q->mass * magnitude;
            p->vy -= dy * q->mass * magnitude;
            p->vz -= dz * q->mass * magnitude;
            q->vx += dx * p->mass * magnitude;
            q->vy += dy * p->mass * magnitude;
            q->vz += dz * p->mass * magnitude;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

static uint32_t work(void)
{
    memcpy(bodies, initial, sizeof(bodies));
    double dt = (double)opaque(1) / 100;
    for (uint32_t step = opaque(200); step > 0; step--)
        advance(dt);
    uint32_t result = 0;
    for (int i = 0; i < BODIES; i++)
        result = mix(result, (uint32_t)(int32_t)(bodies[i].x * 1e6));
    return result;
}
