"""What every test of the daemon has: `freshetd` in a folder, and callers of its local API."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time

from case import FreshetCase

FRESHETD = os.environ.get("FRESHETD", "freshetd")
DEADLINE_SECONDS = 60
STRANGER = 54321  # A uid that nobody has.


class Problem(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body
        self.code = body.get("code") if isinstance(body, dict) else None


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=DEADLINE_SECONDS):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Caller:
    """One connection to the daemon, kept open. Answers are JSON; what is no success is raised."""

    def __init__(self, connection, token=None):
        self.connection, self.token = connection, token

    def request(self, method, path, body=None, headers=None):
        """Status, headers, bytes."""
        fields = dict(headers or {})
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        self.connection.request(method, path, data, fields)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def __call__(self, method, path, body=None, headers=None):
        status, fields, data = self.request(method, path, body, headers)
        value = json.loads(data) if "json" in fields.get("Content-Type", "") else data
        if status >= 400:
            raise Problem(status, value)
        return value

    def close(self):
        self.connection.close()


class Events:
    """A stream of server-sent events, one after the other, with a deadline."""

    def __init__(self, connection, path, headers=None):
        connection.request("GET", path, headers=headers or {})
        self.answer = connection.getresponse()
        self.connection = connection
        if self.answer.status != 200:
            raise Problem(self.answer.status, json.loads(self.answer.read()))

    def next(self):
        event = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                event["data"] = json.loads(event.get("data", "null"))
                return event

    def until(self, wanted):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            event = self.next()
            if wanted(event):
                return event
        raise AssertionError("no such event")

    def close(self):
        self.answer.close()
        self.connection.close()


class DaemonCase(FreshetCase):
    def setUp(self):
        super().setUp()
        # Sockets have short names; and other users have to come in.
        self.place = tempfile.TemporaryDirectory(prefix="freshetd-")
        self.addCleanup(self.place.cleanup)
        os.chmod(self.place.name, 0o755)
        os.chmod(self.folder, 0o755)
        self.socket = os.path.join(self.place.name, "s")
        self.data_words = ("--data", self.folder / "data")
        self.log, self.logged = "", threading.Condition()

    def start_daemon(self, *words, expect=None, environment=None, pass_fds=(), preexec_fn=None,
                     place=None):
        """Runs until the test ends; ready to serve. With `expect`: ends by itself with that code. With
        `place` it runs there (spaces.py)."""
        self.daemon = subprocess.Popen(
            [*(place.words() if place else ()), FRESHETD, *self.data_words, "--socket", self.socket,
             "--socket-mode", "0666", *map(str, words)],
            cwd=self.folder, text=True, env={**self.environment(), **(environment or {})},
            stderr=subprocess.PIPE, pass_fds=pass_fds, preexec_fn=preexec_fn)
        self.follow_daemon()
        if expect is None:
            self.wait_for_log("serving")
            return None
        self.daemon.wait(DEADLINE_SECONDS)
        self.reader.join()
        self.assertEqual(self.daemon.returncode, expect, self.log)
        return self.log

    def follow_daemon(self):
        """Reads its log, so that it never waits for us."""
        self.log = ""

        def read(stream):
            for line in stream:
                with self.logged:
                    self.log += line
                    self.logged.notify_all()
            with self.logged:
                self.log_ended = True
                self.logged.notify_all()

        self.log_ended = False
        self.reader = threading.Thread(target=read, args=(self.daemon.stderr,))
        self.reader.start()
        self.addCleanup(self._end_daemon, self.daemon, self.reader)

    @staticmethod
    def _end_daemon(process, reader):
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join()
        process.stderr.close()

    def wait_for_log(self, text):
        with self.logged:
            self.logged.wait_for(lambda: text in self.log or self.log_ended, DEADLINE_SECONDS)
        self.assertTrue(text in self.log, f"the log never says {text!r}: {self.log}")

    def stop_daemon(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        self.daemon.wait(DEADLINE_SECONDS)
        self.reader.join()
        if how == signal.SIGTERM:
            self.assertEqual(self.daemon.returncode, 0, self.log)

    @contextlib.contextmanager
    def as_user(self, uid):
        if uid == os.geteuid():
            yield
            return
        os.seteuid(uid)
        try:
            yield
        finally:
            os.seteuid(0)

    def connection(self, uid=None):
        connection = UnixConnection(self.socket)
        with self.as_user(os.geteuid() if uid is None else uid):
            connection.connect()
        self.addCleanup(connection.close)
        return connection

    def caller(self, uid=None):
        return Caller(self.connection(uid))

    def events(self, path="/v1/events", uid=None, last=None):
        return Events(self.connection(uid), path, {"Last-Event-ID": last} if last else None)

    def job(self, call, *names, start=True, **spec):
        """A job that fetches /name into out/name; its id."""
        (self.folder / "out").mkdir(exist_ok=True)
        files = [{"urls": [self.origin.url(f"/{name}")], "path": str(self.folder / "out" / name)}
                 for name in names]
        return call("POST", "/v1/jobs", {"spec": {"name": "test", **spec}, "files": files,
                                         "start": start})["id"]

    def wait_for(self, call, job, state="transferred"):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            waited = call("GET", f"/v1/jobs/{job}/wait?timeout=5")
            if waited["settled"]:
                self.assertEqual(waited["job"]["state"], state, waited)
                return waited["job"]
        raise AssertionError(f"the job does not settle: {call('GET', f'/v1/jobs/{job}/why')}")

    def assert_problem(self, status, code, act):
        with self.assertRaises(Problem) as raised:
            act()
        self.assertEqual((raised.exception.status, raised.exception.code), (status, code),
                         raised.exception.body)
        return raised.exception.body


def send_with_descriptors(connection, method, path, body, descriptors):
    """The descriptors go with the first byte."""
    data = json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    socket.send_fds(connection.sock, [head + data], descriptors)
    answer = http.client.HTTPResponse(connection.sock, method=method)
    answer.begin()
    value = json.loads(answer.read())
    if answer.status >= 400:
        raise Problem(answer.status, value)
    return value
