"""What happened over time: link counters, CPU and memory of each session, the machine's busyness."""

import os
import time
from dataclasses import dataclass, field

from lab.network import Network, Traffic

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class SessionUse:
    """Of one process group with all it started. CPU in seconds, memory in bytes."""
    cpu: dict[int, float] = field(default_factory=dict)  # By process id, last seen.
    peak_memory: dict[int, int] = field(default_factory=dict)
    before: float = 0.0  # CPU spent before the clock started.


@dataclass
class Sample:
    at: float  # Seconds since the start.
    traffic: dict[str, Traffic]
    cpu: float  # Of all watched sessions together.
    lab_cpu: float  # Of everything the run started, and of the run itself.


@dataclass
class MachineClock:
    """CPU seconds since boot: all that were not idle, those of processes, and all there were."""
    busy: float
    processes: float
    total: float

    @staticmethod
    def now() -> "MachineClock":
        with open("/proc/stat", encoding="ascii") as lines:
            ticks = [int(word) for word in lines.readline().split()[1:9]]
        idle = ticks[3] + ticks[4]
        return MachineClock((sum(ticks) - idle) / TICKS, sum(ticks[:3]) / TICKS, sum(ticks) / TICKS)


class Sampler:
    def __init__(self, network: Network) -> None:
        self.samples: list[Sample] = []
        self.sessions: dict[int, SessionUse] = {}
        self._network = network
        self._start = time.monotonic()
        self._machine = MachineClock.now()
        self._everyone: dict[int, float] = {}

    def watch(self, session: int) -> None:
        self.sessions[session] = SessionUse()

    def watch_if_new(self, session: int) -> None:
        self.sessions.setdefault(session, SessionUse())

    def restart(self, now: float) -> None:
        """The clock starts; processes that start now may not be what they will be yet."""
        self.sample()
        for use in self.sessions.values():
            use.before = sum(use.cpu.values())
            use.peak_memory.clear()
        self.samples.clear()
        self._start = now
        self._machine = MachineClock.now()
        self._note()

    def busy(self) -> tuple[float, float]:
        """Since the restart: share of all CPUs in use, and share used by others than this run."""
        now = MachineClock.now()
        total = max(now.total - self._machine.total, 1 / TICKS)
        ours = self.samples[-1].lab_cpu - self.samples[0].lab_cpu
        others = now.processes - self._machine.processes - ours
        return (now.busy - self._machine.busy) / total, max(0.0, others / total)

    def sample(self) -> None:
        for name in os.listdir("/proc"):
            if name.isdigit():
                self._look_at(int(name))
        self._note()

    def _note(self) -> None:
        cpu = sum(sum(use.cpu.values()) for use in self.sessions.values())
        self.samples.append(Sample(time.monotonic() - self._start, self._network.traffic(), cpu,
                                   sum(self._everyone.values())))

    def _look_at(self, pid: int) -> None:
        try:
            with open(f"/proc/{pid}/stat", encoding="latin-1") as stream:
                fields = stream.read().rpartition(")")[2].split()
            spent = cpu_seconds(pid)
            self._everyone[pid] = spent
            use = self.sessions.get(int(fields[3]))
            if use is None:
                return
            use.cpu[pid] = spent
            use.peak_memory[pid] = _keyed_number(f"/proc/{pid}/status", "VmHWM:") * 1024
        except OSError:
            pass  # It ended meanwhile; its parent's accounts have it.


def cpu_seconds(pid: int) -> float:
    """User and system, of all its threads: finer than the ticks of its stat file. OSError: it is gone."""
    return time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3)


def _keyed_number(path: str, key: str) -> int:
    with open(path, encoding="latin-1") as lines:
        for line in lines:
            if line.startswith(key):
                return int(line.split()[1])
    return 0
