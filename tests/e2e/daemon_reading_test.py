"""What of files and of long lists is handed out in parts."""

import os

from case import main
from daemon_case import STRANGER, DaemonCase

MIB = 1 << 20


class Reading(DaemonCase):
    def read(self, call, job, first, last):
        return call.request("GET", f"/v1/jobs/{job}/files/0/bytes", headers={"Range": f"bytes={first}-{last}"})

    def test_a_file_is_read_by_ranges_as_soon_as_they_are_there_and_not_by_others(self):
        self.serve("/a", 4 * MIB)
        data = self.origin.files["/a"]
        self.origin.allow(0)
        self.start_daemon()
        call = self.caller()
        job = self.job(call, "a")
        self.assertEqual(self.read(call, job, 0, 99)[0], 409)

        self.origin.allow_all()
        self.wait_for(call, job)
        status, fields, first = self.read(call, job, 0, 99)
        self.assertEqual((status, first), (206, data[:100]))
        self.assertEqual(fields["Content-Range"], f"bytes 0-99/{4 * MIB}")
        status, again, last = self.read(call, job, 4 * MIB - 5, 4 * MIB)
        self.assertEqual((status, last, again["ETag"]), (206, data[-5:], fields["ETag"]))
        self.assertEqual(len(self.read(call, job, 0, 4 * MIB)[2]), MIB)
        self.assertEqual(self.read(call, job, 4 * MIB, "")[0], 416)
        for wrong in ("5-4", "-5", "x-", ""):
            self.assertEqual(call.request("GET", f"/v1/jobs/{job}/files/0/bytes",
                                          headers={"Range": f"bytes={wrong}"})[0], 400, wrong)
        if os.geteuid() == 0:
            self.assertEqual(self.read(self.caller(STRANGER), job, 0, 9)[0], 403)

    def test_sources_of_running_jobs_and_the_use_of_the_cache_are_told_to_those_they_concern(self):
        self.serve("/a", 4 * MIB)
        self.origin.allow(MIB)
        self.start_daemon("--cache", 8 * MIB)
        call = self.caller()
        job = self.job(call, "a")
        self.assertTrue(self.origin.wait_until_sent(MIB))
        # The job tells what it has seen, which may be a moment later.
        while not (sources := call("GET", "/v1/sources")["sources"]) or sources[0]["state"] != "used":
            self.assertFalse(call("GET", f"/v1/jobs/{job}/wait?timeout=1")["settled"])
        self.assertEqual([(one["job"], one["file"], one["name"]) for one in sources],
                         [(job, 0, self.origin.url("/a"))])

        self.origin.allow_all()
        self.wait_for(call, job)
        self.assertEqual(call("GET", "/v1/sources"), {"sources": []})
        use = call("GET", "/v1/cache")
        self.assertEqual((use["contents"], use["bytes"], use["pinned"]), (1, 4 * MIB, 0))
        self.assertEqual(use["limits"]["DOMaxCacheAge"], "259200")
        [shown] = self.json_lines("cache", "show", "--connect=" + self.socket)
        self.assertEqual(shown["bytes"], 4 * MIB)
        if os.geteuid() == 0:
            other = self.caller(STRANGER)
            self.assertEqual(other("GET", "/v1/sources"), {"sources": []})
            self.assert_problem(403, "access_denied", lambda: other("GET", "/v1/cache"))

    def test_pages_show_every_job_once(self):
        self.start_daemon()
        call = self.caller()
        made = [self.job(call, f"f{number}", start=False) for number in range(7)]
        first = call("GET", "/v1/jobs?limit=3")
        call("POST", f"/v1/jobs/{made[1]}/cancel")
        rest = call("GET", f"/v1/jobs?after={first['next']}")
        self.assertEqual([job["id"] for job in first["jobs"] + rest["jobs"]], made)
        self.assertIsNone(rest.get("next"))
        for wrong in ("limit=0", "limit=x", "after=-1"):
            self.assert_problem(400, "invalid_argument", lambda: call("GET", f"/v1/jobs?{wrong}"))


if __name__ == "__main__":
    main()
