"""What stopped goes on: Ctrl-C, SIGKILL, errors, and the verbs of freshet job."""

import signal

from case import DEADLINE_SECONDS, FreshetCase, main

SIZE = 24 * 1024 * 1024
HALF = SIZE // 2


class Resume(FreshetCase):
    def begin(self, *options):
        """A download of /big that stands still at half."""
        url = self.serve("/big", SIZE)
        self.origin.allow(HALF)
        process = self.start("get", url, *options)
        self.assertTrue(self.origin.wait_until_read(HALF))
        return process, url

    def stop(self, process, how):
        process.send_signal(how)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        return process.returncode, out, err

    def test_an_interrupted_download_goes_on_and_fetches_nothing_twice(self):
        process, url = self.begin()
        code, out, err = self.stop(process, signal.SIGINT)
        self.assertEqual((code, out), (130, ""))
        self.assertIn("Stopped", err)
        self.assertFalse((self.folder / "big").exists())
        job, = self.jobs()
        self.assertEqual(job["state"], "suspended")
        self.origin.allow_all()
        _, err = self.freshet("get", url)
        self.assertIn(f"Going on with job {job['id']}", err)
        self.assert_right("big", "/big")
        self.assertEqual(self.jobs(), [])
        self.assertLessEqual(self.origin.bytes_sent, SIZE * 1.02 + 2 * 1024 * 1024)

    def test_sigterm_stops_as_ctrl_c_does(self):
        process, _ = self.begin("--json")
        code, out, _ = self.stop(process, signal.SIGTERM)
        self.assertEqual(code, 143)
        self.assertIn('"event":"stopped"', out)

    def test_a_killed_download_is_taken_up_as_one_job(self):
        process, url = self.begin()
        self.stop(process, signal.SIGKILL)
        job, = self.jobs()
        self.assertEqual(job["state"], "queued")
        self.origin.allow_all()
        self.freshet("get", url)
        self.assert_right("big", "/big")
        self.assertEqual(self.jobs(), [])

    def test_another_command_makes_another_job(self):
        process, url = self.begin()
        self.stop(process, signal.SIGINT)
        self.origin.allow_all()
        self.freshet("get", url, "-o", "other")
        self.assert_right("other", "/big")
        self.assertEqual([job["state"] for job in self.jobs()], ["suspended"])

    def test_resume_takes_up_a_job_and_places_its_file(self):
        process, _ = self.begin()
        self.stop(process, signal.SIGINT)
        job, = self.jobs()
        self.origin.allow_all()
        out, _ = self.freshet("job", "resume", job["id"][:8])
        self.assertEqual(out, f"{self.folder}/big\n")
        self.assert_right("big", "/big")

    def test_cancel_drops_what_was_fetched(self):
        process, _ = self.begin()
        self.stop(process, signal.SIGINT)
        job, = self.jobs()
        self.freshet("job", "cancel", job["id"])
        self.assertEqual(self.jobs(), [])
        self.assertEqual(self.json_lines("content", "list"), [])
        left = sum(f.stat().st_size for f in self.folder.rglob("*") if f.is_file())
        self.assertLess(left, HALF)

    def test_a_job_shows_its_files_and_why(self):
        process, url = self.begin()
        self.stop(process, signal.SIGINT)
        job, = self.jobs()
        shown, = self.json_lines("job", "show", job["id"])
        self.assertEqual(shown["files"][0]["urls"], [url])
        self.assertEqual(shown["files"][0]["length"], SIZE)
        why, _ = self.freshet("job", "why", job["id"])
        self.assertIn(url, why)
        out, _ = self.freshet("job", "list")
        self.assertIn("suspended", out)

    def test_complete_places_what_has_arrived_of_a_failed_job(self):
        good = self.serve("/good", 30_000)
        process = self.start("get", good, self.origin.url("/absent"), "--connections", "1")
        process.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual(process.returncode, 4)
        jobs = self.jobs()
        if jobs and jobs[0]["progress"]["files_done"] == 1:
            done, = self.json_lines("job", "complete", jobs[0]["id"])
            self.assertEqual((done["files_placed"], done["files_dropped"]), (1, 1))
            self.assert_right("good", "/good")
        self.assertFalse((self.folder / "absent").exists())

    def test_a_busy_data_directory_is_told_with_advice(self):
        process, url = self.begin()
        _, err = self.freshet("get", url, "-o", "other", expect=7)
        self.assertIn("store_locked", err)
        self.stop(process, signal.SIGINT)

    def test_a_killed_job_does_not_start_when_jobs_are_listed(self):
        process, _ = self.begin()
        self.stop(process, signal.SIGKILL)
        self.origin.allow_all()
        sent = self.origin.bytes_sent
        self.jobs()
        self.freshet("job", "list")
        # What was on its way to the killed process may still be counted.
        self.assertLessEqual(self.origin.bytes_sent, sent + 64 * 65536)


if __name__ == "__main__":
    main()
