# SPDX-License-Identifier: Apache-2.0
# For tests of casemated: a private copy of the installation with the Keep image for tests, a running casemated, HTTP over
# its socket, and what is left of it in /proc. A test is a function; its name is the sentence that the result prints.
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ECHO, EXIT, SILENT, OUTBOX, OUTBOX_HUGE, OUTBOX_CUT, EVIDENCE, CRASH, SYSCALL, FLOOD, RANDOM, BREAK = \
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20
RULES = 24


class Skip(Exception):
    pass


def memory(mode):
    """Size of memory whose last two digits tell the test image how to behave."""
    return 67108900 + mode


def eventually(condition, seconds=10, what="the condition"):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come true within {seconds} s")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json()["error"]["code"]


def read_reply(sock):
    """One answer, as HTTP/1.1 frames it by Content-Length, by chunks, or by the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            raise ConnectionError(f"no answer, but {data!r}")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
    size = int(headers.get("content-length", 0))
    if status in (101, 204):
        size = 0
    while len(body) < size:
        more = sock.recv(65536)
        if not more:
            raise ConnectionError("the answer was cut")
        body += more
    return Reply(status, headers, body)


class Host:
    def __init__(self, build, options=(), image=None, wrap=(), environment=None):
        self.build, self.wrap, self.environment = build, list(wrap), environment or {}
        self.folder = tempfile.mkdtemp(prefix="casemate-host-")
        self.bin = os.path.join(self.folder, "bin")
        self.lib = os.path.join(self.folder, "lib/casemate")
        os.makedirs(os.path.join(self.lib, "images"))
        os.makedirs(self.bin)
        shutil.copy(os.path.join(build, "src/host/casemated"), self.bin)
        for helper in ("casemate-warden", "casemate-front"):
            shutil.copy(os.path.join(build, "src/host", helper), self.lib)
        shutil.copy(image or os.path.join(build, "tests/support/test-keep"), os.path.join(self.lib, "images/keep-process"))
        self.socket_path = os.path.join(self.folder, "socket")
        self.state = os.path.join(self.folder, "state")
        self.log_path = os.path.join(self.folder, "log")
        self.options = list(options)
        self.process = None
        self.start()

    def start(self, wait=True):
        environment = dict(os.environ, XDG_STATE_HOME=self.state, **self.environment)
        for name in ("STATE_DIRECTORY", "NOTIFY_SOCKET", "LISTEN_FDS"):
            if name not in self.environment:
                environment.pop(name, None)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.wrap + [os.path.join(self.bin, "casemated"), "--listen", "unix:" + self.socket_path, "--log-level",
                             "debug"] + self.options, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        if wait:
            eventually(self.answers, 10, "casemated answering")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("casemated ended at once:\n" + self.log())
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def pid(self):
        """casemated itself, also below a wrapper."""
        if not self.wrap:
            return self.process.pid
        return next((p for p in children(self.process.pid) if name_of(p) == "casemated"), 0)

    def connect(self):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(20)
        sock.connect(self.socket_path)
        return sock

    def request(self, method, path, body=None, headers=(), raw=None):
        with self.connect() as sock:
            if raw is None:
                raw = f"{method} {path} HTTP/1.1\r\nHost: h\r\n"
                if body is not None:
                    raw += f"Content-Length: {len(body)}\r\n"
                    if not any(h.lower().startswith("content-type") for h in headers):
                        raw += "Content-Type: application/json\r\n"
                raw = (raw + "".join(h + "\r\n" for h in headers) + "\r\n").encode() + (body or b"")
            try:
                sock.sendall(raw)
            except BrokenPipeError:
                pass
            return read_reply(sock)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def create(self, mode=ECHO, **members):
        reply = self.request("POST", "/v1/keeps", json.dumps(dict({"memory": memory(mode)}, **members)).encode())
        assert reply.status == 201, (reply.status, reply.body, self.log()[-3000:])
        return reply.json()["id"]

    def keep(self, keep):
        reply = self.get(f"/v1/keeps/{keep}")
        assert reply.status == 200, (reply.status, reply.body)
        return reply.json()

    def delete(self, keep):
        return self.request("DELETE", f"/v1/keeps/{keep}").status

    def session(self, keep, early=b""):
        sock = self.connect()
        sock.sendall(f"GET /v1/keeps/{keep}/session HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
                     "Upgrade: casemate/1\r\n\r\n".encode() + early)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = sock.recv(1)
            if not byte:
                raise ConnectionError(f"no upgrade, but {head!r}")
            head += byte
        assert head.startswith(b"HTTP/1.1 101 "), head
        return sock

    def ended(self, keep, state):
        """Waits until the Keep itself is gone: it calls itself ended before that."""
        def gone():
            record = self.keep(keep)
            return record["state"] == state and "ended" in record
        eventually(gone, 15, f"Keep {keep} being {state}")
        return self.keep(keep)

    def family(self):
        return descendants(self.pid())

    def stop(self):
        if self.process and self.process.poll() is None:
            # A wrapper ends when what it wraps does.
            if self.pid():
                os.kill(self.pid(), signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            sys.stderr.write("\n".join(l for l in self.log().splitlines() if "debug" not in l)[-4000:] + "\n")
        self.stop()


def echo(sock, data):
    """Sends and gets the same back, whatever its size."""
    got, sent = b"", 0
    sock.setblocking(False)
    import select
    until = time.monotonic() + 30
    while len(got) < len(data):
        readable, writable, _ = select.select([sock], [sock] if sent < len(data) else [], [], 1)
        if writable:
            sent += sock.send(data[sent:sent + 65536])
        if readable:
            more = sock.recv(65536)
            if not more:
                raise ConnectionError(f"cut after {len(got)} of {len(data)} bytes")
            got += more
        if time.monotonic() > until:
            raise TimeoutError(f"only {len(got)} of {len(data)} bytes came back")
    sock.setblocking(True)
    sock.settimeout(20)
    assert got == data
    return got


# ---- /proc ----

def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as comm:
            return comm.read().strip()
    except OSError:
        return ""


def parent_table():
    table = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        table[int(entry)] = (int(fields[1]), fields[0])
    return table


def children(pid):
    return [p for p, (parent, _) in parent_table().items() if parent == pid]


def descendants(pid):
    table, found, before = parent_table(), {pid}, -1
    while len(found) != before:
        before = len(found)
        found |= {p for p, (parent, _) in table.items() if parent in found}
    return sorted(found - {pid})


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


# ---- TAP ----

def run(tests):
    """Runs the functions, prints TAP, and returns the exit status."""
    wanted = sys.argv[2:]
    tests = [t for t in tests if not wanted or any(w in t.__name__ for w in wanted)]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as skip:
            print(f"ok {number} - {name} # SKIP {skip}", flush=True)
        except BaseException:  # a test that is interrupted has failed, too
            failed += 1
            traceback.print_exc()
            print(f"not ok {number} - {name}", flush=True)
    return 1 if failed else 0
