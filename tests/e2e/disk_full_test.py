"""Full and broken disks under `freshet get`: a clear error, and the same command goes on with what has
arrived once the disk is well again.

Full ones are small tmpfs in a mount namespace of the test's own; where none may be made the test is
skipped. Errors that no file system here gives on demand come from tests/support/failing_disk.cpp.
"""

import errno
import hashlib
import os
import subprocess
import sys

from case import FreshetCase, main

MIB = 1 << 20
SIZE = 24 * MIB
HALF = SIZE // 2
INSIDE = "FRESHET_IN_MOUNT_NAMESPACE"
DISK_ERROR = 6  # Exit code.
FAILING_DISK = os.environ.get("FRESHET_FAILING_DISK", "")


def enter_namespace():
    """Runs this program again where it may mount, or comes back where that is not allowed."""
    for options in (["-m"], ["-rm"]):
        if INSIDE not in os.environ and subprocess.run(["unshare", *options, "true"], check=False,
                                                       stderr=subprocess.DEVNULL).returncode == 0:
            os.environ[INSIDE] = "1"
            os.execvp("unshare", ["unshare", *options, sys.executable, "-B", *sys.argv])


def mount(where, options):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", where], check=False,
                          capture_output=True, text=True)
    return done.returncode == 0


class FullDisk(FreshetCase):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()

    def small_disk(self, size):
        if INSIDE not in os.environ or not mount(self.disk, f"size={size}"):
            self.skipTest("no file system may be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)

    def fill(self):
        """Takes all space that is left."""
        with open(self.disk / "filler", "wb", buffering=0) as filler:
            for size in (MIB, 4096):
                try:
                    while True:
                        filler.write(b"x" * size)
                except OSError:
                    pass

    def free(self):
        (self.disk / "filler").unlink()

    def assert_fetched_once(self):
        self.assertLessEqual(self.origin.bytes_sent, SIZE * 1.02 + MIB)

    def test_a_disk_too_small_for_the_file_is_told_at_once(self):
        self.small_disk(16 * MIB)
        url = self.serve("/big", SIZE)
        command = ("get", url, "--data", self.disk / "state", "-d", self.disk)
        _, err = self.freshet(*command, expect=DISK_ERROR)
        self.assertIn("disk_full", err)
        self.assertIn("Free space on that disk", err)
        self.assertLess(self.origin.bytes_sent, SIZE // 2)
        subprocess.run(["mount", "-o", "remount,size=64m", self.disk], check=True)
        self.freshet(*command)
        self.assert_right("disk/big", "/big")

    def test_a_disk_that_fills_in_mid_transfer_loses_nothing_that_was_verified(self):
        self.small_disk(48 * MIB)
        self.faults(f"fallocate {errno.EOPNOTSUPP} /spool/")  # Space is taken as bytes come.
        url = self.serve("/big", SIZE)
        self.command = ("get", url, "--data", self.disk / "state", "-d", self.disk)
        error = self.fail_at_half(self.fill)
        self.assertIn("disk_full", error)
        self.assertFalse((self.disk / "big").exists())
        self.free()
        self.assert_goes_on("disk/big")

    def test_a_body_of_unknown_length_that_fills_the_disk_starts_over(self):
        self.small_disk(16 * MIB)
        url = self.serve("/chunked", SIZE)
        self.origin.chunked.add("/chunked")
        command = ("get", url, "--data", self.disk / "state", "-d", self.disk)
        _, err = self.freshet(*command, expect=DISK_ERROR)
        self.assertIn("disk_full", err)
        subprocess.run(["mount", "-o", "remount,size=64m", self.disk], check=True)
        self.freshet(*command)
        self.assert_right("disk/chunked", "/chunked")

    def test_a_full_disk_where_the_file_is_wanted_keeps_all_that_was_fetched(self):
        self.small_disk(16 * MIB)
        url = self.serve("/big", SIZE)
        command = ("get", url, "-d", self.disk)
        _, err = self.freshet(*command, expect=DISK_ERROR)
        self.assertIn("disk_full", err)
        self.assertEqual(list(self.disk.iterdir()), [])
        subprocess.run(["mount", "-o", "remount,size=64m", self.disk], check=True)
        self.freshet(*command)
        self.assert_right("disk/big", "/big")
        self.assert_fetched_once()

    def test_a_used_up_quota_is_told_as_such(self):
        url = self.serve("/big", SIZE)
        self.command = ("get", url)
        error = self.fail_at_half(lambda: self.faults(f"pwrite {errno.EDQUOT} /spool/"))
        self.assertIn("quota_exceeded", error)
        self.assertIn("Free space within your quota", error)
        self.faults()
        self.assert_goes_on("big")

    def test_a_disk_that_cannot_be_written_is_told_as_such(self):
        url = self.serve("/big", SIZE)
        self.command = ("get", url)
        error = self.fail_at_half(lambda: self.faults(f"pwrite {errno.EIO} /spool/"))
        self.assertIn("io_error", error)
        self.assertIn("Check the disk", error)
        self.faults()
        self.assert_goes_on("big")

    def test_a_disk_that_cannot_be_synced_keeps_nothing_it_may_have_lost(self):
        url = self.serve("/big", SIZE)
        self.command = ("get", url)
        error = self.fail_at_half(lambda: self.faults(f"fdatasync {errno.EIO} /spool/",
                                                      f"fsync {errno.EIO} /spool/"))
        self.assertIn("io_error", error)
        self.faults()
        self.freshet(*self.command)
        self.assert_right("big", "/big")

    def test_a_disk_that_cannot_be_read_fails_the_check_of_the_whole(self):
        url = self.serve("/big", SIZE)
        digest = hashlib.sha256(self.origin.files["/big"]).hexdigest()
        self.command = ("get", url, "--sha256", digest)
        error = self.fail_at_half(lambda: self.faults(f"pread {errno.EIO} /spool/"))
        self.assertIn("io_error", error)
        self.faults()
        self.freshet(*self.command)
        self.assert_right("big", "/big")

    def faults(self, *lines):
        """How system calls fail from now on; none: as they should."""
        if not FAILING_DISK:
            self.skipTest("FRESHET_FAILING_DISK names no library")
        path = self.folder / "faults"
        path.with_suffix(".new").write_text("\n".join(lines))
        path.with_suffix(".new").rename(path)

    def environment(self):
        # The library comes before the runtime of a sanitizer, which minds.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return {**super().environment(), "LD_PRELOAD": FAILING_DISK, "ASAN_OPTIONS": asan,
                "FRESHET_DISK_FAULTS": str(self.folder / "faults")}

    def fail_at_half(self, breaks):
        """Standard error of the command when the disk breaks at half of the body."""
        self.origin.allow(HALF)
        process = self.start(*self.command)
        self.assertTrue(self.origin.wait_until_read(HALF))
        breaks()
        self.origin.allow_all()
        _, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, DISK_ERROR, err)
        return err

    def assert_goes_on(self, name):
        """What was verified before is not fetched again."""
        sent = self.origin.bytes_sent
        _, err = self.freshet(*self.command)
        self.assertIn("Going on with job", err)
        self.assert_right(name, "/big")
        # Eight connections may each have held an unfinished piece.
        self.assertLessEqual(self.origin.bytes_sent - sent, SIZE - HALF + 2 * MIB)


if __name__ == "__main__":
    enter_namespace()
    main()
