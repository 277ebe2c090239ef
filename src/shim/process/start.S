/* SPDX-License-Identifier: Apache-2.0 */
/* Entry of keep-process: from the kernel's hands to C on a stack of our own.
 *
 * FROM: execve() by the warden, which is not trusted. Once; a process has no second entry.
 * Live on entry: rsp (a stack that the kernel made and the warden filled: argv, environment, auxiliary
 *   vector). Nothing of it is read. All other registers are the kernel's and mean nothing.
 * Interrupts: signals may arrive at any instruction; until handlers are set they end the process. */

    .section .text.start, "ax", @progbits
    .globl  _start
    .type   _start, @function
_start:
    xorl    %ebp, %ebp                      /* outermost frame: a back trace ends here */
    leaq    process_stack_top(%rip), %rsp   /* leave the warden's stack; 16-byte aligned by the linker */
    cld                                     /* the C code expects the direction flag clear */
    fninit                                  /* x87: round to nearest, all exceptions masked */
    ldmxcsr process_mxcsr(%rip)             /* SSE: the same, subnormals kept */
    xorl    %edi, %edi                      /* no argument, and no value of the warden's in a register */
    xorl    %esi, %esi
    xorl    %edx, %edx
    call    process_start                   /* pushes a return address: rsp is as the ABI wants it */
    ud2                                     /* process_start never returns */
    .size   _start, . - _start

    .section .rodata.start, "a", @progbits
    .balign 4
process_mxcsr:
    .long   0x1f80                          /* SDM vol. 1, 10.2.3: the state after reset */

    /* The stack: one page that shall not be touched (process_start takes its access away), then
     * SHIM_STACK_SIZE. */
    .section .bss.stack, "aw", @nobits
    .balign 4096
    .globl  process_stack_guard
process_stack_guard:
    .skip   4096
    .skip   256 << 10
    .globl  process_stack_top
process_stack_top:

    .section .note.GNU-stack, "", @progbits
