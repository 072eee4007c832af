#!/usr/bin/env python3
"""How fast one client downloads, beside curl and aria2 in the same run.

Why it matters: nobody keeps a downloader that is slower than curl. All programs run in turn, so that
whatever else the machine does hits each alike; medians are compared. The limits are promises of the
project; the exit status is 1 when one is broken.

    speed.py --freshet PROGRAM [--runs 5] [--only SCENARIO]... [--json FILE] [--size-mib 1024]
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

from link import ORIGIN_ADDRESS, ShapedLink
from measure import run
from origin import Nginx, free_port
from rivals import Aria2, Curl, Freshet

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL_FILES, SMALL_BYTES = 1000, 4096
PEAK_MIB_MAX = 64


class Scenario:
    def __init__(self, name, about, limit, data_on="memory", many=False, rate=None, round_trip_ms=0, beat_aria2=False):
        self.name, self.about, self.limit, self.data_on = name, about, limit, data_on
        self.many, self.rate, self.round_trip_ms, self.beat_aria2 = many, rate, round_trip_ms, beat_aria2


SCENARIOS = [
    Scenario("large-tmpfs", "{size} over loopback, to tmpfs", 1.3, beat_aria2=True),
    Scenario("large-disk", "{size} over loopback, to disk", 1.3, data_on="disk", beat_aria2=True),
    Scenario("large-1gbit", "{size} over 1 Gbit/s, to disk", 1.03, data_on="disk", rate="1gbit"),
    Scenario("small", "1,000 files of 4 KiB over loopback", 2.0, data_on="disk", many=True),
    Scenario("small-10ms", "1,000 files of 4 KiB, 10 ms round trip", 1.1, data_on="disk", many=True, round_trip_ms=10),
]


class Bench:
    def __init__(self, options, memory, disk):
        self.options, self.memory, self.disk = options, memory, disk
        self.bytes = options.size_mib << 20
        self.manifest = None

    def prepare(self):
        """The files that the origin serves, in memory; a manifest of the large one."""
        www = f"{self.memory}/origin/www"
        os.makedirs(www)
        with open("/dev/urandom", "rb") as noise, open(f"{www}/large", "wb") as file:
            for _ in range(self.options.size_mib):
                file.write(noise.read(1 << 20))
        for number in range(SMALL_FILES):
            with open(f"{www}/small-{number:04}", "wb") as file:
                file.write(os.urandom(SMALL_BYTES))
        self.manifest = f"{self.memory}/large.torrent"
        subprocess.run([self.options.freshet, "publish", f"{www}/large", "--url", "http://127.0.0.1/large",
                        "-o", self.manifest], check=True, stdout=subprocess.DEVNULL)

    def measure(self, scenario):
        """Costs of each program, run in turn."""
        with contextlib.ExitStack() as stack:
            prefix = ()
            if scenario.rate:
                link = stack.enter_context(ShapedLink(scenario.rate))
                origin = stack.enter_context(Nginx(f"{self.memory}/origin", ORIGIN_ADDRESS, link.origin))
                prefix = link.client
            else:
                origin = stack.enter_context(Nginx(f"{self.memory}/origin"))
            if scenario.round_trip_ms:
                origin.port = stack.enter_context(delayed(origin.port, scenario.round_trip_ms))
            target = self.disk if scenario.data_on == "disk" else self.memory
            programs = [Curl(), Aria2(), Freshet(self.options.freshet, f"{target}/state")]
            costs = {program.name: [] for program in programs}
            for _ in range(self.options.runs):
                for program in programs:
                    costs[program.name].append(self.once(scenario, program, origin, target, prefix))
            return costs

    def once(self, scenario, program, origin, target, prefix):
        folder = f"{target}/out"
        shutil.rmtree(folder, ignore_errors=True)
        program.clean()
        os.makedirs(folder)
        os.sync()  # What the one before left to write is not charged to this one.
        if scenario.many:
            urls = [origin.url(f"small-{number:04}") for number in range(SMALL_FILES)]
            command = program.many(urls, folder, self.memory)
        else:
            command = program.one(origin.url("large"), f"{folder}/large", self.manifest)
        cost = run(command, f"{self.memory}/log", prefix)
        self.check(scenario, folder)
        return cost

    def check(self, scenario, folder):
        """Nobody is fast by leaving something out."""
        names = [f"small-{number:04}" for number in range(SMALL_FILES)] if scenario.many else ["large"]
        for name in names:
            subprocess.run(["cmp", "-s", f"{self.memory}/origin/www/{name}", f"{folder}/{name}"], check=True)


@contextlib.contextmanager
def delayed(port, round_trip_ms):
    listen = free_port()
    relay = subprocess.Popen([sys.executable, f"{HERE}/relay.py", str(listen), str(port), str(round_trip_ms)],
                             stdout=subprocess.PIPE)
    try:
        relay.stdout.readline()
        yield listen
    finally:
        relay.terminate()
        relay.wait()


def summary(scenario, costs, bytes_moved):
    rows = []
    base = statistics.median(cost.seconds for cost in costs["curl"])
    for name, runs in costs.items():
        seconds = statistics.median(cost.seconds for cost in runs)
        rows.append({
            "scenario": scenario.name, "program": name, "seconds": round(seconds, 4),
            "fastest": round(min(cost.seconds for cost in runs), 4),
            "slowest": round(max(cost.seconds for cost in runs), 4),
            "ratio_to_curl": round(seconds / base, 3),
            "cpu_seconds": round(statistics.median(cost.cpu_seconds for cost in runs), 3),
            "cpu_seconds_per_gib": round(statistics.median(cost.cpu_seconds for cost in runs) * (1 << 30) / bytes_moved, 3),
            "peak_mib": round(max(cost.peak_bytes for cost in runs) / (1 << 20), 1)})
    return rows


def broken(scenario, rows):
    by_name = {row["program"]: row for row in rows}
    ours = by_name["freshet"]
    if ours["ratio_to_curl"] > scenario.limit:
        yield f"{scenario.name}: {ours['ratio_to_curl']} of curl's time; {scenario.limit} is the most"
    if scenario.beat_aria2 and ours["seconds"] >= by_name["aria2"]["seconds"]:
        yield f"{scenario.name}: {ours['seconds']} s; aria2 needs {by_name['aria2']['seconds']} s"
    if ours["peak_mib"] > PEAK_MIB_MAX:
        yield f"{scenario.name}: {ours['peak_mib']} MiB of memory; {PEAK_MIB_MAX} are the most"


def print_rows(about, limit, rows):
    print(f"\n{about} (limit: {limit} of curl)")
    print(f"  {'program':8} {'median':>9} {'fastest':>9} {'slowest':>9} {'of curl':>8} {'CPU s/GiB':>10} {'peak MiB':>9}")
    for row in rows:
        print(f"  {row['program']:8} {row['seconds']:>8.3f}s {row['fastest']:>8.3f}s {row['slowest']:>8.3f}s "
              f"{row['ratio_to_curl']:>8.2f} {row['cpu_seconds_per_gib']:>10.2f} {row['peak_mib']:>9.1f}", flush=True)


def versions(freshet):
    def first_line(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]
    return {"freshet": first_line(freshet, "version"), "curl": first_line("curl", "--version"),
            "aria2": first_line("aria2c", "--version"), "kernel": platform.release(), "cores": os.cpu_count()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--freshet", required=True)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--size-mib", type=int, default=1024)
    arguments.add_argument("--only", action="append", choices=[scenario.name for scenario in SCENARIOS])
    arguments.add_argument("--json")
    options = arguments.parse_args()
    rows, complaints = [], []
    with tempfile.TemporaryDirectory(prefix="freshet-speed-", dir="/dev/shm") as memory, \
            tempfile.TemporaryDirectory(prefix="freshet-speed-", dir="/var/tmp") as disk:
        os.chmod(memory, 0o755)
        bench = Bench(options, memory, disk)
        bench.prepare()
        for scenario in SCENARIOS:
            if options.only and scenario.name not in options.only:
                continue
            if scenario.rate and os.geteuid() != 0:
                print(f"\n{scenario.name}: left out, namespaces need root")
                continue
            moved = SMALL_FILES * SMALL_BYTES if scenario.many else bench.bytes
            found = summary(scenario, bench.measure(scenario), moved)
            print_rows(scenario.about.format(size=f"{options.size_mib} MiB"), scenario.limit, found)
            rows += found
            complaints += broken(scenario, found)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": versions(options.freshet), "runs": options.runs, "rows": rows,
                       "broken": complaints}, file, indent=1)
    print("\n" + "\n".join(complaints or ["every limit holds"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
