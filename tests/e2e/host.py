#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# casemated and its wardens as a client meets them: making, sessions, ending, records, limits, bad requests.
#
#   host.py BUILD [WORD IN A TEST'S NAME...]
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from hosttest import *  # noqa: E402,F403

BUILD = os.path.abspath(sys.argv[1])


def host(*options, **more):
    return Host(BUILD, options, **more)


def a_session_carries_every_byte_both_ways():
    with host() as h:
        keep = h.create()
        with h.session(keep) as s:
            echo(s, os.urandom(3_000_000))


def bytes_that_come_with_the_request_reach_the_keep():
    with host() as h:
        with h.session(h.create(), early=b"hello") as s:
            assert s.recv(5) == b"hello"


def sixteen_sessions_do_not_mix_their_bytes():
    with host() as h:
        keep = h.create()
        sessions = [h.session(keep) for _ in range(16)]
        for i, s in enumerate(sessions):
            s.sendall(bytes([65 + i]) * 1000)
        for i, s in enumerate(sessions):
            got = b""
            while len(got) < 1000:
                got += s.recv(1000)
            assert got == bytes([65 + i]) * 1000
        assert h.get(f"/v1/keeps/{keep}").json()["sessions"] == 16
        refused = h.get(f"/v1/keeps/{keep}/session", headers=["Connection: Upgrade", "Upgrade: casemate/1"])
        assert refused.status == 503 and refused.code() == "E_LIMIT"
        sessions[3].close()
        eventually(lambda: h.keep(keep)["sessions"] == 15)
        with h.session(keep) as s:
            echo(s, b"the place is free again")
        for s in sessions:
            s.close()


def a_client_that_does_not_read_stops_nobody_else():
    with host() as h:
        keep = h.create()
        stuck, good = h.session(keep), h.session(keep)
        stuck.setblocking(False)
        total = 0
        try:
            while total < 50_000_000:
                total += stuck.send(b"x" * 65536)
        except BlockingIOError:
            pass
        assert total < 5_000_000, "nothing holds back a client that does not read"
        echo(good, os.urandom(500_000))
        stuck.close()
        good.close()


def a_session_that_the_keep_ends_is_ended_at_the_client():
    with host() as h:
        keep = h.create()
        with h.session(keep) as s:
            s.sendall(b"\0")
            assert s.recv(1) == b""
        eventually(lambda: h.keep(keep)["sessions"] == 0)


def deletion_leaves_no_process_and_no_file():
    with host() as h:
        keep = h.create()
        s = h.session(keep)
        family = h.family()
        assert len(family) == 2, family
        assert h.delete(keep) == 204
        assert not any(alive(p) for p in family)
        assert s.recv(1) == b""
        assert h.get(f"/v1/keeps/{keep}").status == 404
        assert h.delete(keep) == 404
        assert not os.path.exists(f"{h.state}/casemate/host/keeps/{keep}")


def a_keep_that_ends_is_recorded_as_lost_with_the_reason():
    with host() as h:
        keep = h.create(EXIT)
        record = h.ended(keep, "lost")
        assert "KEEP_ECRYPTO" in record["reason"], record
        assert record["ended"] >= record["created"]
        assert h.get(f"/v1/keeps/{keep}/session", headers=["Connection: Upgrade", "Upgrade: casemate/1"]).status == 410
        assert h.get(f"/v1/keeps/{keep}/outbox").status == 404
        assert h.delete(keep) == 204


def a_keep_that_faults_is_lost_and_nobody_else_notices():
    with host() as h:
        good = h.create()
        bad = h.create(CRASH)
        assert "signal 11" in h.ended(bad, "lost")["reason"]
        with h.session(good) as s:
            echo(s, b"still here")


# row 59
def a_system_call_outside_its_list_kills_the_keep():
    with host() as h:
        assert "signal 31" in h.ended(h.create(SYSCALL), "lost")["reason"]


def an_outbox_is_stored_and_survives_the_keep_and_casemated():
    with host() as h:
        keep = h.create(OUTBOX)
        record = h.ended(keep, "ended")
        assert record["outbox"] == 100000
        body = h.get(f"/v1/keeps/{keep}/outbox")
        assert body.status == 200 and len(body.body) == 100000
        path = f"{h.state}/casemate/host/keeps/{keep}/outbox"
        assert os.stat(path).st_mode & 0o777 == 0o600
        h.process.kill()
        h.process.wait()
        h.start()
        assert h.keep(keep)["state"] == "ended"
        assert h.get(f"/v1/keeps/{keep}/outbox").body == body.body
        assert h.delete(keep) == 204 and not os.path.exists(path)


def an_outbox_that_is_not_whole_is_none():
    with host() as h:
        keep = h.create(OUTBOX_CUT)
        h.ended(keep, "lost")
        assert h.get(f"/v1/keeps/{keep}/outbox").status == 404
        assert os.listdir(f"{h.state}/casemate/host/keeps/{keep}") == []


def an_outbox_without_end_ends_the_keep():
    with host() as h:
        keep = h.create(OUTBOX_HUGE)
        assert "outbox that is too long" in h.ended(keep, "lost")["reason"]
        assert os.listdir(f"{h.state}/casemate/host/keeps/{keep}") == []


def evidence_is_answered_request_by_request():
    with host() as h:
        with h.session(h.create(EVIDENCE)) as s:
            echo(s, b"after twelve answers")


# row 59
def every_broken_rule_of_the_portal_ends_the_keep_and_nothing_else():
    with host() as h:
        good = h.create()
        for rule in range(RULES):
            reason = h.ended(h.create(BREAK + rule), "lost")["reason"]
            assert "it was killed by signal 9; a" in reason.lower() or "it was killed by signal 9" in reason, (rule, reason)
            assert "closed its portal" not in reason, (rule, reason)
        with h.session(good) as s:
            echo(s, b"nobody else was hurt")


# row 59
def random_frames_end_the_keep_and_nothing_else():
    with host() as h:
        good = h.create()
        for _ in range(20):
            h.ended(h.create(RANDOM), "lost")
        with h.session(good) as s:
            echo(s, b"nobody else was hurt")


def a_flood_of_requests_does_not_starve_sessions():
    with host("--keep-log") as h:
        flooding = h.create(FLOOD)
        good = h.create()
        with h.session(good) as s:
            begun = time.monotonic()
            for _ in range(100):
                echo(s, b"ping")
            assert time.monotonic() - begun < 5
        assert "\x1b" not in h.log()
        assert h.delete(flooding) == 204


def a_silent_keep_can_be_deleted():
    with host() as h:
        keep = h.create(SILENT)
        s = h.session(keep, early=b"anybody?")
        assert h.delete(keep) == 204
        assert s.recv(1) == b""


# ---- requests ----

def the_platform_says_what_is_here_and_what_the_sandbox_is():
    with host() as h:
        reply = h.get("/v1/platform").json()
        tee = reply["tees"][0]
        assert tee["name"] == "process" and tee["usable"] and tee["simulated"], reply
        assert [f["ok"] for f in tee["findings"]] == [True, True]
        assert "seccomp" in reply["sandbox"] and reply["images"][0]["digest"] == tee["image"]


def the_platform_says_what_is_missing():
    with host() as h:
        os.unlink(f"{h.lib}/images/keep-process")
        tee = h.get("/v1/platform").json()["tees"][0]
        assert not tee["usable"] and not tee["findings"][0]["ok"] and tee["findings"][0]["next"], tee


def bad_bodies_are_refused_with_the_reason():
    cases = [
        (b"{", 400, "E_USAGE"), (b"[]", 400, "E_USAGE"), (b"null", 400, "E_USAGE"), (b'{"tee":1}', 400, "E_USAGE"),
        (b'{"tee":"process","tee":"process"}', 400, "E_USAGE"), (b'{"memory":"1"}', 400, "E_USAGE"),
        (b'{"memory":-1}', 400, "E_USAGE"), (b'{"memory":1e9}', 400, "E_USAGE"), (b'{"memory":1}', 400, "E_USAGE"),
        (b'{"memory":99999999999999999999}', 400, "E_USAGE"), (b'{"name":"a b"}', 400, "E_USAGE"),
        (b'{"name":"\\u0000"}', 400, "E_USAGE"), (b'{"name":"' + b"n" * 65 + b'"}', 400, "E_USAGE"),
        (b'{"name":"../x"}', 400, "E_USAGE"), (b'{"nome":"x"}', 400, "E_USAGE"), (b'{"image":"zz"}', 400, "E_USAGE"),
        (b'{"image":"' + b"0" * 64 + b'"}', 422, "E_IMAGE"), (b'{"tee":"sgx2"}', 422, "E_TEE"),
        (b'{"tee":"proces"}', 422, "E_TEE"), (b'{"memory":1099511627776}', 503, "E_LIMIT"), (b"\xff\xfe", 400, "E_USAGE"),
        (b'{} {}', 400, "E_USAGE"), (b"[" * 4000, 400, "E_USAGE"),
    ]
    with host() as h:
        for body, status, code in cases:
            reply = h.request("POST", "/v1/keeps", body)
            assert (reply.status, reply.code()) == (status, code), (body, reply.status, reply.body)
        assert "process" in h.request("POST", "/v1/keeps", b'{"tee":"proces"}').json()["error"]["next"]
        assert "name" in h.request("POST", "/v1/keeps", b'{"nome":"x"}').json()["error"]["next"]
        assert h.get("/v1/keeps").json() == {"keeps": []}
        assert h.family() == []


def too_long_bodies_are_refused_announced_or_not():
    with host() as h:
        assert h.request("POST", "/v1/keeps", b" " * 5000).status == 413
        chunked = b"POST /v1/keeps HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        chunked += b"1000\r\n" + b" " * 4096 + b"\r\n" + b"1000\r\n" + b" " * 4096 + b"\r\n0\r\n\r\n"
        assert h.request("", "", raw=chunked).status == 413
        huge = b"POST /v1/keeps HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"
        assert h.request("", "", raw=huge).status in (400, 413)


def another_type_of_body_is_refused():
    with host() as h:
        reply = h.request("POST", "/v1/keeps", b"{}", headers=["Content-Type: text/plain"])
        assert reply.status == 415


def header_floods_are_refused():
    with host() as h:
        many = b"GET /healthz HTTP/1.1\r\nHost: h\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n"
        assert h.request("", "", raw=many).status == 431
        long = b"GET /healthz HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 40000 + b"\r\n\r\n"
        assert h.request("", "", raw=long).status == 431
        target = b"GET /" + b"y" * 40000 + b" HTTP/1.1\r\nHost: h\r\n\r\n"
        assert h.request("", "", raw=target).status in (414, 431)
        assert h.get("/healthz").status == 200


def what_is_no_http_gets_an_error_or_the_end():
    with host() as h:
        for raw in (b"\x16\x03\x01\x00\xf4\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 100,
                    b"GET /healthz HTTP/1.1\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost : h\r\n\r\n",
                    b"POST /v1/keeps HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"):
            try:
                with h.connect() as s:
                    s.sendall(raw)
                    s.shutdown(1)
                    assert read_reply(s).status >= 400, raw
            except ConnectionError:
                pass
        assert h.get("/healthz").status == 200 and h.family() == []


def unknown_paths_and_methods_are_told_apart():
    with host() as h:
        assert h.get("/").status == 404
        assert h.get("/v1/keeps/").status == 404
        assert h.get("/v1/keeps/../../etc/passwd").status == 404
        assert h.get("/v1/keeps/" + "a" * 3000).status == 404
        assert h.get("/v1/keeps/0123456789abcdef").status == 404
        assert h.request("PUT", "/v1/keeps").status == 405
        assert h.request("DELETE", "/healthz").status == 405


def an_upgrade_to_anything_else_is_refused():
    with host() as h:
        keep = h.create()
        path = f"/v1/keeps/{keep}/session"
        for headers in ([], ["Upgrade: casemate/1"], ["Connection: Upgrade"], ["Connection: Upgrade", "Upgrade: websocket"],
                        ["Connection: keep-alive", "Upgrade: casemate/1"], ["Connection: Upgrade", "Upgrade: casemate/10"]):
            reply = h.get(path, headers=headers)
            assert reply.status == 426 and reply.headers["upgrade"] == "casemate/1", (headers, reply.status)
        reply = h.get("/v1/keeps/0123456789abcdef/session", headers=["Connection: Upgrade", "Upgrade: casemate/1"])
        assert reply.status == 404
        with h.session(keep) as s:
            echo(s, b"the Keep is not hurt")


def names_are_unique_and_prefixed_ids_are_no_ids():
    with host() as h:
        keep = h.create(name="wandering-otter")
        reply = h.request("POST", "/v1/keeps", b'{"name":"wandering-otter"}')
        assert reply.status == 409 and keep in reply.json()["error"]["what"]
        assert h.get("/v1/keeps/" + keep[:8]).status == 404


# ---- limits ----

def limits_on_keeps_and_memory_hold():
    with host("--keeps", "2", "--memory", "200MiB", "--keep-memory-max", "150MiB") as h:
        reply = h.request("POST", "/v1/keeps", json.dumps({"memory": 160 << 20}).encode())
        assert reply.status == 503 and "keep_memory_max" in reply.json()["error"]["what"]
        first = h.create()
        reply = h.request("POST", "/v1/keeps", json.dumps({"memory": 149 << 20}).encode())
        assert reply.status == 503 and "(setting memory)" in reply.json()["error"]["what"]
        h.create()
        reply = h.request("POST", "/v1/keeps", json.dumps({"memory": 16 << 20}).encode())
        assert reply.status == 503 and "(setting keeps)" in reply.json()["error"]["what"]
        assert h.delete(first) == 204
        h.create()


def a_keep_that_nobody_opens_is_destroyed_in_time():
    with host("--first-session-seconds", "1") as h:
        opened, left = h.create(), h.create()
        s = h.session(opened)
        eventually(lambda: h.get(f"/v1/keeps/{left}").status == 404, 5)
        assert h.keep(opened)["state"] == "unowned"
        s.close()


# row 57
def an_idle_session_is_closed_in_time():
    with host("--session-idle-seconds", "1") as h:
        with h.session(h.create()) as s:
            begun = time.monotonic()
            assert s.recv(1) == b""
            assert 0.5 < time.monotonic() - begun < 5


# row 62
def slow_clients_are_cut_and_make_room():
    with host("--connections", "32", "--request-seconds", "2") as h:
        slow = []
        for _ in range(400):
            s = h.connect()
            s.sendall(b"GET /healthz HT")
            slow.append(s)
        begun = time.monotonic()
        assert h.get("/healthz").status == 200
        keep = h.create()
        with h.session(keep) as s:
            echo(s, b"healthy")
        assert time.monotonic() - begun < 3
        dribbling = h.connect()
        cut = False
        for _ in range(60):
            try:
                dribbling.sendall(b"G")
            except OSError:
                cut = True
                break
            time.sleep(0.1)
        assert cut, "a client that sends a byte now and then holds its connection for ever"
        for s in slow:
            s.close()


# ---- ending ----

def sigterm_takes_no_new_keeps_and_lets_owned_ones_end():
    with host("--drain-seconds", "2") as h:
        h.create()
        begun = time.monotonic()
        h.process.send_signal(signal.SIGTERM)
        assert h.process.wait(10) == 0
        assert time.monotonic() - begun < 2, "an unowned Keep holds casemated up"
        assert not os.path.exists(h.socket_path)


def a_killed_casemated_leaves_no_process_and_comes_up_again():
    with host() as h:
        keep = h.create()
        s = h.session(keep)
        family = h.family()
        assert len(family) == 2
        h.process.kill()
        h.process.wait()
        eventually(lambda: not any(alive(p) for p in family), 5, "warden and Keep ending")
        assert s.recv(1) == b""
        h.start()
        record = h.keep(keep)
        assert record["state"] == "lost" and "casemated" in record["reason"]
        assert h.delete(keep) == 204


def a_killed_warden_takes_its_keep_with_it_and_is_reported():
    with host() as h:
        keep, other = h.create(), h.create()
        s = h.session(keep)
        wardens = {p: children(p) for p in h.family() if name_of(p) == "casemate-warden"}
        before = h.family()
        # The older warden is the first Keep's.
        first = min(wardens)
        os.kill(first, signal.SIGKILL)
        record = h.ended(keep, "lost")
        assert "signal 9" in record["reason"], record
        assert s.recv(1) == b""
        eventually(lambda: not any(alive(p) for p in [first] + wardens[first]), 5, "the Keep ending")
        assert len(h.family()) == len(before) - 2
        with h.session(other) as t:
            echo(t, b"still here")


def a_killed_keep_is_reported():
    with host() as h:
        keep = h.create()
        s = h.session(keep)
        os.kill(next(p for p in h.family() if name_of(p) != "casemate-warden"), signal.SIGKILL)
        assert "signal 9" in h.ended(keep, "lost")["reason"]
        assert s.recv(1) == b""
        eventually(lambda: h.family() == [], 5, "the warden ending")


# row 63
def kill_minus_nine_at_any_time_leaves_nothing_and_restarts_clean():
    import random
    dice = random.Random(36)
    rounds = 1000 if os.environ.get("CASEMATE_SOAK") else 50
    with host() as h:
        for _ in range(rounds):
            keep = h.create()
            s = h.session(keep, early=b"x")
            time.sleep(dice.random() * 0.02)
            family = h.family()
            victim = dice.choice(family + [h.pid()])
            if victim == h.pid():
                h.process.kill()
                h.process.wait()
                eventually(lambda: not any(alive(p) for p in family), 5, "warden and Keep ending")
                h.start()
            else:
                os.kill(victim, signal.SIGKILL)
            h.ended(keep, "lost")
            eventually(lambda: h.family() == [], 5, "no process being left")
            s.close()
            assert h.delete(keep) == 204


def nothing_leaks_over_two_hundred_keeps():
    with host() as h:
        h.delete(h.create())
        before = descriptors(h.pid())
        for i in range(200):
            keep = h.create()
            if i % 4 == 0:
                s = h.session(keep)
                echo(s, b"x")
                s.close()
            assert h.delete(keep) == 204
        eventually(lambda: descriptors(h.pid()) <= before, 5, "descriptors going back to %d" % before)
        assert h.family() == [] and h.get("/v1/keeps").json() == {"keeps": []}
        # Zombies are processes, too.
        assert children(h.pid()) == []


sys.exit(run([value for name, value in list(globals().items())
              if callable(value) and getattr(value, "__module__", "") == "__main__" and name not in ("host",)]))
