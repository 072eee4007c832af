"""Two hosts whose apt exchanges packages, with the SHA-256 of the index and nothing else in common."""

import os
import subprocess
import threading

from apt_repository import Apt
from apt_test import METHOD, AptCase
from case import main
from daemon_case import FRESHETD
from origin import Origin
from spaces import Hub


class TwoHosts(AptCase):
    """Each with a daemon and an apt of its own, neighbours on a link; the origin is beyond."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root, to make networks of its own")
        self.hub = Hub(self)
        self.far = Origin(address="10.77.0.1", place=self.hub.space)
        self.far.files, self.far.modified = self.origin.files, self.origin.modified
        self.far.__enter__()
        self.repository.origin = self.far

    def host(self, name):
        place, _ = self.hub.neighbour()
        socket = f"{self.place.name}/{name}"
        daemon = subprocess.Popen(
            [*place.words(), FRESHETD, "--data", self.folder / f"{name}.data", "--socket", socket,
             "--socket-mode", "0666", "--peers", "lan", "--seed-for", "1h", "--cache", "100000000"],
            env=self.environment(), stderr=subprocess.PIPE, text=True)
        for line in daemon.stderr:
            if "serving" in line:
                break
        reader = threading.Thread(target=daemon.stderr.read)
        reader.start()
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(reader.join)
        self.addCleanup(self._end, daemon)
        source = self.far.url("").replace("http", "freshet+http", 1)
        return place, Apt(self.folder / name, METHOD, source, socket)

    @staticmethod
    def _end(process):
        process.kill()
        process.wait()

    def test_a_second_host_installs_with_the_origin_unplugged(self):
        (here, first), (there, second) = self.host("first"), self.host("second")
        first.run("update", place=here)
        second.run("update", place=there)
        first.run("install", "large", place=here)
        self.assertTrue(first.installed("large"))
        self.far.__exit__()
        second.run("install", "large", place=there)
        self.assertTrue(second.installed("large"))


if __name__ == "__main__":
    main()
