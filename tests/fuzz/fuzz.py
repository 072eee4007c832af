"""libFuzzer on every parser, each until it has worked for as long as asked.

    fuzz.py BUILD [--seconds N] [--jobs N] [NAME...]

BUILD is the build tree of the preset `fuzz`; a NAME is that of a parser, such as `bencode`; none: all. Seconds are of
processor time, so that machines that do something else as well give no less. What was reached is kept in
BUILD/corpus, and the next run goes on from there; what was found lies there too, and what the fuzzer printed.
Prints a table. Ends with 1 when something was found.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

SEEDS = pathlib.Path(__file__).parent / "seeds"
LIMITS = ["-max_len=65536", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]
REACHED = re.compile(r"^#(\d+)\t.* ft: (\d+) corp: (\d+)/", re.MULTILINE)
LOOK_SECONDS = 1
ended = threading.Event()  # Somebody wants the table now.


@dataclasses.dataclass
class Outcome:
    name: str
    seconds: float = 0.0
    runs: int = 0
    features: int = 0   # Of the code and its data, as libFuzzer counts them.
    half_way: int = 0   # The same after half of the time.
    inputs: int = 0
    found: bool = False


def worked(pid):
    """Seconds of processor time so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_log(log, outcome):
    """The last that the fuzzer said of itself."""
    said = REACHED.findall(log.read_text(errors="replace"))
    if said:
        outcome.runs, outcome.features, outcome.inputs = map(int, said[-1])


def watch(process, seconds, log, outcome):
    while process.poll() is None:
        outcome.seconds = worked(process.pid)
        if not outcome.half_way and outcome.seconds * 2 >= seconds:
            read_log(log, outcome)
            outcome.half_way = outcome.features
        if outcome.seconds >= seconds or ended.is_set():
            process.send_signal(signal.SIGUSR1)  # libFuzzer ends after the input it is at.
            process.wait()
            return
        ended.wait(LOOK_SECONDS)


def fuzz(program, corpus, seconds):
    name = program.name.removesuffix("_fuzz")
    outcome = Outcome(name)
    if ended.is_set():
        return outcome
    reached, log = corpus / program.name, corpus / f"{name}.log"
    reached.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen([program, *LIMITS, f"-artifact_prefix={corpus}/{name}-", reached, SEEDS / name],
                                   stdout=out, stderr=out)
        try:
            watch(process, seconds, log, outcome)
        finally:
            process.kill()
    read_log(log, outcome)
    outcome.found = process.returncode != 0
    if outcome.found:
        print(f"{name}: see {log}", flush=True)
    return outcome


def print_table(outcomes):
    print("| parser | processor time, s | inputs tried | kept | features reached | of these in the second half | found |")
    print("|---|---|---|---|---|---|---|")
    for it in sorted((it for it in outcomes if it.seconds), key=lambda it: it.name):
        late = it.features - it.half_way if it.half_way else "-"
        print(f"| {it.name} | {it.seconds:,.0f} | {it.runs:,} | {it.inputs:,} | {it.features:,} | {late} "
              f"| {'yes' if it.found else 0} |")


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("build", type=pathlib.Path, metavar="BUILD")
    words.add_argument("names", nargs="*", metavar="NAME")
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = words.parse_intermixed_args()
    programs = {path.name.removesuffix("_fuzz"): path for path in sorted(asked.build.glob("tests/fuzz/*_fuzz"))}
    unknown = [name for name in asked.names if name not in programs]
    if unknown or not programs:
        sys.exit(f"there is no parser {', '.join(unknown)}; there are {', '.join(programs) or 'none: build tests_fuzz'}")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    chosen = [programs[name] for name in asked.names or programs]
    begun, outcomes = time.monotonic(), []
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        running = [pool.submit(fuzz, program, asked.build / "corpus", asked.seconds) for program in chosen]
        for future in concurrent.futures.as_completed(running):
            outcomes.append(future.result())
            print(f"{outcomes[-1].name}: {outcomes[-1].seconds:.0f} s of work, {len(outcomes)} of {len(chosen)} after "
                  f"{time.monotonic() - begun:.0f} s", flush=True)
    print_table(outcomes)
    sys.exit(1 if any(it.found for it in outcomes) else 0)


if __name__ == "__main__":
    main()
