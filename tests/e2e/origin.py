"""A small HTTP/1.1 origin on loopback: ranges, entity tags, bodies that wait, counted bytes."""

import hashlib
import http.server
import re
import threading

WAIT_SECONDS = 60


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.server.owner.files.get(self.path.split("?")[0])
        if body is None:
            self._head(404, 0)
            return
        begin, end = self._range(len(body))
        partial = end - begin != len(body)
        extra = {"ETag": '"%s"' % hashlib.sha256(body).hexdigest()[:16], "Accept-Ranges": "bytes"}
        if partial:
            extra["Content-Range"] = f"bytes {begin}-{end - 1}/{len(body)}"
        self._head(206 if partial else 200, end - begin, extra)
        self.server.owner.send(self.wfile, self.path, memoryview(body)[begin:end])

    def _range(self, length):
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not match:
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

    def handle_error(self, *_):
        pass  # Clients that are killed cut their connections.


class Origin:
    """Serves `files` (path to bytes). Closed by `with`."""

    def __init__(self):
        self.files = {}
        self.bytes_sent = 0
        self._changed = threading.Condition()
        self._allowed = None
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.allow_all()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path):
        return f"http://127.0.0.1:{self._server.server_port}{path}"

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

    def send(self, stream, _path, body):
        for begin in range(0, len(body), 65536):
            chunk = body[begin:begin + 65536]
            with self._changed:
                self._changed.wait_for(
                    lambda: self._allowed is None or self.bytes_sent < self._allowed, WAIT_SECONDS)
                self.bytes_sent += len(chunk)
                self._changed.notify_all()
            stream.write(chunk)
