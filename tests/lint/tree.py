# SPDX-License-Identifier: Apache-2.0
"""What all lints share: the files of the tree, and how a finding looks."""

import os
import re
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BINARY = re.compile(r"\.(wasm|bin|der|cbor|png|gz|xz|tar|zst)$|^fuzz/corpus/|/golden/.*\.bin$")


def tracked():
    """Paths of the tree's files; without git (an unpacked archive) all files that no build made."""
    if (TOP / ".git").exists():
        listing = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=TOP, check=True,
                                 capture_output=True)
        return sorted(p for p in listing.stdout.decode().split("\0") if p and (TOP / p).is_file())
    found = []
    for folder, names, files in os.walk(TOP):
        names[:] = [n for n in names if not n.startswith("build") and n not in (".git", ".cache", "__pycache__")]
        found += [str((Path(folder) / f).relative_to(TOP)) for f in files]
    return sorted(found)


def is_text(path):
    return not BINARY.search(path)


def lines_of(path):
    return (TOP / path).read_text(errors="replace").splitlines()


def without_comments(lines):
    """C lines with comments blanked and strings emptied, so that only code is judged."""
    text = "\n".join(lines)
    token = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.DOTALL)

    def blank(match):
        found = match.group(0)
        if found.startswith(("//", "/*")):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + found[-1]

    return token.sub(blank, text).split("\n")


class Findings:
    """Collects findings, takes off the counted exceptions, and prints the rest."""

    def __init__(self):
        self.found = []

    def add(self, rule, path, line, message):
        self.found.append((rule, path, line, message))

    def report(self, rules):
        """Prints what is not excepted; the number of problems, stale exceptions included. Only for these rules."""
        allowed = exceptions()
        counts = {}
        for rule, path, _, _ in self.found:
            counts[rule, path] = counts.get((rule, path), 0) + 1
        problems = 0
        for rule, path, line, message in self.found:
            if counts[rule, path] != allowed.get((rule, path), 0):
                print(f"{path}:{line}: {rule}: {message}")
                problems += 1
        for (rule, path), count in allowed.items():
            if rule in rules and counts.get((rule, path), 0) != count:
                print(f"tests/lint/exceptions.txt: {rule} {path}: {count} places are excepted, "
                      f"{counts.get((rule, path), 0)} are there: correct the number, it must not grow unseen")
                problems += 1
        return problems


def exceptions():
    """(rule, path) -> number, from `RULE PATH COUNT REASON` lines."""
    table = {}
    for number, line in enumerate((TOP / "tests/lint/exceptions.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 3)
        if len(words) < 4 or not words[2].isdigit():
            raise SystemExit(f"tests/lint/exceptions.txt:{number}: want RULE PATH COUNT REASON")
        table[words[0], words[1]] = int(words[2])
    return table
