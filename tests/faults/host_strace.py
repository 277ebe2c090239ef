#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# casemated, wardens and Keeps under strace: what they call (acceptance tests 20 and 34). The list of the warden's sandbox is
# the list of what it does, no call more; a hostile Keep makes it touch nothing else; and whichever call fails, for whatever
# reason, nobody crashes and nothing is left.
#
#   host_strace.py BUILD [WORD IN A TEST'S NAME...]
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from hosttest import *  # noqa: E402,F403

BUILD = os.path.abspath(sys.argv[1])
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
SOAK = bool(os.environ.get("CASEMATE_SOAK"))
FOLDER = tempfile.TemporaryDirectory(prefix="casemate-strace-")


def need_strace():
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode:
        raise Skip("this machine does not let strace trace")


def need_no_sanitizer():
    """Its runtime makes system calls of its own, and ends the program when one of them fails."""
    with open(os.path.join(BUILD, "meson-info/intro-buildoptions.json")) as f:
        if any(o["name"] == "b_sanitize" and o["value"] != "none" for o in json.load(f)):
            raise Skip("built with a sanitizer")


def read(*path):
    with open(os.path.join(SOURCE, *path)) as f:
        return f.read()


def warden_list():
    """Names in the table of the sandbox, and what the process TEE adds."""
    table = read("src/host/warden/sandbox_syscalls.c")
    names = set(re.findall(r'(?:RULE\((\w+),|\.name = "(\w+)")', table))
    mine = {a or b for a, b in names} - {"call"}
    more = re.search(r"static const int syscalls\[\] = \{(.*?)\};", read("src/tee/process/process.c"), re.S).group(1)
    return mine | set(re.findall(r"SYS_(\w+)", more))


def keep_list():
    more = re.search(r"static const int keep_calls\[\] = \{(.*?)\};", read("src/tee/process/child.c"), re.S).group(1)
    return set(re.findall(r"SYS_(\w+)", more))


def scenario(h):
    """Everything that a warden does for its Keep, and the Keeps that want it to do more."""
    echoing, witness = h.create(EVIDENCE), h.create()
    with h.session(echoing, early=b"x") as s:
        assert s.recv(1) == b"x"
        echo(s, os.urandom(300_000))
        s.sendall(b"\0")
    sessions = [h.session(witness, early=bytes([65 + i]) * 12000) for i in range(16)]
    for i, s in enumerate(sessions):
        assert s.recv(1) == bytes([65 + i])
        s.close()
    for mode in (OUTBOX, OUTBOX_CUT, OUTBOX_HUGE, RANDOM, RANDOM, RANDOM, BREAK + 5, BREAK + 15, EXIT):
        h.ended(h.create(mode), "ended" if mode == OUTBOX else "lost")
    assert h.delete(witness) == 204 and h.delete(echoing) == 204


def calls_by_process(trace):
    """{pid: (name of the program, [lines from the moment its last filter was in force])}"""
    program, filtered, lines = {}, {}, {}
    with open(trace, errors="replace") as f:
        for line in f:
            pid, rest = line.rstrip().split(None, 1)
            if re.match(r"execve\(", rest):
                program[pid] = re.search(r'"([^"]*)"', rest).group(1).rsplit("/", 1)[-1]
            if re.match(r"execveat\(", rest):
                program[pid] = "keep"
                filtered[pid] = True
                lines[pid] = []
                continue
            if re.match(r"seccomp\(SECCOMP_SET_MODE_FILTER, 0,", rest) and program.get(pid) == "casemate-warden":
                filtered[pid] = True
                lines[pid] = []
                continue
            if filtered.get(pid) and not rest.startswith("<... seccomp resumed>"):  # the filter's own call
                lines[pid].append(rest)
    return {pid: (program.get(pid, "?"), lines[pid]) for pid in lines}


def name_of_call(line):
    match = re.match(r"(?:<\.\.\. )?(\w+)(?: resumed>|\()", line)
    return match.group(1) if match else None


def the_wardens_list_is_what_it_needs_and_hostile_keeps_get_nothing_else():
    need_no_sanitizer()
    need_strace()
    trace = os.path.join(FOLDER.name, "trace")
    with Host(BUILD, wrap=["strace", "-f", "-qq", "-o", trace]) as h:
        scenario(h)
    wardens, keeps, called, opened = 0, 0, set(), set()
    for program, lines in calls_by_process(trace).values():
        names = {name_of_call(line) for line in lines} - {None, "exit_group", "resumed"}
        if program == "keep":
            keeps += 1
            assert names <= keep_list() | {"socket"}, names - keep_list()
        if program != "casemate-warden":
            continue
        wardens += 1
        called |= names
        opened |= {m.group(1) for line in lines for m in [re.match(r'openat\(\w+, "([^"]*)"', line)] if m}
    assert wardens >= 10 and keeps >= 10, (wardens, keeps)
    assert opened == {"outbox.new"}, opened
    allowed = warden_list() - {"exit_group"}
    assert called <= allowed, called - allowed
    # The generator's new seed comes after 10,000 random numbers; test_host_sandbox.c shows that it needs the call.
    assert allowed - called <= {"getrandom"}, ("rules that nothing needs:", allowed - called)


# ---- the n-th call fails ----

FAULTS = [
    ("openat", "EMFILE"), ("openat", "ENOSPC"), ("socketpair", "EMFILE"), ("mmap", "ENOMEM"),
    ("clone,clone3,vfork", "EAGAIN"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync,fdatasync", "EIO"),
    ("write", "ENOSPC"), ("recvmsg", "EINTR"), ("recvmsg", "ENOMEM"), ("sendmsg", "ENOBUFS"), ("sendmsg", "EINTR"),
    ("recvfrom", "EINTR"), ("recvfrom", "ECONNRESET"), ("sendto", "EINTR"), ("sendto", "ENOBUFS"), ("epoll_wait", "EINTR"),
    ("epoll_ctl", "ENOMEM"), ("mkdir", "ENOSPC"), ("memfd_create", "EMFILE"), ("unshare", "EPERM"), ("unshare", "ENOSPC"),
    ("mount", "EPERM"), ("pivot_root", "EINVAL"), ("prlimit64", "EPERM"), ("seccomp", "EINVAL"), ("prctl", "EPERM"),
    ("landlock_restrict_self", "EPERM"), ("landlock_create_ruleset", "EOPNOTSUPP"), ("capset", "EPERM"),
    ("renameat", "ENOSPC"), ("accept4", "EMFILE"), ("accept4", "ECONNABORTED"), ("ppoll", "EINTR"), ("read", "EINTR"),
    ("read", "EIO"), ("fcntl", "EMFILE"), ("dup2,dup3", "EBADF"), ("pidfd_open", "EMFILE"), ("pipe2", "EMFILE"),
    ("execveat", "ENOMEM"), ("execve", "ENOMEM"), ("getrandom", "EINTR"), ("close_range", "ENOSYS"), ("pidfd_send_signal", "EPERM"),
    ("kill", "EPERM"), ("wait4", "EINTR"), ("signalfd4", "EMFILE"), ("unlink,unlinkat", "EROFS"), ("shutdown", "ENOTCONN"),
]


# strace counts for each process. The first calls of these are the C library's loader's, which does not survive all of them.
LOADER = {"mmap": 60, "openat": 30, "read": 25, "prlimit64": 2, "getrandom": 1, "execve": 1}


def attempt(action):
    """A request that may fail, but has to come to an end."""
    try:
        return action()
    except (OSError, AssertionError):
        return None


def use(h):
    keep = attempt(h.create)
    if keep:
        def talk():
            with h.session(keep, early=b"a") as s:
                s.settimeout(2)
                s.sendall(b"b")
                s.recv(2)
        attempt(talk)
    attempt(lambda: h.create(OUTBOX))
    attempt(lambda: h.get("/v1/platform"))
    if keep:
        attempt(lambda: h.delete(keep))
    attempt(lambda: h.get("/v1/keeps"))


def one_fault(calls, error, when):
    trace = os.path.join(FOLDER.name, "fault")
    inject = ["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + calls, "-e", f"inject={calls}:error={error}:when={when}"]
    started = Host.start
    h = Host.__new__(Host)
    try:
        Host.start = lambda self, wait=True: started(self, wait=False)
        Host.__init__(h, BUILD, ["--drain-seconds", "1"], wrap=inject)
    finally:
        Host.start = started
    try:
        eventually(lambda: h.process.poll() is not None or attempt(lambda: h.get("/healthz").status) == 200, 20, "a start or an end")
        if h.process.poll() is None:
            use(h)
        family = ([h.pid()] if h.pid() else []) + (h.family() if h.pid() else [])
        if h.process.poll() is None and h.pid():
            os.kill(h.pid(), signal.SIGTERM)
        status = h.process.wait(20)
        # strace ends as what it traces does: by a signal, if that was killed. The wardens' own kills are in the log.
        assert status in (0, 1), (calls, error, when, status, h.log()[-2000:])
        for crash in ("signal 11", "signal 6", "signal 7"):
            assert crash not in h.log(), (calls, error, when, h.log()[-2000:])
        eventually(lambda: not any(alive(p) for p in family), 10, f"no process being left of {family}")
    finally:
        h.stop()


def whichever_call_fails_nobody_crashes_and_no_process_is_left():
    need_no_sanitizer()
    need_strace()
    numbers = range(1, 25) if SOAK else (1, 3)
    for calls, error in FAULTS:
        for when in numbers:
            one_fault(calls, error, when + LOADER.get(calls, 0))


sys.exit(run([the_wardens_list_is_what_it_needs_and_hostile_keeps_get_nothing_else,
              whichever_call_fails_nobody_crashes_and_no_process_is_left]))
