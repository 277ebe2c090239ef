#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the WebAssembly suites that are on this machine, whole:

    run_spec.py RUNNER wazero|3.0|gc-stress

`wazero`: the suites of versions 1.0 and 2.0 and of proposals in Debian's package of wazero ($CASEMATE_WAZERO).
`3.0`: the official suite, if $CASEMATE_SHARED has it, and before it suites of its archive that are no part of 3.0.
`gc-stress`: those of its files that make objects, with a collection before each allocation, and with a little marking
before each.

One line of TAP a file; each suite ends with `LABEL: N passed, N failed`. The label `spec` counts exactly the assertions of
3.0 on modules in binary form: another number than the suite's index gives is a failure, too."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# Folder, label, arguments: a suite runs with the features that it was written for.
WAZERO_SUITES = [
    ("v1", "wasm-1.0", ["--version", "1"]),
    ("v2", "wasm-2.0", ["--version", "2"]),
    ("tail-call", "tail-call", ["--version", "2", "--feature", "tail-call=on"]),
    ("extended-const", "extended-const", ["--version", "2", "--feature", "extended-const=on"]),
    ("typed-function-references", "function-references",
     ["--version", "2", "--feature", "function-references=on", "--feature", "tail-call=on"]),
    ("threads", "threads", ["--version", "2", "--feature", "threads=on"]),
    ("exception-handling", "exceptions", []),
]
# Group, label, arguments: what the official archive has beside 3.0.
OTHER_GROUPS = [
    ("legacy-exceptions", "legacy-exceptions", []),
    ("proposals/threads", "proposal-threads",
     ["--version", "2", "--feature", "threads=on", "--feature", "reference-types=off"]),
]
# Proposals of which the engine has nothing, and 3.0 neither.
FOREIGN_GROUPS = {"proposals/custom-page-sizes", "proposals/wide-arithmetic"}
# Groups whose modules make objects.
OBJECT_GROUPS = {"exceptions", "gc", "legacy-exceptions"}


def run(runner, arguments, label, files, expected=None):
    """Runs the files; `expected` assertions must have been counted. Returns 0 if all passed."""
    process = subprocess.Popen([runner, *arguments, label, *map(str, files)], stdout=subprocess.PIPE, text=True, errors="replace")
    counted = None
    for line in process.stdout:
        print(line, end="", flush=True)
        words = line.split()
        if words and words[0] == label + ":":
            counted = int(words[1]) + int(words[3])
    if expected is not None and counted != expected:
        print(f"not ok - {label}: {counted} assertions were counted, the index of the suite gives {expected}")
        process.wait()
        return 1
    return process.wait()


def wazero(runner):
    root = os.environ.get("CASEMATE_WAZERO")
    found = sorted(Path(root).rglob("spectest/v2/testdata")) if root else []
    if not found:
        print("SKIP: no suites: scripts/deps --print wazero gives their folder, CASEMATE_WAZERO names it")
        return 77
    suites = found[0].parent.parent
    failed = 0
    for folder, label, arguments in WAZERO_SUITES:
        failed |= run(runner, arguments, label, sorted((suites / folder / "testdata").glob("*.json")))
    return failed


def unpacked(use):
    """Calls use(folder, index) on the official suite."""
    archive = Path(os.environ.get("CASEMATE_SHARED", "")) / "data/wasm/spec-3.0.tar.xz"
    if not archive.is_file():
        print("SKIP: the official 3.0 suite is not on this machine")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder)
        spec = Path(folder) / "spec"
        return use(spec, json.loads((spec / "index.json").read_text()))


def official(runner):
    def use(spec, index):
        failed = 0
        others = set(FOREIGN_GROUPS)
        for group, label, arguments in OTHER_GROUPS:
            others.add(group)
            failed |= run(runner, arguments, label, [spec / entry["file"] for entry in index if entry["group"] == group])
        own = [entry for entry in index if entry["group"] not in others]
        count = sum(entry["asserts"] - entry["text_asserts"] for entry in own)
        return failed | run(runner, ["--version", "3"], "spec", [spec / entry["file"] for entry in own], count)

    return unpacked(use)


def stressed(runner):
    def use(spec, index):
        files = [spec / entry["file"] for entry in index if entry["group"] in OBJECT_GROUPS]
        return max(run(runner, ["--gc-stress", how], f"gc-stress-{how}", files) for how in ("1", "2"))

    return unpacked(use)


if __name__ == "__main__":
    modes = {"wazero": wazero, "3.0": official, "gc-stress": stressed}
    if len(sys.argv) != 3 or sys.argv[2] not in modes:
        sys.exit(__doc__)
    sys.exit(modes[sys.argv[2]](sys.argv[1]))
