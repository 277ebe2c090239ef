# SPDX-License-Identifier: Apache-2.0
"""The engines beside ours: processes that answer a line of JSON with one, started again when they are too slow."""
import json
import os
import select
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 20


class Peer:
    def __init__(self, name, command, environment=None):
        self.name = name
        self.command = command
        self.environment = environment
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=self.environment)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def ask(self, module, plan):
        """The lines of its answer; None if there is none in time or it dies."""
        if self.process is None:
            self.start()
        try:
            self.process.stdin.write(json.dumps({"module": module, "plan": plan}).encode() + b"\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT)
            line = self.process.stdout.readline() if ready else b""
        except BrokenPipeError:
            line = b""
        if not line:
            self.stop()
            return None
        return json.loads(line)


def _named(command, environment=None):
    """What the peer says of itself, or None if it does not run."""
    try:
        found = subprocess.run(command + ["--name"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.decode().strip() if found.returncode == 0 else None


def find():
    """Peers on this machine, and why others are not among them: ([Peer], [reason])."""
    peers, reasons = [], []
    node = os.environ.get("CASEMATE_NODE") or shutil.which("node")
    command = [node, os.path.join(HERE, "peer_v8.mjs")]
    name = _named(command) if node else None
    if name:
        peers.append(Peer(name, command))
    else:
        reasons.append("V8: no Node of 22.2 or later (CASEMATE_NODE names one; scripts/deps --print node fetches it)")
    environment = dict(os.environ)
    if os.environ.get("CASEMATE_WASMTIME"):
        environment["PYTHONPATH"] = os.environ["CASEMATE_WASMTIME"]
    command = [sys.executable, os.path.join(HERE, "peer_wasmtime.py")]
    name = _named(command, environment)
    if name:
        peers.append(Peer(name, command, environment))
    else:
        reasons.append("Wasmtime: no Python package of that name (CASEMATE_WASMTIME names its folder; scripts/deps --print wasmtime "
                       "fetches it)")
    return peers, reasons
