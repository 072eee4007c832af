"""Processes in network namespaces: started together, timed exactly, accounted whole.

Children get a session of their own; what they start belongs to the same session, so that a player's
CPU and memory can be summed over all its processes. Single thread.
"""

import ctypes
import os
import resource
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def enter_namespace(name: str) -> None:
    descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"cannot enter the namespace {name}")
    os.close(descriptor)


class Gate:
    """Holds processes just before exec, to let them go at the same instant."""

    def __init__(self) -> None:
        self.read_end, self._write_end = os.pipe()
        self._ready_read, self.ready_write = os.pipe()
        self._waiting = 0

    def expect_one(self) -> None:
        self._waiting += 1

    def open(self) -> float:
        """Lets all go once each has arrived; returns the instant (monotonic)."""
        arrived = 0
        while arrived < self._waiting:
            arrived += len(os.read(self._ready_read, self._waiting - arrived))
        now = time.monotonic()
        os.close(self._write_end)
        for descriptor in (self.read_end, self._ready_read, self.ready_write):
            os.close(descriptor)
        return now


@dataclass
class Process:
    pid: int
    pidfd: int
    argv: list[str]
    log: Path
    host: str | None
    usage: resource.struct_rusage | None = None
    status: int | None = None
    ended_at: float | None = None

    def poll(self) -> bool:
        """Whether it ended; takes its usage, children included, when it did."""
        if self.status is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.ended_at = time.monotonic()
                self.status = os.waitstatus_to_exitcode(status)
                self.usage = usage
                os.close(self.pidfd)
        return self.status is not None

    def send(self, number: int) -> None:
        if self.status is None:
            signal.pidfd_send_signal(self.pidfd, number)

    def stop(self, grace: float = 1.5) -> None:
        """Asks, waits, then kills the whole session."""
        if self.poll():
            return
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)
        deadline = time.monotonic() + grace
        while not self.poll() and time.monotonic() < deadline:
            time.sleep(0.01)
        if not self.poll():
            os.killpg(self.pid, signal.SIGKILL)
            while not self.poll():
                time.sleep(0.005)


def spawn(namespace: str | None, argv: list[str], log: Path, *, env: dict[str, str] | None = None,
          cwd: Path | None = None, gate: Gate | None = None) -> Process:
    """Starts argv in the namespace (None: the run's own), output to `log`; at a gate it waits."""
    if gate:
        gate.expect_one()
    log.touch()
    pid = os.fork()
    if pid == 0:
        _become(namespace, argv, log, env or {}, cwd, gate)
    return Process(pid, os.pidfd_open(pid), argv, log, namespace)


def _become(namespace: str | None, argv: list[str], log: Path, env: dict[str, str], cwd: Path | None,
            gate: Gate | None) -> None:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.setsid()
        if namespace:
            enter_namespace(namespace)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(cwd or "/")
        if gate:
            _wait_at(gate)
        os.execvpe(argv[0], argv, {**os.environ, **env})
    except BaseException as failure:  # Nothing of the parent may run in this process.
        os.write(2, f"cannot start {argv[0]}: {failure}\n".encode())
        os._exit(127)


def _wait_at(gate: Gate) -> None:
    os.write(gate.ready_write, b"!")
    keep = os.dup2(gate.read_end, 3, inheritable=False)
    os.closerange(keep + 1, 4096)
    os.read(keep, 1)


def call_in(namespace: str, function) -> None:
    """Runs a Python function in a namespace, in a child; raises when it failed."""
    pid = os.fork()
    if pid == 0:
        try:
            enter_namespace(namespace)
            function()
            os._exit(0)
        except BaseException as failure:
            os.write(2, f"{namespace}: {failure}\n".encode())
            os._exit(1)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError(f"set-up inside the namespace {namespace} failed")
