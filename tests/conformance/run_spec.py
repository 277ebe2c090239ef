#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the WebAssembly suites that are on this machine with the features that the engine has:

    run_spec.py RUNNER wazero|3.0|gc-stress

`wazero`: the suites of versions 1.0 and 2.0 and of proposals in Debian's package of wazero ($CASEMATE_WAZERO).
`3.0`: the official suite, if $CASEMATE_SHARED has it.
`gc-stress`: those of its files that make objects, with a collection before each allocation, and with a little marking before each.
Files that need a feature the engine lacks are listed as skipped,
each with that reason. One line of TAP a file; each suite ends with `LABEL: N passed, N failed`."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# Features of the suite's index that the engine has.
FEATURES = {"threads", "mutable-global", "saturating-float-to-int", "sign-extension", "multi-value", "reference-types", "bulk-memory",
            "tail-call", "extended-const", "multi-memory", "memory64", "function-references", "simd",
            "relaxed-simd", "exceptions", "legacy-exceptions", "gc"}
# Groups whose modules make objects.
OBJECT_GROUPS = {"exceptions", "gc"}
# Folder, label, arguments.
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
# Suites in the official archive that are no part of 3.0, with the features that each was written for.
PROPOSALS = {
    "proposals/threads": ("proposal-threads", ["--version", "2", "--feature", "threads=on", "--feature", "reference-types=off"]),
    "legacy-exceptions": ("legacy-exceptions", []),
}


def skip(name, reason):
    print(f"ok - {name} # SKIP {reason}")


def run(runner, arguments, label, files):
    sys.stdout.flush()
    return subprocess.run([runner, *arguments, label, *map(str, files)]).returncode


def wazero(runner):
    root = os.environ.get("CASEMATE_WAZERO")
    found = sorted(Path(root).rglob("spectest/v2/testdata")) if root else []
    if not found:
        print("SKIP: no suites: scripts/deps --print wazero gives their folder, CASEMATE_WAZERO names it")
        return 77
    suites = found[0].parent.parent
    failed = 0
    for folder, label, arguments in WAZERO_SUITES:
        files = sorted((suites / folder / "testdata").glob("*.json"))
        failed |= run(runner, arguments, label, files)
    return failed


def official(runner, stress=None):
    archive = Path(os.environ.get("CASEMATE_SHARED", "")) / "data/wasm/spec-3.0.tar.xz"
    if not archive.is_file():
        print("SKIP: the official 3.0 suite is not on this machine")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder)
        spec = Path(folder) / "spec"
        files, proposals = [], {}
        for entry in json.loads((spec / "index.json").read_text()):
            lacking = set(entry["features"]) - FEATURES
            if lacking:
                skip(entry["file"], "the engine has no " + ", ".join(sorted(lacking)) + " yet")
            elif entry["group"] in PROPOSALS:
                proposals.setdefault(entry["group"], []).append(spec / entry["file"])
            else:
                files.append(spec / entry["file"])
        failed = 0
        if stress is not None:
            chosen = proposals.get("legacy-exceptions", []) + [p for p in files if p.parent.parent.name in OBJECT_GROUPS]
            return run(runner, ["--gc-stress", stress], f"gc-stress-{stress}", chosen)
        for group, paths in proposals.items():
            label, arguments = PROPOSALS[group]
            failed |= run(runner, arguments, label, paths)
        return failed | run(runner, ["--version", "3"], "spec", files)


def stressed(runner):
    return max(official(runner, "1"), official(runner, "2"))


if __name__ == "__main__":
    modes = {"wazero": wazero, "3.0": official, "gc-stress": stressed}
    if len(sys.argv) != 3 or sys.argv[2] not in modes:
        sys.exit(__doc__)
    sys.exit(modes[sys.argv[2]](sys.argv[1]))
