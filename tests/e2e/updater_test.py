"""The example of an updater: it switches over when all is right, and at no other time."""

import hashlib
import os
import signal
import subprocess

from case import DEADLINE_SECONDS, FreshetCase, main

UPDATER = os.environ.get("FRESHET_EXAMPLE_UPDATER", "freshet_example_updater")
SIZE = 6_000_000


class Updater(FreshetCase):
    def setUp(self):
        super().setUp()
        self.url = self.serve("/image", SIZE)
        self.digest = hashlib.sha256(self.origin.files["/image"]).hexdigest()
        (self.folder / "system").mkdir()
        (self.folder / "image.src").write_bytes(self.origin.files["/image"])
        self.freshet("publish", "image.src", "--url", self.url, "-o", "image.torrent", "-q")

    def updater(self, digest=None, *more):
        process = subprocess.Popen([UPDATER, "system", self.url, digest or self.digest, *more],
                                   cwd=self.folder, env=self.environment(), text=True,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self._end, process)
        return process

    def update(self, expect=0, **more):
        process = self.updater(**more)
        _, err = process.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual(process.returncode, expect, err)
        return err

    def active(self):
        path = self.folder / "system/active"
        return path.read_text() if path.exists() else "a"

    def test_an_updater_fills_the_other_slot_and_switches_over(self):
        for slot in ("b", "a"):
            self.update()
            self.assertEqual(self.active(), slot)
            self.assert_right(f"system/slot-{slot}", "/image")

    def test_an_updater_that_is_killed_goes_on_where_it_was(self):
        manifest = str(self.folder / "image.torrent")
        self.origin.allow(SIZE // 2)
        process = self.updater(None, manifest)
        self.assertTrue(self.origin.wait_until_read(SIZE // 2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(self.active(), "a")
        self.origin.allow_all()
        process = self.updater(None, manifest)
        process.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual((process.returncode, self.active()), (0, "b"))
        self.assert_right("system/slot-b", "/image")
        self.assertLess(self.origin.bytes_sent, 1.6 * SIZE)

    def test_an_updater_never_switches_over_to_a_wrong_image(self):
        err = self.update(expect=1, digest="0" * 64)
        self.assertIn("digest_mismatch", err)
        self.assertEqual(self.active(), "a")


if __name__ == "__main__":
    main()
