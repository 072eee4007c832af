"""Two nodes behind HAProxy as docs/integrations/haproxy.md says, in front of one origin."""

import pathlib
import re
import shutil
import socket
import subprocess
import unittest

from case import main, made_bytes
from node_case import NodeCase

RECIPE = pathlib.Path(__file__).parents[2] / "docs/integrations/haproxy.md"
SIZE = 500_000
URLS = 24


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@unittest.skipUnless(shutil.which("haproxy"), "haproxy is not installed")
class Fleet(NodeCase):
    def setUp(self):
        super().setUp()
        for name in ("a", "b"):
            self.start_another(name)
        self.start_haproxy()

    def start_haproxy(self):
        self.front = free_port()
        recipe = RECIPE.read_text().split("```")[1].replace("bind :8080", f"bind 127.0.0.1:{self.front}")
        for address, name in (("192.0.2.11:8080", "a"), ("192.0.2.12:8080", "b")):
            recipe = recipe.replace(address, f"127.0.0.1:{self.nodes[name].port}")
        (self.folder / "haproxy.cfg").write_text(recipe)
        self.haproxy = subprocess.Popen(["haproxy", "-db", "-f", self.folder / "haproxy.cfg"],
                                        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(self.end_haproxy)
        self.port = self.front
        self.until(self.is_up)

    def end_haproxy(self):
        self.haproxy.kill()
        self.haproxy.wait()

    def is_up(self):
        self.assertIsNone(self.haproxy.poll(), "haproxy ended")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.front)) == 0

    def by(self, answer):
        return re.search(r"1\.1 ([ab])$", answer["Via"]).group(1)

    def test_each_url_of_a_fleet_has_one_node_until_that_is_away(self):
        bodies = {f"/{number}": made_bytes(SIZE, number) for number in range(URLS)}
        homes = {}
        for path, body in bodies.items():
            self.serve_at(path, body)
        for _ in range(3):
            for path, body in bodies.items():
                answer = self.get(path)
                self.assertEqual(answer.body, body)
                self.assertEqual(homes.setdefault(path, self.by(answer)), self.by(answer))
        self.assertEqual(set(homes.values()), {"a", "b"})
        self.assertEqual([self.far.sent(path) for path in bodies], [SIZE] * URLS)

        # Manifests are found whichever node is asked first.
        where = re.search(r"<([^>]+)>; rel=\"describedby\"", self.get("/0")["Link"]).group(1)
        for _ in range(4):
            for path in (where, where + ".minisig"):
                connection = self.connect()
                connection.request("GET", path)
                self.assertEqual(connection.getresponse().status, 200, path)

        self.nodes["b"].process.kill()
        self.nodes["b"].process.wait()
        for path, body in bodies.items():
            answer = self.get(path)
            self.assertEqual((answer.body, self.by(answer)), (body, "a"), path)
        sent = [self.far.sent(path) for path in bodies]
        self.assertEqual(sent, [SIZE if home == "a" else 2 * SIZE for home in homes.values()])


if __name__ == "__main__":
    main()
