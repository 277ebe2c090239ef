#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Differential execution (README.md): generated modules in our engine and in others, and every difference is a finding.

    run.py [--seeds N | --seconds S] [--first K] [--out FOLDER] [--corpus FOLDER [--refresh]] SUBJECT"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare  # noqa: E402
import generate  # noqa: E402
import peers as engines  # noqa: E402

HERE = Path(__file__).resolve().parent
MUTANTS = 3
MOST_SHOWN = 10
# A switch is only worth a verdict on refused bytes if the engine knows all that the peers know.
COMPLETE = {"simd", "relaxed-simd", "exceptions", "multi-memory", "memory64", "gc", "function-references", "threads"}


class Subject:
    """Our engine."""

    def __init__(self, path):
        self.path = path
        self.features = set(self.run("--features"))
        self.complete = COMPLETE <= self.features

    def run(self, *arguments):
        """Lines of output; an exception if it fails, as a crash does and a sanitizer."""
        found = subprocess.run([self.path, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if found.returncode != 0:
            raise RuntimeError(f"exit {found.returncode}: {found.stderr.decode(errors='replace')[-2000:]}")
        return found.stdout.decode(errors="replace").splitlines()


class Tally:
    def __init__(self, out):
        self.out = Path(out)
        self.modules = self.mutants = self.lines = self.none = 0
        self.equal, self.no_verdict = {}, {}
        self.findings = []

    def count(self, peer, verdict, lines=0):
        table = self.equal if verdict == compare.EQUAL else self.no_verdict
        table[peer] = table.get(peer, 0) + 1
        self.lines += lines

    def found(self, name, content, report):
        """Keeps the module and what was seen."""
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / f"{name}.wasm").write_bytes(content)
        (self.out / f"{name}.txt").write_text(report)
        self.findings.append(name)
        if len(self.findings) <= MOST_SHOWN:
            print(f"not ok - {name}: {report[:300]}", flush=True)


def report_of(ours, answers, what):
    parts = [what, "== ours", *ours]
    for peer, lines in answers.items():
        parts += [f"== {peer}", *(lines or ["no answer"])]
    return "\n".join(parts) + "\n"


def accepted(lines):
    return lines is not None and lines[:1] == ["module = ok"]


def judge(tally, name, content, ours, answers):
    """One module: who accepts it, and then line by line."""
    known = {peer: lines for peer, lines in answers.items() if lines is not None}
    votes = {accepted(lines) for lines in known.values()}
    if ours[0].startswith("module = limit") or (known and len(votes) > 1):
        for peer in answers:
            tally.count(peer, compare.NO_VERDICT)
        return
    if known and votes != {accepted(ours)}:
        tally.found(name, content, report_of(ours, answers, "all others decide otherwise whether this is a valid module"))
        return
    for peer, lines in answers.items():
        if lines is None or not accepted(ours):
            tally.count(peer, compare.NO_VERDICT if lines is None else compare.EQUAL)
            continue
        verdict, same, where = compare.compare(ours, lines)
        if verdict == compare.DIFFERENT:
            tally.found(name, content, report_of(ours, answers, f"{peer}: line {same + 1}: {where}"))
            return
        tally.count(peer, verdict, same)


def run_seed(tally, subject, peers, tools, seed, folder):
    path = os.path.join(folder, "module.wasm")
    if not generate.generate(tools["smith"], tools["imports"], seed, subject.features, path):
        tally.none += 1
        return
    content = Path(path).read_bytes()
    tally.modules += 1
    try:
        ours = subject.run(seed, path)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        tally.found(f"seed-{seed}", content, f"our engine failed: {error}")
        return
    judge(tally, f"seed-{seed}", content, ours, {peer.name: peer.ask(path, ours) for peer in peers})
    for number in range(MUTANTS):
        run_mutant(tally, subject, peers, f"seed-{seed}-mutant-{number}", generate.mutate(seed * MUTANTS + number, content), path)


def run_mutant(tally, subject, peers, name, content, path):
    """Validity alone."""
    Path(path).write_bytes(content)
    tally.mutants += 1
    try:
        ours = subject.run("--validate", path)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        tally.found(name, content, f"our engine failed: {error}")
        return
    answers = {peer.name: peer.ask(path, None) for peer in peers}
    if not accepted(ours) and not subject.complete:
        for peer in answers:
            tally.count(peer, compare.NO_VERDICT)
        return
    judge(tally, name, content, ours, answers)


def replay(subject, peers, folder, refresh):
    """Kept modules: what came out when all engines agreed must come out again. Returns the number of failures."""
    failed = 0
    for path in sorted(Path(folder).glob("*.wasm")):
        expected = path.with_suffix(".expected")
        try:
            ours = subject.run(1, path)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            ours = [f"failed: {error}"]
        text = "\n".join(ours) + "\n"
        answers = {peer.name: peer.ask(str(path), ours) for peer in peers} if refresh else {}
        differing = [name for name, lines in answers.items()
                     if lines is not None and compare.compare(ours, lines)[0] == compare.DIFFERENT]
        if refresh and not differing:
            expected.write_text(text)
        good = not differing and expected.is_file() and expected.read_text() == text
        failed += not good
        print(f"{'ok' if good else 'not ok'} - {path.stem}" + "".join(f": {name} differs" for name in differing), flush=True)
        if not good and expected.is_file():
            print("# " + text.replace("\n", "\n# "))
    return failed


def search(options, subject, peers, tool):
    tally = Tally(options.out)
    first = options.first or (random.randrange(1 << 40) if options.seconds else 1)
    deadline = time.monotonic() + options.seconds if options.seconds else None
    with tempfile.TemporaryDirectory(prefix="casemate-differential-") as folder:
        tools = {"smith": tool, "imports": os.path.join(folder, "imports.wasm")}
        subprocess.run([tool, "parse", HERE / "imports.wat", "-o", tools["imports"]], check=True)
        seed = first
        while time.monotonic() < deadline if deadline else seed < first + options.seeds:
            run_seed(tally, subject, peers, tools, seed, folder)
            seed += 1
    for peer in peers:
        peer.stop()
        print(f"# {peer.name}: {tally.equal.get(peer.name, 0)} modules agree, {tally.no_verdict.get(peer.name, 0)} without verdict")
    print(f"# from seed {first}: {tally.modules} modules, {tally.mutants} mutants, {tally.lines} lines compared, "
          f"{tally.none} seeds without a module, {len(tally.findings)} findings" + (f" in {tally.out}" if tally.findings else ""))
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    soak = bool(os.environ.get("CASEMATE_SOAK"))
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=3600 if soak else None)
    parser.add_argument("--first", type=int, default=None, help="first seed (1); with --seconds a random one")
    parser.add_argument("--out", default="build-fuzz/findings/differential")
    parser.add_argument("--corpus", help="kept modules, which need no other engine")
    parser.add_argument("--refresh", action="store_true", help="write down what all engines agree on")
    parser.add_argument("subject")
    options = parser.parse_args()
    subject = Subject(options.subject)
    if options.corpus and not options.refresh:
        return 1 if replay(subject, [], options.corpus, False) else 0
    peers, reasons = engines.find()
    for reason in reasons:
        print(f"SKIP: {reason}")
    if options.refresh:
        return 1 if not peers or replay(subject, peers, options.corpus, True) else 0
    tool = os.environ.get("CASEMATE_WASM_TOOLS")
    if not tool:
        print("SKIP: no generator: scripts/deps --print wasm-tools fetches it, CASEMATE_WASM_TOOLS names it")
    if not tool or not peers:
        return 77
    tally = search(options, subject, peers, tool)
    print(f"{'not ok' if tally.findings else 'ok'} - {tally.modules} generated modules run alike in {len(peers) + 1} engines")
    return 1 if tally.findings or not tally.modules else 0


if __name__ == "__main__":
    sys.exit(main())
