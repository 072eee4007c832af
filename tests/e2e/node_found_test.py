"""Nodes that are found by their neighbours, on a link of network namespaces."""

import json

from case import main
from node_case import NodeCase
from spaces import Hub


class Found(NodeCase):
    def setUp(self):
        super().setUp()
        self.hub = Hub(self)
        self.here, self.address = self.hub.neighbour()
        self.there, _ = self.hub.neighbour()

    def start_at(self, listen, more=""):
        (self.folder / "node.toml").write_text(
            f'[node]\nenabled = true\nlisten = ["{listen}"]\nallow = ["a.example"]\n{more}\n')
        self.start_daemon("--policy-file", self.folder / "node.toml", place=self.here)

    def found(self):
        out, _ = self.freshet("node", "find", "--wait", "1", "--json", place=self.there)
        return [json.loads(line) for line in out.splitlines()]

    def test_a_node_is_found_by_its_neighbours_until_it_ends(self):
        self.start_at("0.0.0.0:8080")
        node, = self.found()
        self.assertEqual(node["host"], f"{self.address}:8080")
        self.assertTrue(node["name"].startswith("freshet on "), node)
        self.assertEqual(len(node["key_id"]), 16)
        self.stop_daemon()
        self.assertEqual(self.found(), [])

    def test_a_node_that_nobody_can_reach_or_that_is_not_announced_is_not_found(self):
        self.start_at("127.0.0.1:8080")
        self.assertEqual(self.found(), [])
        self.stop_daemon()
        self.start_at("0.0.0.0:8080", "announce = false")
        self.assertEqual(self.found(), [])


if __name__ == "__main__":
    main()
