# SPDX-License-Identifier: Apache-2.0
"""The part `engine` of the bench: our engine without a TEE beside other engines and native code (README.md)."""
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import measure

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLANG = "clang-19"
# CoreMark's own, of 2K performance runs: what core_main.c calls valid.
COREMARK_CRCS = {"seedcrc": "0xe9f5", "[0]crclist": "0xe714", "[0]crcmatrix": "0x1fd7", "[0]crcstate": "0x8e3a"}
COREMARK_SECONDS = 1.5


def run(command, **options):
    found = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **options)
    if found.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))[:200]}: exit {found.returncode}: {found.stderr.decode(errors='replace')[-300:]}")
    return found.stdout.decode(errors="replace")


def fetched(variable, name):
    """A peer: what the environment names, else what scripts/deps has or fetches. None if there is none."""
    if os.environ.get(variable):
        return os.environ[variable]
    found = subprocess.run([os.path.join(SOURCE, "scripts/deps"), "--print", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return found.stdout.decode().strip() if found.returncode == 0 else None


class Program:
    """One source or module, in the forms that engines want."""

    def __init__(self, name, wasm, native):
        self.name = name
        self.wasm = wasm
        self.native = native


class Engines:
    """Name -> function from a program to a command, or to None where it cannot run that program."""

    def __init__(self, report, tools, folder):
        self.folder = folder
        self.commands = {"casemate": lambda p: [tools["engine"], p.wasm]}
        self.modules = ["casemate"]  # those that take any module of WASI
        for peer in os.environ.get("PEERS", "").split():
            name, _, path = peer.partition("=")
            self.commands[name] = lambda p, path=path: [path, p.wasm]
            self.modules.append(name)
        node = fetched("CASEMATE_NODE", "node")
        if node:
            script = ["--no-warnings", os.path.join(SOURCE, "bench/node.mjs")]
            self.commands["v8-liftoff"] = lambda p: [node, "--liftoff-only", *script, p.wasm]
            self.commands["v8-optimised"] = lambda p: [node, "--no-liftoff", "--no-wasm-lazy-compilation", *script, p.wasm]
            self.modules += ["v8-liftoff", "v8-optimised"]
            report.note("V8", run([node, "-p", "process.versions.v8"]).strip())
        else:
            report.missing("engine: V8", "no Node: scripts/deps --print node says why")
        self.wasm2c = fetched("CASEMATE_WASM2C", "wasm2c")
        if self.wasm2c:
            self.commands["wasm2c"] = self.compiled
            report.note("wasm2c", run([self.wasm2c, "--version"]).strip())
        else:
            report.missing("engine: wasm2c", "no wabt: scripts/deps --print wasm2c says why")
        self.commands["native"] = lambda p: p.native and [p.native]

    def runtime(self):
        """Folders of wasm2c's own runtime, beside the program in sid's package or in the system."""
        with open(self.wasm2c, "rb") as f:
            script = f.read(4096)
        inner = re.search(rb"(/\S+)/usr/bin/wasm2c", script)
        root = os.path.join(inner.group(1).decode() if inner else "", "usr") or "/usr"
        return os.path.join("/", root, "share/wabt/wasm2c"), os.path.join("/", root, "include")

    def compiled(self, program):
        """wasm2c and clang -O2, once a program; bounds are checked by guard pages, which is its default."""
        folder = os.path.join(self.folder, "wasm2c-" + program.name)
        binary = os.path.join(folder, "program")
        if not os.path.exists(binary):
            os.mkdir(folder)
            runtime, include = self.runtime()
            run([self.wasm2c, program.wasm, "-n", "kernel", "-o", os.path.join(folder, "kernel.c")])
            run([CLANG, "-O2", "-w", "-I" + folder, "-I" + runtime, "-I" + include, os.path.join(folder, "kernel.c"),
                 os.path.join(SOURCE, "bench/wasm2c_wasi.c"), os.path.join(runtime, "wasm-rt-impl.c"),
                 os.path.join(runtime, "wasm-rt-mem-impl.c"), "-lm", "-o", binary])
        return [binary]


def kernels_of(tools, folder):
    """Ours, and those of KERNELS: C that includes kernel.h, or modules for WASI that print `RATE CHECKSUM`."""
    programs = [Program(name[:-5], path, tools.get("kernel-" + name[:-5])) for name, path in sorted(tools.items())
                if name.endswith(".wasm") and "kernel-" + name[:-5] in tools]
    others = os.environ.get("KERNELS")
    for name in sorted(os.listdir(others)) if others else []:
        stem, extension = os.path.splitext(name)
        path = os.path.join(others, name)
        if extension == ".wasm":
            programs.append(Program(stem, path, None))
        elif extension == ".c":
            program = Program(stem, os.path.join(folder, stem + ".wasm"), os.path.join(folder, stem + ".native"))
            include = "-I" + os.path.join(SOURCE, "bench/kernels")
            run([CLANG, "--target=wasm32-wasi", "-O2", include, path, "-o", program.wasm])
            run([CLANG, "-O2", include, path, "-lm", "-o", program.native])
            programs.append(program)
    return programs


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def measure_rates(engines, programs, rounds):
    """{program: {engine: median rate}}: engines in turn, and all must compute the same. A peer that cannot run a program (vectors
    are too much for some) is left out for it."""
    rates = {}
    for program in programs:
        samples, checksums, unable = {}, {}, set()
        for _ in range(rounds):
            for name, command_of in engines.commands.items():
                if name in unable:
                    continue
                try:
                    command = command_of(program)
                    printed = run(command) if command else ""
                except RuntimeError:
                    if name in samples or name in ("casemate", "native"):
                        raise
                    unable.add(name)
                    continue
                if command:
                    rate, checksum = printed.split()
                    samples.setdefault(name, []).append(float(rate))
                    checksums[checksum] = name
        if len(checksums) != 1:
            raise RuntimeError(f"{program.name}: engines disagree: {checksums}")
        rates[program.name] = {name: statistics.median(values) for name, values in samples.items()}
    return rates


def report_rates(report, rates, names):
    """A table of units a second, then what counts: our rate over each other's."""
    print(f"{'units a second':<16}" + "".join(f"{name:>14}" for name in names))
    for program, found in rates.items():
        print(f"{program:<16}" + "".join(f"{found[n]:>14,.1f}" if n in found else f"{'-':>14}" for n in names), flush=True)
        for name, rate in found.items():
            report.record(f"{program}: {name}", rate, "1/s")
    for name in names:
        ratios = {p: r["casemate"] / r[name] for p, r in rates.items() if name in r}
        if name != "casemate" and ratios:
            lowest = min(ratios, key=ratios.get)
            report.add(f"kernels: casemate / {name}", geometric_mean(ratios.values()), "ratio",
                       f"geometric mean of {len(ratios)}; lowest {ratios[lowest]:.2f}, {lowest}")


def bench_kernels(report, tools, engines, rounds):
    programs = kernels_of(tools, engines.folder)
    report_rates(report, measure_rates(engines, programs, rounds), list(engines.commands))


def coremark_program(folder, checkout):
    program = Program("coremark", os.path.join(folder, "coremark.wasm"), os.path.join(folder, "coremark.native"))
    sources = [os.path.join(checkout, name) for name in
               ("core_list_join.c", "core_main.c", "core_matrix.c", "core_state.c", "core_util.c", "posix/core_portme.c")]
    options = ["-O2", "-w", "-I" + checkout, "-I" + os.path.join(checkout, "posix"), '-DFLAGS_STR="-O2"', "-DPERFORMANCE_RUN=1"]
    run([CLANG, "--target=wasm32-wasi", *options, *sources, "-o", program.wasm])
    run([CLANG, *options, *sources, "-o", program.native])
    return program


def coremark_once(command, iterations):
    """Iterations a second of a run whose checksums are right."""
    output = run(command + ["0x0", "0x0", "0x66", str(iterations), "7", "1", "2000"])
    found = dict(re.findall(r"^(\S+)\s*: (\S+)$", output, re.M))
    if any(found.get(name) != value for name, value in COREMARK_CRCS.items()):
        raise RuntimeError(f"{command[0]}: CoreMark's checksums are wrong: {found}")
    return float(re.search(r"^Iterations/Sec\s*: ([\d.]+)", output, re.M).group(1))


def bench_coremark(report, engines, rounds):
    checkout = os.environ.get("COREMARK")
    if not checkout:
        report.missing("CoreMark", "COREMARK=DIR names a checkout of it; it is not ours to ship")
        return
    program = coremark_program(engines.folder, checkout)
    commands = {name: of(program) for name, of in engines.commands.items()}
    iterations = {name: max(10, int(coremark_once(command, 300) * COREMARK_SECONDS)) for name, command in commands.items()}
    samples = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            samples[name].append(coremark_once(command, iterations[name]))
    medians = {name: statistics.median(values) for name, values in samples.items()}
    for name, rate in medians.items():
        report.add(f"CoreMark: {name}", rate, "1/s", f"median of {rounds}, {COREMARK_SECONDS} s each; checksums right; no certified score")
    for name, rate in medians.items():
        if name != "casemate":
            report.add(f"CoreMark: casemate / {name}", medians["casemate"] / rate, "ratio")


def sections(path):
    """{id: size} of a module's sections."""
    with open(path, "rb") as f:
        content = f.read()
    found, at = {}, 8
    while at < len(content):
        kind, at = content[at], at + 1
        size = shift = 0
        while True:
            byte, at = content[at], at + 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        found[kind] = found.get(kind, 0) + size
        at += size
    return found


def bench_validation(report, tools, modules):
    """Decoding and validation by their best time: nothing else is in it."""
    for name, path in modules.items():
        output = run([tools["engine"], "--validate", "7", path])
        milliseconds = float(re.search(r"validated in ([\d.]+) ms", output).group(1))
        code = sections(path).get(10, 0)
        report.add(f"validation: {name}", code / milliseconds / 1e3, "MB/s", f"of code section, {code / 1e6:.2f} MB; best of 7; aim 400")


def first_output(command):
    """Milliseconds from the start of a process to the first byte that it writes; None if it cannot run this."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    byte = process.stdout.read(1)
    took = time.perf_counter() - start
    process.stdout.read()
    process.wait()
    return took * 1e3 if byte and process.returncode == 0 else None


def bench_start(report, tools, engines, names, label, program, arguments, rounds, aim):
    """Start-up and memory of one program in engines that take modules."""
    samples = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            samples[name].append(first_output(engines.commands[name](program) + arguments))
    for name in names:
        if None in samples[name]:
            report.missing(f"{label}: {name}", "it does not run this module")
            continue
        command = engines.commands[name](program) + arguments
        report.add(f"{label}, first output: {name}", statistics.median(samples[name]), "ms", f"median of {rounds}, interleaved{aim}")
        report.add(f"{label}, peak resident: {name}", measure.maximum_mib(tools, command), "MiB", "whole process, file pages included")


def bench(report, tools, quick):
    """The whole part."""
    rounds = 3 if quick else 7
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as folder:
        engines = Engines(report, tools, folder)
        bench_kernels(report, tools, engines, rounds)
        bench_coremark(report, engines, rounds)
        hello = Program("hello", tools["hello.wasm"], None)
        python = fetched("CASEMATE_PYTHON_WASM", "python-wasm")
        bench_start(report, tools, engines, engines.modules, "hello", hello, [], 3 * rounds, "")
        if python:
            lazy = [name for name in engines.modules if name != "v8-optimised"]  # it would compile all of it first
            bench_start(report, tools, engines, lazy, "CPython", Program("python", python, None), ["--version"], rounds, "; aim 40")
            bench_validation(report, tools, {"CPython": python})
        else:
            report.missing("CPython", "scripts/deps --print python-wasm says why")
        bench_validation(report, tools, {"kernels (the largest)": max((p.wasm for p in kernels_of(tools, folder)), key=os.path.getsize)})


if __name__ == "__main__":
    sys.exit("bench/run.py --part engine")
