"""Programs that everybody uses, through the node; and many who only stay connected."""

import hashlib
import os
import resource
import shutil
import socket
import subprocess
import threading
import time
import unittest

from case import main, made_bytes
from node_case import NodeCase

IDLE = int(os.environ.get("FRESHET_NODE_IDLE", 10_000))
BUSY = 200
HELD_SECONDS = float(os.environ.get("FRESHET_NODE_HELD_SECONDS", 2))


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class Programs(NodeCase):
    def setUp(self):
        super().setUp()
        self.body = made_bytes(3_000_000)
        self.serve_at("/file", self.body)
        self.start_node()
        self.url = f"http://127.0.0.1:{self.port}{self.target('/file')}"

    def run_program(self, *words, environment=None):
        done = subprocess.run(words, cwd=self.folder, capture_output=True, timeout=120, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **(environment or {})})
        self.assertEqual(done.returncode, 0, (words, done.stdout[-2000:], done.stderr[-2000:]))
        return done.stdout

    def read(self, name):
        return (self.folder / name).read_bytes()

    @needs("curl")
    def test_curl_resumes_and_asks_conditionally_through_the_node(self):
        self.run_program("curl", "-sSf", "-o", "a", self.url)
        self.assertEqual(self.read("a"), self.body)
        (self.folder / "b").write_bytes(self.body[:1_000_000])
        self.run_program("curl", "-sSf", "-C", "-", "-o", "b", self.url)
        self.assertEqual(self.read("b"), self.body)
        said = self.run_program("curl", "-sS", "-w", "%{http_code}", "-H", 'If-None-Match: "v1"', self.url)
        self.assertEqual(said, b"304")
        self.assertEqual(self.far.sent("/file"), len(self.body))

    @needs("curl")
    def test_curl_uses_the_node_as_its_proxy(self):
        self.run_program("curl", "-sSf", "-x", f"http://127.0.0.1:{self.port}", "-o", "a", self.far.url("/file"))
        self.assertEqual(self.read("a"), self.body)

    @needs("wget")
    def test_wget_fetches_and_continues_through_the_node(self):
        (self.folder / "a").write_bytes(self.body[:500_000])
        self.run_program("wget", "-q", "-c", "-O", "a", self.url)
        self.assertEqual(self.read("a"), self.body)

    @needs("aria2c")
    def test_aria2_takes_parts_by_several_connections_of_the_node(self):
        self.run_program("aria2c", "-q", "-x4", "-s4", "-k1M", "--allow-overwrite=true", "-o", "a", self.url)
        self.assertEqual(self.read("a"), self.body)
        self.assertEqual(self.far.sent("/file"), len(self.body))

    def make_package(self):
        """The file of a package named `small`."""
        (self.folder / "tree/DEBIAN").mkdir(parents=True)
        (self.folder / "tree/DEBIAN/control").write_text(
            "Package: small\nVersion: 1\nArchitecture: all\nMaintainer: Test <test@example>\nDescription: small\n")
        self.run_program("dpkg-deb", "-b", "--root-owner-group", "tree", "small.deb")
        return self.read("small.deb")

    def make_repository(self):
        """With one package and an index that goes by its digest."""
        package = self.make_package()
        index = ("Package: small\nVersion: 1\nArchitecture: all\nMaintainer: Test <test@example>\n"
                 f"Description: small\nFilename: pool/small.deb\nSize: {len(package)}\n"
                 f"SHA256: {hashlib.sha256(package).hexdigest()}\n").encode()
        digest = hashlib.sha256(index).hexdigest()
        self.serve_at("/debian/dists/test/Release", (
            "Suite: test\nComponents: main\nArchitectures: amd64\nAcquire-By-Hash: yes\n"
            "Date: Mon, 30 Nov 2026 00:00:00 UTC\n"
            f"SHA256:\n {digest} {len(index)} main/binary-amd64/Packages\n").encode())
        by_hash = f"/debian/dists/test/main/binary-amd64/by-hash/SHA256/{digest}"
        self.serve_at(by_hash, index)
        self.serve_at("/debian/pool/small.deb", package)
        return by_hash, package

    def apt(self, name, *words):
        """On a machine of its own, which uses the node as its proxy."""
        root = self.folder / name
        for part in ("state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d",
                     "etc/trusted.gpg.d"):
            (root / part).mkdir(parents=True, exist_ok=True)
        (root / "etc/sources.list").write_text(
            f"deb [trusted=yes arch=amd64] http://{self.far.host}/debian test main\n")
        (root / "state/status").write_text("")
        self.run_program(
            "apt-get", "-o", f"Dir::State={root}/state", "-o", f"Dir::Cache={root}/cache",
            "-o", f"Dir::Etc={root}/etc", "-o", f"Dir::State::status={root}/state/status",
            "-o", f"Acquire::http::Proxy=http://127.0.0.1:{self.port}", "-o", "APT::Sandbox::User=root",
            "-o", "APT::Architecture=amd64", "-o", "APT::Architectures::=amd64", *words,
            environment={"APT_CONFIG": "/dev/null"})

    @needs("apt-get")
    @needs("dpkg-deb")
    def test_two_machines_with_apt_get_a_repository_through_the_node_once(self):
        by_hash, package = self.make_repository()
        for name in ("one", "two"):
            self.apt(name, "update")
            self.apt(name, "download", "small")
            self.assertEqual(self.read("small_1_all.deb"), package)
            (self.folder / "small_1_all.deb").unlink()
        self.assertEqual(len(self.far.seen(by_hash)), 1)
        self.assertEqual(self.far.sent("/debian/pool/small.deb"), len(package))

    def test_thousands_of_idle_connections_leave_the_node_small_and_quick(self):
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
        idle = min(IDLE, files[1] - 2000)
        self.assertEqual(self.get("/file").body, self.body)
        before = self.resident_bytes()
        sockets = [socket.create_connection(("127.0.0.1", self.port), timeout=60) for _ in range(idle)]
        self.addCleanup(lambda: [each.close() for each in sockets])
        right = []

        def client():
            connection, ends = self.connect(), time.monotonic() + HELD_SECONDS
            while True:
                answer = self.get("/file", {"Range": "bytes=0-65535"}, connection=connection)
                right.append(answer.body == self.body[:65536])
                if time.monotonic() > ends:
                    return

        threads = [threading.Thread(target=client) for _ in range(BUSY)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertGreaterEqual(len(right), BUSY)
        self.assertTrue(all(right))
        slack = 256 << 20 if "ASAN_OPTIONS" in os.environ else 64 << 20  # It keeps what is freed for a while.
        self.assertLess(self.resident_bytes() - before, idle * 4096 + slack)
        request = f"GET {self.target('/file')} HTTP/1.1\r\nHost: n\r\nRange: bytes=0-0\r\n\r\n".encode()
        for each in (sockets[0], sockets[-1], sockets[idle // 2]):  # They are still there.
            each.sendall(request)
            self.assertTrue(each.recv(1000).startswith(b"HTTP/1.1 206 "))

    def resident_bytes(self):
        with open(f"/proc/{self.daemon.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main()
