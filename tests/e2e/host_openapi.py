#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# docs/openapi.yaml against casemated: every path, method and status that it names can be had, every answer is of the form
# that it gives, and casemated answers nothing that it does not name.
#
#   host_openapi.py BUILD
import os
import re
import sys

try:
    import yaml
except ImportError:
    print("1..0 # SKIP python3-yaml is not installed")
    sys.exit(0)

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from hosttest import *  # noqa: E402,F403

BUILD = os.path.abspath(sys.argv[1])
with open(os.path.join(os.path.dirname(__file__), "../../docs/openapi.yaml")) as f:
    API = yaml.safe_load(f)
UPGRADE = ["Connection: Upgrade", "Upgrade: casemate/1"]
TOKEN = "a-token-that-is-long-enough"


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        path, node = node["$ref"], API
        for part in path.removeprefix("#/").split("/"):
            node = node[part]
    return node


TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list}


def check(schema, value, where):
    """The part of JSON Schema that the description uses. Members that it does not name are refused: an answer has
    nothing that is not described."""
    schema = resolve(schema)
    kind = TYPES[schema["type"]]
    assert isinstance(value, kind) and (kind is not int or not isinstance(value, bool)), (where, value)
    if "enum" in schema:
        assert value in schema["enum"], (where, value)
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), (where, value)
    if "maxLength" in schema:
        assert len(value) <= schema["maxLength"], (where, value)
    if "minimum" in schema:
        assert value >= schema["minimum"], (where, value)
    if "maximum" in schema:
        assert value <= schema["maximum"], (where, value)
    if kind is list:
        for i, item in enumerate(value):
            check(schema["items"], item, f"{where}[{i}]")
    if kind is dict:
        for name in schema.get("required", []):
            assert name in value, (where, "lacks", name)
        for name, item in value.items():
            assert name in schema["properties"], (where, "has", name)
            check(schema["properties"][name], item, f"{where}.{name}")


def requests(h, dead, full, ended):
    """What to ask so that each status comes, and for which path and method."""
    create = "/v1/keeps"
    one, session, outbox = "/v1/keeps/{id}", "/v1/keeps/{id}/session", "/v1/keeps/{id}/outbox"
    nobody = "0123456789abcdef"
    body = json.dumps({"memory": memory(ECHO)}).encode()
    return [
        ("get", "/healthz", "", "200", {}),
        ("get", "/v1/platform", "", "200", {}),
        ("get", create, "", "200", {}),
        ("post", create, "", "201", {"body": body}),
        ("post", create, "", "400", {"body": b"{"}),
        ("post", create, "", "409", {"body": b'{"name":"taken"}'}),
        ("post", create, "", "413", {"body": b" " * 5000}),
        ("post", create, "", "415", {"body": body, "headers": ["Content-Type: text/plain"]}),
        ("post", create, "", "422", {"body": b'{"tee":"none"}'}),
        ("post", create, "", "503", {"body": b'{"memory":1099511627776}'}),
        ("get", one, dead, "200", {}),
        ("get", one, ended, "200", {}),
        ("get", one, nobody, "404", {}),
        ("delete", one, nobody, "404", {}),
        ("get", session, full, "503", {"headers": UPGRADE}),
        ("get", session, nobody, "404", {"headers": UPGRADE}),
        ("get", session, dead, "410", {"headers": UPGRADE}),
        ("get", session, full, "426", {}),
        ("get", outbox, ended, "200", {}),
        ("get", outbox, dead, "404", {}),
        ("delete", one, dead, "204", {}),
    ]


def judge(method, path, status, reply):
    described = API["paths"][path][method]["responses"]
    assert str(reply.status) == status, (method, path, "expected", status, "got", reply.status, reply.body)
    response = resolve(described[status])
    for media, content in response.get("content", {}).items():
        assert reply.headers["content-type"] == media, (method, path, status, reply.headers)
        if media == "application/json":
            check(content["schema"], reply.json(), f"{method} {path} {status}")
    for name in response.get("headers", {}):
        assert name.lower() in reply.headers
    return method, path, status


def unreadable_folder(h):
    """500: the host itself fails. Its folder for Keeps is gone."""
    keeps = os.path.join(h.state, "casemate/host/keeps")
    os.rename(keeps, keeps + ".away")
    try:
        return judge("post", "/v1/keeps", "500", h.request("POST", "/v1/keeps", b"{}"))
    finally:
        os.rename(keeps + ".away", keeps)


def without_token(seen):
    """401: over TCP, with tokens, from someone who has none. Plain TCP is allowed by --insecure."""
    path = os.path.join(tempfile.gettempdir(), f"casemate-token-{os.getpid()}")
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
        f.write(TOKEN)
    with Host(BUILD, ["--listen", "tcp:127.0.0.1:0", "--insecure", "--token-file", path]) as h:
        port = int(h.log().split("listening on tcp port ")[1].split()[0])
        h.connect = lambda: socket.create_connection(("127.0.0.1", port), 20)
        for name, item in API["paths"].items():
            for method, operation in item.items():
                if method == "parameters" or operation.get("security") == []:
                    continue
                seen.add(judge(method, name, "401", h.request(method.upper(), name.replace("{id}", "0123456789abcdef"))))
        assert h.get("/v1/keeps", headers=["Authorization: Bearer " + TOKEN]).status == 200
    os.unlink(path)


def everything_that_is_described_can_be_had_and_is_as_described():
    seen = set()
    with Host(BUILD) as h:
        dead, full, ended = h.create(EXIT, name="taken"), h.create(), h.create(OUTBOX)
        sessions = [h.session(full) for _ in range(16)]
        h.ended(dead, "lost")
        h.ended(ended, "ended")
        # over: the warden is gone as well
        eventually(lambda: "ended" in h.keep(dead) and "ended" in h.keep(ended))
        seen.add(("get", "/v1/keeps/{id}/session", "101"))
        for method, path, keep, status, more in requests(h, dead, full, ended):
            reply = h.request(method.upper(), path.replace("{id}", keep), **more)
            seen.add(judge(method, path, status, reply))
        seen.add(unreadable_folder(h))
        for s in sessions:
            s.close()
    without_token(seen)
    described = {(method, path, status) for path, item in API["paths"].items() for method, operation in item.items()
                 if method != "parameters" for status in operation["responses"]}
    assert seen == described, ("not had:", described - seen, "not described:", seen - described)


def the_protocol_names_the_same_paths():
    with open(os.path.join(os.path.dirname(__file__), "../../docs/protocol.md")) as f:
        section = f.read().split("## 8. Host agent")[1]
    for path, item in API["paths"].items():
        for method in item:
            if method != "parameters":
                assert re.search(rf"`{method.upper()} [^|]*{re.escape(path.split('/')[-1])}", section), (method, path)


sys.exit(run([everything_that_is_described_can_be_had_and_is_as_described, the_protocol_names_the_same_paths]))
