"""What every test of the node has: `freshetd` as one, an origin behind it, and clients of it."""

import http.client
import re
import shutil
import socket
import subprocess
import time
import unittest

from daemon_case import DaemonCase
from node_origin import Document, NodeOrigin

WAIT_SECONDS = 60
needs_openssl = unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    def __getitem__(self, name):
        return self.headers.get(name)


class StartedNode:
    def __init__(self, process, port, key):
        self.process, self.port, self.key = process, port, key
        self.host = f"127.0.0.1:{port}"


class NodeCase(DaemonCase):
    settings = ""  # More lines of [node], and sections behind it.

    def setUp(self):
        super().setUp()
        self.nodes = {}  # By their names, of `start_another`.
        self.far = NodeOrigin()
        self.addCleanup(self.far.end)

    def serve_at(self, path, body, fields=None, **more):
        self.far.documents[path] = Document(body, fields, **more)
        return self.far.documents[path]

    def start_node(self, more="", limits="connections_per_client = 15000", expect=None):
        (self.folder / "node.toml").write_text(
            f'[node]\nenabled = true\nlisten = ["127.0.0.1:0"]\nallow = ["127.0.0.1:*"]\n'
            f'origin_networks = ["127.0.0.0/8"]\nworkers = 2\n{more}\n[node.limits]\n'
            f'{limits}\n')
        said = self.start_daemon("--policy-file", self.folder / "node.toml", "--log", "debug",
                                 expect=expect)
        if expect is None:
            self.ports = [int(port) for port in re.findall(r"listening node port=(\d+)", self.log)]
            self.port = self.ports[0]
        return said

    def start_another(self, name, more="", same_key=True):
        """A node with data and a socket of its own; the key of the first. It is the one that is asked."""
        data = self.folder / f"data-{name}"
        if self.nodes and same_key:
            data.mkdir(mode=0o700)
            shutil.copy2(next(iter(self.nodes.values())).key, data / "node.key")
        self.data_words = ("--data", data)
        self.socket = f"{self.place.name}/{name}"
        self.start_node(f'name = "{name}"\n{more}')
        self.nodes[name] = StartedNode(self.daemon, self.port, data / "node.key")
        return self.nodes[name]

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        self.addCleanup(connection.close)
        return connection

    def target(self, path):
        return f"{path}{'&' if '?' in path else '?'}cacheHostOrigin={self.far.host}"

    def begin(self, path, headers=None, method="GET", body=None, connection=None):
        """The head of an answer, its body unread."""
        connection = connection or self.connect()
        connection.request(method, self.target(path), body, headers or {})
        return connection.getresponse()

    def get(self, path, headers=None, method="GET", body=None, connection=None):
        response = self.begin(path, headers, method, body, connection)
        return Answer(response, response.read())

    def status(self):
        return self.caller()("GET", "/v1/node")

    def until(self, holds):
        ends = time.monotonic() + WAIT_SECONDS
        while not holds():
            self.assertLess(time.monotonic(), ends)

    def wait_for_stored(self, *paths):
        """Until what was fetched from there survives the end of the node."""
        for path in paths:
            self.wait_for_log(f"stored url={self.far.url(path)}")

    def node(self, *words, expect=0):
        """Lines of `freshet node`."""
        out, _ = self.freshet("node", *words, f"--connect={self.socket}", expect=expect)
        return out.splitlines()

    def make_certificate(self):
        """Files of a certificate for 127.0.0.1 that vouches for itself, and of its key."""
        certificate, key = self.folder / "crt", self.folder / "key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        return certificate, key

    def raw(self, request):
        """What the node answers to these bytes, until it closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_SECONDS) as client:
            client.sendall(request)
            answer = b""
            while part := client.recv(65536):
                answer += part
            return answer
