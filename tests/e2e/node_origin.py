"""An origin that a node fetches from: what it answers is set by path; what it was asked is kept."""

import http.server
import re
import ssl
import threading

WAIT_SECONDS = 60
CHUNK = 65536


class Document:
    """`fields` go with each answer. `gate`: bodies stop after so many bytes until it is opened."""

    def __init__(self, body=b"", fields=None, **more):
        self.body, self.status = body, more.get("status", 200)
        self.etag = more.get("etag", '"v1"')
        self.fields = {"Cache-Control": "max-age=3600", **(fields or {})}
        self.ranges, self.chunked = more.get("ranges", True), more.get("chunked", False)
        self.gate_after, self.gate = more.get("gate_after"), threading.Event()
        self.cut_after = more.get("cut_after")
        self.early = more.get("early", b"")  # Heads before the one that counts.


class Seen:
    def __init__(self, method, path, headers):
        self.method, self.path, self.headers = method, path, dict(headers)
        self.sent = 0
        self.status = 0

    def __getitem__(self, name):
        return self.headers.get(name)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        owner = self.server.owner
        seen = owner.note(Seen(self.command, self.path, self.headers))
        document = owner.documents.get(self.path.split("?")[0])
        if callable(document):
            document = document(seen)
        if document is None:
            document = Document(status=404, etag=None)
        try:
            self._answer(document, seen)
        except OSError:
            self.close_connection = True

    do_HEAD = do_GET

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.owner.posted.append(self.rfile.read(length))
        self.do_GET()

    do_PUT = do_DELETE = do_POST

    def _answer(self, document, seen):
        self.wfile.write(document.early)
        fields = dict(document.fields)
        if document.etag:
            fields["ETag"] = document.etag
        seen.status = document.status
        if document.etag and document.etag in (self.headers.get("If-None-Match") or ""):
            seen.status = 304
            self._head(304, fields)
            return
        begin, end = 0, len(document.body)
        asked = self._range(document)
        if asked and asked[0] >= end > 0:
            seen.status = 416
            self._head(416, {"Content-Range": f"bytes */{end}", "Content-Length": "0"})
            return
        if asked and end > 0:
            begin, end = asked[0], min(asked[1], end)
            seen.status = 206
            fields["Content-Range"] = f"bytes {begin}-{end - 1}/{len(document.body)}"
        if document.ranges:
            fields["Accept-Ranges"] = "bytes"
        fields["Transfer-Encoding" if document.chunked else "Content-Length"] = (
            "chunked" if document.chunked else str(end - begin))
        self._head(seen.status, fields)
        if self.command != "HEAD":
            self._body(document, seen, begin, end)

    def _range(self, document):
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        wrong = self.headers.get("If-Range", document.etag) != document.etag
        if not match or not document.ranges or document.chunked or wrong or document.status != 200:
            return None
        last = int(match.group(2)) if match.group(2) else len(document.body) - 1
        return int(match.group(1)), last + 1

    def _head(self, status, fields):
        self.send_response(status)
        for name, value in fields.items():
            for each in value if isinstance(value, list) else [value]:
                self.send_header(name, each)
        self.end_headers()

    def _body(self, document, seen, begin, end):
        at = begin
        while at < end:
            stop = min(end, at + CHUNK)
            if document.gate_after is not None and stop > document.gate_after and begin <= document.gate_after:
                if at < document.gate_after:
                    stop = document.gate_after
                else:
                    document.gate.wait(WAIT_SECONDS)
            part = document.body[at:stop]
            if document.cut_after is not None and stop > document.cut_after:
                self.close_connection = True
                return
            if document.chunked:
                part = b"%x\r\n%s\r\n" % (len(part), part)
            self.wfile.write(part)
            seen.sent += stop - at
            at = stop
        if document.chunked:
            self.wfile.write(b"0\r\n\r\n")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


class NodeOrigin:
    def __init__(self, address="127.0.0.1", tls=None):
        """`tls`: the files of its certificate and key."""
        self.documents, self.posted = {}, []
        self.address = address
        self.scheme = "https" if tls else "http"
        self._seen, self._changed = [], threading.Condition()
        self._server = _Server((address, 0), _Handler)
        self._server.owner = self
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def end(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def host(self):
        return f"{self.address}:{self._server.server_port}"

    def url(self, path):
        return f"{self.scheme}://{self.host}{path}"

    def note(self, seen):
        with self._changed:
            self._seen.append(seen)
            self._changed.notify_all()
        return seen

    def seen(self, path=None):
        with self._changed:
            return [each for each in self._seen if path in (None, each.path)]

    def wait_for_requests(self, count, path=None):
        with self._changed:
            return self._changed.wait_for(lambda: len(self.seen_locked(path)) >= count, WAIT_SECONDS)

    def seen_locked(self, path):
        return [each for each in self._seen if path in (None, each.path)]

    def sent(self, path):
        return sum(each.sent for each in self.seen(path))
