/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program: `casemate run --allow-simulated hello.wasm`. */
#include <stdio.h>

int main(void)
{
    puts("hello from a Keep");
    return 0;
}
