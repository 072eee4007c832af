"""The command line with a daemon of another user: rights, kills, and the same words as without one."""

import os
import random
import signal
import subprocess
import unittest

from case import DEADLINE_SECONDS, FRESHET, main
from daemon_case import STRANGER, DaemonCase

NOBODY = 65534
SIZE = 3 * 1024 * 1024


def becoming(uid):
    def become():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    return become


@unittest.skipIf(os.geteuid() != 0, "needs root, to be several users")
class Connected(DaemonCase):
    def setUp(self):
        super().setUp()
        data = self.folder / "data"
        data.mkdir()
        os.chown(data, NOBODY, NOBODY)
        os.chown(self.place.name, NOBODY, NOBODY)
        self.start_daemon("--peers", "off", preexec_fn=becoming(NOBODY))

    def environment(self):
        return {**super().environment(), "FRESHET_SOCKET": self.socket}

    def run_as(self, uid, *words, expect=0):
        process = subprocess.run([FRESHET, *map(str, words)], cwd=self.folder, text=True,
                                 env=self.environment(), capture_output=True,
                                 timeout=DEADLINE_SECONDS, preexec_fn=becoming(uid))
        self.assertEqual(process.returncode, expect, f"{words}\n{process.stdout}\n{process.stderr}")
        return process.stdout, process.stderr

    def folder_of(self, uid):
        folder = self.folder / f"of-{uid}"
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, uid)
        return folder

    def assert_only(self, folder, *names):
        self.assertEqual(sorted(os.listdir(folder)), sorted(names))

    def test_files_belong_to_who_asked_and_not_to_the_daemon(self):
        url = self.serve("/a", SIZE)
        for uid in (0, STRANGER):
            folder = self.folder_of(uid)
            self.run_as(uid, "get", "--connect", url, "-d", folder)
            self.assertEqual((folder / "a").read_bytes(), self.origin.files["/a"])
            self.assertEqual((folder / "a").stat().st_uid, uid)
            self.assert_only(folder, "a")
        self.assertEqual(self.jobs(), [])

    def test_the_daemon_lends_nobody_rights_he_lacks(self):
        url = self.serve("/a", SIZE)
        folder = self.folder_of(0)
        self.run_as(STRANGER, "get", url, "-d", folder, expect=6)
        self.assert_only(folder)

    def test_a_get_that_is_killed_anywhere_loses_nothing(self):
        seed = int(os.environ.get("FRESHET_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"FRESHET_SEED={seed}", flush=True)
        pause = random.Random(seed)
        names = [f"f{i}" for i in range(12)]
        urls = [self.serve(f"/{name}", 64 * 1024, seed=i) for i, name in enumerate(names)]
        folder = self.folder_of(0)
        for _ in range(int(os.environ.get("FRESHET_KILLS", "25"))):
            process = self.start("get", "-q", "-f", "-d", folder, *urls)
            try:
                process.wait(pause.uniform(0.0, 0.4))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.communicate()
            for name in os.listdir(folder):  # What is there under its name is whole.
                if name in names:
                    self.assertEqual((folder / name).read_bytes(), self.origin.files[f"/{name}"])
            self.assertLessEqual(len(self.jobs()), 1)
        self.freshet("get", "-q", "-f", "-d", folder, *urls)
        for name in names:
            self.assertEqual((folder / name).read_bytes(), self.origin.files[f"/{name}"])
        self.assert_only(folder, *names)
        self.assertEqual(self.jobs(), [])

    def test_the_verbs_of_job_work_with_the_daemon(self):
        url = self.serve("/a", SIZE)
        folder = self.folder_of(0)
        job = self.freshet("job", "create", "--name", "later", "--priority", "low")[0].strip()
        self.freshet("job", "add", job, url, "-d", folder)
        self.freshet("job", "priority", job, "high")
        shown, = self.json_lines("job", "show", job)
        self.assertEqual((shown["name"], shown["priority"]), ("later", "high"))
        self.assertEqual(len(shown["files"]), 1)
        self.freshet("job", "resume", "--no-wait", job)
        lines = self.json_lines("job", "watch", job)
        self.assertEqual(lines[-1]["job"]["state"], "transferred")
        self.assertIn("sources", self.freshet("job", "why", job, "--json")[0])
        self.freshet("job", "complete", job)
        self.assertEqual((folder / "a").read_bytes(), self.origin.files["/a"])

    def test_a_job_goes_on_without_the_command_that_made_it(self):
        url = self.serve("/a", SIZE)
        folder = self.folder_of(0)
        job = self.freshet("job", "create", "--start", url, "-d", folder)[0].strip()
        self.json_lines("job", "watch", job)
        self.stop_daemon(signal.SIGKILL)
        self.log = ""
        self.start_daemon("--peers", "off", preexec_fn=becoming(NOBODY))
        shown, = self.jobs()
        self.assertEqual((shown["id"], shown["state"]), (job, "transferred"))

    def test_a_directory_and_a_daemon_exclude_each_other(self):
        self.freshet("job", "list", "--connect", "--data", self.folder / "other", expect=2)
        self.freshet("get", "--connect", "--peers", "lan", self.serve("/a", 1), expect=2)
        self.freshet("job", "list", f"--connect={self.folder}/nothing", expect=7)


if __name__ == "__main__":
    main()
