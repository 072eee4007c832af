"""What every test of the agent has: a daemon, `freshet-do-agent` in front of it, strict clients."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

from agent_client import AgentClient, Refused, port_in
from daemon_case import DEADLINE_SECONDS, DaemonCase

AGENT = os.environ.get("FRESHET_DO_AGENT", "freshet-do-agent")
SMALL, MIDDLE, LARGE = "/phf/small", "/files/middle", "/phf/large"
SMALL_BYTES, MIDDLE_BYTES, LARGE_BYTES = 1837, 3_000_001, 12_000_440


class AgentCase(DaemonCase):
    daemon_words = ()

    def setUp(self):
        super().setUp()
        for path, size, seed in ((SMALL, SMALL_BYTES, 1), (MIDDLE, MIDDLE_BYTES, 2),
                                 (LARGE, LARGE_BYTES, 3)):
            self.serve(path, size, seed)
        self.run_folder, self.config = self.folder / "run", self.folder / "config"
        self.config.mkdir()
        self.out = self.folder / "out"
        self.out.mkdir()
        self.agent = None
        self.start_daemon(*self.daemon_words)

    # The agent as a process: what a service controller does.

    def start_agent(self, *words, expect=None, **more):
        self.agent = subprocess.Popen(
            [AGENT, "--socket", self.socket, "--state", self.folder / "state", "--run",
             self.run_folder, "--config", self.config, *map(str, words)],
            cwd=self.folder, env=self.environment(), stderr=subprocess.PIPE, text=True, **more)
        self.agent_log, self.agent_logged = "", threading.Condition()

        def read(stream):
            for line in stream:
                with self.agent_logged:
                    self.agent_log += line
                    self.agent_logged.notify_all()

        self.agent_reader = threading.Thread(target=read, args=(self.agent.stderr,))
        self.agent_reader.start()
        self.addCleanup(self._end_daemon, self.agent, self.agent_reader)
        if expect is not None:
            self.agent.wait(DEADLINE_SECONDS)
            self.agent_reader.join()
            self.assertEqual(self.agent.returncode, expect, self.agent_log)
            return
        self.wait_for_agent("serving port=")

    def wait_for_agent(self, text):
        with self.agent_logged:
            said = self.agent_logged.wait_for(lambda: text in self.agent_log, DEADLINE_SECONDS)
        self.assertTrue(said, f"the agent never says {text!r}: {self.agent_log}")

    def stop_agent(self, how=signal.SIGTERM):
        self.agent.send_signal(how)
        self.agent.wait(DEADLINE_SECONDS)
        self.agent_reader.join()
        if how == signal.SIGTERM:
            self.assertEqual(self.agent.returncode, 0, self.agent_log)

    def restart_agent(self, how=signal.SIGTERM):
        self.stop_agent(how)
        self.start_agent()

    def client(self, **more):
        client = AgentClient(self.run_folder, **more)
        self.addCleanup(client.close)
        return client

    def port_files(self):
        return [name for name in os.listdir(self.run_folder) if "restport" in name]

    def port(self):
        return port_in(self.run_folder)

    def admin_config(self, **values):
        (self.config / "admin-config.json").write_text(json.dumps(values))

    def gateway(self, host):
        text = f"HostName=hub.example;DeviceId=d;SharedAccessKey=c2VjcmV0;GatewayHostName={host}"
        (self.config / "sdk-config.json").write_text(json.dumps({"ADUC_IoTConnectionString": text}))

    # What tests look at.

    def wait_for_status(self, client, download, wanted, seconds=DEADLINE_SECONDS):
        pause, ends = threading.Event(), time.monotonic() + seconds
        while not wanted(status := client.status(download)):
            self.assertLess(time.monotonic(), ends, f"{status}\n{self.agent_log}\n{self.log}")
            pause.wait(0.02)
        return status

    def wait_for_state(self, client, download, state):
        return self.wait_for_status(client, download, lambda status: status.state == state)

    @contextlib.contextmanager
    def refused(self, code, status=400):
        with self.assertRaises(Refused) as raised:
            yield
        self.assertEqual((raised.exception.status, raised.exception.code), (status, code),
                         str(raised.exception))

    def wait_until_gone(self):
        """No job of a download is left at the daemon."""
        call, pause = self.caller(), threading.Event()
        ends = time.monotonic() + DEADLINE_SECONDS
        while jobs := call("GET", "/v1/jobs")["jobs"]:
            self.assertLess(time.monotonic(), ends, jobs)
            pause.wait(0.02)

    def half_way(self, client, name="large.bin", bytes_held=4_000_000):
        """A download of the large file that the origin holds back in the middle."""
        self.origin.allow(bytes_held)
        download = client.create(self.origin.url(LARGE), self.out / name)
        client.start(download)
        self.wait_for_status(client, download, lambda status: status.transferred > 0)
        return download

    def assert_content(self, name, path):
        self.assertEqual((self.out / name).read_bytes(), self.origin.files[path])
