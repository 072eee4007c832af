"""Policies of the daemon: read from its file, shown, read again, and kept when the new file is wrong."""

import os
import signal
import unittest

from case import main
from daemon_case import STRANGER, DaemonCase

MIB = 1 << 20


class Policies(DaemonCase):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "freshet.toml"

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")

    def start_with(self, text, *words):
        self.write(text)
        self.start_daemon("--policy-file", self.file, *words)
        return self.caller()

    def reload(self, text, says="reloaded"):
        """The log from then on."""
        self.write(text)
        already = len(self.log)
        self.daemon.send_signal(signal.SIGHUP)
        with self.logged:
            self.assertTrue(self.logged.wait_for(lambda: says in self.log[already:], 60), self.log)
        return self.log[already:]

    def shown(self, call):
        answer = call("GET", "/v1/policy")
        return {entry["name"]: entry for entry in answer["policies"]}, answer["verdict"]

    def test_every_policy_is_shown_with_its_origin(self):
        call = self.start_with("[policy]\nDOMaxCacheAge = 60\nDOMonthlyUploadDataCap = 3\n"
                               "[machine]\nmetered = true\n",
                               "--policy", "DOMonthlyUploadDataCap=4")
        policies, verdict = self.shown(call)
        self.assertEqual(policies["DOMaxCacheAge"],
                         {"name": "DOMaxCacheAge", "value": "60", "unit": "s", "origin": "file",
                          "place": f"{self.file}:2"})
        self.assertEqual(policies["DOMonthlyUploadDataCap"]["value"], "4")
        self.assertEqual(policies["DOMonthlyUploadDataCap"]["origin"], "command_line")
        self.assertEqual(policies["DODownloadMode"]["origin"], "default")
        self.assertTrue(verdict["metered"])
        self.assertFalse(verdict["peers"]["lan"]["serve"])
        self.assertIn("the network is metered", verdict["reasons"])

    def test_policy_says_where_contents_are_unless_the_command_line_does(self):
        self.write(f'[policy]\nDOModifyCacheDrive = "{self.folder}/drive"\n')
        self.data_words = ()
        self.start_daemon("--policy-file", self.file)
        self.assertTrue((self.folder / "drive" / "db").is_dir())
        self.stop_daemon()
        self.start_daemon("--policy-file", self.file, "--data", self.folder / "data")
        self.assertTrue((self.folder / "data" / "db").is_dir())

    def test_mistakes_keep_it_from_starting_and_are_told_with_their_lines(self):
        self.write("[policy]\nDOMaxCacheSize = 0\nDOWhat = 1\n[peers]\ncolour = 1\n")
        self.start_daemon("--policy-file", self.file, expect=2)
        for mistake in ("line 2: DOMaxCacheSize", "line 3: DOWhat", "line 5: [peers] has no colour"):
            self.assertIn(mistake, self.log)
        self.write("[daemon]\nlog = \"loud\"\ncolour = \"red\"\npolicy_file = \"/x\"\nworkers = \"few\"\n")
        self.start_daemon("--policy-file", self.file, expect=2)
        for mistake in ("line 2: log", "line 3: [daemon] has no colour",
                        "line 4: [daemon] has no policy_file", "line 5: workers"):
            self.assertIn(mistake, self.log)
        self.start_daemon("--policy-file", self.folder / "absent.toml", expect=2)

    def test_options_stand_in_the_same_file_and_words_win(self):
        call = self.start_with("[daemon]\nlog = \"debug\"\ndownload_limit = 7000\nfiles_active = 3\n"
                               "signatures_required = true\n", "--download-limit", "9000")
        self.assertEqual(call("GET", "/v1/limits"), {"download_limit": 9000})
        options = call("GET", "/v1/policy")["options"]
        self.assertEqual(options["files_active_max"], 3)
        self.assertTrue(options["signatures_required"])

    def test_a_reload_takes_over_all_policies_and_what_options_it_can(self):
        call = self.start_with("[machine]\nmetered = false\n")
        self.assertFalse(self.shown(call)[1]["metered"])
        self.reload("[daemon]\nlog = \"debug\"\ndownload_limit = 5000\n[policy]\nDOMaxCacheAge = 7\n"
                    "DOMaxForegroundDownloadBandwidth = 11\n[machine]\nmetered = true\n")
        policies, verdict = self.shown(call)
        self.assertEqual(policies["DOMaxCacheAge"]["value"], "7")
        self.assertEqual(verdict["foreground"], 11 * 1024)
        self.assertTrue(verdict["metered"])
        self.assertEqual(call("GET", "/v1/limits"), {"download_limit": 5000})
        self.assertIn("need a restart", self.reload("[peers]\ntrackers = [\"http://127.0.0.1:1/a\"]\n"))

    def test_a_wrong_file_changes_nothing_and_that_is_said(self):
        call = self.start_with("[policy]\nDOMaxCacheAge = 7\n[machine]\nmetered = true\n")
        before = self.shown(call)
        for wrong, says in [("[policy]\nDOMaxCacheAge = 8\nDOWhat = 1\n", "line 3: DOWhat"),
                            ("[policy\n", "line 1"),
                            ("[daemon]\ncolour = 1\n[policy]\nDOMaxCacheAge = 9\n", "line 2: [daemon] has no colour")]:
            self.assertIn(says, self.reload(wrong, says="not reloaded"))
            self.assertEqual(self.shown(call), before)
        self.write("[policy]\nDOWhat = 1\n")
        self.assert_problem(400, "invalid_argument", lambda: call("POST", "/v1/policy/reload"))
        self.assertEqual(self.shown(call), before)
        self.write("[policy]\nDOMaxCacheAge = 10\n")
        call("POST", "/v1/policy/reload")
        self.assertEqual(self.shown(call)[0]["DOMaxCacheAge"]["value"], "10")

    def test_a_limit_that_is_reloaded_slows_what_runs(self):
        self.serve("/a", 8 * MIB)
        self.origin.allow(MIB)
        call = self.start_with("")
        job = self.job(call, "a", priority="low")
        self.assertTrue(self.origin.wait_until_sent(MIB))
        self.reload("[policy]\nDOMaxBackgroundDownloadBandwidth = 1\n")
        self.origin.allow_all()
        self.assertFalse(call("GET", f"/v1/jobs/{job}/wait?timeout=2")["settled"])
        self.reload("")
        self.wait_for(call, job)

    def test_files_and_the_month_are_told_over_restarts(self):
        self.serve("/a", MIB)
        call = self.start_with("")
        job = self.job(call, "a")
        self.wait_for(call, job)
        status = call("GET", "/v1/status")["files"]
        self.assertEqual([(one["size"], one["from_http"], one["state"]) for one in status],
                         [(MIB, MIB, "complete")])
        self.assertEqual(call("GET", "/v1/perf")["moved"]["from_origin"], MIB)
        self.stop_daemon()
        self.start_daemon()
        call = self.caller()
        self.assertEqual(call("GET", "/v1/perf")["moved"]["from_origin"], 0)
        month = call("GET", "/v1/perf?month=true")["moved"]
        self.assertEqual((month["from_origin"], month["files_downloaded"]), (MIB, 1))

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be other users")
    def test_how_a_content_came_is_for_its_owner_when_its_job_is_gone(self):
        self.serve("/a", MIB)
        self.serve("/b", MIB + 1)
        root = self.start_with("")
        stranger = self.caller(STRANGER)
        jobs = [(root, self.job(root, "a")), (stranger, self.job(stranger, "b"))]
        for call, job in jobs:
            self.wait_for(call, job)
            content = call("GET", f"/v1/jobs/{job}/files")["files"][0]["content"]
            root("POST", f"/v1/contents/{content}/pin", {"until": None})
            call("POST", f"/v1/jobs/{job}/cancel")
        for _ in range(2):
            everything = root("GET", "/v1/status")["files"]
            self.assertEqual({(one["owner"], one["source_url"], one["from_http"], one["size"]) for one in everything},
                             {(0, self.origin.url("/a"), MIB, MIB), (STRANGER, self.origin.url("/b"), MIB + 1, MIB + 1)})
            mine = stranger("GET", "/v1/status")["files"]
            self.assertEqual([(one["owner"], one["source_url"], one["from_http"], one["path"]) for one in mine],
                             [(STRANGER, self.origin.url("/b"), MIB + 1, "")])
            self.stop_daemon(signal.SIGKILL)
            self.start_daemon()
            root, stranger = self.caller(), self.caller(STRANGER)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be other users")
    def test_others_see_their_own_files_alone(self):
        self.serve("/a", MIB)
        root = self.start_with("")
        self.wait_for(root, self.job(root, "a"))
        stranger = self.caller(STRANGER)
        self.assertEqual(stranger("GET", "/v1/status"), {"files": []})
        self.assert_problem(403, "access_denied", lambda: stranger("GET", "/v1/perf"))
        self.assert_problem(403, "access_denied", lambda: stranger("POST", "/v1/policy/reload"))


if __name__ == "__main__":
    main()
