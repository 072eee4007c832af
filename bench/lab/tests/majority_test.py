"""Six of eight peers lie: a download ends right within 1.5 of the time that honest peers alone take."""

import json
import sys
import unittest

from lab import sandbox
from lab.tests.rig_test import ROUNDS_MAX, RigCase, bench

LIARS = 6
SLOWER_AT_MOST = 1.5


class Majority(RigCase):
    def test_a_lying_majority_costs_little_and_is_named(self):
        """Of the rounds the best counts: what else the machine does only adds."""
        shares = []
        while len(shares) < ROUNDS_MAX and min(shares, default=2.0) > SLOWER_AT_MOST:
            place = self.place / str(len(shares))
            honest, lying = bench("honest-two", "lying-majority", "--players", "freshet", "-n", "1",
                                  "--keep", out=str(place))
            self.assertEqual(self.liars_named(place), LIARS)
            shares.append(lying["last_s"] / honest["last_s"])
        print("time beside honest peers alone:", shares)
        self.assertLessEqual(min(shares), SLOWER_AT_MOST)

    def liars_named(self, place) -> int:
        """Of whom the client's own record says so; wrong files would have failed the row."""
        report, = place.glob("kept/lying-majority*/c02.report")
        record = json.loads(report.read_text())["why"]
        peers = [peer for file in record["files"] for peer in file["transfer"]["peers"]]
        return len({peer["address"] for peer in peers if peer["state"] == "banned"})


if __name__ == "__main__":
    if sandbox.probe() is None:
        sys.exit(sandbox.refuse())
    unittest.main()
