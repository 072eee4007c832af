"""Many seeds of the simulations, on all processors: one command for a night.

    night.py PROGRAM... [--seeds N] [--first S]

A PROGRAM is a test of this folder. What fails is named with its seed, and shrunk: kinds of faults are left out
(FRESHET_SIM_CALM) as long as it still fails. A line for `kept_seeds.txt` is printed, so that it stays a test.
Ends with 1 when something failed.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

BLOCK = 500              # Seeds of one process.
FAULTS = re.compile(r"faults that can be calmed: ((?:\w+,\s*)*\w+)")  # Long lines are broken.
SEED = re.compile(r"FRESHET_SIM_FIRST_SEED=(\d+)")


def run(program, first, seeds, calm=()):
    """What it printed if it failed, else nothing."""
    done = subprocess.run([program], capture_output=True, text=True, check=False, env={
        **os.environ, "FRESHET_SIM_FIRST_SEED": str(first), "FRESHET_SIM_SEEDS": str(seeds),
        "FRESHET_CRASH_SEEDS": str(seeds),
        "FRESHET_SIM_CALM": ",".join(calm)})
    return "" if done.returncode == 0 else done.stdout + done.stderr


def shrink(program, seed):
    """The kinds of faults that this seed does not need in order to fail."""
    printed = run(program, seed, 1)
    names = FAULTS.search(printed)
    calm = []
    for name in re.findall(r"\w+", names.group(1)) if names else []:
        if run(program, seed, 1, [*calm, name]):
            calm.append(name)
    return calm


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("programs", nargs="+", metavar="PROGRAM")
    words.add_argument("--seeds", type=int, default=1_000_000)
    words.add_argument("--first", type=int, default=1)
    asked = words.parse_args()

    blocks = [(program, first) for first in range(asked.first, asked.first + asked.seeds, BLOCK)
              for program in asked.programs]
    begun, failed = time.monotonic(), {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run, program, first, BLOCK): program for program, first in blocks}
        for number, future in enumerate(concurrent.futures.as_completed(running), 1):
            for seed in set(SEED.findall(future.result())):
                failed[(running[future], int(seed))] = future.result()
                print(f"{pathlib.Path(running[future]).name} {seed} failed", flush=True)
            if number % 20 == 0 or number == len(blocks):
                print(f"{number * BLOCK // len(asked.programs)} seeds, {len(failed)} failed, "
                      f"{time.monotonic() - begun:.0f} s", flush=True)
    for (program, seed), printed in sorted(failed.items()):
        print(f"{printed[-4000:]}\n{pathlib.Path(program).name} {seed} {','.join(shrink(program, seed))}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
