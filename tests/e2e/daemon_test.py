"""The daemon and its local API: jobs, who may do what, ways in, starting and stopping."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import unittest

from case import main
from daemon_case import FRESHETD, STRANGER, Caller, DaemonCase, send_with_descriptors

MIB = 1 << 20
AS_ROOT = unittest.skipUnless(os.geteuid() == 0, "needs root, to be other users")


class Jobs(DaemonCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.call = self.caller()

    def test_a_job_over_the_socket_ends_with_its_file_in_place(self):
        self.serve("/a", 3 * MIB)
        job = self.job(self.call, "a")
        self.wait_for(self.call, job)
        self.assertFalse((self.folder / "out" / "a").exists())
        self.assertEqual(self.call("POST", f"/v1/jobs/{job}/complete", {}),
                         {"files_placed": 1, "files_dropped": 0})
        self.assert_right("out/a", "/a")
        self.assert_problem(404, "job_not_found", lambda: self.call("GET", f"/v1/jobs/{job}"))

    def test_all_calls_of_a_job_do_what_they_say(self):
        self.serve("/a", MIB)
        job = self.job(self.call, "a", start=False)
        self.assertEqual(self.call("GET", f"/v1/jobs/{job}")["state"], "suspended")
        spec = {"name": "renamed", "priority": "low", "description": "later"}
        self.call("PUT", f"/v1/jobs/{job}/spec", spec)
        self.assertEqual(self.call("GET", f"/v1/jobs/{job}")["spec"]["name"], "renamed")
        out = str(self.folder / "out" / "b")
        self.call("POST", f"/v1/jobs/{job}/files", {"files": [{"urls": ["http://[::1]:1/b"], "path": out}]})
        changed = self.call("POST", f"/v1/jobs/{job}/replace-prefix", {"from": "http://[::1]:1/", "to": "http://[::1]:2/"})
        self.assertEqual(changed, {"changed": 1})
        self.call("PUT", f"/v1/jobs/{job}/files/1/urls", {"urls": [self.origin.url("/a")]})
        files = self.call("GET", f"/v1/jobs/{job}/files")["files"]
        self.assertEqual(files[1]["spec"]["urls"], [self.origin.url("/a")])
        self.call("PATCH", f"/v1/jobs/{job}/files/1", {"path": out + "2", "app_data": "text"})
        moved = self.call("GET", f"/v1/jobs/{job}/files")["files"][1]["spec"]
        self.assertEqual((moved["path"], moved["app_data"]), (out + "2", "text"))
        self.assert_problem(409, "not_yet", lambda: self.call(
            "POST", f"/v1/jobs/{job}/files/0/validate", {"right": True}))
        self.call("POST", f"/v1/jobs/{job}/resume")
        self.wait_for(self.call, job)
        self.assert_problem(409, "invalid_state", lambda: self.call(
            "PATCH", f"/v1/jobs/{job}/files/1", {"path": out}))
        self.call("POST", f"/v1/jobs/{job}/files/0/validate", {"right": True})
        self.assertIn("files", self.call("GET", f"/v1/jobs/{job}/why"))
        self.call("POST", f"/v1/jobs/{job}/suspend")
        self.call("POST", f"/v1/jobs/{job}/cancel")
        self.assertEqual(self.call("GET", "/v1/jobs"), {"jobs": [], "next": None})

    def test_a_job_in_error_tells_what_is_wrong_and_what_to_do(self):
        job = self.job(self.call, "missing")
        self.wait_for(self.call, job, "error")
        report = self.call("GET", f"/v1/jobs/{job}/error")
        self.assertEqual(report["error"]["code"], "http_not_found")
        self.assertEqual(report["error"]["file"], 0)

    def test_waiting_ends_with_its_time_and_harms_nobody(self):
        self.serve("/a", MIB)
        self.origin.allow(0)
        job = self.job(self.call, "a")
        waited = self.call("GET", f"/v1/jobs/{job}/wait?timeout=0.05")
        self.assertFalse(waited["settled"])
        self.assert_problem(400, "invalid_argument",
                            lambda: self.call("GET", f"/v1/jobs/{job}/wait?timeout=soon"))
        self.origin.allow_all()
        self.wait_for(self.call, job)

    def test_what_is_wrong_with_a_request_is_said_in_words(self):
        ask = lambda *words: (lambda: self.call(*words))
        self.assert_problem(404, "not_found", ask("GET", "/v1/nothing"))
        self.assert_problem(405, "not_supported", ask("DELETE", "/v1/jobs"))
        self.assert_problem(400, "invalid_argument", ask("GET", "/v1/jobs/7"))
        self.assert_problem(400, "invalid_argument", ask("POST", "/v1/jobs", b"{"))
        self.assert_problem(400, "invalid_argument", ask("POST", "/v1/jobs", {"spec": {"name": "a", "colour": 1}}))
        self.assert_problem(400, "invalid_argument", ask("GET", "/v1/jobs?all=perhaps"))
        relative = {"spec": {"name": "a"}, "files": [{"urls": ["http://h/"], "path": "b"}]}
        body = self.assert_problem(400, "path_invalid", ask("POST", "/v1/jobs", relative))
        self.assertIn("advice", body)
        status, fields, _ = self.call.request("GET", "/v1/nothing")
        self.assertEqual(fields["Content-Type"], "application/problem+json")

    def test_the_rest_of_the_resources_answer(self):
        self.assertEqual(self.call("GET", "/healthz"), b"ok\n")
        self.assertEqual(self.call("GET", "/v1/version")["api"], "v1")
        self.assertEqual(self.call("GET", "/v1/peers"), {"peers": [], "bans": []})
        self.assert_problem(403, "policy_refused", lambda: self.call("GET", "/v1/peers/port"))
        self.call("PUT", "/v1/limits", {"download_limit": 4096})
        self.assertEqual(self.call("GET", "/v1/limits"), {"download_limit": 4096})
        self.call("PUT", "/v1/limits", {"download_limit": 0})
        self.call("PUT", "/v1/conditions", {"network": False, "costs": 1})
        self.assertFalse(self.call("GET", "/v1/conditions")["network"])
        self.assertEqual(self.call("GET", "/v1/policy")["options"]["files_active_max"], 16)
        self.assertEqual(self.call("GET", "/v1/contents"), {"contents": []})

    def test_a_stored_content_can_be_listed_and_verified(self):
        self.serve("/a", 2 * MIB)
        job = self.job(self.call, "a")
        self.wait_for(self.call, job)
        content = self.call("GET", "/v1/contents")["contents"][0]["content"]
        self.assertEqual(self.call("POST", f"/v1/contents/{content}/verify"), {"wrong_bytes": 0})
        self.assert_problem(403, "policy_refused", lambda: self.call("POST", f"/v1/contents/{content}/share"))
        self.assert_problem(404, "not_found", lambda: self.call("POST", f"/v1/contents/{content}/unshare"))

    def test_metrics_count_what_jobs_received(self):
        self.serve("/a", 2 * MIB)
        job = self.job(self.call, "a")
        self.wait_for(self.call, job)
        self.call("POST", f"/v1/jobs/{job}/complete", {})
        text = self.call("GET", "/metrics").decode()
        self.assertIn(f'freshet_received_bytes_total{{source="origin"}} {2 * MIB}\n', text)
        self.assertIn("freshet_files_transferred_total 1\n", text)
        self.assertIn('freshet_jobs{state="transferred"} 0\n', text)
        self.assertTrue(text.endswith("# EOF\n"))


@AS_ROOT
class Users(DaemonCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.root, self.stranger = self.caller(), self.caller(STRANGER)

    def test_jobs_of_others_are_not_listed_and_not_to_be_touched(self):
        self.serve("/a", MIB)
        job = self.job(self.root, "a", start=False)
        self.assertEqual(self.stranger("GET", "/v1/jobs"), {"jobs": [], "next": None})
        for method, path in [("GET", ""), ("GET", "/files"), ("GET", "/why"), ("GET", "/wait"),
                             ("POST", "/resume"), ("POST", "/cancel"), ("POST", "/take-ownership")]:
            self.assert_problem(403, "access_denied", lambda: self.stranger(method, f"/v1/jobs/{job}{path}"))
        self.assert_problem(403, "access_denied", lambda: self.stranger("GET", "/v1/jobs?all=true"))

    def test_what_concerns_the_machine_is_for_operators(self):
        for path in ["contents", "peers", "limits", "conditions", "policy"]:
            self.assert_problem(403, "access_denied", lambda: self.stranger("GET", f"/v1/{path}"))
        self.assert_problem(403, "access_denied", lambda: self.stranger("GET", "/metrics"))

    def test_root_sees_all_and_takes_jobs_over(self):
        job = self.job(self.stranger, "a", start=False)
        self.assertEqual([one["id"] for one in self.root("GET", "/v1/jobs?all=true")["jobs"]], [job])
        self.root("POST", f"/v1/jobs/{job}/take-ownership")
        self.assertEqual(self.root("GET", f"/v1/jobs/{job}")["owner"], 0)
        self.assert_problem(403, "access_denied", lambda: self.stranger("GET", f"/v1/jobs/{job}"))

    def test_the_daemon_writes_to_no_path_for_another_user(self):
        self.serve("/a", MIB)
        job = self.job(self.stranger, "a")
        self.wait_for(self.stranger, job)
        for call in (self.stranger, self.root):
            self.assert_problem(403, "policy_refused", lambda: call("POST", f"/v1/jobs/{job}/complete", {}))
        self.assertFalse((self.folder / "out" / "a").exists())
        self.assertEqual(self.stranger("GET", f"/v1/jobs/{job}")["state"], "transferred")

    def test_the_daemon_opens_no_file_for_another_user(self):
        secret = self.folder / "secret"
        secret.write_bytes(b"x" * 100)
        spec = {"spec": {"name": "a"}, "files": [{"path": "/tmp/x", "manifest": str(secret)}]}
        self.assert_problem(501, "not_supported", lambda: self.stranger("POST", "/v1/jobs", spec))
        self.assert_problem(501, "not_supported", lambda: self.stranger(
            "POST", "/v1/jobs", {"spec": {"name": "a", "ca_file": str(secret)}}))
        made = self.stranger("POST", "/v1/jobs", {"spec": {"name": "a"}, "files": [
            {"path": "/tmp/x", "urls": ["http://[::1]:1/x"]}]})["id"]
        self.assert_problem(501, "not_supported", lambda: self.stranger(
            "PATCH", f"/v1/jobs/{made}/files/0", {"identity": {"manifest": str(secret)}}))

    def test_files_are_placed_into_what_their_owner_opened(self):
        self.serve("/a", 3 * MIB)
        self.serve("/b", 5, seed=2)
        job = self.job(self.stranger, "a", "b")
        self.wait_for(self.stranger, job)
        self.assert_problem(409, "not_yet", lambda: self.stranger("POST", f"/v1/jobs/{job}/complete", {"placed": [0]}))
        with open(self.folder / "out" / "a", "wb") as a, open(self.folder / "out" / "b", "w+b") as b:
            b.write(b"longer than what comes")
            b.flush()
            placed = send_with_descriptors(self.stranger.connection, "POST", f"/v1/jobs/{job}/place",
                                           {"files": [1, 0]}, [b.fileno(), a.fileno()])
        self.assertEqual(placed, {"placed": [1, 0]})
        self.assert_right("out/a", "/a")
        self.assert_right("out/b", "/b")
        done = self.stranger("POST", f"/v1/jobs/{job}/complete", {"placed": [0, 1]})
        self.assertEqual(done, {"files_placed": 2, "files_dropped": 0})

    def test_only_open_files_that_can_be_filled_are_taken(self):
        self.serve("/a", MIB)
        job = self.job(self.stranger, "a")
        self.wait_for(self.stranger, job)
        path = self.folder / "target"
        path.write_bytes(b"as it was")
        pipe = os.pipe()
        with open(path, "rb") as reading, open(path, "ab") as appending:
            for descriptor in (reading.fileno(), appending.fileno(), pipe[1]):
                self.assert_problem(400, "invalid_argument", lambda: send_with_descriptors(
                    self.stranger.connection, "POST", f"/v1/jobs/{job}/place", {"files": [0]}, [descriptor]))
            self.assert_problem(400, "invalid_argument", lambda: send_with_descriptors(
                self.stranger.connection, "POST", f"/v1/jobs/{job}/place", {"files": [0]}, []))
        for end in pipe:
            os.close(end)
        self.assertEqual(path.read_bytes(), b"as it was")

    def test_parts_of_a_job_can_be_placed_and_the_rest_is_dropped(self):
        self.serve("/a", MIB)
        job = self.job(self.stranger, "a")
        self.wait_for(self.stranger, job)
        missing = {"urls": [self.origin.url("/missing")], "path": str(self.folder / "missing")}
        self.stranger("POST", f"/v1/jobs/{job}/files", {"files": [missing]})
        self.stranger("POST", f"/v1/jobs/{job}/resume")
        self.wait_for(self.stranger, job, "error")
        with open(self.folder / "target", "wb") as target:
            send_with_descriptors(self.stranger.connection, "POST", f"/v1/jobs/{job}/place",
                                  {"files": [0]}, [target.fileno()])
            self.assert_problem(409, "not_yet", lambda: send_with_descriptors(
                self.stranger.connection, "POST", f"/v1/jobs/{job}/place", {"files": [1]}, [target.fileno()]))
        done = self.stranger("POST", f"/v1/jobs/{job}/complete", {"placed": [0]})
        self.assertEqual(done, {"files_placed": 1, "files_dropped": 1})
        self.assert_right("target", "/a")


class WaysIn(DaemonCase):
    def test_a_socket_of_a_dead_daemon_is_replaced_and_of_a_live_one_refused(self):
        self.start_daemon()
        self.stop_daemon(signal.SIGKILL)
        self.assertTrue(os.path.exists(self.socket))
        self.start_daemon()
        self.assertEqual(self.caller()("GET", "/healthz"), b"ok\n")
        first, reader = self.daemon, self.reader
        self.assertIn("already_running", self.start_daemon(expect=1))
        self.daemon, self.reader = first, reader
        self.assertEqual(self.caller()("GET", "/healthz"), b"ok\n")
        self.stop_daemon()
        self.assertFalse(os.path.exists(self.socket))

    def test_what_is_no_socket_is_left_alone(self):
        with open(self.socket, "w", encoding="utf-8") as file:
            file.write("mine")
        self.assertIn("path_invalid", self.start_daemon(expect=1))
        os.chmod(self.place.name, 0o777)
        os.remove(self.socket)
        self.assertIn("permission_denied", self.start_daemon(expect=1))

    def tcp(self, port, headers=None, token=None, path="/v1/jobs"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.addCleanup(connection.close)
        return Caller(connection, token)("GET", path, None, headers)

    def start_with_tcp(self):
        self.start_daemon("--tcp", "127.0.0.1:0")
        return int(self.log.split("tcp port=")[1].split()[0])

    def test_over_tcp_a_caller_shows_the_token_and_is_no_web_page(self):
        port = self.start_with_tcp()
        path = self.folder / "data" / "api-token"
        token = path.read_text(encoding="utf-8").strip()
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.tcp(port, token=token), {"jobs": [], "next": None})
        self.assertEqual(self.tcp(port, {"Origin": f"http://127.0.0.1:{port}"}, token), {"jobs": [], "next": None})
        self.assertEqual(self.tcp(port, path="/healthz"), b"ok\n")
        for status, fields, shown in [(401, {}, None), (401, {}, token[:-1] + "x"), (401, {}, token[:-1]),
                                      (403, {"Host": "evil.example"}, token),
                                      (403, {"Host": f"127.0.0.1.evil.example:{port}"}, token),
                                      (403, {"Origin": "http://evil.example"}, token),
                                      (403, {"Origin": "null"}, token)]:
            self.assert_problem(status, "access_denied", lambda: self.tcp(port, fields, shown))

    def test_tcp_is_for_loopback_alone(self):
        self.assertIn("loopback", self.start_daemon("--tcp", "0.0.0.0:0", expect=1))

    def test_a_token_that_others_may_read_is_refused(self):
        (self.folder / "data").mkdir()
        path = self.folder / "data" / "api-token"
        path.write_text("x" * 64, encoding="utf-8")
        path.chmod(0o644)
        self.assertIn("0600", self.start_daemon("--tcp", "127.0.0.1:0", expect=1))


class Life(DaemonCase):
    def notify_socket(self):
        path = os.path.join(self.place.name, "notify")
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(path)
        notify.settimeout(60)
        self.addCleanup(notify.close)
        return notify, path

    def test_systemd_hears_of_its_start_its_life_its_reload_and_its_end(self):
        notify, path = self.notify_socket()
        self.start_daemon(environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"})
        heard = []

        def hear(text):
            while not any(text in line for line in heard):
                heard.append(notify.recv(4096).decode())

        hear("READY=1")
        hear("WATCHDOG=1")
        self.daemon.send_signal(signal.SIGHUP)
        hear("RELOADING=1")
        heard = [line for line in heard if "RELOADING=1" in line]
        hear("READY=1")
        self.daemon.send_signal(signal.SIGTERM)
        hear("STOPPING=1")
        self.assertEqual(self.daemon.wait(60), 0)

    def test_a_socket_that_systemd_opened_is_used(self):
        path = os.path.join(self.place.name, "given")
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(listening.close)
        listening.bind(path)
        listening.listen(8)
        # The pid is known after the fork alone.
        words = [str(listening.fileno()), FRESHETD, "--data", str(self.folder / "data")]
        starter = ("import os, sys; os.dup2(int(sys.argv[1]), 3); "
                   "os.environ['LISTEN_PID'] = str(os.getpid()); "
                   "os.environ['LISTEN_FDS'] = '1'; os.execv(sys.argv[2], sys.argv[2:])")
        self.daemon = subprocess.Popen(
            [sys.executable, "-c", starter, *words], text=True, pass_fds=(listening.fileno(),),
            env=self.environment(), cwd=self.folder, stderr=subprocess.PIPE)
        self.follow_daemon()
        self.wait_for_log("serving")
        self.socket = path
        self.assertEqual(self.caller()("GET", "/healthz"), b"ok\n")
        self.stop_daemon()
        self.assertTrue(os.path.exists(path), "it is systemd's")

    def test_a_stop_answers_what_is_under_way_and_ends_streams(self):
        self.serve("/a", MIB)
        self.origin.allow(0)
        self.start_daemon()
        events, call, waiting = self.events(), self.caller(), self.connection()
        job = self.job(call, "a")
        waiting.request("GET", f"/v1/jobs/{job}/wait?timeout=60")
        events.until(lambda event: event["event"] == "state")
        self.stop_daemon()
        self.assertIn("stopped", self.log)

    def test_killed_in_the_midst_of_jobs_it_goes_on_by_itself(self):
        names = [f"f{number}" for number in range(6)]
        for number, name in enumerate(names):
            self.serve(f"/{name}", (number + 1) * 2 * MIB, seed=number)
        total = sum(len(data) for data in self.origin.files.values())
        self.start_daemon()
        call = self.caller()
        self.origin.allow(total // 5)
        jobs = [self.job(call, name) for name in names]
        for part in (1, 2, 3):
            self.assertTrue(self.origin.wait_until_sent(total * part // 5))
            self.stop_daemon(signal.SIGKILL)
            self.start_daemon()
            self.origin.allow(total * (part + 1) // 5)
        call = self.caller()
        self.assertEqual(sorted(job["id"] for job in call("GET", "/v1/jobs")["jobs"]), sorted(jobs))
        self.origin.allow_all()
        for job, name in zip(jobs, names):
            self.wait_for(call, job)
            call("POST", f"/v1/jobs/{job}/complete", {})
            self.assert_right(f"out/{name}", f"/{name}")


if __name__ == "__main__":
    main()
