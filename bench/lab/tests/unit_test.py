"""Units of the lab that need no network: the bound, statistics, torrents, scores, comparison."""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lab import catalog, content, stats, torrent
from lab.bound import Receiver, fluid_bound, http_bound
from lab.compare import compare
from lab.network import Link
from lab.players import all_players
from lab.score import Row
from lab.table import summary

UNIT = 100.0  # Bytes a second that make the arithmetic visible.


class Bound(unittest.TestCase):
    def test_the_origin_must_send_each_byte_once(self):
        eight = [Receiver(Link(UNIT, UNIT))] * 8
        self.assertAlmostEqual(fluid_bound(1000, UNIT, eight), 10.0)

    def test_a_slow_downlink_binds(self):
        mixed = [Receiver(Link(UNIT, UNIT)), Receiver(Link(UNIT, UNIT / 4))]
        self.assertAlmostEqual(fluid_bound(1000, UNIT, mixed), 40.0)

    def test_weak_uplinks_bind_when_nobody_can_pass_on_enough(self):
        eight = [Receiver(Link(UNIT / 4, UNIT))] * 8
        self.assertAlmostEqual(fluid_bound(1000, UNIT, eight), 8 * 1000 / (UNIT + 8 * UNIT / 4))

    def test_a_site_needs_one_copy_over_its_wan(self):
        inside = [Receiver(Link(UNIT, UNIT), site=1)] * 4
        wans = {1: Link(UNIT / 10, UNIT / 10)}
        self.assertAlmostEqual(fluid_bound(1000, UNIT, inside, wans), 100.0)

    def test_a_late_joiner_still_needs_its_own_download_time(self):
        pair = [Receiver(Link(UNIT, UNIT)), Receiver(Link(UNIT, UNIT), arrival=7.0)]
        self.assertAlmostEqual(fluid_bound(1000, UNIT, pair), 17.0)

    def test_uplinks_count_only_from_their_arrival(self):
        weak = [Receiver(Link(10, 1e9)), Receiver(Link(10, 1e9), arrival=5.0)]
        # 2000 bytes: 5 s at 100+10, then the rest at 100+20.
        self.assertAlmostEqual(fluid_bound(1000, UNIT, weak), 5 + (2000 - 550) / 120)

    def test_a_warm_neighbour_adds_its_uplink_to_the_origins(self):
        one = [Receiver(Link(UNIT, 1e9))]
        self.assertAlmostEqual(fluid_bound(1000, UNIT, one, helpers=[UNIT]), 5.0)

    def test_http_alone_costs_a_copy_a_client(self):
        eight = [Receiver(Link(UNIT, UNIT))] * 8
        self.assertAlmostEqual(http_bound(1000, UNIT, eight), 80.0)

    def test_no_receiver_order_changes_the_bound(self):
        source = random.Random(7)
        for _ in range(200):
            some = [Receiver(Link(source.uniform(1, 99), source.uniform(1, 99)),
                             arrival=source.choice([0.0, source.uniform(0, 9)]))
                    for _ in range(source.randint(1, 9))]
            shuffled = source.sample(some, len(some))
            self.assertAlmostEqual(fluid_bound(999, 50, some), fluid_bound(999, 50, shuffled))


class Statistics(unittest.TestCase):
    def test_percentiles_lie_between_closest_ranks(self):
        self.assertEqual(stats.percentile([4, 1, 3, 2], 0.0), 1)
        self.assertEqual(stats.percentile([4, 1, 3, 2], 1.0), 4)
        self.assertAlmostEqual(stats.percentile([1, 2, 3, 4], 0.5), 2.5)
        self.assertEqual(stats.percentile([5], 0.95), 5)

    def test_a_doubling_is_seen_with_confidence(self):
        ratio, low, high = stats.bootstrap_ratio([1.0, 1.1, 0.9, 1.0, 1.05],
                                                 [2.0, 2.1, 1.9, 2.0, 2.05])
        self.assertAlmostEqual(ratio, 2.0, places=1)
        self.assertGreater(low, 1.5)
        self.assertLess(high, 2.5)

    def test_noise_is_not_called_a_change(self):
        source = random.Random(3)
        for _ in range(20):
            before = [source.gauss(10, 1) for _ in range(7)]
            _, low, high = stats.bootstrap_ratio(before, before)
            self.assertLessEqual(low, 1.0)
            self.assertGreaterEqual(high, 1.0)

    def test_spread_is_half_the_range_over_the_median(self):
        self.assertAlmostEqual(stats.spread([9, 10, 11]), 0.1)


class Comparison(unittest.TestCase):
    @staticmethod
    def rows(times: list[float]) -> list[Row]:
        return [Row("s", "p", i, True, [], last_s=t, mean_s=t) for i, t in enumerate(times)]

    def test_a_regression_is_named_and_small_samples_are_not_judged(self):
        fast, slow = self.rows([1.0, 1.01, 1.02, 0.99]), self.rows([1.5, 1.51, 1.52, 1.49])
        self.assertTrue(all(worse for _, worse in compare(fast, slow)))
        self.assertFalse(any(worse for _, worse in compare(slow, fast)))
        self.assertFalse(any(worse for _, worse in compare(fast[:2], slow[:2])))

    def test_a_failed_round_shows_and_does_not_enter_the_median(self):
        good = Row("s", "p", 0, True, [], last_s=1, mean_s=1, p95_s=1, origin_copies=1,
                   peer_share=0, excess=0, cpu_s_per_gib=1)
        text = summary([good, Row("s", "p", 1, False, ["c00: not done in time"])])
        self.assertIn("1/2", text)
        self.assertIn("1.00", text)


class Torrents(unittest.TestCase):
    def test_bencoding_sorts_keys_and_counts_bytes(self):
        self.assertEqual(torrent.encode({"b": [1, "x"], "a": b"\0\1"}), b"d1:a2:\0\1" b"1:bli1e1:xee")

    def test_pieces_run_across_file_borders(self):
        with tempfile.TemporaryDirectory() as place:
            made = content.make(Path(place), [100, 200 * 1024, 300 * 1024])
            target = Path(place) / "t"
            torrent.write(made, target, tracker="http://t/", web_seed=None)
            joined = b"".join(file.path.read_bytes() for file in made.files)
            first = hashlib.sha1(joined[:256 * 1024]).digest()
            last = hashlib.sha1(joined[256 * 1024:]).digest()
            self.assertIn(b"6:pieces40:" + first + last, target.read_bytes())

    def test_wrong_bytes_are_found(self):
        with tempfile.TemporaryDirectory() as place:
            made = content.make(Path(place), [5000])
            copy = Path(place) / "copy"
            copy.mkdir()
            self.assertEqual(made.wrong_files(copy), ["file0000.bin"])
            good = made.files[0].path.read_bytes()
            (copy / "file0000.bin").write_bytes(good)
            self.assertEqual(made.wrong_files(copy), [])
            (copy / "file0000.bin").write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
            self.assertEqual(made.wrong_files(copy), ["file0000.bin"])


class Refusal(unittest.TestCase):
    def test_a_machine_without_namespaces_is_told_so_with_a_code_of_its_own(self):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, "-B", "-m", "lab", "smoke", "--out", empty],
                                  env={**os.environ, "PATH": empty}, capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 77)
            self.assertIn("network namespaces need: apt-get install", done.stderr)
            self.assertEqual(os.listdir(empty), [])

    def test_unknown_names_are_wrong_use(self):
        done = subprocess.run([sys.executable, "-B", "-m", "lab", "no-such-scenario"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-scenario", done.stderr)


class Catalogue(unittest.TestCase):
    def test_no_scenario_promises_less_than_its_bound(self):
        for scenario in catalog.ALL.values():
            self.assertLessEqual(scenario.bound(), scenario.time_limit(), scenario.name)
            self.assertLessEqual(scenario.bound(), scenario.http_bound() * 1.0001, scenario.name)

    def test_players_have_names_and_packages(self):
        for name, player in all_players().items():
            self.assertEqual(name, player.name)
            self.assertTrue(player.about, name)


if __name__ == "__main__":
    unittest.main()
