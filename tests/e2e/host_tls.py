#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# casemated on TCP: TLS 1.3, tokens, what it refuses to start with, and its other ways to be reached.
#
#   host_tls.py BUILD [WORD IN A TEST'S NAME...]
import array
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from hosttest import *  # noqa: E402,F403

BUILD = os.path.abspath(sys.argv[1])
TOKEN = "correct-horse-battery-staple"
FILES = tempfile.TemporaryDirectory(prefix="casemate-tls-")


def make_certificate(name, curve="P-256"):
    base = os.path.join(FILES.name, name)
    if not os.path.exists(base + ".crt"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                        base + ".key", "-out", base + ".crt"], check=True, capture_output=True)
    return base + ".crt", base + ".key"


def token_file(text=TOKEN + "\n", mode=0o600):
    fd, path = tempfile.mkstemp(dir=FILES.name)
    os.write(fd, text.encode())
    os.fchmod(fd, mode)
    os.close(fd)
    return path


def host(*options, **more):
    certificate, key = make_certificate("good")
    return Host(BUILD, ["--listen", "tcp:127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key, "--token-file",
                        token_file(), *options], **more)


def port_of(h):
    return int(h.log().split("listening on tcp port ")[1].split()[0])


def plain(h):
    sock = socket.create_connection(("127.0.0.1", port_of(h)), 20)
    sock.settimeout(20)
    return sock


def connect(h, **more):
    context = ssl.create_default_context(cafile=make_certificate("good")[0])
    for name, value in more.items():
        setattr(context, name, value)
    return context.wrap_socket(plain(h), server_hostname="localhost")


def ask(h, path, *headers, method="GET", body=b""):
    with connect(h) as s:
        head = "".join(x + "\r\n" for x in headers)
        length = f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n" if body else ""
        s.sendall(f"{method} {path} HTTP/1.1\r\nHost: h\r\n{head}{length}\r\n".encode() + body)
        return read_reply(s)


def start_fails(code, *options, files=()):
    h = Host.__new__(Host)
    try:
        Host.__init__(h, BUILD, options)
    except AssertionError:
        assert code in h.log(), h.log()
        assert h.process.wait(10) == 1
        return h.log()
    finally:
        h.stop()
    raise AssertionError("casemated started")


def requests_and_sessions_pass_through_tls():
    with host() as h:
        auth = f"Authorization: Bearer {TOKEN}"
        reply = ask(h, "/v1/keeps", auth, method="POST", body=b'{"memory":67108900}')
        assert reply.status == 201, reply.body
        keep = reply.json()["id"]
        with connect(h) as s:
            s.sendall(f"GET /v1/keeps/{keep}/session HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: casemate/1\r\n"
                      f"{auth}\r\n\r\n".encode())
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += s.recv(1)
            assert b" 101 " in head
            data = os.urandom(40_000)
            for _ in range(50):
                s.sendall(data)
                got = b""
                while len(got) < len(data):
                    got += s.recv(65536)
                assert got == data
            s.sendall(b"\0")
            assert s.recv(1) == b""


# row 66
def a_wrong_or_missing_token_is_refused_on_tcp_only():
    with host() as h:
        for headers in ([], ["Authorization: Bearer wrong-horse-battery-staple"], ["Authorization: Basic " + TOKEN],
                        ["Authorization: Bearer " + TOKEN[:-1]], ["Authorization: Bearer " + TOKEN + "x"],
                        ["Authorization: Bearer"], ["Authorization: Bearer "]):
            for path in ("/v1/keeps", "/v1/platform", "/v1/keeps/0123456789abcdef/outbox"):
                reply = ask(h, path, *headers)
                assert reply.status == 401 and reply.code() == "E_TOKEN", (headers, path, reply.status)
                assert reply.headers["www-authenticate"] == "Bearer"
        assert ask(h, "/v1/keeps", method="POST", body=b"{}").status == 401
        assert ask(h, "/healthz").status == 200
        assert ask(h, "/v1/keeps", f"Authorization: bearer {TOKEN}").status == 200
        assert h.get("/v1/keeps").status == 200
        assert TOKEN not in h.log() and "wrong-horse" not in h.log()


def older_tls_is_refused():
    with host() as h:
        try:
            connect(h, maximum_version=ssl.TLSVersion.TLSv1_2)
        except (ssl.SSLError, OSError):
            pass
        else:
            raise AssertionError("TLS 1.2 was accepted")
        with connect(h) as s:
            assert s.version() == "TLSv1.3"


def bytes_that_are_no_tls_hurt_nobody():
    with host() as h:
        for junk in (b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 100, os.urandom(5000)):
            with plain(h) as s:
                try:
                    s.sendall(junk)
                    s.shutdown(1)
                    assert b"HTTP/1.1 200" not in s.recv(1000)
                except OSError:
                    pass
        assert ask(h, "/healthz").status == 200


def slow_handshakes_are_cut_and_make_room():
    with host("--connections", "16", "--request-seconds", "2") as h:
        slow = [plain(h) for _ in range(100)]
        begun = time.monotonic()
        assert ask(h, "/healthz").status == 200
        assert time.monotonic() - begun < 2
        eventually(lambda: is_cut(slow[-1]), 6, "the last slow client being cut")
        for s in slow:
            s.close()


def is_cut(s):
    s.setblocking(False)
    try:
        return s.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def the_front_ends_with_casemated_and_casemated_with_the_front():
    with host() as h:
        front = next(p for p in h.family() if name_of(p) == "casemate-front")
        h.process.kill()
        h.process.wait()
        eventually(lambda: not alive(front), 5, "the front ending")
        os.unlink(h.log_path)
        h.start()
        front = next(p for p in h.family() if name_of(p) == "casemate-front")
        os.kill(front, signal.SIGKILL)
        assert h.process.wait(10) == 1


# row 66
def tcp_without_tls_or_tokens_is_refused_at_start():
    certificate, key = make_certificate("good")
    start_fails("E_INSECURE", "--listen", "tcp:127.0.0.1:0")
    start_fails("E_INSECURE", "--listen", "tcp:127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key)
    start_fails("E_INSECURE", "--listen", "tcp:127.0.0.1:0", "--token-file", token_file())


def bad_tokens_and_certificates_are_refused_at_start():
    certificate, key = make_certificate("good")
    other = make_certificate("other")[1]
    tcp = ["--listen", "tcp:127.0.0.1:0", "--tls-cert", certificate, "--tls-key"]
    good = token_file()
    assert "does not belong" in start_fails("E_CONFIG", *tcp, other, "--token-file", good)
    start_fails("E_CONFIG", *tcp, certificate, "--token-file", good)
    start_fails("E_CONFIG", *tcp, "/nonexistent", "--token-file", good)
    start_fails("E_CONFIG", "--listen", "tcp:127.0.0.1:0", "--tls-cert", certificate, "--token-file", good)
    assert "chmod 600" in start_fails("E_INSECURE", *tcp, key, "--token-file", token_file(mode=0o644))
    start_fails("E_CONFIG", *tcp, key, "--token-file", token_file("short\n"))
    start_fails("E_CONFIG", *tcp, key, "--token-file", token_file("# nothing\n\n"))
    start_fails("E_CONFIG", *tcp, key, "--token-file", token_file("with a space in it, and long\n"))
    start_fails("E_IO", *tcp, key, "--token-file", "/nonexistent")
    start_fails("E_CONFIG", "--insecure", "--listen", "tcp:localhost:1")


def insecure_is_said_aloud():
    with Host(BUILD, ["--listen", "tcp:127.0.0.1:0", "--insecure"]) as h:
        assert "INSECURE" in h.log()
        with plain(h) as s:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
            assert read_reply(s).status == 200


# ---- other ways in ----

def a_private_casemated_serves_the_sockets_it_is_given_and_ends_with_their_giver():
    h = Host.__new__(Host)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.set_inheritable(theirs.fileno(), True)
    runtime = tempfile.mkdtemp(dir=FILES.name)
    started = Host.start
    try:
        Host.start = lambda self, wait=True: None
        Host.__init__(h, BUILD)
    finally:
        Host.start = started
    environment = dict(os.environ, XDG_STATE_HOME=h.state, XDG_RUNTIME_DIR=runtime)
    with open(h.log_path, "wb") as log:
        h.process = subprocess.Popen([h.bin + "/casemated", "--private-fd", str(theirs.fileno())], pass_fds=[theirs.fileno()],
                                     stderr=log, env=environment)
    theirs.close()

    def connect_by_message(self):
        here, there = socket.socketpair()
        ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [there.fileno()]))])
        there.close()
        here.settimeout(20)
        return here

    original = Host.connect
    try:
        Host.connect = connect_by_message
        keep = h.create()
        with h.session(keep) as s:
            echo(s, os.urandom(100_000))
        family = h.family()
        assert len(family) == 2 and os.listdir(runtime) != []
        ours.close()
        assert h.process.wait(10) == 0
        assert not any(alive(p) for p in family)
        assert os.listdir(runtime) == [], "files are left"
    finally:
        Host.connect = original
        h.stop()


def a_listening_socket_can_be_inherited():
    listener = socket.socket(socket.AF_UNIX)
    path = os.path.join(FILES.name, "inherited")
    listener.bind(path)
    listener.listen(5)
    with Host(BUILD) as h:
        h.process.kill()
        h.process.wait()
        # As a service manager does it: descriptor 3, and the variables.
        pid = os.fork()
        if pid == 0:
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)
            os.execve(h.bin + "/casemated", ["casemated"],
                      {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "XDG_STATE_HOME": h.state})
        listener.close()
        h.socket_path = path
        try:
            eventually(lambda: h.get("/healthz").status == 200)
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


def the_service_manager_is_told():
    path = os.path.join(FILES.name, "notify")
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(path)
    notify.settimeout(10)
    with Host(BUILD, environment={"NOTIFY_SOCKET": path}) as h:
        assert notify.recv(100) == b"READY=1"
        h.process.terminate()
        assert notify.recv(100) == b"STOPPING=1"


def two_on_one_folder_are_refused_and_a_dead_socket_is_replaced():
    with Host(BUILD) as h:
        again = subprocess.run([h.bin + "/casemated", "--listen", "unix:" + h.folder + "/other"], capture_output=True,
                               env=dict(os.environ, XDG_STATE_HOME=h.state), text=True)
        assert again.returncode == 1 and "Another casemated" in again.stderr
        again = subprocess.run([h.bin + "/casemated", "--listen", "unix:" + h.socket_path, "--state", h.folder + "/else"],
                               capture_output=True, text=True)
        assert again.returncode == 1 and "in use" in again.stderr
        assert h.get("/healthz").status == 200
        assert os.stat(h.socket_path).st_mode & 0o777 == 0o600
        h.process.kill()
        h.process.wait()
        assert os.path.exists(h.socket_path)
        h.start()


# ---- configuration ----

def configured(text, *options):
    path = os.path.join(FILES.name, "casemated.toml")
    with open(path, "w") as f:
        f.write(text)
    return ["--config", path, *options]


def a_configuration_file_sets_what_options_do_not():
    with Host(BUILD, configured('version = 1\nkeeps = 1\nkeep_memory_max = "128MiB"\nlog_format = "json"\n',
                                "--keep-memory-max", "256MiB")) as h:
        h.create()
        reply = h.request("POST", "/v1/keeps", b'{"memory": 67108900}')
        assert reply.status == 503 and "(setting keeps)" in reply.json()["error"]["what"]
        for line in h.log().splitlines():
            assert set(json.loads(line)) >= {"time", "level", "message"}, line


def mistakes_in_the_configuration_are_named_by_line_and_column():
    for text, words in (("\nkeeps = 0\n", ["2:", "keeps"]), ("keeps = 'x'", ["1:9"]), ("\n\nkepes = 1\n", ["3:1", "keeps"]),
                        ("keeps = 1\nkeeps = 2\n", ["2:"]), ("log_format = 3", ["1:14"]), ("keep_memory = '12 parrots'", ["1:15"]),
                        ("version = 2", ["1:11"]), ("insecure = true", ["1:1"]), ("[keeps]\n", ["1:"]), ("x", ["1:"])):
        log = start_fails("E_CONFIG", *configured(text))
        assert all(w in log for w in words), (text, log)


def mistakes_on_the_command_line_name_the_nearest_option():
    program = os.path.join(BUILD, "src/host/casemated")
    for arguments, word in ((["--keps", "1"], "--keeps"), (["--keeps"], "needs a value"), (["--keeps", "many"], "many"),
                            (["--keeps=0"], "keeps"), (["--insecure=yes"], "no value"), (["serve"], "serve"),
                            (["--listen", "udp:127.0.0.1:1"], "udp:127.0.0.1:1"), (["--log-level", "loud"], "loud")):
        result = subprocess.run([program, *arguments], capture_output=True, text=True)
        assert result.returncode == 2 and word in result.stderr, (arguments, result.stderr)
    assert "--listen" in subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    assert subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.startswith("casemated ")


sys.exit(run([value for name, value in list(globals().items())
              if callable(value) and getattr(value, "__module__", "") == "__main__" and
              name not in ("host", "make_certificate", "token_file", "port_of", "plain", "connect", "ask", "start_fails",
                           "is_cut", "configured")]))
