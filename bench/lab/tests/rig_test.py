"""The rig itself: it agrees with theory where theory is exact, and leaves nothing behind.

Each test is registered by name; exit code 77 says that this machine permits no namespaces.
"""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from lab import sandbox

RUN = Path(__file__).parents[2] / "run"
DEADLINE_S = 30.0
ROUNDS_MAX = 3  # Noise only adds to a time, and headers alone are 4.6 %: the best of a few counts.


def bench(*words: str, out: str) -> list[dict]:
    """Rows of one run."""
    done = subprocess.run([str(RUN), *words, "--no-report", "--out", out], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    lines = map(json.loads, (Path(out) / "rows.jsonl").read_text().splitlines())
    return [line for line in lines if line["kind"] == "row"]


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {DEADLINE_S} s: {what}")
        time.sleep(0.05)


class RigCase(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory(prefix="lab-test-")
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)


class Rig(RigCase):
    def test_eight_curls_take_as_long_as_theory_says(self):
        theory = 8 * (16 << 20) * 8 / 80e6
        times = []
        while len(times) < ROUNDS_MAX and min(times, default=math.inf) >= theory * 1.06:
            row, = bench("crowd-8", "--players", "curl", "--size", "16M", "-n", "1",
                         out=str(self.place / str(len(times))))
            self.assertGreater(row["last_s"], theory)
            self.assertAlmostEqual(row["origin_copies"], 8.0, delta=0.01)
            times.append(row["last_s"])
        self.assertLess(min(times), theory * 1.06, times)

    def test_four_clients_get_right_bytes_from_each_other(self):
        players = ["curl", "libtorrent-bt-tuned"]
        rows = bench("smoke", "--players", ",".join(players), "-n", "1", out=str(self.place))
        self.assertEqual([row["player"] for row in rows], players)
        plain, peers = rows
        self.assertAlmostEqual(plain["origin_copies"], 4.0, delta=0.01)
        self.assertLess(peers["origin_copies"], 3.9)
        self.assertGreater(peers["ratio"], 1.0)

    def test_a_service_is_asked_by_many_and_goes_on_when_it_was_killed(self):
        asked, killed = bench("job-api", "recovery", "--players", "freshet-daemon", "--size", "8M", "-n", "1",
                              out=str(self.place))
        self.assertTrue(asked["ok"], asked["failures"])
        self.assertGreater(asked["calls_per_s"], 0)
        self.assertGreaterEqual(asked["call_p99_ms"], asked["call_median_ms"])
        self.assertTrue(killed["ok"], killed["failures"])
        self.assertGreaterEqual(killed["origin_copies"], 1.0)
        self.assertLess(killed["origin_copies"], 2.0)

    def test_caches_cold_and_hot_send_right_bytes_and_ask_their_origin_once(self):
        caches = ["freshet-node", *(["nginx-cache"] if shutil.which("nginx") else [])]
        rows = bench("node-cold", "node-cold-many", "node-hot", "--players", ",".join([*caches, "direct"]),
                     "--size", "16M", "-n", "1", out=str(self.place))
        self.assertEqual([row["player"] for row in rows], ["direct", *caches] * 3)
        for row in rows:
            self.assertTrue(row["ok"], row["failures"])  # The asking program proves every byte.
            if row["player"] in caches:
                copies = 0.0 if row["scenario"] == "node-hot" else 1.0
                self.assertAlmostEqual(row["origin_copies"], copies, delta=0.01)
                self.assertGreater(row["of_direct"], 0)
                self.assertGreater(row["cpu_s_per_gib"], 0)
                self.assertGreater(row["first_ms"], 0)

    def test_a_path_delays_and_loses_as_asked(self):
        times = []
        while len(times) < ROUNDS_MAX and min(times, default=math.inf) >= 40.0:
            median_ms, answered = self.probe("15", "0")
            self.assertGreaterEqual(median_ms, 30.0)
            self.assertGreater(answered, 0.9)
            times.append(median_ms)
        self.assertLess(min(times), 40.0, times)
        _, answered = self.probe("0", "0.3")  # There and back: 0.7 * 0.7 get through.
        self.assertGreater(answered, 0.2)
        self.assertLess(answered, 0.8)

    def probe(self, delay_ms: str, loss: str) -> list[float]:
        done = subprocess.run([sys.executable, "-B", "-m", "lab.tests.path_probe", delay_ms, loss],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [float(word) for word in done.stdout.split()]

    def test_nothing_is_left_when_the_run_is_killed(self):
        self.check_clean_after(signal.SIGKILL)

    def test_nothing_is_left_when_the_run_is_interrupted(self):
        self.check_clean_after(signal.SIGTERM)

    def check_clean_after(self, number: int) -> None:
        run = subprocess.Popen(
            [str(RUN), "crowd-4", "--players", "curl", "-n", "9", "--no-report", "--scratch",
             str(self.place), "--out", str(self.place / "out")], stdout=subprocess.DEVNULL)
        self.addCleanup(run.wait)
        wait_until(lambda: self.processes_here("curl") == 4, "four clients run")

        run.send_signal(number)

        run.wait()
        wait_until(lambda: not self.processes_here(""), "all processes are gone")
        wait_until(lambda: not list(self.place.glob(sandbox.PREFIX + "*")), "the scratch is gone")
        links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True)
        self.assertNotIn("p-c00", links.stdout)

    def processes_here(self, name: str) -> int:
        """Of the run whose scratch is in our place, with this program name (empty: any)."""
        marker = f"{sandbox.INSIDE}={self.place}".encode()
        count = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
                inside = marker in Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            count += inside and Path(command).name.startswith(name)
        return count


if __name__ == "__main__":
    if sandbox.probe() is None:
        sys.exit(sandbox.refuse())
    unittest.main()
