"""A small HTTP/1.1 origin on loopback: ranges, entity tags, counted bytes; bodies that wait, that come
at a pace, or that lie."""

import contextlib
import hashlib
import http.server
import re
import socket
import socketserver
import threading
import time

WAIT_SECONDS = 60
CHUNK = 65536


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        try:
            self._answer()
        finally:  # Also when the client has gone away.
            self.server.owner.answered()

    def _answer(self):
        owner = self.server.owner
        owner.headers.append({name.lower(): value for name, value in self.headers.items()})
        owner.asked.append((self.path, self.headers.get("User-Agent", "")))
        if self.path in owner.redirects:
            self._head(302, 0, {"Location": owner.redirects[self.path]})
            return
        body = owner.files.get(self.path.split("?")[0])
        if body is None:
            self._head(404, 0)
            return
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        if self.path in self.server.owner.chunked:
            self._answer_chunked(body)
            return
        begin, end = self._range(len(body), tag)
        partial = end - begin != len(body)
        extra = {"ETag": tag, "Accept-Ranges": "bytes"}
        modified = owner.modified.get(self.path)
        if modified:
            extra["Last-Modified"] = modified
            if self.headers.get("If-Modified-Since") == modified:
                self.send_response(304)
                self.end_headers()
                return
        if self.path in owner.without_ranges:
            extra = {}
        if partial:
            extra["Content-Range"] = f"bytes {begin}-{end - 1}/{len(body)}"
        self._head(206 if partial else 200, end - begin, extra)
        told = memoryview(body)[begin:end]
        lie = self.server.owner.lies.get(self.path.split("?")[0])
        if lie:
            told = lie(begin, end, bytes(told))
        self.server.owner.send(self.wfile, self.path, told)
        self.close_connection = self.close_connection or len(told) != end - begin

    def _answer_chunked(self, body):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for begin in range(0, len(body), CHUNK):
            part = body[begin:begin + CHUNK]
            self.wfile.write(b"%x\r\n" % len(part))
            self.server.owner.send(self.wfile, self.path, part)
            self.wfile.write(b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _range(self, length, tag):
        if self.path in self.server.owner.without_ranges:
            return 0, length
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not match or self.headers.get("If-Range", tag) != tag:
            return 0, length
        last = int(match.group(2)) if match.group(2) else length - 1
        return int(match.group(1)), min(last + 1, length)

    def _head(self, status, length, extra=None):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        """Without asking for the address's name, which takes long where nobody answers."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def get_request(self):
        connection, address = super().get_request()
        # Little waits in the kernel, so that what a killed client never took is hardly counted.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, CHUNK)
        return connection, address

    def handle_error(self, *_):
        pass  # Clients that are killed cut their connections.


def _bytes_queued(port):
    """What the kernel holds of all connections with this port at one end, in either direction."""
    queued = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in list(table)[1:]:
            _, local, remote, _, queues = row.split()[:5]
            if port in (int(local.split(":")[1], 16), int(remote.split(":")[1], 16)):
                queued += sum(int(part, 16) for part in queues.split(":"))
    return queued


class Origin:
    """Serves `files` (path to bytes), at `rate` bytes a second over all connections. A path in `lies`
    sends what that function makes of (begin, end, bytes); one in `chunked` does not tell its length; one
    in `without_ranges` sends everything whatever was asked for.
    With `place` (spaces.py) it is at `address` there. Closed by `with`."""

    def __init__(self, rate=None, address="127.0.0.1", place=None):
        self.files = {}
        self.lies = {}
        self.chunked = set()
        self.modified = {}  # Path to the date that is told; asked for conditionally it may be a 304.
        self.redirects = {}  # Path to a URL.
        self.asked = []  # (path, user agent) of each request.
        self.without_ranges = set()
        self.headers = []  # Of each request, by name in small letters.
        self._rate = rate
        self._free_at = 0.0
        self._ended = threading.Event()
        self.bytes_sent = 0
        self._bytes_written = 0  # Of them, what the kernel has taken.
        self.requests = 0  # Answered, or given up by the client.
        self._changed = threading.Condition()
        self._allowed = None
        self._address = address
        with place.entered() if place else contextlib.nullcontext():
            self._server = _Server((address, 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.allow_all()
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path):
        return f"http://{self._address}:{self._server.server_port}{path}"

    def allow(self, total):
        """From now on bodies wait once this many bytes in all have been sent."""
        with self._changed:
            self._allowed = total
            self._changed.notify_all()

    def allow_all(self):
        self.allow(float("inf"))

    def wait_until_sent(self, total):
        with self._changed:
            return self._changed.wait_for(lambda: self.bytes_sent >= total, WAIT_SECONDS)

    def wait_until_read(self, total):
        """Like wait_until_sent, and none of it waits in the kernel: the clients have read it."""
        ends = time.monotonic() + WAIT_SECONDS
        with self._changed:
            if not self._changed.wait_for(
                    lambda: total <= self.bytes_sent == self._bytes_written, WAIT_SECONDS):
                return False
        while _bytes_queued(self._server.server_port) > 0 and time.monotonic() < ends:
            self._ended.wait(0.005)
        return time.monotonic() < ends

    def answered(self):
        with self._changed:
            self.requests += 1
            self._changed.notify_all()

    def wait_until_answered(self, requests):
        with self._changed:
            return self._changed.wait_for(lambda: self.requests >= requests, WAIT_SECONDS)

    def send(self, stream, _path, body):
        for begin in range(0, len(body), CHUNK):
            chunk = body[begin:begin + CHUNK]
            self._pace(len(chunk))
            with self._changed:
                self._changed.wait_for(
                    lambda: self._allowed is None or self.bytes_sent < self._allowed, WAIT_SECONDS)
                self.bytes_sent += len(chunk)
                self._changed.notify_all()
            stream.write(chunk)
            with self._changed:
                self._bytes_written += len(chunk)
                self._changed.notify_all()

    def _pace(self, size):
        if self._rate is None:
            return
        with self._changed:
            now = time.monotonic()
            begin = max(now, self._free_at)
            self._free_at = begin + size / self._rate
        self._ended.wait(begin - now)
