"""What asks caches, and what its rows are: without a network."""

import contextlib
import random
import socket
import threading
import unittest
from dataclasses import replace
from types import SimpleNamespace

from lab import catalog
from lab.cell import Outcome
from lab.compare import compare
from lab.content import GIB, MIB
from lab.origin import Request
from lab.players import all_players
from lab.programs.cache_client import Answer, Wanted, Wrong, read_wrk
from lab.sampler import SessionUse
from lab.score import Row, make_row, rate_beside
from lab.table import lines_of

WRK = """Running 5s test @ http://10.77.0.12/file0000.bin
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.38ms    2.22ms  48.54ms   96.70%
    Req/Sec    27.90k     3.61k   35.83k    72.00%
  Latency Distribution
     50%    1.05ms
     75%    1.31ms
     90%  890.00us
     99%    0.01s
  277704 requests in 5.02s, 350.16MB read
Requests/sec:  55320.95
Transfer/sec:     69.75MB
"""


class Answers(unittest.TestCase):
    content = random.Random(1).randbytes(3 * MIB + 17)

    def read(self, head: str, body: bytes, begin: int, end: int, proven: range) -> Answer:
        wanted = Wanted(memoryview(self.content), "http://h/f", begin, end)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            def serve() -> None:
                with theirs, contextlib.suppress(BrokenPipeError):  # Who finds wrong bytes goes.
                    theirs.sendall(head.encode() + body)
            server = threading.Thread(target=serve)
            server.start()
            answer = Answer(wanted, ours, proven)
            try:
                answer.read()
            finally:
                ours.close()
                server.join()
        return answer

    def whole(self, body: bytes, proven: range) -> Answer:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.content)}\r\n\r\n"
        return self.read(head, body, 0, len(self.content), proven)

    def test_all_bytes_are_counted_and_right_ones_are_taken(self):
        self.assertGreater(self.whole(self.content, range(0, len(self.content))).first_at, 0)
        self.whole(self.content, range(MIB + 3, MIB + 5))

    def test_one_wrong_byte_is_found_by_whoever_proves_its_part(self):
        for place in (0, MIB + 4, len(self.content) - 1):
            other = bytearray(self.content)
            other[place] ^= 1
            with self.assertRaisesRegex(Wrong, "other bytes"):
                self.whole(bytes(other), range(place, place + 1))

    def test_parts_of_all_answers_are_the_whole(self):
        wanted = Wanted(memoryview(self.content), "http://h/f", 5, 1003)
        for parts in (1, 4, 50):
            proven = [place for number in range(parts) for place in wanted.part(number, parts)]
            self.assertEqual(proven, list(range(5, 1003)))

    def test_ranges_short_answers_and_errors_are_told_apart(self):
        begin, end = MIB, MIB + 1000
        part, all_of_it = self.content[begin:end], range(begin, end)
        self.read("HTTP/1.1 206 P\r\ncontent-length: 1000\r\n\r\n", part, begin, end, all_of_it)
        with self.assertRaisesRegex(Wrong, "answered"):  # The whole, where a range was asked for.
            self.read("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", part, begin, end, all_of_it)
        with self.assertRaisesRegex(Wrong, "cut off at"):
            self.read("HTTP/1.1 206 P\r\nContent-Length: 1000\r\n\r\n", part[:999], begin, end, range(0))

    def test_what_wrk_says_is_read(self):
        said = read_wrk(WRK)
        self.assertEqual((said["answers"], said["ends"], said["calls_per_s"]), (277704, [5.02], 55320.95))
        self.assertEqual((said["call_median_ms"], said["call_p99_ms"]), (1.05, 10.0))
        late, cut = (f"  Socket errors: connect 0, read {number}, write 0, timeout 3\n" for number in (0, 1))
        self.assertEqual(read_wrk(WRK + late), said)
        for bad in (cut, "  Non-2xx or 3xx responses: 7\n"):
            with self.assertRaises(Wrong):
                read_wrk(WRK + bad)


class Scores(unittest.TestCase):
    @staticmethod
    def outcome(scenario, counts: dict, sent: int, cpu: float, before: float) -> Outcome:
        """Of a cache with one process; its own clock is slower than the program's."""
        def process(pid: int):
            return SimpleNamespace(pid=pid, usage=SimpleNamespace(ru_oublock=8))
        clients = [SimpleNamespace(client=client, process=process(10 + i), failure=None, started_at=0.0,
                                   done_at=99.0) for i, client in enumerate(scenario.clients)]
        use = SessionUse(cpu={2: cpu / 2, 3: cpu / 2}, peak_memory={2: 5 * MIB, 3: MIB}, before=before)
        counts = {scenario.measured[0].name: counts}
        return Outcome(clients, [], [Request(0.0, "", 200, sent, "")], 0.5, 0.0, {2: use}, [process(2)], {}, [],
                       own_counts=counts)

    def row(self, name: str, counts: dict, sent: int, cpu: float, before: float = 0.0) -> Row:
        scenario = catalog.ALL[name]
        player = all_players()["nginx-cache"]
        return make_row(scenario, player, 0, self.outcome(scenario, counts, sent, cpu, before))

    def test_many_clients_of_a_cold_cache(self):
        counts = {"ends": [10.0, 16.0, 14.0], "first_bytes": [0.1, 0.3, 0.2], "bytes": 4 * GIB, "answers": 3}
        row = self.row("node-cold-many", counts, GIB, cpu=6.0)
        self.assertEqual((row.soonest_s, row.last_s, row.first_ms), (10.0, 16.0, 200.0))
        self.assertEqual((row.mib_per_s, row.origin_copies, row.cpu_s_per_gib), (256.0, 1.0, 1.5))
        self.assertEqual((row.peak_memory, row.written_bytes), (6 * MIB, 4096))
        self.assertAlmostEqual(row.ratio, 16.0 / (GIB / 125e6))

    def test_warming_up_costs_a_hot_object_nothing(self):
        counts = {"ends": [2.0], "first_bytes": [0.001], "bytes": 4 * GIB, "answers": 4}
        row = self.row("node-hot", counts, 0, cpu=3.0, before=2.0)
        self.assertEqual((row.cpu_s_per_gib, row.origin_copies, row.soonest_s), (0.25, 0.0, None))

    def test_small_answers_are_told_by_calls(self):
        counts = {"ends": [5.0], "first_bytes": [], "bytes": 0, "answers": 1000, "calls_per_s": 200.0,
                  "call_median_ms": 1.0, "call_p99_ms": 2.0}
        row = self.row("node-small", counts, 0, cpu=0.5)
        self.assertEqual((row.calls_per_s, row.cpu_us_per_call), (200.0, 500.0))
        self.assertEqual((row.mib_per_s, row.cpu_s_per_gib, row.first_ms), (None, None, None))

    def test_a_range_is_told_by_its_time_alone(self):
        counts = {"ends": [0.5], "first_bytes": [0.25], "bytes": MIB, "answers": 1}
        row = self.row("node-range", counts, GIB // 2, cpu=0.5)
        self.assertEqual((row.first_ms, row.last_s, row.origin_copies), (250.0, 0.5, 0.5))
        self.assertEqual((row.mib_per_s, row.cpu_s_per_gib, row.ratio), (None, None, None))

    def test_beside_the_yardstick_more_is_faster(self):
        one, two = (Row("s", "p", 0, True, [], last_s=t) for t in (1.0, 2.0))
        self.assertEqual(rate_beside(two, one), 0.5)
        self.assertEqual(rate_beside(replace(one, calls_per_s=30.0), replace(two, calls_per_s=10.0)), 3.0)
        self.assertIsNone(rate_beside(one, replace(two, ok=False)))

    def test_fewer_calls_are_a_regression_and_more_are_none(self):
        few, many = ([Row("s", "p", i, True, [], last_s=5.0, calls_per_s=rate + i) for i in range(4)]
                     for rate in (100.0, 200.0))
        self.assertTrue(any(worse for _, worse in compare(many, few)))
        self.assertFalse(any(worse for _, worse in compare(few, many)))

    def test_spread_is_of_what_players_are_judged_by(self):
        rows = [Row("s", "p", i, True, [], last_s=5.0, calls_per_s=rate) for i, rate in enumerate((90, 100, 110))]
        head, line = lines_of(rows)
        self.assertEqual(line[head.index("+-")], "10%")
        self.assertNotIn("bound s", head)


class Catalogue(unittest.TestCase):
    def test_slices_of_many_clients_need_open_files(self):
        sliced, many = all_players()["nginx-slice"], catalog.ALL["node-cold-many"]
        self.assertIn("open files", sliced.refuses(replace(many, lengths=(1 << 50,))))
        self.assertIsNone(sliced.refuses(many.with_lengths((MIB,))))

    def test_who_would_take_minutes_is_left_out(self):
        squid, many = all_players()["squid"], catalog.ALL["node-cold-many"]
        self.assertIn("minutes for 50 GiB", squid.refuses(many))
        self.assertIsNone(squid.refuses(many.with_lengths((64 * MIB,))))

    def test_a_size_does_not_make_small_answers_large(self):
        small, cold = (catalog.ALL[f"node-{kind}"].with_lengths((16 * MIB,)) for kind in ("small", "cold"))
        self.assertEqual((small.length, cold.length), (1024, 16 * MIB))

    def test_only_who_serves_is_asked(self):
        cold = catalog.ALL["node-cold"]
        serving = {name for name, player in all_players().items() if player.refuses(cold) is None}
        self.assertEqual(serving, {"direct", "nginx-cache", "nginx-slice", "squid", "varnish", "freshet-node"})
        self.assertIsNotNone(all_players()["direct"].refuses(catalog.ALL["crowd-8"]))

    def test_many_clients_of_a_cache_need_one_copy_and_by_http_one_each(self):
        many = catalog.ALL["node-cold-many"]
        self.assertAlmostEqual(many.bound(), GIB / 125e6)
        self.assertAlmostEqual(many.http_bound(), 50 * GIB / 125e6)

    def test_over_a_shaped_link_the_yardstick_takes_one_copy(self):
        direct = all_players()["direct"]
        self.assertEqual(direct.asked(catalog.ALL["node-cold-many"]).connections, 1)
        self.assertEqual(direct.asked(catalog.ALL["node-small"]).connections, 64)


if __name__ == "__main__":
    unittest.main()
