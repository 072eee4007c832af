"""Nodes that are found by their neighbours, on a link of network namespaces."""

import base64
import json
import os

from case import main, made_bytes
from node_case import NodeCase
from node_origin import NodeOrigin
from spaces import Hub

SIZE = 3_000_000


class LinkCase(NodeCase):
    """The node is `here`, who looks for it is `there`."""

    def setUp(self):
        super().setUp()
        self.hub = Hub(self)
        self.here, self.address = self.hub.neighbour()
        self.there, _ = self.hub.neighbour()


class Found(LinkCase):
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


class Used(LinkCase):
    """A client on the link of a node that holds what the client wants; its origin is there for both."""

    def setUp(self):
        super().setUp()
        with self.hub.space.entered():
            self.far = NodeOrigin("10.77.0.1")
        self.addCleanup(self.far.end)
        self.body = made_bytes(SIZE)
        self.serve_at("/a", self.body)
        (self.folder / "node.toml").write_text(
            f'[node]\nenabled = true\nlisten = ["{self.address}:8080"]\nallow = ["10.77.0.1:*"]\n'
            'origin_networks = ["10.77.0.0/16"]\n')
        self.start_daemon("--policy-file", self.folder / "node.toml", "--log", "debug", place=self.here)
        self.key = json.loads(self.node("key", "show", "--json")[0])["key"]
        self.node("warm", self.far.url("/a"))
        self.wait_for_stored("/a")
        self.assertEqual(self.far.sent("/a"), SIZE)

    def start_client(self, key, peers="find_nodes = true"):
        data = self.folder / "client"
        data.mkdir(mode=0o700)
        (data / "trusted_keys").write_text(key + "\n")
        (self.folder / "client.toml").write_text(f"[peers]\n{peers}\n")
        self.data_words, self.socket = ("--data", data), os.path.join(self.place.name, "client")
        self.start_daemon("--policy-file", self.folder / "client.toml", "--log", "debug", "--peers", "lan",
                          place=self.there)

    def fetch(self):
        call = self.caller()
        job = call("POST", "/v1/jobs", {"spec": {"name": "test"}, "start": True, "files": [
            {"urls": [self.far.url("/a")], "path": str(self.folder / "a")}]})["id"]
        self.wait_for(call, job)
        call("POST", f"/v1/jobs/{job}/complete", {})
        self.assertEqual((self.folder / "a").read_bytes(), self.body)

    def test_a_node_that_proves_a_trusted_key_serves_clients_that_look_for_nodes(self):
        self.start_client(self.key)
        self.wait_for_log(f"node found host={self.address}:8080")
        self.fetch()
        self.assertEqual(self.far.sent("/a"), SIZE)

    def test_a_node_with_a_key_that_is_not_trusted_is_not_told_what_clients_fetch(self):
        stranger = base64.b64encode(b"Ed" + bytes(range(40))).decode()
        self.start_client(stranger)
        self.wait_for_log("node not used")
        self.fetch()
        self.assertEqual(self.far.sent("/a"), 2 * SIZE)

    def test_clients_do_not_look_for_nodes_unless_they_are_told_to(self):
        self.start_client(self.key, peers="")
        self.fetch()
        self.assertEqual(self.far.sent("/a"), 2 * SIZE)
        self.assertNotIn("node found", self.log)


if __name__ == "__main__":
    main()
