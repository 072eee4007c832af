"""The OpenAPI document: valid, complete, and what the daemon really answers."""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from case import main
from daemon_case import DaemonCase

MIB = 1 << 20
TREE = pathlib.Path(__file__).parent.parent.parent
ROUTE = re.compile(r'Route\{(\w+), "(\w+)", "(\w+)",\s*"([^"]+)"')

try:
    import jsonschema
except ImportError:
    jsonschema = None


class Document(unittest.TestCase):
    @contextlib.contextmanager
    def in_time(self):
        try:
            yield
        except subprocess.TimeoutExpired:
            self.skipTest("npm does not get the validator in time")

    def test_the_document_is_valid_for_a_public_validator(self):
        npx = shutil.which("npx")
        if npx is None:
            self.skipTest("npx is not there")
        with tempfile.TemporaryDirectory() as folder, self.in_time():
            ran = subprocess.run([npx, "--yes", "-p", "@seriousme/openapi-schema-validator@2", "validate-api",
                                  str(TREE / "api/local/openapi.json")],
                                 cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if '"valid"' not in ran.stdout:
            self.skipTest("npm cannot get the validator: " + ran.stderr[-300:])
        self.assertIn('"valid": true', ran.stdout)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)


@unittest.skipIf(jsonschema is None, "python3-jsonschema is not there")
class Answers(DaemonCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.call = self.caller()
        self.document = self.call("GET", "/v1/openapi.json")

    def schema(self, schema):
        return jsonschema.Draft202012Validator(
            {**schema, "components": self.document["components"]})

    def operation(self, method, path):
        for form, operations in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", form), path.split("?")[0]) and method.lower() in operations:
                return operations[method.lower()]
        raise AssertionError(f"{method} {path} is not described")

    def check(self, method, path, body=None):
        """Both sides are as described; what was answered."""
        operation = self.operation(method, path)
        if body is not None:
            self.schema(operation["requestBody"]["content"]["application/json"]["schema"]).validate(body)
        status, fields, data = self.call.request(method, path, body)
        described = operation["responses"].get(str(status))
        if described is None:
            self.assertGreaterEqual(status, 400, data)
            described = self.document["components"]["responses"]["problem"]
        kind = fields.get("Content-Type", "").split(";")[0]
        if status == 204:
            self.assertEqual(data, b"")
            return None
        value = json.loads(data) if "json" in kind else data.decode()
        self.schema(described["content"][kind]["schema"]).validate(value)
        return value

    def test_every_route_is_described_and_nothing_else(self):
        routes = ROUTE.findall((TREE / "api/local/routes.cpp").read_text(encoding="utf-8"))
        self.assertGreater(len(routes), 30)
        described = {(operation["operationId"], method.upper(), path)
                     for path, operations in self.document["paths"].items()
                     for method, operation in operations.items() if method != "parameters"}
        self.assertEqual(described, {(name, method, path) for _, name, method, path in routes})
        on_disk = json.loads((TREE / "api/local/openapi.json").read_text(encoding="utf-8"))
        self.assertEqual(self.document, on_disk)

    def test_real_answers_are_as_described(self):
        self.serve("/a", MIB)
        (self.folder / "out").mkdir()
        file = {"urls": [self.origin.url("/a")], "path": str(self.folder / "out" / "a"),
                "sha256": None, "ranges": []}
        spec = {"name": "a", "priority": "low", "notify": {"modification": True},
                "headers": [{"name": "X-A", "value": "1"}], "size_max": None}
        job = self.check("POST", "/v1/jobs", {"spec": spec, "files": [file], "start": True})["id"]
        self.wait_for(self.call, job)
        path = f"/v1/jobs/{job}"
        bad = self.check("POST", "/v1/jobs", {"spec": {"name": "b"}, "files": [
            {"urls": [self.origin.url("/missing")], "path": str(self.folder / "out" / "b")}], "start": True})["id"]
        self.wait_for(self.call, bad, "error")
        made = self.check("POST", "/v1/jobs", {"spec": {"name": "idle"}, "files": [
            {**file, "path": file["path"] + "3", "manifest_optional": False}]})["id"]
        idle = f"/v1/jobs/{made}"
        for method, where, body in [
                ("GET", path, None), ("GET", path + "/files", None), ("GET", path + "/why", None),
                ("GET", path + "/wait?timeout=1", None), ("GET", path + "/error", None),
                ("GET", f"/v1/jobs/{bad}", None), ("GET", f"/v1/jobs/{bad}/error", None),
                ("GET", "/v1/jobs", None), ("GET", "/v1/jobs?all=true", None),
                ("GET", "/v1/jobs?limit=1", None), ("GET", "/v1/jobs?limit=0", None),
                ("GET", path + "/files/0/bytes", None), ("GET", path + "/files/0/pieces", None),
                ("GET", path + "/files/0/answer", None),
                ("PUT", path + "/files/0/preferred", {"ranges": [{"begin": 0, "end": 10}]}),
                ("POST", "/v1/page/code", None), ("POST", "/v1/page/token", {"code": "none"}),
                ("PUT", path + "/spec", {"name": "c"}),
                ("POST", path + "/files/0/validate", {"right": True}),
                ("PUT", path + "/files/0/urls", {"urls": [self.origin.url("/a")]}),
                ("PATCH", path + "/files/0", {"app_data": "x"}),
                ("PATCH", idle + "/files/0", {"identity": {"sha256": None, "manifest": "http://host/m"},
                                              "manifest_optional": True, "app_data": "x"}),
                ("GET", idle + "/files", None),
                ("POST", path + "/replace-prefix", {"from": "http://x/", "to": "http://y/"}),
                ("POST", path + "/files", {"files": [{**file, "path": file["path"] + "2"}]}),
                ("POST", path + "/resume", None), ("POST", path + "/suspend", None),
                ("POST", path + "/take-ownership", None), ("POST", path + "/place", {"files": [0]}),
                ("GET", "/v1/contents", None), ("GET", "/v1/peers", None), ("GET", "/v1/peers/port", None),
                ("GET", "/v1/limits", None), ("PUT", "/v1/limits", {"download_limit": 0}),
                ("GET", "/v1/conditions", None), ("PUT", "/v1/conditions", {"network": True, "costs": 1}),
                ("GET", "/v1/policy", None), ("POST", "/v1/policy/reload", None),
                ("GET", "/v1/cache", None), ("GET", "/v1/sources", None),
                ("GET", "/v1/status", None), ("GET", "/v1/perf", None), ("GET", "/v1/perf?month=true", None), ("GET", "/v1/version", None), ("GET", "/healthz", None),
                ("GET", "/metrics", None), ("GET", "/v1/openapi.json", None)]:
            with self.subTest(method=method, path=where):
                self.check(method, where, body)
        content = self.call("GET", "/v1/contents")["contents"][0]["content"]
        for act in ("verify", "pin", "unpin", "share", "unshare", "purge"):
            self.check("POST", f"/v1/contents/{content}/{act}", {"until": None} if act == "pin" else None)
        self.check("POST", path + "/complete", {})
        self.check("POST", f"/v1/jobs/{bad}/cancel")

    def by_name(self, name, body=None, **values):
        """A call of which only the document is known: its name, its parameters and its schemas."""
        for form, operations in self.document["paths"].items():
            for method, operation in operations.items():
                if method == "parameters" or operation["operationId"] != name:
                    continue
                known = operation.get("parameters", []) + operations.get("parameters", [])
                places = {parameter["name"]: parameter["in"] for parameter in known}
                path = re.sub(r"\{(\w+)\}", lambda part: str(values[part[1]]), form)
                query = "&".join(f"{key}={value}" for key, value in values.items() if places[key] == "query")
                return self.check(method.upper(), path + ("?" + query if query else ""), body)
        raise AssertionError(f"{name} is not described")

    def test_a_client_that_knows_the_document_alone_drives_the_daemon(self):
        self.serve("/a", 3 * MIB)
        (self.folder / "out").mkdir()
        path = self.folder / "out" / "a"
        job = self.by_name("create_job", {"spec": {"name": "generic"}})["id"]
        self.by_name("add_files", {"files": [{"urls": [self.origin.url("/a")], "path": str(path)}]}, job=job)
        self.by_name("resume_job", job=job)
        while not (waited := self.by_name("wait_for_job", job=job, timeout=5))["settled"]:
            pass
        self.assertEqual(waited["job"]["state"], "transferred")
        self.assertEqual(self.by_name("list_files", job=job)["files"][0]["length"], 3 * MIB)
        self.assertEqual([one["id"] for one in self.by_name("list_jobs", limit=5)["jobs"]], [job])
        self.by_name("complete_job", {}, job=job)
        self.assertEqual(path.read_bytes(), self.origin.files["/a"])

    def test_events_and_notices_are_as_described(self):
        schemas = self.document["components"]["schemas"]
        events, notices = self.events(), self.events("/v1/notices")
        self.operation("GET", "/v1/events")
        stream = notices.next()["data"]["stream"]
        job = self.job(self.call, "missing")
        event = events.until(lambda one: one["event"] == "state")
        self.schema(schemas["JobEvent"]).validate(event["data"])
        self.check("PUT", f"/v1/notices/{stream}/jobs/{job}")
        notice = notices.next()["data"]
        self.schema(schemas["NoticeSent"]).validate(notice)
        answer = {"notice": notice["notice"], "accepted": True}
        self.check("POST", f"/v1/notices/{stream}/{notice['notice']}", answer)
        self.check("POST", f"/v1/notices/{stream}/{notice['notice']}", answer)
        self.check("DELETE", f"/v1/notices/{stream}/jobs/{job}")


if __name__ == "__main__":
    main()
