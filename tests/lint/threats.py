# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/threat-model.md and who cites them: "row 42", "rows 1, 3 and 4", "rows 52 to 56", "threats 20, 21",
"acceptance 15", "acceptance tests 3 and 4".

Every number that a file cites is a rule. Every rule says in its last cell where it is enforced and shown, by paths of
files that cite it, at least one of which is a test, a fuzz target or a model; or `later: WHAT`, if what it speaks of
is not in the tree; or `out of scope`."""

import re

from tree import is_text, lines_of

DOCUMENT = "docs/threat-model.md"
CITING = re.compile(r"^(src|include|tests|fuzz|bench|images|scripts|docs)/")
SILENT = ("tests/lint/", DOCUMENT)
SHOWS = re.compile(r"^(tests|fuzz|docs/model)/")
LIST = r" (\d+(?:(?:, and |, | and | or | to |-)\d+)*)(?!\d)"
CITATION = re.compile(r"\b(?:[Rr]ows?|[Tt]hreats?)" + LIST)
ACCEPTANCE = re.compile(r"\b[Aa]cceptance(?: tests?)?" + LIST)
TEST_ROW = re.compile(r"^\| A(\d+) \|.*\|([ \d]*)\|$")
ROW = re.compile(r"^\| *(\d+) *\|.*\|([^|]*)\|$")
COMMENT_BREAK = re.compile(r"\s*\n[ \t]*(?:\*(?!/)|#|//|;)?[ \t]*")


def cited(lines, what=CITATION):
    """number -> first line that cites it; a citation may go on in the next line of a comment."""
    found = {}
    text = "\n".join(lines)
    starts = [0]  # where each piece of the joined text begins, and its line
    pieces = []
    line_at = [1]
    position = 0
    for match in COMMENT_BREAK.finditer(text):
        piece = text[position:match.start()] + " "
        pieces.append(piece)
        starts.append(starts[-1] + len(piece))
        line_at.append(text.count("\n", 0, match.end()) + 1)
        position = match.end()
    pieces.append(text[position:])
    joined = "".join(pieces)
    at = 0
    for match in what.finditer(joined):
        while at + 1 < len(starts) and starts[at + 1] <= match.start():
            at += 1
        for number in numbers(match.group(1)):
            found.setdefault(number, line_at[at])
    return found


def numbers(text):
    """1, 3 and 5 to 7 -> 1 3 5 6 7"""
    parts = re.findall(r"(\d+)(?:(?: to |-)(\d+))?", text)
    return [n for first, last in parts for n in range(int(first), int(last or first) + 1)]


def rules(lines):
    """number -> (line, last cell)"""
    found = {}
    for number, line in enumerate(lines, 1):
        match = ROW.match(line)
        if match:
            found[int(match.group(1))] = (number, match.group(2).strip())
    return found


def judge_place(number, cell, places):
    """What is wrong with the last cell of a rule, or None. places: path -> numbers that it cites."""
    if re.match(r"(later: \w|out of scope\b)", cell):
        return None
    paths = re.findall(r"`([^`]+)`", cell)
    for path in paths:
        if path not in places:
            return f"row {number}: {path} is not a file of the tree"
        if number not in places[path]:
            return f"row {number}: {path} does not cite it: say \"row {number}\" where it is enforced or shown"
    if not any(SHOWS.match(path) for path in paths):
        return f"row {number}: no test shows it: name one, or say what it waits for (later: ...)"
    return None


def check(findings, paths):
    known = rules(lines_of(DOCUMENT))
    places = {p: cited(lines_of(p)) if is_text(p) and CITING.match(p) and not p.startswith(SILENT) else {}
              for p in paths}
    for path, citations in places.items():
        for number, line in citations.items():
            if number not in known:
                findings.add("threat-unknown", path, line, f"row {number} is not a rule of {DOCUMENT}")
    check_acceptance(findings, known, paths)
    if sorted(known) != list(range(1, len(known) + 1)):
        findings.add("threat-numbers", DOCUMENT, 1, "rules are numbered from 1 without gaps; a number is never used again")
    for number, (line, cell) in known.items():
        problem = judge_place(number, cell, places)
        if problem:
            findings.add("threat-place", DOCUMENT, line, problem)


def check_acceptance(findings, known, paths):
    """Acceptance tests are numbered, name rules, and are cited by their numbers."""
    tests = {}
    for line, text in enumerate(lines_of(DOCUMENT), 1):
        match = TEST_ROW.match(text)
        if match:
            tests[int(match.group(1))] = line
            for number in map(int, match.group(2).split()):
                if number not in known:
                    findings.add("threat-unknown", DOCUMENT, line, f"row {number} is not a rule of this page")
    if sorted(tests) != list(range(1, len(tests) + 1)):
        findings.add("threat-numbers", DOCUMENT, 1, "acceptance tests are numbered from 1 without gaps")
    for path in paths:
        if is_text(path) and CITING.match(path) and not path.startswith(SILENT):
            for number, line in cited(lines_of(path), ACCEPTANCE).items():
                if number not in tests:
                    findings.add("threat-unknown", path, line, f"acceptance test {number} is not in {DOCUMENT}")


RULES = {"threat-unknown", "threat-numbers", "threat-place"}


def self_test():
    """Each of these is read, or refused, as it should be."""
    problems = []
    for lines, expected in [(["/* (row 39). */"], {39: 1}), (["/* threats 20, 21, 52 to", " * 54; and */"],
                                                             {20: 1, 21: 1, 52: 1, 53: 1, 54: 1}),
                            (["x", "# rows 1, 3 and 4"], {1: 2, 3: 2, 4: 2}), (["arrow 12, rows of 3"], {}),
                            (["a", "b", " * row", " * 8"], {8: 3})]:
        if cited(lines) != expected:
            problems.append(f"threats: {lines} cite {cited(lines)}")
    if cited(["/* Acceptance 15, row 28. Acceptance tests 3, 4 and 26 */"], ACCEPTANCE) != {15: 1, 3: 1, 4: 1, 26: 1}:
        problems.append("threats: a citation of an acceptance test is not read")
    places = {"tests/a": {1: 1}, "src/a.c": {1: 1}}
    for cell, good in [("`tests/a`", True), ("`src/a.c`, `tests/a`", True), ("`src/a.c`", False), ("", False),
                       ("`tests/b`", False), ("later: SGX", True), ("later:", False), ("out of scope", True)]:
        if (judge_place(1, cell, places) is None) != good:
            problems.append(f"threats: the cell {cell!r} is judged {judge_place(1, cell, places)!r}")
    if judge_place(2, "`tests/a`", places) is None:
        problems.append("threats: a test that does not cite the row passes")
    if rules(["| 7 | a | b | `tests/a` |", "|--:|", "| x |"]) != {7: (1, "`tests/a`")}:
        problems.append("threats: a rule is not read")
    return problems
