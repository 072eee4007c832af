"""Every way in to the node by curl, and pulls of container images."""

import hashlib
import json
import shutil
import subprocess
import unittest

from case import DEADLINE_SECONDS, main, made_bytes
from node_case import NodeCase
from node_origin import Document

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

    def fetch(self, path, expect=200, **fields):
        connection = self.connect()
        connection.request("GET", path, headers={"Accept": MANIFEST, **fields})
        answer = connection.getresponse()
        self.assertEqual(answer.status, expect, path)
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

    def test_the_token_dance_of_a_registry_passes_through_the_node(self):
        path = f"/v2/team/app/blobs/{self.layer}"
        blob = self.far.documents[path]
        challenge = f'Bearer realm="{self.far.url("/token")}",service="registry"'

        def guarded(seen):
            if seen["Authorization"] == "Bearer anonymous":
                return blob
            return Document(b"{}", {"WWW-Authenticate": challenge, "Cache-Control": "no-store"}, status=401, etag=None)

        self.far.documents[path] = guarded
        for _ in range(2):
            answer, _ = self.fetch(path, expect=401)
            self.assertEqual(answer.headers["WWW-Authenticate"], challenge)
        _, body = self.fetch(path, Authorization="Bearer anonymous")
        self.assertEqual(self.digest(body), self.layer)
        # Whoever knows the digest may have it: it was compared.
        answer, body = self.fetch(path)
        self.assertEqual(self.digest(body), self.layer)
        self.assertIn("hit", answer.headers["Cache-Status"])
        self.assertEqual(self.far.sent(path), SIZE + 2 * len(b"{}"))

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
