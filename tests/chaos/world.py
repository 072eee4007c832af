"""One world of a round: a daemon over a data directory, an origin, one job of several files, and what is
true of them at the end."""

import contextlib
import hashlib
import http.client
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
from daemon_case import Caller, Problem, UnixConnection
from origin import Origin

MIB = 1 << 20
RATE = 24 * MIB          # Of the origin, so that faults find transfers under way.
DEADLINE_SECONDS = 60
USER = 54321             # Whom the daemon runs as when this runs as root.
FRESHETD = os.environ.get("FRESHETD", "freshetd")


class Lost(AssertionError):
    """A promise was broken."""


class World:
    """`environment` and `limits` are of the daemon; with `place` (spaces.py) it runs there."""

    def __init__(self, rng, environment=None, place=None, origin=None, files=None):
        self.rng, self.environment, self.place = rng, environment or {}, place
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chaos-"))
        self.user = USER if os.geteuid() == 0 else os.geteuid()
        self.disk = self.folder / "disk"
        self.out = self.folder / "out"
        for made in (self.disk, self.out):
            made.mkdir()
            self.give(made)
        self.folder.chmod(0o755)
        self.socket = self.folder / "s"
        self.give(self.folder)
        self.origin = origin or Origin(RATE)
        self.bodies = files or random_bodies(rng)
        self.size = sum(map(len, self.bodies.values()))
        self.origin.files = {f"/{name}": body for name, body in self.bodies.items()}
        self.daemon = self.log = None
        self.healed_at = None

    def give(self, path):
        """To the daemon's user."""
        if os.geteuid() == 0:
            os.chown(path, self.user, self.user)

    # The daemon.

    def start(self, program=FRESHETD, wait=True, data=None):
        words = [*(self.place.words() if self.place else ()), *self._as_user(), program, "--data",
                 data or self.disk / "data", "--socket", self.socket, "--log", "info"]
        self.log = open(self.folder / "log", "ab")
        kept = {name: value for name, value in os.environ.items()
                if name in ("PATH",) or name.endswith("SAN_OPTIONS")}
        daemon = subprocess.Popen(
            list(map(str, words)), env={**kept, "HOME": str(self.folder), "FRESHET_PEERS": "off",
                                        **self.environment},
            stdout=subprocess.DEVNULL, stderr=self.log)
        self.log.close()
        if wait:
            self.daemon = daemon
            self.until(lambda: self.alive() and self._answers(), "the daemon serves")
        return daemon

    def _as_user(self):
        """setpriv comes with every Debian."""
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]

    def _answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException, Problem):
            self.call("GET", "/healthz")
            return True
        return False

    def alive(self):
        if self.daemon.poll() is not None:
            raise Lost(f"the daemon ended with {self.daemon.returncode}: {self.log_text()[-2000:]}")
        return True

    def kill(self, how=signal.SIGKILL):
        self.daemon.send_signal(how)
        self.daemon.wait(DEADLINE_SECONDS)

    def log_text(self):
        return (self.folder / "log").read_text(errors="replace")

    def limit(self, what, soft):
        """A resource limit of the running daemon, by its own user's right: `nofile`, `data`."""
        subprocess.run([*self._as_user(), "prlimit", f"--pid={self.daemon.pid}", f"--{what}={soft}:"], check=True)

    # Calls. Each has a connection of its own: daemons come and go.

    def call(self, method, path, body=None):
        connection = UnixConnection(str(self.socket), timeout=DEADLINE_SECONDS)
        with self._user():
            connection.connect()
        try:
            return Caller(connection)(method, path, body)
        finally:
            connection.close()

    @contextlib.contextmanager
    def _user(self):
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(self.user)
        try:
            yield
        finally:
            os.seteuid(0)

    def ask(self, method, path, body=None):
        """Like `call`, and again while no daemon answers."""
        answer = []

        def asked():
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer.append(self.call(method, path, body))
            return answer
        self.until(asked, f"{method} {path} is answered")
        return answer[0]

    # The job.

    def begin(self):
        """One job of all files; of half of them the SHA-256 is known."""
        files = []
        for number, (name, body) in enumerate(self.bodies.items()):
            known = {"sha256": hashlib.sha256(body).hexdigest()} if number % 2 else {}
            files.append({"urls": [self.origin.url(f"/{name}")], "path": str(self.out / name), **known})
        self.job = self.call("POST", "/v1/jobs", {"spec": {"name": "chaos"}, "files": files,
                                                  "start": True})["id"]

    def reach(self, part):
        """Waits until the origin has sent this part of all."""
        if not self.origin.wait_until_sent(self.size * part):
            raise Lost(f"the origin is not asked for {part:.0%} of the bytes: {self.log_text()[-2000:]}")

    def state(self):
        return self.ask("GET", f"/v1/jobs/{self.job}")["state"]

    def heal(self):
        self.healed_at = time.monotonic()

    def finish(self):
        """Until all is placed; resumes as a user would who has read the error."""
        def placed():
            self.alive()
            state = self.state()
            if state in ("error", "transient_error", "suspended"):
                self._try("resume")
            elif state == "transferred":
                return self._try("complete", {})
            self.ask("GET", f"/v1/jobs/{self.job}/wait?timeout=1")
            return False
        self.until(placed, "the job ends")
        return time.monotonic() - (self.healed_at or time.monotonic())

    def _try(self, verb, body=None):
        try:
            self.ask("POST", f"/v1/jobs/{self.job}/{verb}", body)
            return True
        except Problem as problem:
            self.problem = problem  # Told if it goes on.
            return False

    # What must be true.

    def check_files(self, final=True):
        for name, body in self.bodies.items():
            path = self.out / name
            if path.exists() and path.read_bytes() != body:
                raise Lost(f"wrong bytes in {name}")
            if final and not path.exists():
                raise Lost(f"{name} is missing")

    def check_jobs(self, expected):
        jobs = self.ask("GET", "/v1/jobs")["jobs"]
        if len(jobs) != expected:
            raise Lost(f"{len(jobs)} jobs instead of {expected}")

    def seen(self):
        """What the job looks like, for whoever reads of a failure."""
        with contextlib.suppress(Exception):
            return f"{self.call('GET', f'/v1/jobs/{self.job}')}\n{self.call('GET', f'/v1/jobs/{self.job}/files')}\n"
        return ""

    def refetched(self):
        return max(0, self.origin.bytes_sent - self.size)

    def until(self, condition, what, seconds=DEADLINE_SECONDS):
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while not condition():
            if time.monotonic() > deadline:
                raise Lost(f"not within {seconds} s: {what}; last {getattr(self, 'problem', None)}; "
                           f"{self.seen()}{self.log_text()[-2000:]}")
            pause.wait(0.02)

    def __enter__(self):
        self.origin.__enter__()
        return self

    def __exit__(self, *_):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGCONT)
            self.kill()
        self.origin.__exit__()
        subprocess.run(["umount", "-l", self.disk], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def random_bodies(rng, count=5, size_max=6 * MIB):
    """Sizes around borders of blocks and pieces, and larger ones."""
    borders = [0, 1, 16384, 16385, 262144, 262143]
    sizes = [rng.choice(borders), *(rng.randint(64 * 1024, size_max) for _ in range(count - 1))]
    return {f"file-{number}.bin": rng.randbytes(size) for number, size in enumerate(sizes)}


def median(values):
    return statistics.median(values) if values else 0
