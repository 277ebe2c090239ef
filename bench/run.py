#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make bench`: every figure of bench/README.md in one run, peers beside ours, missing peers named."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import engine  # noqa: E402
import measure  # noqa: E402

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUITE = "TLS_CHACHA20_POLY1305_SHA256"  # what a session negotiates first
TRUSTED = ["src/keep", "src/shim/process", "src/proto"]


class Report:
    def __init__(self):
        self.rows = []

    def record(self, name, value, unit, note=""):
        """Only for --json: what a table shows already."""
        self.rows.append({"name": name, "value": value, "unit": unit, "note": note})

    def note(self, name, version):
        self.record(name, None, "", version)
        print(f"{name}: {version}", flush=True)

    def add(self, name, value, unit, note=""):
        self.record(name, value, unit, note)
        shown = "-" if value is None else f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
        print(f"{name:<52} {shown:>12} {unit:<8} {note}", flush=True)

    def missing(self, name, why):
        self.add(name, None, "", f"not measured: {why}")


def wasmtime_command(tools, wasm):
    """Its command line, or its library from the Python package run by a small program of ours; None if neither."""
    if shutil.which("wasmtime"):
        return ["wasmtime", "run", wasm]
    script = "import os, wasmtime; print(os.path.dirname(wasmtime.__file__))"
    for python in (os.environ.get("CASEMATE_BENCH_PYTHON"), "python3"):
        if not python:
            continue
        found = subprocess.run([python, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if found.returncode == 0:
            folder = found.stdout.decode().strip()
            for parent, _, names in os.walk(folder):
                if "_libwasmtime.so" in names:
                    return [tools["peer_wasmtime"], os.path.join(parent, "_libwasmtime.so"), wasm]
    return None


def bench_hello(report, tools, rounds):
    """Wall time and memory of hello, beside what else runs it here."""
    wasm = tools["hello.wasm"]
    commands = {"casemate": [tools["casemate"], "run", "--allow-simulated", "--quiet", wasm]}
    if shutil.which("node"):
        commands["node"] = ["node", "--no-warnings", os.path.join(SOURCE, "bench/node.mjs"), wasm]
    else:
        report.missing("hello: node", "no node in PATH")
    wasmtime = wasmtime_command(tools, wasm)
    if wasmtime:
        commands["wasmtime"] = wasmtime
    else:
        report.missing("hello: wasmtime", "neither a wasmtime in PATH nor the Python package (CASEMATE_BENCH_PYTHON)")
    medians = measure.interleaved(commands, rounds)
    for name, seconds in medians.items():
        largest, total = measure.peak_mib(commands[name])
        report.add(f"hello: {name}, wall", seconds * 1e3, "ms", f"median of {rounds}, interleaved")
        report.add(f"hello: {name}, largest process", largest, "MiB", "peak resident")
        report.add(f"hello: {name}, all processes", total, "MiB", "sum of peaks; pages shared between them count twice")
    for name in medians:
        if name != "casemate":
            report.add(f"hello: casemate / {name}, wall", medians["casemate"] / medians[name], "ratio")


class Agent:
    """A host agent of our own on a socket in a private folder."""

    def __init__(self, tools):
        self.folder = tempfile.mkdtemp(prefix="casemate-bench-")
        library = os.path.join(os.path.dirname(os.path.dirname(tools["casemate"])), "lib")
        self.environment = dict(os.environ, XDG_STATE_HOME=self.folder, XDG_CONFIG_HOME=self.folder,
                                XDG_RUNTIME_DIR=self.folder, LD_LIBRARY_PATH=library)
        path = os.path.join(self.folder, "agent.sock")
        self.url = "unix:" + path
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.process = subprocess.Popen([tools["casemated"], "--listen", self.url], env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 10
        while not os.path.exists(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("casemated did not start: " + open(self.log.name).read()[-500:])
            time.sleep(0.01)

    def run(self, tools, *arguments):
        command = [tools["session"], self.url, *arguments]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True, stdin=subprocess.DEVNULL, env=self.environment)
        found = {}
        for line in output.stdout.decode().splitlines():
            name, value = line.split()
            found.setdefault(name, []).append(float(value))
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def bench_idle(report, tools, agent, count):
    """Keeps a second, and what an idle one costs."""
    command = [tools["session"], agent.url, "idle", str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=agent.environment)
    rate = float(process.stdout.readline().split()[1])
    time.sleep(0.5)
    pids = [p for p in measure.children_of(agent.process.pid) if p != agent.process.pid]
    pss = sum(measure.rollup_kib(p, "Pss") for p in pids)
    report.add("Keeps created per second", rate, "1/s", f"{count} in a row, one connection each")
    report.add("memory of an idle Keep, warden included", pss / 1024 / count, "MiB", f"proportional set size, {len(pids)} processes")
    process.communicate(b"\n")


def bench_sessions(report, tools, quick):
    agent = Agent(tools)
    mib = "64" if quick else "256"
    try:
        launch = agent.run(tools, "launch", "11" if quick else "31")
        attested = launch["attested_ms"]
        report.add("POST /v1/keeps, answered", statistics.median(launch["create_ms"]), "ms", f"median of {len(attested)}")
        report.add("POST /v1/keeps to verified session", statistics.median(attested), "ms",
                   f"median of {len(attested)}, {min(attested):.1f} to {max(attested):.1f}; aim 10")
        bench_idle(report, tools, agent, 10 if quick else 50)
        bench_throughput(report, tools, agent, mib)
    finally:
        agent.stop()


def bench_throughput(report, tools, agent, mib):
    rounds = 3
    samples = {"output": [], "upload": [], "tls_mbedtls": [], "tls_openssl": []}
    handshakes = {"tls_mbedtls": [], "tls_openssl": []}
    for _ in range(rounds):
        samples["output"] += agent.run(tools, "output", tools["pour.wasm"], mib)["output_mb_per_second"]
        samples["upload"] += agent.run(tools, "upload", tools["pour.wasm"], mib)["upload_mb_per_second"]
        for peer in handshakes:
            if peer in tools:
                found = measure.figures([tools[peer], SUITE, mib])
                samples[peer] += found["bulk_mb_per_second"]
                handshakes[peer] += found["handshakes_per_second"]
    note = f"median of {rounds}, {mib} MiB"
    medians = {name: statistics.median(values) for name, values in samples.items() if values}
    report.add("session, output of a program", medians["output"], "MB/s", note)
    report.add("session, package sent and hashed", medians["upload"], "MB/s", note)
    for peer, label in (("tls_mbedtls", "plain TLS 1.3, same Mbed TLS"), ("tls_openssl", "plain TLS 1.3, OpenSSL")):
        if peer not in medians:
            report.missing(label, "not built: no headers of it")
            continue
        report.add(label, medians[peer], "MB/s", note + ", ChaCha20-Poly1305, loopback")
        report.add(f"{label}, handshakes", statistics.median(handshakes[peer]), "1/s")
        report.add(f"session output / {label}", medians["output"] / medians[peer], "ratio")


FORMATS = (("process", "process EAT"), ("sgx", "SGX quote"), ("tdx", "TDX quote"), ("snp", "SNP report"))
SIGNATURES = ("p256", "p384", "rsa4096")


def bench_verify(report, tools, rounds):
    """Verifications a second, beside the signature checks in them alone; then the command from a cold start."""
    if "verify" not in tools:
        report.missing("verify", "not built: the tests' libraries are not there")
        return
    found = {name: statistics.median(values) for name, values in measure.figures([tools["verify"], str(rounds)]).items()}
    openssl = {}
    if "verify_openssl" in tools:
        peer = measure.figures([tools["verify_openssl"], str(rounds)])
        openssl = {kind: statistics.median(peer[f"openssl_{kind}_per_second"]) for kind in SIGNATURES}
    else:
        report.missing("verify: OpenSSL", "not built: no headers of it")
    note = f"median of {rounds}, by processor time"
    for name, label in FORMATS:
        checks = {kind: int(found[f"{name}_{kind}"]) for kind in SIGNATURES}
        counted = " + ".join(f"{count} {kind}" for kind, count in checks.items() if count)
        report.add(f"verify: {label}", found[f"{name}_per_second"], "1/s", note)
        if f"{name}_with_collateral_per_second" in found:
            report.add(f"verify: {label}, collateral parsed each time", found[f"{name}_with_collateral_per_second"], "1/s", note)
        report.add(f"verify: {label}, Mbed TLS alone", found[f"{name}_mbedtls_per_second"], "1/s", f"{counted}, the least there is to check")
        if openssl:
            alone = 1 / sum(count / openssl[kind] for kind, count in checks.items())
            report.add(f"verify: {label}, OpenSSL alone", alone, "1/s", counted)
        report.add(f"verify: {label} / Mbed TLS alone", found[f"{name}_ratio"], "ratio",
                   f"checks {found[name + '_signatures_checked']:.0f} signatures; aim 0.9")
    bench_verify_command(report, tools, rounds)


def bench_verify_command(report, tools, rounds):
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as folder:
        collateral = os.path.join(folder, "collateral")
        os.mkdir(collateral)
        when = subprocess.run([tools["verify"], "--write", folder], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        file = {name: os.path.join(folder, name) for name in ("evidence", "policy.toml", "root.der")}
        command = [tools["casemate"], "verify", file["evidence"], "--recorded", "--time", when, "--policy", file["policy.toml"],
                   "--root", file["root.der"]]
        with_collateral = command + ["--collateral", collateral]
        walls = measure.verdicts({"with": (with_collateral, 0, b"accepted"), "without": (command, 1, b"refused")}, 5 * rounds + 1)
        report.add("casemate verify, an SGX quote, cold start", walls["with"] * 1e3, "ms", f"median of {5 * rounds + 1}; aim 10")
        report.add("casemate verify, no collateral (refused)", walls["without"] * 1e3, "ms", "the same, interleaved")
        report.add("casemate verify, an SGX quote, peak memory", measure.maximum_mib(tools, with_collateral), "MiB", "resident")
        report.add("casemate verify, no collateral, peak memory", measure.maximum_mib(tools, command), "MiB", "resident")


def bench_size(report, tools):
    report.add("Keep image", os.path.getsize(tools["keep-process"]) / 1024, "KiB", "aim: below 512")
    total = 0
    for part in TRUSTED:
        folder = os.path.join(SOURCE, part)
        own = measure.code_lines(folder)
        total += own
        inner = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
        for name in inner:
            lines = measure.code_lines(os.path.join(folder, name))
            report.add(f"trusted lines: {part}/{name}", lines, "lines")
            own -= lines
        report.add(f"trusted lines: {part}" + (", beside its folders" if inner else ""), own, "lines")
    report.add("trusted lines of our own", total, "lines", "no empty lines, no comments; Mbed TLS comes on top")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, less data")
    parser.add_argument("--part", choices=["size", "verify", "hello", "sessions", "engine"], help="only this one")
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("tools", nargs="+", metavar="NAME=PATH", help="built programs and files")
    options = parser.parse_args()
    tools = dict(item.split("=", 1) for item in options.tools)
    report = Report()
    parts = {"size": lambda: bench_size(report, tools), "verify": lambda: bench_verify(report, tools, 3 if options.quick else 9),
             "hello": lambda: bench_hello(report, tools, 5 if options.quick else 21),
             "sessions": lambda: bench_sessions(report, tools, options.quick),
             "engine": lambda: engine.bench(report, tools, options.quick)}
    for part in [options.part] if options.part else parts:
        parts[part]()
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"rows": report.rows, "processors": os.cpu_count()}, f, indent=1)


if __name__ == "__main__":
    main()
