#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lints of the sources: lint.py NAME, one of the functions in CHECKS; exit 0, 1 with findings, 77 to skip."""

import re
import shutil
import subprocess
import sys
import tomllib

import layers
import threats
from rules import RULES
from tree import TOP, Findings, is_text, lines_of, tracked, without_comments

LINES_MAX = 900
SPDX = re.compile(r"SPDX-License-Identifier: Apache-2\.0")


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


def mistakes():
    findings = Findings()
    for path in filter(is_text, tracked()):
        lines = lines_of(path)
        code = without_comments(lines) if path.endswith((".c", ".h", ".def")) else lines
        for rule in RULES:
            if not re.search(rule.paths, path):
                continue
            for number, line in enumerate(lines if rule.comments else code, 1):
                if re.search(rule.pattern, line):
                    findings.add(rule.name, path, number, rule.advice)
    return findings.report({rule.name for rule in RULES})


def self_test():
    """Every rule catches its bad examples and lets the good ones pass."""
    problems = 0
    for rule in RULES:
        for line in rule.bad:
            if not re.search(rule.pattern, line if rule.comments else without_comments([line])[0]):
                print(f"{rule.name} misses: {line}")
                problems += 1
        for line in rule.good:
            if re.search(rule.pattern, line if rule.comments else without_comments([line])[0]):
                print(f"{rule.name} wrongly catches: {line}")
                problems += 1
    for path, quoted, angled in [("src/keep/main.c", "../host/api.h", None), ("src/keep/main.c", None, "unistd.h"),
                                 ("src/proto/x.c", "../base/error.h", None), ("src/cli/run.c", "../proto/cbor.h", None)]:
        if layers.judge(path, layers.arrows_of(path), quoted, angled, set()) is None:
            print(f"layering misses: {path} includes {quoted or angled}")
            problems += 1
    for problem in threats.self_test():
        print(problem)
        problems += 1
    return problems


def layering():
    findings = Findings()
    layers.check(findings, tracked())
    return findings.report({"layering"})


def threat_rules():
    """The threat model's rules are cited by number, and each says where it is shown."""
    findings = Findings()
    threats.check(findings, tracked())
    return findings.report(threats.RULES)


def length():
    findings = Findings()
    for path in tracked():
        if re.search(r"\.([chS]|cpp|py|def|bats)$", path) and len(lines_of(path)) > LINES_MAX:
            findings.add("length", path, LINES_MAX, f"{len(lines_of(path))} lines: does it hold two ideas?")
    return findings.report({"length"})


def licences():
    """The first line of a file, or the second below #!, has the SPDX tag; REUSE.toml speaks for those that cannot."""
    findings = Findings()
    annotations = tomllib.loads((TOP / "REUSE.toml").read_text())["annotations"]
    covered = [glob for a in annotations if "SPDX-License-Identifier" in a
               for glob in ([a["path"]] if isinstance(a["path"], str) else a["path"])]
    patterns = [re.compile(translate(glob)) for glob in covered]
    for path in tracked():
        if path.startswith("LICENSES/") or path == "LICENSE" or any(p.fullmatch(path) for p in patterns):
            continue
        if not any(SPDX.search(line) for line in lines_of(path)[:2]):
            findings.add("licence", path, 1, "begin with the SPDX tag: SPDX-License-Identifier: Apache-2.0")
    return findings.report({"licence"})


def translate(glob):
    """REUSE.toml's globs: ** crosses folders, * does not."""
    return "".join(".*" if part == "**" else "[^/]*" if part == "*" else re.escape(part)
                   for part in re.split(r"(\*\*|\*)", glob))


def built():
    """Every C source is named by a meson.build: none is forgotten by the build, and so by tests and analysis."""
    findings = Findings()
    recipes = "\n".join("\n".join(lines_of(p)) for p in tracked() if p.endswith("meson.build"))
    for path in tracked():
        if not re.match(r"(src|images|bench)/.*\.(c|S|cpp)$", path):
            continue
        if f"'{path.rsplit('/', 1)[1]}'" not in recipes and f"{path.rsplit('/', 1)[1]}'" not in recipes:
            findings.add("not-built", path, 1, "no meson.build names it")
    return findings.report({"not-built"})


def quotations():
    """A code block of a document below a comment with a file's name is in that file, word for word."""
    findings = Findings()
    quoted = re.compile(r"^<!-- (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for path in filter(lambda p: p.endswith(".md"), tracked()):
        text = (TOP / path).read_text()
        for match in quoted.finditer(text):
            source = TOP / match.group(1)
            if not source.is_file() or match.group(2) not in source.read_text():
                findings.add("quotation", path, text.count("\n", 0, match.start()) + 1,
                             f"{match.group(1)} does not read like this any more: copy it again")
    return findings.report({"quotation"})


def formatting():
    if not shutil.which("clang-format-19"):
        skip("clang-format-19 is not installed")
    sources = [p for p in tracked() if p.endswith((".c", ".h"))]
    result = subprocess.run(["clang-format-19", "--dry-run", "--Werror", *sources], cwd=TOP, capture_output=True,
                            text=True)
    bad = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", result.stderr, re.MULTILINE)))
    for path in bad:
        print(f"{path}: format: run make format")
    return len(bad) if result.returncode else 0


def scripts():
    if not shutil.which("shellcheck"):
        skip("shellcheck is not installed")
    shells = [p for p in tracked() if is_text(p) and re.match(r"#!.*\b(ba)?sh$", (lines_of(p) or [""])[0])]
    return subprocess.run(["shellcheck", "-x", "-S", "warning", *shells], cwd=TOP).returncode


CHECKS = {f.__name__.replace("_", "-"): f
          for f in (mistakes, self_test, layering, threat_rules, length, licences, built, quotations, formatting, scripts)}

if __name__ == "__main__":
    sys.exit(1 if CHECKS[sys.argv[1]]() else 0)
