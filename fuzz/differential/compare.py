# SPDX-License-Identifier: Apache-2.0
"""Compares the lines of two engines (README.md): equal, different, or no verdict where a limit or a host decides."""
import re

# What engines call the traps of the specification. One message may stand for several traps.
TRAPS = [
    (r"function signature mismatch", {"uninitialized", "signature"}),
    (r"uninitialized element", {"uninitialized"}),
    (r"indirect call type mismatch", {"signature"}),
    (r"undefined element|table index is out of bounds|out of bounds table|table access out of bounds|table initializer|"
     r"element segment", {"table"}),
    (r"out of bounds memory|memory access out of bounds|data segment", {"memory"}),
    (r"float unrepresentable", {"overflow", "conversion"}),
    (r"integer overflow|divide result unrepresentable", {"overflow"}),
    (r"invalid conversion", {"conversion"}),
    (r"divide by zero|remainder by zero|division by zero", {"division"}),
    (r"null .*reference|dereferencing a null pointer", {"null"}),
    (r"cast failure|illegal cast", {"cast"}),
    (r"out of bounds array|array element access out of bounds|array .*out of bounds", {"array"}),
    (r"unaligned", {"unaligned"}),
    (r"non-shared memory|expected shared memory", {"unshared"}),
    (r"exception", {"exception"}),
    (r"unreachable", {"unreachable"}),
]
# The specification leaves these to the engine.
LIMITS = re.compile(r"stack exhausted|out of memory|too large|limit|allocation|GC heap|Atomics\.wait|could not (allocate|be allocated)")

EQUAL, DIFFERENT, NO_VERDICT = "equal", "different", "no verdict"


def trap_kinds(message):
    for pattern, kinds in TRAPS:
        if re.search(pattern, message):
            return kinds
    return {message}


def same_words(ours, theirs):
    """`?` is what an engine's host cannot say."""
    if theirs[:1] == ["?"]:
        return True
    return len(ours) == len(theirs) and all(a == b or b == "?" for a, b in zip(ours, theirs))


def compare_line(ours, theirs):
    left, _, right = ours.partition(" =")
    their_left, _, their_right = theirs.partition(" =")
    if LIMITS.search(right) or LIMITS.search(their_right):
        return NO_VERDICT
    words, their_words = right.split(), their_right.split()
    if left != their_left:
        return DIFFERENT
    if words[:1] == ["trap"] and their_words[:1] == ["trap"]:
        return EQUAL if trap_kinds(right[6:]) & trap_kinds(their_right[6:]) else DIFFERENT
    if words[:1] == ["unlinkable"] and their_words[:1] == ["unlinkable"]:
        return EQUAL
    return EQUAL if same_words(words, their_words) else DIFFERENT


def compare(ours, theirs):
    """(verdict, number of lines that agree, the first line that does not): up to a limit, after which nothing counts."""
    for count, (line, their_line) in enumerate(zip(ours, theirs)):
        verdict = compare_line(line, their_line)
        if verdict != EQUAL:
            return verdict, count, f"{line}\n  they: {their_line}"
    if len(ours) != len(theirs):
        return DIFFERENT, min(len(ours), len(theirs)), "one has more lines"
    return EQUAL, len(ours), ""
