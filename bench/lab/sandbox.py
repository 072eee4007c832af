"""A private world for one run: own mounts, network, process ids.

The run is process 1 of its own PID namespace, so the kernel ends everything it started, and with
that its network namespaces, however the run dies. What the kernel does not take away is the scratch
directory: a janitor outside waits for the run's end on a pipe and removes it; a scratch directory
whose lock nobody holds is a leftover and goes at the next start.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.network import quiet_ipv6

REFUSED = 77  # EX_NOPERM, and what test drivers take for "skipped".
_PR_SET_PDEATHSIG = 1
INSIDE = "FRESHET_LAB_SCRATCH"
PREFIX = "freshet-lab-"
UNSHARE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
AS_USER = ["--user", "--map-root-user"]


def inside() -> bool:
    return INSIDE in os.environ


def scratch() -> Path:
    return Path(os.environ[INSIDE])


def probe() -> list[str] | None:
    """The unshare command that works here: as root, else in a user namespace, else None."""
    if not (shutil.which("unshare") and shutil.which("ip") and shutil.which("tc")):
        return None
    check = (
        "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add probe"
        " && ip link add p0 type veth peer name eth0 netns probe"
        " && tc qdisc add dev p0 root tbf rate 1mbit burst 16kb limit 64kb"
    )
    tries = [UNSHARE] if os.geteuid() == 0 else []
    for command in [*tries, [*UNSHARE, *AS_USER]]:
        done = subprocess.run([*command, "sh", "-c", check], capture_output=True, check=False)
        if done.returncode == 0:
            return command
    return None


def lacking() -> list[str]:
    """Debian packages without which no scenario can be run."""
    programs = {"unshare": "util-linux", "ip": "iproute2", "tc": "iproute2", "nginx": "nginx-light"}
    return sorted({package for program, package in programs.items()
                   if not shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")})


def refuse() -> int:
    if lacking():
        print("bench: shaped links between network namespaces need: apt-get install"
              f" {' '.join(lacking())}. Nothing was run.", file=sys.stderr)
        return REFUSED
    print(
        "bench: this machine does not let us make network namespaces with shaped links"
        " (needs root, or unprivileged user namespaces; ip and tc from iproute2). Nothing was run.",
        file=sys.stderr,
    )
    return REFUSED


def enter(argv: list[str], scratch_parent: str | None, module: str = "lab") -> int:
    """Starts this program again inside; returns its exit code, or REFUSED."""
    command = probe()
    if command is None:
        return refuse()
    parent = Path(scratch_parent or tempfile.gettempdir())
    reap(parent)
    directory, lock = _make_scratch(parent)
    _start_janitor(directory, lock)
    environment = {**os.environ, INSIDE: str(directory)}
    program = [*command, sys.executable, "-B", "-m", module, *argv]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The inside hears it too, and ends in order.
    world = subprocess.Popen(program, env=environment, close_fds=False, preexec_fn=_die_with_parent)
    signal.signal(signal.SIGTERM, lambda *_: _ask_to_end(world.pid))
    return world.wait()


def _die_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _ask_to_end(unshare: int) -> None:
    """SIGTERM for process 1 of the inside: unshare itself keeps such signals from it."""
    for child in Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split():
        os.kill(int(child), signal.SIGTERM)


def set_up_inside() -> None:
    """Private /run for named network namespaces. Death of the outside is death of all."""
    if os.getpid() != 1:
        raise RuntimeError(f"{INSIDE} is set, but this is not a lab sandbox")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    os.makedirs("/run/netns")
    quiet_ipv6()
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor > 2:
            _keep_from_children(descriptor)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _keep_from_children(descriptor: int) -> None:
    try:
        os.set_inheritable(descriptor, False)
    except OSError:
        pass  # The one that listed the directory is closed by now.


def reap(parent: Path) -> None:
    for leftover in parent.glob(PREFIX + "*"):
        lock = _try_lock(leftover)
        if lock is not None:
            shutil.rmtree(leftover, ignore_errors=True)
            os.close(lock)


def _make_scratch(parent: Path) -> tuple[Path, int]:
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    directory.chmod(0o755)
    lock = _try_lock(directory)
    if lock is None:
        raise RuntimeError(f"{directory}: fresh directory is locked by someone else")
    return directory, lock


def _try_lock(directory: Path) -> int | None:
    """An exclusive lock on the directory, or None when another holds it or it is not ours."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise BlockingIOError
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except OSError:
        os.close(descriptor)
        return None


def _start_janitor(directory: Path, lock: int) -> None:
    """A process that removes the directory when the last holder of the pipe's end is gone."""
    read_end, write_end = os.pipe()
    if os.fork() != 0:
        os.close(read_end)
        for held in (write_end, lock):
            os.set_inheritable(held, True)
        return
    os.close(write_end)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    os.read(read_end, 1)
    shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)
