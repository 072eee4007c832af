"""Metrics, traces and the journal of a real daemon, and the dashboard and alert rules that go with them."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

from case import main
from daemon_case import DaemonCase
from node_case import NodeCase

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "packaging/grafana"
MIB = 1 << 20
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SUFFIXES = {"counter": "_total", "info": "_info"}


def documented(node=False):
    """Names with their types, as docs/metrics.md has them."""
    rows = re.findall(r"^\| `(freshet_\w+)` \| (\w+) \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    return {name: kind for name, kind in rows if node or not name.startswith("freshet_node_")}


def sample_names(node=False):
    names = set()
    for name, kind in documented(node).items():
        if kind == "histogram":
            names |= {name + suffix for suffix in ("_bucket", "_count", "_sum")}
        else:
            names.add(name + SUFFIXES.get(kind, ""))
    return names


def promtool(case, *words, text=None):
    if shutil.which("promtool") is None:
        case.skipTest("promtool is not installed (Debian: prometheus)")
    done = subprocess.run(["promtool", *map(str, words)], input=text, capture_output=True, text=True,
                          check=False, cwd=RULES)
    case.assertEqual(done.returncode, 0, done.stdout + done.stderr)
    return done.stdout + done.stderr


class Scraped(DaemonCase):
    def scrape(self, accept="application/openmetrics-text"):
        connection = self.connection()
        connection.request("GET", "/metrics", headers={"Accept": accept})
        answer = connection.getresponse()
        text = answer.read().decode()
        self.assertEqual(answer.status, 200, text)
        return answer.headers["Content-Type"], text

    def value(self, sample):
        found = re.search(r"^" + re.escape(sample) + r" (\S+)$", self.scrape()[1], re.MULTILINE)
        self.assertIsNotNone(found, sample)
        return float(found.group(1))

    def assert_documented(self, node=False):
        kind, text = self.scrape()
        self.assertIn("application/openmetrics-text", kind)
        self.assertTrue(text.endswith("# EOF\n"))
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
        self.assertEqual(types, documented(node))
        for name in types:
            self.assertRegex(text, rf"(?m)^# HELP {name} \S.*\.$")
        self.assertEqual({line.split("{")[0].split(" ")[0] for line in text.splitlines()
                          if not line.startswith("#")}, sample_names(node))


class Metrics(Scraped):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.call = self.caller()

    def fetch(self, name="big", size=2 * MIB, **more):
        self.serve(f"/{name}", size)
        job = self.job(self.call, name, **more)
        self.wait_for(self.call, job)
        return job

    def test_a_scrape_has_what_the_document_tells_and_nothing_else(self):
        self.fetch()
        self.assert_documented()

    def test_what_was_moved_is_counted(self):
        self.fetch(size=2 * MIB)
        self.assertEqual(self.value('freshet_received_bytes_total{source="origin"}'), 2 * MIB)
        self.assertEqual(self.value("freshet_delivered_bytes_total"), 2 * MIB)
        self.assertEqual(self.value("freshet_origin_copies"), 1)
        self.assertEqual(self.value("freshet_transfer_duration_seconds_count"), 1)
        self.assertEqual(self.value('freshet_transfer_duration_seconds_bucket{le="+Inf"}'), 1)
        self.assertGreater(self.value("freshet_transfer_duration_seconds_sum"), 0)
        self.assertGreater(self.value("freshet_database_memtable_bytes"), 0)

    def test_promtool_finds_nothing_wrong_with_a_scrape(self):
        self.fetch()
        kind, text = self.scrape("text/plain")
        self.assertIn("version=0.0.4", kind)
        self.assertEqual(promtool(self, "check", "metrics", text=text), "")

    def test_a_trace_goes_with_the_job_to_its_origin_in_steps_of_its_own(self):
        self.serve("/traced", 2 * MIB)
        (self.folder / "out").mkdir()
        connection = self.connection()
        body = {"spec": {"name": "traced"}, "start": True,
                "files": [{"urls": [self.origin.url("/traced")], "path": str(self.folder / "out/traced")}]}
        connection.request("POST", "/v1/jobs", json.dumps(body), {"traceparent": PARENT})
        job = json.loads(connection.getresponse().read())["id"]
        self.wait_for(self.call, job)
        parents = [headers["traceparent"] for headers in self.origin.headers if "traceparent" in headers]
        self.assertTrue(parents)
        for parent in parents:
            self.assertRegex(parent, f"^00-{TRACE}-[0-9a-f]{{16}}-01$")
            self.assertNotEqual(parent, PARENT)
        self.assertEqual(len(set(parents)), len(parents))


class NodeMetrics(NodeCase, Scraped):
    def test_a_node_tells_how_it_answered_and_what_that_cost(self):
        self.serve_at("/a", bytes(MIB))
        self.start_node()
        self.get("/a")
        self.wait_for_stored("/a")
        self.get("/a")
        self.assert_documented(node=True)
        for sample, value in {'requests_total{outcome="miss"}': 1, 'requests_total{outcome="hit"}': 1,
                              'sent_bytes_total{from="cache"}': MIB, 'sent_bytes_total{from="origin"}': MIB,
                              'received_bytes_total{source="origin"}': MIB, "origin_requests_total": 1,
                              "objects": 1}.items():
            self.assertEqual(self.value("freshet_node_" + sample), value, sample)
        text = self.scrape("text/plain")[1]
        self.assertEqual(promtool(self, "check", "metrics", text=text), "")


class Journal(DaemonCase):
    """A socket of our own in place of the journal's."""

    def environment(self):
        more = {"FRESHET_JOURNAL_SOCKET": str(self.folder / "journal")}
        if hasattr(self, "stream"):
            more["JOURNAL_STREAM"] = self.stream
        return {**super().environment(), **more}

    def messages(self, journal, until):
        """Fields of each datagram, up to the one whose MESSAGE has these words."""
        found = []
        while not (found and until in found[-1]["MESSAGE"]):
            text = journal.recv(65536).decode()
            found.append(dict(line.split("=", 1) for line in text.splitlines()))
        return found

    def test_lines_for_the_journal_have_fields(self):
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(journal.close)
        journal.bind(str(self.folder / "journal"))
        journal.settimeout(60)
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        state = os.fstat(write)
        self.stream = f"{state.st_dev}:{state.st_ino}"
        process = subprocess.Popen(
            [os.environ.get("FRESHETD", "freshetd"), "--data", str(self.folder / "data"), "--socket",
             str(self.socket)], env=self.environment(), stderr=write)
        os.close(write)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.messages(journal, "listening socket=")
        call = self.caller()
        absent = call("POST", "/v1/jobs", {
            "spec": {"name": "absent", "headers": [{"name": "traceparent", "value": PARENT}]}, "start": True,
            "files": [{"urls": [self.origin.url("/absent")], "path": str(self.folder / "absent")}]})["id"]
        stopped = self.messages(journal, "job stopped by an error")[-1]
        self.assertEqual(stopped["PRIORITY"], "4")
        self.assertEqual(stopped["SYSLOG_IDENTIFIER"], "freshetd")
        self.assertEqual(stopped["FRESHET_EVENT"], "job stopped by an error")
        self.assertEqual(stopped["FRESHET_JOB"], absent)
        self.assertEqual(stopped["FRESHET_TRACE"], TRACE)
        self.assertIn("http_not_found", stopped["FRESHET_ERROR"])


class Rules(DaemonCase):
    def test_promtool_accepts_the_alert_rules_and_their_tests(self):
        promtool(self, "check", "rules", "alerts.yml")
        promtool(self, "test", "rules", "alerts_test.yml")

    def test_dashboard_and_rules_use_documented_metrics_alone(self):
        known = sample_names(node=True)
        for name in ("dashboard.json", "alerts.yml", "alerts_test.yml"):
            used = set(re.findall(r"\bfreshet_\w+", (RULES / name).read_text()))
            self.assertTrue(used)
            self.assertEqual(used - known, set(), name)

    def test_every_panel_of_the_dashboard_asks_for_something(self):
        board = json.loads((RULES / "dashboard.json").read_text())
        for panel in board["panels"]:
            self.assertTrue(panel["targets"], panel["title"])
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))


if __name__ == "__main__":
    main()
