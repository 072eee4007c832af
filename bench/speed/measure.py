"""Runs one program and says what it cost: time, processor, peak memory."""
import os
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Cost:
    seconds: float
    cpu_seconds: float   # User and system, of the program alone.
    peak_bytes: int      # Resident, as sampled from the kernel's own high-water mark.


class PeakMemory(threading.Thread):
    """Reads VmHWM until the process ends. (ru_maxrss would count the memory of whoever forked.)"""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.bytes = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.01):
            try:
                with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
                    for line in status:
                        if line.startswith("VmHWM:"):
                            self.bytes = max(self.bytes, int(line.split()[1]) * 1024)
            except OSError:
                return


def run(command, log, prefix=()):
    """Cost of `command`; what it printed is in the file `log`. An error when it fails."""
    with open(log, "wb") as output:
        begin = time.monotonic()
        process = subprocess.Popen([*prefix, *command], stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT)
        memory = PeakMemory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        memory.ended.set()
        memory.join()
    if process.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as output:
            tail = output.read()[-2000:]
        raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}:\n{tail}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, memory.bytes)
