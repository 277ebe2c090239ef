/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program that prints: what every runtime in the bench starts. */
#include <stdio.h>

int main(void)
{
    puts("hello");
    return 0;
}
