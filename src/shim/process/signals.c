/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the process TEE. A fault goes to the one handler, which may redirect it; any other ends the Keep,
 * and the interrupted code never continues. Signals that a user can send keep their default action: they end
 * the process. */
#include "process.h"

/* include/uapi/asm-generic/signal.h, signal-defs.h */
enum { SIGILL = 4, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11, SIGPIPE = 13 };
#define SA_SIGINFO  0x00000004u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK  0x08000000u
#define SIG_IGN     ((void (*)(int, void *, void *))1)

enum {
    /* The kernel's frame holds the whole vector state: up to 11 KiB with AMX; then comes the handler. */
    FAULT_STACK_SIZE = 32768,
    SIGINFO_CODE = 8,     /* offset of si_code in siginfo_t (asm-generic/siginfo.h) */
    SIGINFO_ADDRESS = 16, /* of si_addr */
    UCONTEXT_RIP = 168,   /* of uc_mcontext.rip in struct ucontext (arch/x86, sigcontext_64) */
};

static uint8_t fault_stack[FAULT_STACK_SIZE] __attribute__((aligned(4096)));
static bool (*fault_handler)(struct shim_fault *fault);

void shim_on_fault(bool (*handler)(struct shim_fault *fault))
{
    if (!fault_handler)
        fault_handler = handler;
}

/* FROM: the kernel, on the alternate stack. Malice possible: whoever may signal this process can send these
 * numbers too; only what the kernel itself raises (si_code > 0) reaches the handler. */
static void on_fault(int signal, void *information, void *context)
{
    int32_t code = (int32_t)load_le32((const uint8_t *)information + SIGINFO_CODE);
    bool memory = signal == SIGSEGV || signal == SIGBUS;
    if (fault_handler && memory && code > 0) {
        uintptr_t *pc = (uintptr_t *)context + UCONTEXT_RIP / sizeof(uintptr_t);
        struct shim_fault fault = {
            .address = load_le64((const uint8_t *)information + SIGINFO_ADDRESS),
            .pc = pc,
        };
        if (fault_handler(&fault))
            return;
    }
    shim_exit(KEEP_EHOST);
}

int process_signals_init(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    const struct sys_signal_stack stack = {.base = fault_stack, .size = sizeof fault_stack};
    if (sys_sigaltstack(&stack) != 0)
        return KEEP_ENOTSUP;
    /* Everything is blocked while the handler runs: a second fault in it ends the process. */
    struct sys_signal_action action = {
        .handler = on_fault,
        .flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER,
        .restorer = sys_signal_restorer,
        .mask = UINT64_MAX,
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (sys_sigaction(faults[i], &action) != 0)
            return KEEP_ENOTSUP;
    /* A warden that is gone is an error of write(), not a signal. */
    action =
        (struct sys_signal_action){.handler = SIG_IGN, .flags = SA_RESTORER, .restorer = sys_signal_restorer};
    return sys_sigaction(SIGPIPE, &action) == 0 ? 0 : KEEP_ENOTSUP;
}
