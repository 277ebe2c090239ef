#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/check-image refuses each thing that an image must not have: tiny images with exactly one fault each. TAP."""

import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
LAYOUT = (TOP / "images/keep-process.ld").read_text()
SHIM = """
__attribute__((used)) long enter(void) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(60), "D"(0) : "rcx", "r11", "memory");
    return result;
}
"""
MAIN = """
long enter(void);
int counter = 1;
const char *volatile text = "constant";
__attribute__((section(".text.start"), used)) void _start(void) { counter += text[0]; enter(); __builtin_trap(); }
"""
CALLS = "60 exit\n"

# name of the behaviour, what the refusal says ("" = accepted), and what differs from the good image
CASES = [
    ("accepts an image without fault", "", {}),
    ("refuses a system call outside the shim's section", "outside .text.syscall",
     {"main": MAIN + '__attribute__((used)) void other(void) { __asm__ volatile("syscall"); }',
      "link": ["-Wl,--undefined=other"]}),
    ("refuses sysenter", "sysenter",
     {"main": MAIN + '__attribute__((used)) void other(void) { __asm__ volatile("sysenter"); }',
      "link": ["-Wl,--undefined=other"]}),
    ("refuses int 0x80", "int $0x80", {"shim": SHIM.replace('"syscall"', '"syscall; int $0x80"')}),
    ("refuses a write to the FS base", "wrfsbase",
     {"shim": SHIM.replace('"syscall"', '"syscall; wrfsbase %%rax"'), "cc": ["-mfsgsbase"]}),
    ("refuses a number that is not listed", "is not in the list", {"shim": SHIM.replace("(60)", "(59)")}),
    ("refuses a listed number that nothing uses", "nothing makes it", {"calls": CALLS + "59 execve\n"}),
    ("refuses a number that is not a constant", "not a constant",
     {"shim": SHIM.replace("enter(void)", "enter(long n)").replace("(60)", "(n)")}),
    ("refuses a segment that is writable and executable", "writable and executable",
     {"layout": LAYOUT.replace("FLAGS(6);      /* rw- */", "FLAGS(7);").replace("data PT_LOAD FLAGS(6)",
                                                                               "data PT_LOAD FLAGS(7)")}),
    ("refuses an executable stack", "executable stack",
     {"layout": LAYOUT.replace("PT_GNU_STACK FLAGS(6)", "PT_GNU_STACK FLAGS(7)")}),
    ("refuses segments that share a page", "share a page",
     {"layout": LAYOUT.replace(".data : ALIGN(4096)", ".data : ALIGN(16)")}),
    ("refuses an interpreter", "an interpreter", {"layout": None, "link": ["-pie", "-Wl,--dynamic-linker=/x"],
                                                  "drop": ["-static", "-Wl,--no-dynamic-linker"]}),
    ("refuses relocations", "relocations in", {"layout": None, "link": ["-pie", "-Wl,--no-dynamic-linker"],
                                               "drop": ["-static"]}),
    ("refuses symbols", "strip it", {"drop": ["-Wl,--strip-all"]}),
    ("refuses an image over its budget", "the budget is",
     {"main": MAIN + "__attribute__((used)) const char big[800000] = {1};", "link": ["-Wl,--undefined=big"]}),
    ("refuses a path of the machine that built it", "holds the path",
     {"main": MAIN + f'__attribute__((used)) const char where[] = "{TOP}/x";', "link": ["-Wl,--undefined=where"]}),
    ("refuses a frame that is too large", "the limit is",
     {"main": MAIN + "void use(char *p); __attribute__((used)) void deep(void) { char a[40000]; use(a); }\n"
                     "void use(char *p) { __asm__ volatile(\"\" : : \"r\"(p) : \"memory\"); }"}),
    ("refuses a frame without a fixed size", "without a fixed size",
     {"main": MAIN + "void use(char *p); __attribute__((used)) void deep(int n) { char a[n]; use(a); }\n"
                     "void use(char *p) { __asm__ volatile(\"\" : : \"r\"(p) : \"memory\"); }"}),
]


def flags(kind):
    return subprocess.run([TOP / "scripts/image-flags", kind], check=True, capture_output=True, text=True).stdout.split()


def build(folder, change):
    """An image with this change; its objects have the names that the layout looks for."""
    sources = {"shim_process_syscall.c": change.get("shim", SHIM), "main.c": change.get("main", MAIN)}
    objects = []
    for name, text in sources.items():
        (folder / name).write_text(text)
        subprocess.run(["clang-19", "-O2", *flags("cc"), "-fno-stack-protector", "-fstack-usage", *change.get("cc", []),
                        "-c", name, "-o", name + ".o"], cwd=folder, check=True)
        objects.append(name + ".o")
    link = [f for f in flags("ld") if f not in change.get("drop", [])] + change.get("link", [])
    layout = change.get("layout", LAYOUT)
    if layout:
        (folder / "layout.ld").write_text(layout)
        link += ["-Wl,-T,layout.ld"]
    subprocess.run(["clang-19", *link, *objects, "-o", "image"], cwd=folder, check=True)
    (folder / "calls").write_text(change.get("calls", CALLS))


def judge(folder, expected):
    """What is wrong with the verdict on this image, or None."""
    result = subprocess.run([TOP / "scripts/check-image", folder / "image", "--calls", folder / "calls",
                             "--stack-usage", folder], capture_output=True, text=True)
    if result.returncode != (1 if expected else 0):
        return f"exit {result.returncode}: {result.stdout}{result.stderr}"
    if expected not in result.stdout:
        return f"wanted '{expected}' in: {result.stdout}"
    return None


def main():
    print(f"1..{len(CASES)}")
    failed = 0
    for number, (name, expected, change) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), change)
            problem = judge(Path(folder), expected)
        print(f"{'not ok' if problem else 'ok'} {number} - check-image {name}")
        if problem:
            failed += 1
            print("\n".join("# " + line for line in problem.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
