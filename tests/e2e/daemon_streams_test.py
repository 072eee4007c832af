"""Events and notices: nothing is lost over a break, or it is said so."""

import os
import signal
import unittest

from case import main
from daemon_case import STRANGER, DaemonCase

MIB = 1 << 20
AS_ROOT = unittest.skipUnless(os.geteuid() == 0, "needs root, to be other users")


def is_state(state):
    return lambda event: event["event"] == "state" and event["data"]["job"]["state"] == state


class Events(DaemonCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.call = self.caller()

    def test_what_happens_to_a_job_is_told_in_order(self):
        self.serve("/a", MIB)
        events = self.events()
        self.assertEqual(events.next()["data"], {"resumed": False})
        job = self.job(self.call, "a")
        told = []
        while not told or told[-1] != "transferred":
            event = events.next()
            self.assertEqual(event["data"]["job"]["id"], job)
            if event["event"] == "state":
                told.append(event["data"]["job"]["state"])
        self.assertEqual(told, [state for state in ["connecting", "transferring", "transferred"] if state in told])
        self.call("POST", f"/v1/jobs/{job}/complete", {})
        removed = events.until(lambda event: event["event"] == "removed")
        self.assertEqual(removed["data"]["job"]["state"], "acknowledged")

    def test_who_comes_back_soon_has_missed_nothing(self):
        events = self.events()
        events.next()
        job = self.job(self.call, "a", start=False)
        self.call("POST", f"/v1/jobs/{job}/resume")
        last = events.until(lambda event: event["event"] == "state")["id"]
        events.close()
        for _ in range(10):
            self.call("POST", f"/v1/jobs/{job}/suspend")
            self.call("POST", f"/v1/jobs/{job}/resume")
        self.call("POST", f"/v1/jobs/{job}/cancel")
        again = self.events(last=last)
        self.assertEqual(again.next()["data"], {"resumed": True})
        suspended, number = 0, int(last.split("-")[1])
        while True:
            event = again.next()
            self.assertGreater(int(event["id"].split("-")[1]), number)
            number = int(event["id"].split("-")[1])
            suspended += is_state("suspended")(event)
            if event["event"] == "removed":
                break
        self.assertEqual(suspended, 10)

    def test_after_a_restart_of_the_daemon_a_snapshot_is_told(self):
        events = self.events()
        last = events.next()["id"]
        job = self.job(self.call, "a", start=False)
        self.stop_daemon(signal.SIGKILL)
        self.start_daemon()
        self.assert_snapshot(last, [job])
        self.assert_snapshot("nonsense", [job])

    def assert_snapshot(self, last, jobs):
        events = self.events(last=last)
        self.assertEqual(events.next()["data"], {"resumed": False})
        told = []
        while True:
            event = events.next()
            if event["event"] == "snapshot_end":
                break
            self.assertEqual(event["event"], "job")
            told.append(event["data"]["id"])
        self.assertEqual(told, jobs)

    @AS_ROOT
    def test_of_the_jobs_of_others_nothing_is_told(self):
        stranger = self.caller(STRANGER)
        events = self.events(uid=STRANGER)
        events.next()
        hidden = self.job(self.call, "a", start=False)
        self.call("POST", f"/v1/jobs/{hidden}/resume")
        own = self.job(stranger, "b", start=False)
        stranger("POST", f"/v1/jobs/{own}/resume")
        self.assertEqual(events.next()["data"]["job"]["id"], own)


class Notices(DaemonCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.call = self.caller()

    def stream(self, job=None, uid=None):
        notices = self.events("/v1/notices", uid)
        name = notices.next()["data"]["stream"]
        if job:
            self.call("PUT", f"/v1/notices/{name}/jobs/{job}")
        return notices, name

    def answer(self, stream, event, accepted=True):
        number = event["data"]["notice"]
        self.call("POST", f"/v1/notices/{stream}/{number}", {"notice": number, "accepted": accepted})

    def test_a_notice_is_told_until_it_is_accepted_and_no_longer(self):
        self.serve("/a", MIB)
        job = self.job(self.call, "a", retry_delay_min_ms=20)
        notices, stream = self.stream(job)
        for accepted in (False, False, True):
            event = notices.next()
            self.assertEqual(event["data"]["value"]["kind"], "transferred")
            self.assertTrue(event["data"]["answer"])
            self.answer(stream, event, accepted)
        self.assert_problem(404, "not_found", lambda: self.answer(stream, event))
        # Nothing more is told of it: the next is of the next job.
        other = self.job(self.call, "missing")
        self.call("PUT", f"/v1/notices/{stream}/jobs/{other}")
        event = notices.next()
        self.assertEqual((event["data"]["value"]["kind"], event["data"]["value"]["job"]["id"]), ("error", other))

    def test_what_a_broken_stream_did_not_accept_is_told_to_the_next(self):
        self.serve("/a", MIB)
        job = self.job(self.call, "a")
        notices, _ = self.stream(job)
        notices.next()
        notices.close()
        notices, stream = self.stream(job)
        event = notices.next()
        self.assertEqual(event["data"]["value"]["kind"], "transferred")
        self.answer(stream, event)

    def test_a_notice_outlives_the_daemon(self):
        self.serve("/a", MIB)
        job = self.job(self.call, "a")
        notices, _ = self.stream(job)
        notices.next()
        self.stop_daemon(signal.SIGKILL)
        self.start_daemon()
        self.call = self.caller()
        notices, stream = self.stream(job)
        self.answer(stream, notices.next())

    def test_of_modifications_no_answer_is_expected(self):
        job = self.job(self.call, "a", start=False, notify={"modification": True})
        notices, stream = self.stream(job)
        self.call("POST", f"/v1/jobs/{job}/resume")
        event = notices.next()
        self.assertEqual((event["data"]["value"]["kind"], event["data"]["answer"]), ("modification", False))
        self.call("DELETE", f"/v1/notices/{stream}/jobs/{job}")

    @AS_ROOT
    def test_a_stream_of_another_user_is_not_there(self):
        job = self.job(self.call, "a", start=False)
        _, stream = self.stream(uid=STRANGER)
        self.assert_problem(404, "not_found", lambda: self.call("PUT", f"/v1/notices/{stream}/jobs/{job}"))
        stranger = self.caller(STRANGER)
        self.assert_problem(403, "access_denied", lambda: stranger("PUT", f"/v1/notices/{stream}/jobs/{job}"))


if __name__ == "__main__":
    main()
