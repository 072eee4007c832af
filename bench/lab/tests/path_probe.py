"""Runs inside the sandbox for rig_test: the median round trip over a path, in milliseconds.

Usage: path_probe.py DELAY_MS LOSS. Prints "MEDIAN_MS SHARE_ANSWERED".
"""

import sys
import time
from pathlib import Path

from lab import content, sandbox
from lab.network import Link
from lab.network import Path as Cable
from lab.scenario import Client, Scenario
from lab.stage import Stage
from lab.stats import median

PINGS = 60
PATIENCE_S = 30  # On a busy machine.


def main(delay_ms: float, loss: float) -> None:
    sandbox.set_up_inside()
    cable = Cable(delay_ms, 0.0, loss)
    link = Link.mbit(100)
    scenario = Scenario("probe", "", (1000,), (Client("c00", link, path=cable),), link)
    scratch = sandbox.scratch()
    with Stage(scenario, content.make(scratch, [1000]), scratch / "cell", cache_hosts=False) as stage:
        echo = stage.serve("c00", ["/usr/bin/python3", str(ping_program()), "echo", "7"])
        stage.wait_for_line(echo, "ready")
        ask = stage.serve("origin", ["/usr/bin/python3", str(ping_program()), "ask",
                                     stage.address("c00"), "7", str(PINGS)])
        deadline = time.monotonic() + PATIENCE_S
        while not ask.poll() and time.monotonic() < deadline:
            time.sleep(0.05)
        times = [float(line.split()[1]) for line in ask.log.read_text().splitlines()]
    print(median(times), len(times) / PINGS)


def ping_program() -> Path:
    return Path(__file__).parents[1] / "programs" / "ping.py"


if __name__ == "__main__":
    if not sandbox.inside():
        sys.exit(sandbox.enter(sys.argv[1:], None, module="lab.tests.path_probe"))
    main(float(sys.argv[1]), float(sys.argv[2]))
