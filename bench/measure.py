# SPDX-License-Identifier: Apache-2.0
"""What the bench measures with: interleaved timing of commands, peak memory of process trees, line counts."""
import os
import re
import statistics
import subprocess
import time


def children_of(pid):
    """Every descendant of a process, itself included."""
    found, pending = [], [pid]
    while pending:
        p = pending.pop()
        found.append(p)
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{task}/children") as f:
                    pending += [int(c) for c in f.read().split()]
        except OSError:
            pass
    return found


def status_kib(pid, field):
    try:
        with open(f"/proc/{pid}/status") as f:
            match = re.search(rf"^{field}:\s+(\d+) kB", f.read(), re.M)
            return int(match.group(1)) if match else 0
    except OSError:
        return 0


def rollup_kib(pid, field):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            match = re.search(rf"^{field}:\s+(\d+) kB", f.read(), re.M)
            return int(match.group(1)) if match else 0
    except OSError:
        return 0


def run_once(command):
    """Wall seconds of one run; raises if it fails or prints something else than hello."""
    start = time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    if result.returncode != 0 or result.stdout != b"hello\n":
        raise RuntimeError(f"{command[0]}: exit {result.returncode}: {result.stderr.decode(errors='replace')[-300:]}")
    return wall


def interleaved(commands, rounds):
    """{name: command} -> {name: median seconds}; one run of each in turn, after one that is not counted."""
    walls = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            wall = run_once(command)
            if turn > 0:
                walls[name].append(wall)
    return {name: statistics.median(samples) for name, samples in walls.items()}


def verdicts(commands, rounds):
    """{name: (command, exit status, first word)} -> {name: median seconds}, from the start of a process to its end."""
    walls = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, (command, status, word) in commands.items():
            start = time.perf_counter()
            result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            wall = time.perf_counter() - start
            if result.returncode != status or not result.stdout.startswith(word):
                raise RuntimeError(f"{command}: exit {result.returncode}: {(result.stdout + result.stderr).decode()[-600:]}")
            if turn > 0:
                walls[name].append(wall)
    return {name: statistics.median(samples) for name, samples in walls.items()}


def maximum_mib(tools, command):
    """Peak resident memory of one process, as the kernel counted it: resident.c starts it, which is small itself."""
    found = subprocess.run([tools["resident"], *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return int(found.stderr.split(b"resident_kib ")[1]) / 1024


def peak_mib(command):
    """(largest process, sum over all processes) of peak resident memory, sampled every millisecond."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    peaks = {}
    while process.poll() is None:
        for pid in children_of(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), status_kib(pid, "VmHWM"))
        time.sleep(0.001)
    return max(peaks.values(), default=0) / 1024, sum(peaks.values()) / 1024


def figures(command, rounds=1):
    """Runs a program that prints `name value` lines; {name: [values]}."""
    found = {}
    for _ in range(rounds):
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True, stdin=subprocess.DEVNULL).stdout.decode()
        for line in output.splitlines():
            name, value = line.split()
            found.setdefault(name, []).append(float(value))
    return found


def code_lines_of(path):
    """Lines of a file of C or assembly that are neither empty nor comment only."""
    with open(path) as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("//"))


def code_lines(folder):
    """The same of all such files in it."""
    return sum(code_lines_of(os.path.join(parent, name)) for parent, _, names in os.walk(folder) for name in names
               if name.endswith((".c", ".h", ".S", ".def")))
