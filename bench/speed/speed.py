#!/usr/bin/env python3
"""How fast one client downloads, beside curl and aria2 in the same run.

Why it matters: nobody keeps a downloader that is slower than curl. All programs run in turn, so that
whatever else the machine does hits each alike; medians are compared. The limits are promises of the
project (scenarios.py); the exit status is 1 when one is broken.

    speed.py --freshet PROGRAM [--runs 5] [--only SCENARIO]... [--json FILE]
"""
import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import link
from measure import run
from origin import Nginx, free_port
from rivals import Aria2, Curl, Freshet
from scenarios import SCENARIOS, SMALL_BYTES, SMALL_FILES, verdicts

HERE = os.path.dirname(os.path.abspath(__file__))
COPY_BYTES = 1 << 20


class Bench:
    def __init__(self, options, memory, disk):
        self.options, self.memory, self.disk = options, memory, disk
        self.www = f"{memory}/origin/www"
        self.manifest = f"{memory}/file.torrent"
        os.makedirs(self.www)

    def prepare(self, scenario):
        """The files that the origin serves, in memory; a manifest of the one file."""
        for name in os.listdir(self.www):
            os.remove(f"{self.www}/{name}")
        for name in names_of(scenario):
            left = SMALL_BYTES if scenario.many else scenario.bytes
            with open(f"{self.www}/{name}", "wb") as file:
                while left > 0:
                    left -= file.write(os.urandom(min(left, COPY_BYTES)))
        if scenario.with_manifest and not scenario.many:
            subprocess.run([self.options.freshet, "publish", f"{self.www}/file", "--url", "http://127.0.0.1/file",
                            "-o", self.manifest], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def measure(self, scenario):
        """Costs of each program, run in turn."""
        self.prepare(scenario)
        with contextlib.ExitStack() as stack:
            origin, prefix = self.connect(scenario, stack)
            target = self.disk if scenario.data_on == "disk" else self.memory
            programs = [Curl(), Aria2(), Freshet(self.options.freshet, f"{target}/state")]
            for program in programs:
                program.clean()
                if scenario.keep_state:
                    self.once(scenario, program, origin, target, prefix)
            costs = {program.name: [] for program in programs}
            for _ in range(self.options.runs):
                for program in programs:
                    if not scenario.keep_state:
                        program.clean()
                    costs[program.name].append(self.once(scenario, program, origin, target, prefix))
            shutil.rmtree(f"{target}/out")
            return costs

    def connect(self, scenario, stack):
        """The origin, and the prefix of commands that run where it can be reached."""
        if scenario.rate or (scenario.round_trip_ms and self.options.netem):
            shaped = stack.enter_context(link.Link(scenario.rate, scenario.round_trip_ms))
            return stack.enter_context(
                Nginx(f"{self.memory}/origin", link.ORIGIN_ADDRESS, shaped.origin)), shaped.client
        origin = stack.enter_context(Nginx(f"{self.memory}/origin"))
        if scenario.round_trip_ms:
            origin.port = stack.enter_context(delayed(origin.port, scenario.round_trip_ms))
        return origin, ()

    def once(self, scenario, program, origin, target, prefix):
        folder = self.empty_folder(scenario, f"{target}/out")
        os.sync()  # What the one before left to write is not charged to this one.
        touch_memory(self.memory, scenario.bytes)
        if scenario.many:
            command = program.many([origin.url(name) for name in names_of(scenario)], folder, self.memory)
        else:
            manifest = self.manifest if scenario.with_manifest else None
            command = program.one(origin.url("file"), f"{folder}/file", manifest)
        cost = run(command, f"{self.memory}/log", prefix)
        for name in names_of(scenario):  # Nobody is fast by leaving something out.
            subprocess.run(["cmp", "-s", f"{self.www}/{name}", f"{folder}/{name}"], check=True)
        return cost

    def empty_folder(self, scenario, parent):
        # Many small files stay to the end: file systems are slow to make files where some were just removed.
        if not scenario.many:
            shutil.rmtree(parent, ignore_errors=True)
        os.makedirs(parent, exist_ok=True)
        return tempfile.mkdtemp(dir=parent)


def touch_memory(folder, size):
    """What a program is about to write goes to memory that the machine has at hand.

    A virtual machine gives memory that is free back to its host after seconds. Having it again costs ten times what
    it costs to write there, whichever program writes.
    """
    noise = os.urandom(COPY_BYTES)
    with open(f"{folder}/touched", "wb", buffering=0) as file:
        for _ in range(0, size + size // 4, COPY_BYTES):
            file.write(noise)
    os.unlink(file.name)


def names_of(scenario):
    return [f"small-{number:04}" for number in range(SMALL_FILES)] if scenario.many else ["file"]


@contextlib.contextmanager
def delayed(port, round_trip_ms):
    listen = free_port()
    with subprocess.Popen([sys.executable, f"{HERE}/relay.py", str(listen), str(port), str(round_trip_ms)],
                          stdout=subprocess.PIPE) as relay:
        try:
            relay.stdout.readline()
            yield listen
        finally:
            relay.terminate()


def summary(scenario, costs):
    rows = []
    base = statistics.median(cost.seconds for cost in costs["curl"])
    for name, runs in costs.items():
        seconds = statistics.median(cost.seconds for cost in runs)
        cpu = statistics.median(cost.cpu_seconds for cost in runs)
        rows.append({
            "scenario": scenario.name, "program": name, "seconds": round(seconds, 4),
            "fastest": round(min(cost.seconds for cost in runs), 4),
            "slowest": round(max(cost.seconds for cost in runs), 4),
            "ratio_to_curl": round(seconds / base, 3),
            "cpu_seconds": round(cpu, 3),
            "cpu_seconds_per_gib": round(cpu * (1 << 30) / scenario.bytes, 2),
            "peak_mib": round(max(cost.peak_bytes for cost in runs) / (1 << 20), 1)})
    return rows


def print_rows(about, rows, found):
    print(f"\n{about}")
    print(f"  {'program':8} {'median':>9} {'fastest':>9} {'slowest':>9} {'of curl':>8} {'CPU s':>7} {'CPU s/GiB':>10}"
          f" {'peak MiB':>9}")
    for row in rows:
        per_gib = f"{row['cpu_seconds_per_gib']:.2f}" if row["cpu_seconds_per_gib"] < 100 else "-"
        print(f"  {row['program']:8} {row['seconds']:>8.3f}s {row['fastest']:>8.3f}s {row['slowest']:>8.3f}s "
              f"{row['ratio_to_curl']:>8.2f} {row['cpu_seconds']:>7.3f} {per_gib:>10} {row['peak_mib']:>9.1f}")
    for verdict in found:
        print(f"  {'holds ' if verdict['holds'] else 'BROKEN'} {verdict['of']}: {verdict['found']:.3f}, at most"
              f" {verdict['limit']}", flush=True)


def versions(freshet):
    def first_line(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]
    return {"freshet": first_line(freshet, "version"), "curl": first_line("curl", "--version"),
            "aria2": first_line("aria2c", "--version"), "kernel": platform.release(), "cores": os.cpu_count()}


def parse():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--freshet", required=True)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--only", action="append", choices=[scenario.name for scenario in SCENARIOS])
    arguments.add_argument("--json")
    options = arguments.parse_args()
    options.links = link.works(rate="1gbit")
    options.netem = options.links and link.works(round_trip_ms=10)
    return options


def main():
    options = parse()
    rows, found, left_out = [], [], []
    with tempfile.TemporaryDirectory(prefix="freshet-speed-", dir="/dev/shm") as memory, \
            tempfile.TemporaryDirectory(prefix="freshet-speed-", dir="/var/tmp") as disk:
        os.chmod(memory, 0o755)
        bench = Bench(options, memory, disk)
        for scenario in SCENARIOS:
            if options.only and scenario.name not in options.only:
                continue
            if scenario.rate and not options.links:
                print(f"\n{scenario.name}: left out, this machine makes no namespaces with shaped links for us"
                      " (needs root, ip and tc)")
                left_out.append(scenario.name)
                continue
            measured = summary(scenario, bench.measure(scenario))
            judged = list(verdicts(scenario, measured))
            print_rows(scenario.about, measured, judged)
            rows += measured
            found += judged
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": versions(options.freshet), "runs": options.runs, "netem": options.netem,
                       "rows": rows, "verdicts": found, "left_out": left_out}, file, indent=1)
    broken = [verdict for verdict in found if not verdict["holds"]]
    print(f"\n{len(found) - len(broken)} of {len(found)} limits hold"
          + "".join(f"\n  {verdict['scenario']}: {verdict['of']}" for verdict in broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
