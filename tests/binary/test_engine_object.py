#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The engine's freestanding library as compiled: what it asks of a C library, and that its handlers are what makes it fast.

    test_engine_object.py LIBRARY"""

import re
import subprocess
import sys

LIBC = {"memcpy", "memmove", "memset", "memcmp"}
# Operations that leave the interpreter, and so may use the native stack.
LEAVING = {"move", "return_slots", "lazy", "host", "slow", "slow_reached", "poll", "unwind",
           "struct_set_shaded", "array_set_shaded", "global_set_shaded"}
MOST_TEXT = 250 * 1024  # of all handlers


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def foreign_symbols(library):
    symbols = [line.split()[-2:] for line in run("llvm-nm-19", library).splitlines() if len(line.split()) >= 2]
    defined = {name for kind, name in symbols if kind not in ("U", "w")}
    return {name for kind, name in symbols if kind == "U"} - defined


def handlers(library):
    """Name and instructions of every handler."""
    found = {}
    name = None
    for line in run("llvm-objdump-19", "--disassemble", "--no-show-raw-insn", library).splitlines():
        start = re.match(r"^[0-9a-f]+ <(?:op_(\w+)|.*)>:$", line)
        if start:
            name = start.group(1)
            if name:
                found[name] = []
        elif name and re.match(r"^\s+[0-9a-f]+:", line):
            found[name].append(line.split(":", 1)[1].split())
    return found


def text_size(library):
    sizes = 0
    for line in run("llvm-nm-19", "--print-size", library).splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2] in "tT" and fields[3].startswith("op_"):
            sizes += int(fields[1], 16)
    return sizes


def main():
    library = sys.argv[1]
    all_handlers = handlers(library)
    leaving = {name for name, code in all_handlers.items()
               if any(word[0].startswith(("call", "push")) for word in code if word)}
    foreign = foreign_symbols(library)
    size = text_size(library)
    results = [
        ("the engine needs four functions of a C library and nothing else", foreign <= LIBC, sorted(foreign - LIBC)),
        ("there are handlers to look at", len(all_handlers) > 400, len(all_handlers)),
        ("a handler neither calls nor saves registers, but for those that leave", leaving <= LEAVING,
         sorted(leaving - LEAVING)),
        (f"all handlers together are at most {MOST_TEXT // 1024} KiB", 0 < size <= MOST_TEXT, size),
    ]
    print(f"1..{len(results)}")
    for number, (name, right, found) in enumerate(results, 1):
        print(f"{'ok' if right else 'not ok'} {number} - {name}")
        if not right:
            print(f"# found {found}")
    print(f"# {len(all_handlers)} handlers, {size} bytes of text")
    return 0 if all(right for _, right, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
