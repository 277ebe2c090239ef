# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Intel's PCS, a PCCS and AMD's KDS, on the loopback: collateral_server.py FOLDER [CERTIFICATE KEY].

FOLDER/routes says what is answered, a line each, fields separated by tabs:

    PATH-AND-QUERY  STATUS  MODE  BODY  [NAME=VALUE | NAME=@FILE]...

BODY is a file; NAME=@FILE is a header with the file's text, URL-encoded as PCS does it. Lines with the same path are one answer after
the other, and the last one is repeated. MODE is how the body goes out: whole, cut (less than announced), endless (more than anybody
takes), slow (after a while), head (behind more header lines than anybody takes). What is not in there is 404. FOLDER/port is written when the
server listens, FOLDER/log has a line a request.
"""

import http.server
import os
import ssl
import sys
import threading
import time
import urllib.parse

FOLDER = sys.argv[1]
SLOW, ENDLESS, HEAD = 5, 16 << 20, 4096


def routes(path):
    with open(os.path.join(FOLDER, "routes"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if line.strip()]
    return [line for line in lines if line[0] == path]


def read(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    asked = {}
    lock = threading.Lock()

    def log_message(self, format, *args):
        pass

    def note(self):
        with self.lock:
            with open(os.path.join(FOLDER, "log"), "a", encoding="utf-8") as file:
                file.write(self.path + "\n")
            self.asked[self.path] = self.asked.get(self.path, 0) + 1
            return self.asked[self.path]

    def do_GET(self):
        count, found = self.note(), routes(self.path)
        if not found:
            self.send_error(404)
            return
        _, status, mode, body, *headers = found[min(count, len(found)) - 1]
        bytes_ = read(body) if body else b""
        self.send_response(int(status))
        for header in headers:
            name, value = header.split("=", 1)
            if value.startswith("@"):
                value = urllib.parse.quote(read(value[1:]).decode())
            self.send_header(name, value)
        self.send_body(mode, bytes_)

    def send_body(self, mode, bytes_):
        if mode == "head":
            for i in range(HEAD):
                self.send_header(f"X-{i}", "x" * 64)
        if mode != "endless":
            self.send_header("Content-Length", str(len(bytes_) + (10 if mode == "cut" else 0)))
        self.end_headers()
        if mode == "slow":
            self.wfile.flush()
            time.sleep(SLOW)
        self.wfile.write(bytes_)
        if mode == "endless":
            for _ in range(ENDLESS // 65536):
                self.wfile.write(b"x" * 65536)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients hang up on purpose


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) == 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(FOLDER, "port.new"), "w", encoding="utf-8") as port:
    port.write(str(server.server_address[1]))
os.rename(os.path.join(FOLDER, "port.new"), os.path.join(FOLDER, "port"))
server.serve_forever()
