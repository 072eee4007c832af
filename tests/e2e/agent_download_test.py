"""The agent protocol as clients live with it: what published tests of such a client demand."""

import contextlib
import ctypes
import os
import threading
import time
import unittest

from agent_case import (LARGE, LARGE_BYTES, MIDDLE, SMALL, SMALL_BYTES, AgentCase)
from agent_client import Cancelled, Refused, fetch
from case import main


class Downloads(AgentCase):
    def setUp(self):
        super().setUp()
        self.start_agent()
        self.c = self.client()

    def small(self, name="small.bin"):
        return self.c.create(self.origin.url(SMALL), self.out / name)

    def test_an_agent_download_is_created_started_transferred_and_finalized(self):
        download = self.small()
        status = self.c.status(download)
        self.assertEqual((status.state, status.total, status.transferred), ("Created", 0, 0))
        self.assertFalse((self.out / "small.bin").exists())
        self.c.start(download)
        self.assertTrue((self.out / "small.bin").exists())
        status = self.wait_for_state(self.c, download, "Transferred")
        self.assertEqual((status.total, status.transferred), (SMALL_BYTES, SMALL_BYTES))
        self.assertEqual((status.error, status.extended), (0, 0))
        self.c.finalize(download)
        self.assert_content("small.bin", SMALL)
        with self.refused(0x80070490, 404):
            self.c.status(download)
        self.wait_until_gone()

    def test_the_helper_of_agent_clients_fetches_a_file_in_one_call(self):
        fetch(self.c, self.origin.url(SMALL), self.out / "small.bin")
        self.assert_content("small.bin", SMALL)

    def test_a_cancelled_agent_download_leaves_no_file(self):
        self.origin.allow(4_000_000)
        cancelled = threading.Event()
        raised = []

        def run():
            try:
                fetch(self.c, self.origin.url(LARGE), self.out / "large.bin", cancelled=cancelled)
            except Cancelled as error:
                raised.append((error, (self.out / "large.bin").exists()))

        helper = threading.Thread(target=run)
        helper.start()
        self.assertTrue(self.origin.wait_until_sent(1_000_000))
        cancelled.set()
        helper.join()
        self.assertEqual([there for _, there in raised], [False])

    def test_an_agent_download_that_takes_too_long_is_aborted_in_time(self):
        self.origin.allow(4_000_000)
        began = time.monotonic()
        with self.assertRaises(Cancelled):
            fetch(self.c, self.origin.url(LARGE), self.out / "large.bin", seconds=2)
        self.assertLess(time.monotonic() - began, 5)
        self.assertFalse((self.out / "large.bin").exists())

    def test_a_file_that_the_origin_does_not_have_is_fatal_for_the_agent(self):
        download = self.c.create(self.origin.url("/nothing"), self.out / "nothing")
        self.c.start(download)
        status = self.wait_for_state(self.c, download, "Paused")
        self.assertEqual((status.error, status.transferred), (0x80190194, 0))
        self.assertEqual((self.out / "nothing").stat().st_size, 0)
        self.c.abort(download)
        self.assertFalse((self.out / "nothing").exists())

    def test_a_path_in_missing_folders_is_refused_by_start_alone(self):
        for uri in (self.origin.url(SMALL), self.origin.url("/nothing")):
            download = self.c.create(uri, "a/b/c.bin")
            with self.refused(0xC0D00002):
                self.c.start(download)
            self.assertEqual(self.c.status(download).state, "Created")
            self.c.abort(download)

    def test_a_second_agent_download_to_the_same_path_is_refused_until_the_first_is_aborted(self):
        first = self.half_way(self.c)
        self.c.pause(first)
        self.assertEqual(self.c.status(first).state, "Paused")
        second = self.c.create(self.origin.url(LARGE), self.out / "large.bin")
        with self.refused(0xC0D00011):
            self.c.start(second)
        self.c.abort(second)
        self.assertTrue((self.out / "large.bin").exists())
        self.c.abort(first)
        self.assertFalse((self.out / "large.bin").exists())
        self.origin.allow_all()
        fetch(self.c, self.origin.url(LARGE), self.out / "large.bin")
        self.assert_content("large.bin", LARGE)

    def test_the_same_url_goes_to_another_path_while_its_first_agent_download_is_paused(self):
        first = self.half_way(self.c, "first.bin")
        self.c.pause(first)
        self.origin.allow_all()
        fetch(self.c, self.origin.url(LARGE), self.out / "second.bin")
        self.c.start(first)
        self.wait_for_state(self.c, first, "Transferred")
        self.c.finalize(first)
        self.assert_content("first.bin", LARGE)
        self.assert_content("second.bin", LARGE)

    def test_agent_downloads_that_were_never_started_leave_nothing(self):
        first, second = self.small(), self.small()
        self.c.abort(second)
        self.assertEqual(os.listdir(self.out), [])
        self.c.abort(first)

    def test_what_was_finalized_or_aborted_is_unknown(self):
        download = self.small()
        self.c.start(download)
        self.wait_for_state(self.c, download, "Transferred")
        self.c.finalize(download)
        for act in (self.c.start, self.c.abort, self.c.finalize, self.c.pause):
            with self.refused(0x80070490, 404):
                act(download)
        self.assert_content("small.bin", SMALL)

    def test_a_transferred_file_is_whole_before_it_is_finalized_and_can_still_be_aborted(self):
        download = self.c.create(self.origin.url(MIDDLE), self.out / "middle.bin")
        self.c.start(download)
        self.wait_for_state(self.c, download, "Transferred")
        self.assert_content("middle.bin", MIDDLE)
        self.c.abort(download)
        self.assertFalse((self.out / "middle.bin").exists())

    def test_an_agent_download_is_paused_at_once_and_later_and_goes_on(self):
        self.origin.allow(0)
        download = self.c.create(self.origin.url(LARGE), self.out / "large.bin")
        self.c.start(download)
        self.c.pause(download)
        status = self.c.status(download)
        self.assertEqual((status.state, status.error, status.extended), ("Paused", 0, 0))
        self.origin.allow(4_000_000)
        self.c.start(download)
        self.wait_for_status(self.c, download, lambda status: status.transferred > 0)
        began = time.monotonic()
        self.c.pause(download)
        self.assertEqual(self.c.status(download).state, "Paused")
        self.assertLess(time.monotonic() - began, 0.5)
        self.origin.allow_all()
        self.c.start(download)
        status = self.wait_for_state(self.c, download, "Transferred")
        self.assertEqual((status.total, status.transferred), (LARGE_BYTES, LARGE_BYTES))
        self.c.finalize(download)
        self.assert_content("large.bin", LARGE)

    def test_agent_downloads_run_one_after_the_other_and_at_the_same_time(self):
        names = ("a", "b", "c")
        for name in names:
            fetch(self.c, self.origin.url(SMALL), self.out / name)
            self.assert_content(name, SMALL)
        errors = []

        def run(name):
            try:
                fetch(self.c, self.origin.url(SMALL), self.out / f"{name}.again")
                self.assert_content(f"{name}.again", SMALL)
            except Exception as error:  # pylint: disable=broad-except
                errors.append(error)

        threads = [threading.Thread(target=run, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_a_cancel_does_not_harm_other_agent_downloads(self):
        large = self.half_way(self.c)
        small = [self.small("one"), self.small("two")]
        for download in small:
            self.c.start(download)
        self.c.abort(large)
        self.assertFalse((self.out / "large.bin").exists())
        self.origin.allow_all()
        for download, name in zip(small, ("one", "two")):
            self.wait_for_state(self.c, download, "Transferred")
            self.c.finalize(download)
            self.assert_content(name, SMALL)

    def test_a_file_that_was_deleted_while_paused_cannot_be_resumed(self):
        download = self.half_way(self.c)
        self.c.pause(download)
        os.unlink(self.out / "large.bin")
        with self.refused(0xC0D00002):
            self.c.start(download)
        self.assertEqual(self.c.status(download).state, "Paused")
        self.c.abort(download)
        with self.refused(0x80070490, 404):
            self.c.status(download)

    def test_another_file_in_the_place_of_a_paused_one_is_left_alone(self):
        download = self.half_way(self.c)
        self.c.pause(download)
        os.rename(self.out / "large.bin", self.out / "old")
        (self.out / "large.bin").write_text("mine")
        with self.refused(0xC0D00011):
            self.c.start(download)
        self.c.abort(download)
        self.assertEqual((self.out / "large.bin").read_text(), "mine")

    def test_a_name_that_does_not_resolve_is_tried_again_and_again(self):
        download = self.c.create("http://no-such-host.invalid/a", self.out / "a")
        self.c.start(download)
        status = self.wait_for_status(self.c, download,
                                      lambda status: status.error == 0x80072EE7)
        self.assertEqual((status.state, status.transferred), ("Transferring", 0))
        self.c.abort(download)
        self.assertFalse((self.out / "a").exists())

    def test_three_pauses_do_not_mix_up_a_file(self):
        download = self.half_way(self.c, bytes_held=3_000_000)
        for allowed in (5_000_000, 7_000_000, 9_000_000):
            self.c.pause(download)
            self.origin.allow(allowed)
            before = self.c.status(download).transferred
            self.c.start(download)
            self.wait_for_status(self.c, download, lambda status: status.transferred > before)
        self.origin.allow_all()
        self.wait_for_state(self.c, download, "Transferred")
        self.c.finalize(download)
        self.assert_content("large.bin", LARGE)

    def test_the_destination_may_be_on_a_disk_of_its_own_that_is_full(self):
        if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=1m none {self.out}") != 0:
            self.skipTest("file systems cannot be mounted here")
        self.addCleanup(os.system, f"umount -l {self.out}")
        download = self.c.create(self.origin.url(MIDDLE), self.out / "middle.bin")
        self.c.start(download)
        status = self.wait_for_state(self.c, download, "Paused")
        self.assertEqual(status.error, 0xC0D0001C)
        os.system(f"mount -o remount,size=16m {self.out}")
        self.c.start(download)
        self.wait_for_state(self.c, download, "Transferred")
        self.assert_content("middle.bin", MIDDLE)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be somebody else")
    def test_a_download_is_nobody_elses(self):
        os.chmod(self.out, 0o777)
        stranger = self.client(uid=54321)
        download = self.small()
        for act in (stranger.status, stranger.start, stranger.abort):
            with self.refused(0x80070490, 404):
                act(download)
        theirs = stranger.create(self.origin.url(SMALL), self.out / "theirs")
        stranger.start(theirs)
        self.wait_for_state(self.c, theirs, "Transferred")  # Root sees all.
        stranger.finalize(theirs)
        self.assert_content("theirs", SMALL)

    def test_two_hundred_clients_are_served_at_once(self):
        clients = [self.client() for _ in range(200)]
        ids = {}
        errors = []

        def run(number, client):
            try:
                ids[number] = client.create(self.origin.url(SMALL), self.out / f"{number}")
                client.start(ids[number])
            except Exception as error:  # pylint: disable=broad-except
                errors.append(error)

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        for number, download in ids.items():
            self.wait_for_state(clients[number], download, "Transferred")
            clients[number].finalize(download)
        self.assertEqual(sum(path.stat().st_size for path in self.out.iterdir()), 200 * SMALL_BYTES)


class Refusals(AgentCase):
    def setUp(self):
        super().setUp()
        self.start_agent("--allow-folder", self.out)

    def test_the_helper_of_agent_clients_tells_what_failed(self):
        with self.assertRaises(Refused) as raised:
            fetch(self.client(), self.origin.url("/nothing"), self.out / "a")
        self.assertEqual(raised.exception.code, 0x80190194)

    def test_destinations_outside_of_the_allowed_folders_are_refused(self):
        client = self.client()
        os.symlink(self.folder, self.out / "link")
        for path in (self.folder / "a", self.out / "link" / "a"):
            download = client.create(self.origin.url(SMALL), path)
            with self.refused(0xC0D0000D):
                client.start(download)
        self.assertFalse((self.folder / "a").exists())

    def test_a_folder_that_turns_into_a_link_and_back_leads_nowhere_else(self):
        outside, folder, link = self.folder / "outside", self.out / "folder", self.out / "link"
        outside.mkdir()
        folder.mkdir()
        os.symlink(outside, link)
        ended = threading.Event()
        swapping = threading.Thread(target=exchange_until, args=(ended, folder, link))
        swapping.start()
        client, made = self.client(), 0
        try:
            for number in range(60):
                download = client.create(self.origin.url(SMALL), folder / str(number))
                with contextlib.suppress(Refused):
                    client.start(download)
                    client.abort(download)
                    made += 1
        finally:
            ended.set()
            swapping.join()
        self.assertGreater(made, 0)
        self.assertEqual(os.listdir(outside), [])


def exchange_until(ended, one, other):
    """Each takes the other's name, again and again."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    while not ended.is_set():
        if rename(here, os.fsencode(one), here, os.fsencode(other), exchange) != 0:
            raise OSError(ctypes.get_errno(), "renameat2")


if __name__ == "__main__":
    main()
