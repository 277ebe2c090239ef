#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/check counts what the runners really say: their own ways to skip, to fail and to die. TAP."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("check", str(TOP / "scripts/check"))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", LOADER))
LOADER.exec_module(check)

# behaviour, Meson's result (and the exit status, where it counts), stdout, then passed, failed, skipped, and a reason that must be reported
CASES = [
    ("counts each case of TAP", "OK", "1..2\nok 1 - a\nok 2 - b\n", 2, 0, 0, None),
    ("counts a program without TAP as one", "OK", "all is well\n", 1, 0, 0, None),
    ("counts a failed case beside the passed", "FAIL", "1..2\nok 1 - a\nnot ok 2 - b\n# 1 != 2\n", 1, 1, 0, None),
    ("counts a failure even if the program exits 0", "OK", "1..1\nnot ok 1 - a\n", 0, 1, 0, None),
    ("counts a crash after passed cases", "FAIL", "1..3\nok 1 - a\nok 2 - b\n", 2, 1, 0, None),
    ("counts a time-out", "TIMEOUT", "1..3\nok 1 - a\n", 1, 1, 0, None),
    ("counts a program that does not start", "ERROR", "", 0, 1, 0, None),
    ("knows how cmocka skips", "OK", "1..1\nSKIP: no data\nnot ok 1 # SKIP a\n", 0, 0, 1, "no data"),
    ("knows that Meson takes it for a failure", "FAIL 0", "1..2\nSKIP: no data\nnot ok 1 # SKIP a\nok 2 - b\n", 1, 0, 1,
     "no data"),
    ("counts a program that skips and then fails", "FAIL 1", "1..2\nSKIP: no data\nnot ok 1 # SKIP a\n", 0, 1, 1,
     "no data"),
    ("knows how bats skips", "OK", "1..1\nok 1 a thing # skip no network\n", 0, 0, 1, "no network"),
    ("knows exit 77", "SKIP", "SKIP: no hardware\n", 0, 0, 1, "no hardware"),
    ("does not take one reason for the next case", "OK",
     "1..2\nSKIP: no data\nnot ok 1 # SKIP a\nnot ok 2 # SKIP b\n", 0, 0, 2, "no reason given"),
    ("does not take prose for a case", "OK", "okay then\nnot okay\n1..1\nok 1 - a\n", 1, 0, 0, None),
]


# What is shown of one test: its name, its output, the searches in it.
SEARCHES = [
    ("shows what each search of a model came to", "casemate:model / model-fresh",
     "ok fresh-all: breach: row 21: old, 7 states\nok all-fresh: holds, 4 states\n",
     ["fresh-all: breach: row 21: old, 7 states", "all-fresh: holds, 4 states"]),
    ("shows what a sample leaves open", "casemate:soak / model-soak-a",
     "ok soak-a: no breach in 9 states, search not whole (reached the budget of 1 minutes), hash factor 2\n",
     ["soak-a: no breach in 9 states, search not whole (reached the budget of 1 minutes), hash factor 2"]),
    ("shows no other cases of a model", "casemate:model / model-table", "ok table: 135 cases\n", []),
    ("shows nothing of other tests", "casemate:unit / files", "ok 1 - it has two states\n", []),
]


def judge(result, stdout, passed, failed, skipped, reason):
    tally = check.Tally()
    result, *status = result.split()
    check.count_test(tally, "build", {"name": "t", "result": result, "stdout": stdout,
                                      "returncode": int(status[0]) if status else None})
    got = (tally.passed, len(tally.failed), len(tally.skipped))
    if got != (passed, failed, skipped):
        return f"wanted {(passed, failed, skipped)}, got {got}"
    if reason and reason not in [r for _, r in tally.skipped]:
        return f"wanted the reason '{reason}', got {tally.skipped}"
    return None


def judge_searches(name, stdout, wanted):
    got = check.searches({"name": name, "stdout": stdout})
    return None if got == wanted else f"wanted {wanted}, got {got}"


def main():
    checks = [(name, judge, case) for name, *case in CASES] + [(name, judge_searches, case)
                                                               for name, *case in SEARCHES]
    print(f"1..{len(checks)}")
    failures = 0
    for number, (name, judged_by, case) in enumerate(checks, 1):
        problem = judged_by(*case)
        print(f"{'not ok' if problem else 'ok'} {number} - check {name}")
        if problem:
            failures += 1
            print(f"# {problem}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
