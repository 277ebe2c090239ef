/* SPDX-License-Identifier: Apache-2.0 */
/* Traps: unreachable. */
int main(void)
{
    __builtin_trap();
}
