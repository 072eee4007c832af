"""freshet demo: what it tells, and that nothing is left."""

import signal

from case import DEADLINE_SECONDS, FreshetCase, main


class Demo(FreshetCase):
    def assert_nothing_left(self):
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])
        self.assertFalse((self.folder / ".local").exists())

    def test_every_client_gets_the_right_bytes_and_the_sum_is_told(self):
        done = self.json_lines("demo", "--clients", "3", "--size", "2M", "--rate", "0")[-1]
        self.assertEqual((done["clients"], done["verified"]), (3, 3))
        self.assertGreaterEqual(done["from_origin"] + done["from_peers"], 3 * 2 * 1024 * 1024)
        self.assertGreaterEqual(done["origin_copies"], 1.0)
        self.assert_nothing_left()

    def test_a_limited_origin_gives_a_bound(self):
        out, err = self.freshet("demo", "--clients", "2", "--size", "1M", "--rate", "4M")
        self.assertIn("the bound for 2 clients is 0.25 s", out)
        self.assertIn("2 of 2 files have the right SHA-256", out)
        self.assertIn("client 2", err)
        self.assert_nothing_left()

    def test_peers_spare_the_origin_most_copies(self):
        words = ("demo", "--clients", "4", "--size", "16M", "--rate", "8M")
        with_peers = self.json_lines(*words)[-1]
        without = self.json_lines(*words, "--without-peers")[-1]
        self.assertEqual((with_peers["verified"], without["verified"]), (4, 4))
        self.assertGreaterEqual(without["origin_copies"], 4.0)
        self.assertLess(with_peers["origin_copies"], 2.0)
        self.assertGreater(with_peers["from_peers"], 32 * 1024 * 1024)

    def test_ctrl_c_leaves_nothing(self):
        process = self.start("demo", "--clients", "2", "--size", "64M", "--rate", "100K")
        self.assertIn("One origin", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual(process.returncode, 130)
        self.assert_nothing_left()

    def test_wrong_words_are_usage(self):
        self.freshet("demo", "--clients", "0", expect=2)
        self.freshet("demo", "--size", "lots", expect=2)


if __name__ == "__main__":
    main()
