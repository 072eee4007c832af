"""A node with a thin uplink and eight Freshet clients: who has what the node sent gives it to the others."""

import json

from case import main, made_bytes
from node_case import NodeCase
from node_origin import NodeOrigin
from spaces import Hub

SIZE = 8_000_000
CLIENTS = 8
RATE, COLD_RATE = "1mbit", "20mbit"
FIRST_RATE = "16M"


class ThinUplink(NodeCase):
    def setUp(self):
        super().setUp()
        self.hub = Hub(self)
        self.there, self.address = self.hub.neighbour()
        with self.there.entered():
            self.far = NodeOrigin()  # Where the node alone can reach it.
        self.addCleanup(self.far.end)
        self.body = made_bytes(SIZE)
        self.serve_at("/a", self.body)
        self.start_node_there()
        key = json.loads(self.node("key", "show", "--json")[0])["key"]
        trusted = self.folder / ".config/freshet"
        trusted.mkdir(parents=True)
        (trusted / "trusted_keys").write_text(key + "\n")

    def start_node_there(self):
        (self.folder / "node.toml").write_text(
            f'[node]\nenabled = true\nlisten = ["{self.address}:8080"]\nallow = ["127.0.0.1:*"]\n'
            'origin_networks = ["127.0.0.0/8"]\n')
        self.start_daemon("--policy-file", self.folder / "node.toml", "--log", "debug", "--peers", "lan",
                          place=self.there)

    def make_thin(self, rate):
        self.there.run("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", rate, "burst", "16k",
                       "latency", "100ms")

    def sent_by_node(self):
        out = self.there.output("ip", "-s", "-j", "link", "show", "eth0")
        return json.loads(out)[0]["stats64"]["tx"]["bytes"]

    def clients_of_node(self):
        lines = self.there.output("ss", "-Htn", "state", "established", "sport = :8080").splitlines()
        return {line.split()[-1].rsplit(":", 1)[0] for line in lines}

    def client(self, number, *words):
        """A client on a host of its own, which shares what it got; it has got all when this returns."""
        space, _ = self.hub.neighbour()
        client = self.start("get", f"http://{self.address}:8080{self.target('/a')}", "-o", f"{number}.bin", "--data",
                            self.folder / f"data-{number}", "--peers", "lan", "--seed-for", "10m", "--tracker",
                            f"http://{self.address}:8080/announce", *words, place=space)
        return client

    def finish(self, number, client):
        self.assertTrue(client.stdout.readline().strip().endswith(f"{number}.bin"), f"client {number}")
        self.assertEqual((self.folder / f"{number}.bin").read_bytes(), self.body)

    def test_clients_of_a_node_with_a_thin_uplink_take_nearly_all_from_each_other(self):
        self.node("warm", self.far.url("/a"))
        self.wait_for_stored("/a")
        # Who has everything before he heard of the manifest shares nothing.
        first = self.client(0, "--limit-rate", FIRST_RATE)
        self.finish(0, first)
        while "Sharing" not in (line := first.stderr.readline()):
            self.assertTrue(line)
        self.make_thin(RATE)
        before = self.sent_by_node()
        clients = [(number, self.client(number)) for number in range(1, CLIENTS)]
        for number, client in clients:
            self.finish(number, client)
        sent = self.sent_by_node() - before
        self.assertLess(sent, (CLIENTS - 1) * SIZE // 10)
        self.assertEqual(self.far.sent("/a"), SIZE)

    def test_clients_that_start_together_at_a_cold_node_take_nearly_all_from_each_other(self):
        """Nobody has a manifest before the node has everything: each is told of it then."""
        held = self.serve_at("/a", self.body, gate_after=65536)
        self.make_thin(COLD_RATE)
        before = self.sent_by_node()
        clients = [(number, self.client(number)) for number in range(CLIENTS)]
        self.far.wait_for_requests(1, "/a")
        self.until(lambda: len(self.clients_of_node()) == CLIENTS)
        held.gate.set()
        for number, client in clients:
            self.finish(number, client)
        sent = self.sent_by_node() - before
        self.assertLess(sent, 3 * SIZE)  # Of 8; 1.3 to 1.6 where hosts have the processor time that peers need.
        self.assertEqual(self.far.sent("/a"), SIZE)


if __name__ == "__main__":
    main()
