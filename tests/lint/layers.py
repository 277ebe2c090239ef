# SPDX-License-Identifier: Apache-2.0
"""Which folder may include which: the arrows of docs/architecture.md. Trusted code sees no header of the host."""

import os
import re

from tree import TOP, lines_of

# Longest prefix wins. A folder may always include itself.
ARROWS = {
    "include/casemate": [],
    "src/base": ["src/proto", "include/casemate"],
    "src/proto": [],
    "src/keep/libc": ["src/keep/libc", "src/proto", "src/shim/shim.h"],
    "src/keep/wasm": ["src/keep/wasm"],
    "src/keep": ["src/keep", "src/proto", "src/shim/shim.h"],
    "src/shim": ["src/proto", "src/shim/shim.h", "src/keep/libc"],
    "src/monitor": ["src/proto"],
    "src/attest": ["src/measure", "src/proto", "src/base", "include/casemate"],
    "src/measure": ["src/proto", "src/base", "include/casemate"],
    "src/client": ["src/attest", "src/measure", "src/proto", "src/base", "include/casemate",
                   # The Keep's own decoder and table of WASI functions: imports are checked before a Keep is made.
                   "src/keep/wasm/wasm.h", "src/keep/wasi/functions.def"],
    "src/tee": ["src/proto", "src/base", "src/measure"],
    "src/host": ["src/tee", "src/proto", "src/base", "src/measure", "include/casemate"],
    "src/cli": ["src/base", "include/casemate"],
}
TRUSTED = ("src/proto/", "src/keep/", "src/shim/", "src/monitor/")
# What the compiler itself brings; our own libc adds src/keep/libc/include.
COMPILER = {"stddef.h", "stdint.h", "stdbool.h", "stdarg.h", "stdalign.h", "stdnoreturn.h", "limits.h", "float.h",
            "immintrin.h", "cpuid.h", "x86intrin.h", "emmintrin.h", "smmintrin.h", "tmmintrin.h", "wmmintrin.h"}
GENERATED = {"casemate_build.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def arrows_of(path):
    fitting = [folder for folder in ARROWS if path.startswith(folder + "/")]
    return max(fitting, key=len) if fitting else None


def own_libc():
    folder = TOP / "src/keep/libc/include"
    return {str(p.relative_to(folder)) for p in folder.rglob("*.h")}


def check(findings, paths):
    libc = own_libc()
    for path in paths:
        layer = arrows_of(path)
        if layer is None or not path.endswith((".c", ".h", ".S", ".cpp", ".hpp", ".def")):
            continue
        for number, line in enumerate(lines_of(path), 1):
            match = INCLUDE.match(line)
            if match:
                problem = judge(path, layer, match.group(1), match.group(2), libc)
                if problem:
                    findings.add("layering", path, number, problem)


def judge(path, layer, quoted, angled, libc):
    """What is wrong with this include, or None."""
    if quoted:
        target = os.path.normpath(os.path.join(os.path.dirname(path), quoted))
        if quoted in GENERATED and not path.startswith(TRUSTED):
            return None
        if not (TOP / target).is_file():
            return f"{quoted} is not a file of the tree beside this one: include it by its relative path"
        allowed = [layer] + ARROWS[layer]
        if any(target == a or target.startswith(a + "/") for a in allowed):
            return None
        return f"{layer} must not know {target}: it may include {', '.join(allowed)}"
    if path.startswith(TRUSTED) and not path.startswith("src/keep/libc/include/"):
        if angled not in COMPILER and angled not in libc and not angled.startswith(("mbedtls/", "psa/")):
            return f"trusted code has no <{angled}>: there is only the compiler's and src/keep/libc/include"
    return None
