"""Sources that send wrong bytes: nothing wrong is ever placed, the culprit is named, others finish."""

import hashlib
import json
import signal
import time

from case import DEADLINE_SECONDS, FreshetCase, made_bytes, main
from origin import Origin

MIB = 1 << 20
SIZE = 12 * MIB + 4321
# Held back by the honest source, so that the job is still there to be asked why.
HELD = 6 * MIB


def flipped_bits(begin, end, data):
    """One bit wrong in every MiB, at the same place in each answer."""
    wrong = bytearray(data)
    for at in range(begin - begin % MIB + 77_777, end, MIB):
        if at >= begin:
            wrong[at - begin] ^= 0x10
    return bytes(wrong)


def truncated(_begin, _end, data):
    """Closes in the middle of what was promised."""
    return data[:len(data) // 2]


class Verify(FreshetCase):
    def setUp(self):
        super().setUp()
        self.bad = Origin()
        self.bad.__enter__()
        self.addCleanup(self.bad.__exit__)
        self.good_url = self.serve("/file", SIZE)
        self.data = self.origin.files["/file"]
        (self.folder / "source").write_bytes(self.data)
        self.freshet("publish", "source", "--url", self.good_url, "-o", "m.torrent")

    def lie(self, data=None, lie=None):
        """The URL of a source that sends `data` as it is, or what `lie` makes of the right bytes."""
        self.bad.files["/file"] = self.data if data is None else data
        if lie:
            self.bad.lies["/file"] = lie
        return self.bad.url("/file")

    def swapped_ranges(self, begin, end, _data):
        """The bytes of another place, under the right Content-Range."""
        other = (begin + SIZE // 2) % (SIZE - (end - begin) + 1)
        return self.data[other:other + end - begin]

    def get(self, urls, *more):
        first, *mirrors = urls
        words = [word for url in mirrors for word in ("--mirror", url)]
        return ["get", first, *words, *more, "-o", "out"]

    def assert_named_and_finished(self, bad_url, urls):
        """`why` blames that source and no other, and the same command ends with the right file."""
        command = self.get(urls, "--manifest", "m.torrent")
        self.origin.allow(HELD)
        self.assertEqual(self.accused(command, bad_url), {bad_url})
        self.assertFalse((self.folder / "out").exists())
        self.origin.allow_all()
        self.freshet(*command)
        self.assert_right("out", "/file")

    def accused(self, command, bad_url):
        """Who is accused once the bad source is; the command is stopped to ask, and goes on."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            asked = self.bad.requests
            process = self.start(*command)
            self.assertTrue(self.bad.wait_until_answered(asked + 1), "the bad source was not asked")
            self.assertTrue(self.origin.wait_until_sent(HELD))
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=DEADLINE_SECONDS)
            self.assertEqual(process.returncode, 130, f"{out}\n{err}")
            job, = self.jobs()
            names = accused_sources(json.loads(self.freshet("job", "why", job["id"], "--json")[0]))
            if bad_url in names or time.monotonic() > deadline:
                return names

    def test_a_mirror_that_flips_bits_is_named(self):
        bad = self.lie(lie=flipped_bits)
        self.assert_named_and_finished(bad, [self.good_url, bad])

    def test_an_origin_that_flips_bits_is_named_and_the_mirror_finishes(self):
        bad = self.lie(lie=flipped_bits)
        self.assert_named_and_finished(bad, [bad, self.good_url])

    def test_a_mirror_that_swaps_ranges_is_named(self):
        bad = self.lie(lie=self.swapped_ranges)
        self.assert_named_and_finished(bad, [self.good_url, bad])

    def test_a_mirror_that_stops_half_way_is_named(self):
        bad = self.lie(lie=truncated)
        self.assert_named_and_finished(bad, [self.good_url, bad])

    def test_a_stale_mirror_is_named(self):
        bad = self.lie(data=made_bytes(SIZE, seed=8))
        self.assert_named_and_finished(bad, [self.good_url, bad])

    def test_a_stale_mirror_of_another_length_is_named(self):
        bad = self.lie(data=self.data[:-4321])
        self.assert_named_and_finished(bad, [self.good_url, bad])

    def test_a_file_whose_digest_does_not_match_is_never_placed(self):
        bad = self.lie(data=flipped_bits(0, SIZE, self.data))
        digest = hashlib.sha256(self.data).hexdigest()
        _, err = self.freshet(*self.get([bad], "--sha256", digest), expect=5)
        self.assertIn("digest_mismatch", err)
        self.assertFalse((self.folder / "out").exists())

    def test_a_manifest_of_other_bytes_places_nothing(self):
        bad = self.lie(data=made_bytes(SIZE, seed=9))
        # A manifest's own URLs are sources too, so this one names the bad source alone.
        self.freshet("publish", "source", "--url", bad, "-o", "bad.torrent")
        _, err = self.freshet(*self.get([bad], "--manifest", "bad.torrent", "--give-up", "3"), expect=5)
        self.assertIn("piece_mismatch", err)
        self.assertFalse((self.folder / "out").exists())


def accused_sources(why):
    """Names of the sources that are left out or have failed, with a reason."""
    sources = [source for file in why["files"] for source in file["transfer"]["sources"]]
    return {source["name"] for source in sources if source.get("error") or source["state"] == "banned"}


if __name__ == "__main__":
    main()
