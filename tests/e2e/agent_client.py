"""A client of the agent protocol that holds every reply against the rules whose breach ends the process
of Microsoft's client: what it cannot read, or does not expect, is raised as Breach."""

import json
import os
import re
import socket
import threading
import time

REPLY_BYTES_MAX = 2048
FIND_ROUNDS, FIND_PAUSE = 12, 0.25
STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) ([A-Za-z0-9 ]+)")
PLAIN = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/?@!$'()*,-._~")


class Breach(AssertionError):
    """A reply that the real client would not survive."""


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(f"{status}: {code & 0xffffffff:#010x}" if code is not None else str(status))
        self.status, self.code = status, None if code is None else code & 0xffffffff


def encoded(text):
    data = text if isinstance(text, bytes) else text.encode()
    return "".join(chr(byte) if byte in PLAIN else f"%{byte:02X}" for byte in data)


def port_in(folder):
    """As the client looks for it; None while there is nothing."""
    try:
        names = [os.path.join(folder, name) for name in os.listdir(folder) if "restport" in name]
        newest = max(names, key=os.path.getmtime)
        with open(newest, encoding="ascii") as file:
            return int(re.match(r"\d+", file.readline()).group())
    except (OSError, ValueError):
        return None


def find_port(folder):
    pause = threading.Event()
    for _ in range(FIND_ROUNDS):
        pause.wait(FIND_PAUSE)
        port = port_in(folder)
        if port is not None:
            return port
    raise Refused(None, 0x80D01001)


class AgentClient:
    """One connection, kept; a request that fails on it is repeated once after looking for the port."""

    def __init__(self, folder, source=None, uid=None):
        self.folder, self.source, self.uid, self.sock = folder, source, uid, None
        self.lock = threading.Lock()

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def _connect(self):
        port = find_port(self.folder)
        if not 1 <= port <= 65535:
            raise Breach(f"port {port}")
        try:
            if self.uid is not None:
                os.seteuid(self.uid)  # A socket is whose process made it.
            self.sock = socket.socket()
            self.sock.settimeout(30)
            if self.source:
                self.sock.bind((self.source, 0))
            self.sock.connect(("127.0.0.1", port))
        except OSError:
            self.close()
            raise Refused(None, 0x80D01001) from None
        finally:
            if self.uid is not None:
                os.seteuid(0)

    def send(self, data):
        """Whatever these bytes are answered with: status, reason, body."""
        if self.sock is None:
            self._connect()
        for part in [data] if isinstance(data, bytes) else data:
            self.sock.sendall(part)
        return self._read_reply()

    def _read_reply(self):
        seen = b""
        while b"\r\n\r\n" not in seen:
            if len(seen) > REPLY_BYTES_MAX:
                raise Breach("the head does not end")
            got = self.sock.recv(1)  # Never more than belongs to it.
            if not got:
                raise ConnectionError("closed")
            seen += got
        head = seen[:-4]
        if b"\r" in head.replace(b"\r\n", b"") or b"\n" in head.replace(b"\r\n", b""):
            raise Breach(f"a line ends in another way: {head}")
        lines = head.split(b"\r\n")
        status = STATUS_LINE.fullmatch(lines[0])
        if not status:
            raise Breach(f"status line {lines[0]}")
        if status.group(1).startswith(b"1"):
            raise Breach("an interim reply")
        lengths = [line for line in lines[1:] if b"content-length" in line.lower()]
        if len(lengths) != 1 or not re.fullmatch(rb"Content-Length: \d+", lengths[0]):
            raise Breach(f"lengths {lengths}")
        coded = (b"transfer-encoding", b"content-encoding")
        if any(line.lower().startswith(coded) for line in lines):
            raise Breach("coded")
        length = int(lengths[0].split(b" ")[1])
        if len(seen) + length > REPLY_BYTES_MAX:
            raise Breach(f"{len(seen) + length} bytes")
        body = b""
        while len(body) < length:
            got = self.sock.recv(length - len(body))
            if not got:
                raise Breach("the body is shorter than it was to be")
            body += got
        self.sock.setblocking(False)
        try:
            if self.sock.recv(1):
                raise Breach("more than the body")
        except BlockingIOError:
            pass
        finally:
            self.sock.settimeout(30)
        return int(status.group(1)), status.group(2).decode(), body

    def request(self, verb, method, pairs=(), slash=False):
        target = ("/" if slash else "") + "download/" + method
        if pairs:
            target += "?" + "&".join(f"{name}={encoded(value)}" for name, value in pairs)
        return (f"{verb} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                "User-Agent: DO-SDK-CPP\r\n\r\n").encode()

    def call(self, verb, method, **pairs):
        data = self.request(verb, method, list(pairs.items()))
        with self.lock:
            try:
                status, reason, body = self.send(data)
            except (ConnectionError, OSError):
                self.close()
                status, reason, body = self.send(data)
        return self.judge(status, reason, body)

    @staticmethod
    def judge(status, reason, body):
        words = {200: "OK", 400: "BadRequest", 404: "NotFound", 500: "InternalError",
                 503: "ServiceUnavailable"}
        if words.get(status) != reason:
            raise Breach(f"{status} {reason}")
        value = json.loads(body)
        if not isinstance(value, dict):
            raise Breach(f"no object: {body}")
        if status == 200:
            return value
        code = int(value["ErrorCode"])
        if not -2**31 <= code < 2**31:
            raise Breach(f"code {code}")
        raise Refused(status, code)

    # The methods.

    def create(self, uri=None, path=None):
        pairs = {name: str(value) for name, value in (("Uri", uri), ("DownloadFilePath", path))
                 if value is not None}
        return self.call("POST", "create", **pairs)["Id"]

    def start(self, download):
        self.call("POST", "start", Id=download)

    def pause(self, download):
        self.call("POST", "pause", Id=download)

    def finalize(self, download):
        self.call("POST", "finalize", Id=download)

    def abort(self, download):
        self.call("POST", "abort", Id=download)

    def status(self, download):
        got = self.call("GET", "getstatus", Id=download)
        if not {"Status", "BytesTotal", "BytesTransferred", "ErrorCode",
                "ExtendedErrorCode"} <= got.keys():
            raise Breach(f"members {got}")
        codes = [int(got[name]) for name in ("ErrorCode", "ExtendedErrorCode")]
        if not all(-2**31 <= code < 2**31 for code in codes):
            raise Breach(f"codes {codes}")
        return Status(got["Status"], int(got["BytesTotal"]), int(got["BytesTransferred"]),
                      codes[0] & 0xffffffff, codes[1] & 0xffffffff)

    def get(self, download, key):
        return self.call("GET", "getproperty", Id=download, PropertyKey=key)

    def set(self, download, **values):
        self.call("POST", "setproperty", Id=download, **values)


class Status:
    def __init__(self, state, total, transferred, error, extended):
        if state not in ("Created", "Transferring", "Transferred", "Paused"):
            raise Breach(f"state {state}")
        if total and transferred > total:
            raise Breach(f"{transferred} of {total} bytes")
        self.state, self.total, self.transferred = state, total, transferred
        self.error, self.extended = error, extended

    def __repr__(self):
        return (f"{self.state} {self.transferred}/{self.total} {self.error:#x} {self.extended:#x}")


class Cancelled(Exception):
    pass


def fetch(client, uri, path, seconds=60, cancelled=None):
    """What the SDK's blocking helper does: start, look again and again, finalize or abort."""
    download = client.create(uri, path)
    pause = threading.Event()
    ends = time.monotonic() + seconds
    try:
        client.start(download)
        while True:
            pause.wait(0.05)
            status = client.status(download)
            if status.state == "Transferred":
                client.finalize(download)
                return status
            if status.state == "Paused" and (status.error or not status.extended):
                raise Refused(None, status.error)
            if time.monotonic() > ends or (cancelled and cancelled.is_set()):
                raise Cancelled()
    except (Refused, Cancelled):
        client.abort(download)
        raise
