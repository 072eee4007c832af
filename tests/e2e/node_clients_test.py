"""Every way in to the node by curl, and pulls of container images."""

import hashlib
import json
import shutil
import subprocess
import unittest

from case import DEADLINE_SECONDS, main, made_bytes
from node_case import NodeCase

SIZE = 3_000_000
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


class Clients(NodeCase):
    def setUp(self):
        super().setUp()
        self.body = made_bytes(SIZE)
        self.serve_at("/pub/image.iso", self.body)

    def run_program(self, *words, proxy=False):
        environment = self.environment()
        if proxy:
            environment["http_proxy"] = f"http://127.0.0.1:{self.port}"
        return subprocess.run([str(word) for word in words], cwd=self.folder, env=environment,
                              check=True, capture_output=True, text=True,
                              timeout=DEADLINE_SECONDS).stdout

    def assert_one_copy(self, *names):
        for name in names:
            self.assertEqual((self.folder / name).read_bytes(), self.body, name)
        self.assertEqual(self.far.sent("/pub/image.iso"), SIZE)

    @unittest.skipIf(not shutil.which("curl"), "curl is not installed")
    def test_curl_gets_files_through_the_node_in_three_ways(self):
        self.start_node(more=f'map = {{ "/pub/" = "{self.far.url("/pub/")}" }}')
        node = f"http://127.0.0.1:{self.port}"
        self.run_program("curl", "-sfo", "a", f"{node}/pub/image.iso?cacheHostOrigin={self.far.host}")
        self.run_program("curl", "-sfo", "b", "--noproxy", "", self.far.url("/pub/image.iso"),
                         proxy=True)
        self.run_program("curl", "-sfo", "c", f"{node}/pub/image.iso")
        self.assert_one_copy("a", "b", "c")


class Images(NodeCase):
    """An image in a registry; the node stands in for the registry by a mapping of /v2/."""

    def setUp(self):
        super().setUp()
        layer = made_bytes(SIZE, 2)
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
            "type": "layers", "diff_ids": [self.digest(layer)]}}).encode()
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {
            "mediaType": CONFIG, "digest": self.digest(config), "size": len(config)}, "layers": [{
                "mediaType": LAYER, "digest": self.digest(layer), "size": len(layer)}]}).encode()
        self.blobs = {self.digest(layer): layer, self.digest(config): config}
        self.manifest, self.layer = manifest, self.digest(layer)
        self.serve_at("/v2/", b"{}", {"Content-Type": "application/json", "Cache-Control": "no-store"})
        for name in ("1.0", self.digest(manifest)):
            self.serve_at(f"/v2/team/app/manifests/{name}", manifest,
                          {"Content-Type": MANIFEST, "Docker-Content-Digest": self.digest(manifest)})
        for digest, blob in self.blobs.items():
            self.serve_at(f"/v2/team/app/blobs/{digest}", blob,
                          {"Content-Type": "application/octet-stream"})
        self.start_node(more=f'map = {{ "/v2/" = "{self.far.url("/v2/")}" }}')

    @staticmethod
    def digest(data):
        return "sha256:" + hashlib.sha256(data).hexdigest()

    def assert_one_copy(self):
        for digest, blob in self.blobs.items():
            self.assertEqual(self.far.sent(f"/v2/team/app/blobs/{digest}"), len(blob))

    def fetch(self, path):
        connection = self.connect()
        connection.request("GET", path, headers={"Accept": MANIFEST})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200, path)
        return answer, answer.read()

    def test_images_are_pulled_through_the_node_once(self):
        for _ in range(3):
            answer, manifest = self.fetch("/v2/team/app/manifests/1.0")
            self.assertEqual(answer.headers["Docker-Content-Digest"], self.digest(manifest))
            described = json.loads(manifest)
            for part in (described["config"], *described["layers"]):
                _, blob = self.fetch(f"/v2/team/app/blobs/{part['digest']}")
                self.assertEqual(self.digest(blob), part["digest"])
        self.assert_one_copy()

    @unittest.skipIf(not shutil.which("skopeo"), "skopeo is not installed")
    def test_skopeo_pulls_images_through_the_node(self):
        (self.folder / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        for name in ("one", "two"):
            subprocess.run(
                ["skopeo", "copy", "--policy", self.folder / "policy.json", "--src-tls-verify=false",
                 f"docker://127.0.0.1:{self.port}/team/app:1.0", f"dir:{self.folder}/{name}"],
                env=self.environment(), check=True, capture_output=True, timeout=DEADLINE_SECONDS)
            layer = (self.folder / name / self.layer.removeprefix("sha256:")).read_bytes()
            self.assertEqual(self.digest(layer), self.layer)
        self.assert_one_copy()


if __name__ == "__main__":
    main()
