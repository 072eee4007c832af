"""Rounds of faults against real daemons: in each, one job of several files is under way when a fault strikes.
However it strikes, in the end every file is there and right, no job is lost and none doubled, and little is
fetched again.

    chaos.py [--rounds N] [--seed S] [--json FILE] [FAULT...]     FAULT: a name of faults.py, Killed say

Prints a table, a line a fault. Ends with 1 when a promise was broken, 77 when nothing could run here.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import traceback

from faults import FAULTS, NotHere
from world import MIB, median

INSIDE = "FRESHET_IN_CHAOS_NAMESPACE"


def enter_namespace():
    """Runs this program again where it may mount, or comes back where that is not allowed."""
    for options in (["-m"], ["-rm"]):
        if INSIDE not in os.environ and subprocess.run(["unshare", *options, "true"], check=False,
                                                       stderr=subprocess.DEVNULL).returncode == 0:
            os.environ[INSIDE] = "1"
            os.execvp("unshare", ["unshare", *options, sys.executable, "-B", *sys.argv])


def rounds_of(fault, rounds, seed):
    """What became of it: a row of the table."""
    row = {"fault": fault.name, "rounds": 0, "broken": 0, "refetched": [], "seconds": []}
    for number in range(rounds):
        try:
            refetched, seconds = fault(random.Random(f"{seed}-{fault.__name__}-{number}")).run()
            row["refetched"].append(refetched)
            row["seconds"].append(seconds)
        except NotHere as why:
            print(f"SKIPPED: {fault.name}: {why}", flush=True)
            return None
        except Exception:
            row["broken"] += 1
            print(f"{fault.name}, round {number} of --seed {seed}:\n{traceback.format_exc()}", flush=True)
        row["rounds"] += 1
    return row


def line(row):
    again, seconds = row["refetched"], row["seconds"]
    return (f"| {row['fault']} | {row['rounds']} | {row['broken']} | {median(again) / MIB:.2f}, "
            f"{max(again, default=0) / MIB:.2f} | {median(seconds):.2f}, {max(seconds, default=0):.2f} |")


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--rounds", type=int, default=int(os.environ.get("FRESHET_CHAOS_ROUNDS", "2")))
    words.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    words.add_argument("--json")
    words.add_argument("faults", nargs="*", metavar="FAULT")
    asked = words.parse_args()
    chosen = [fault for fault in FAULTS if not asked.faults or fault.__name__ in asked.faults]
    if len(chosen) < len(asked.faults):
        words.error(f"faults are {', '.join(fault.__name__ for fault in FAULTS)}")

    print(f"--seed {asked.seed} --rounds {asked.rounds}\n\n| fault | rounds | promises broken | fetched again, MiB "
          "(median, most) | seconds to the end (median, most) |\n|---|---|---|---|---|", flush=True)
    rows = []
    for fault in chosen:
        row = rounds_of(fault, asked.rounds, asked.seed)
        if row:
            rows.append(row)
            print(line(row), flush=True)
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            json.dump({"seed": asked.seed, "rows": rows}, file, indent=1)
    if not rows:
        sys.exit(77)
    sys.exit(1 if any(row["broken"] for row in rows) else 0)


if __name__ == "__main__":
    enter_namespace()
    main()
