"""The node as the authority of its site: its key, manifests, tracker, and the administrator's commands."""

import json
import re
import socket
import urllib.parse

from case import main, made_bytes
from daemon_case import Problem
from node_case import NodeCase

LARGE = 3_000_000
HASH = urllib.parse.quote(bytes(range(20)))


class Site(NodeCase):
    count = 0  # Of clients.

    def page(self, path):
        connection = self.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def store(self, path, size=LARGE):
        body = made_bytes(size)
        self.serve_at(path, body)
        self.assertEqual(self.get(path).body, body)
        self.wait_for_stored(path)
        return body

    def manifest_of(self, path):
        return re.search(r"<([^>]+)>; rel=\"describedby\"", self.get(path)["Link"]).group(1)

    def test_an_answer_of_the_node_leads_to_a_manifest_that_its_key_signed(self):
        self.start_node()
        self.store("/a")
        where = self.manifest_of("/a")
        status, torrent = self.page(where)
        self.assertEqual(status, 200)
        self.assertIn(b"piece layers", torrent)
        self.assertEqual(self.page(where + ".minisig")[0], 200)
        about = json.loads(self.page("/.well-known/freshet/node.json")[1])
        key = self.page("/.well-known/freshet/key.pub")[1].decode().splitlines()[1]
        self.assertEqual(about["key"], key)
        by_url = "/.well-known/freshet/url.torrent?url=" + urllib.parse.quote(self.far.url("/a"), safe="")
        self.assertEqual(self.page(by_url), (200, torrent))
        self.assertEqual(self.page("/.well-known/freshet/else")[0], 404)

    def test_an_answer_that_is_on_its_way_leads_to_where_its_manifest_can_be_waited_for(self):
        self.start_node()
        held = self.serve_at("/a", made_bytes(LARGE), gate_after=65536)
        coming = self.begin("/a")
        where = re.search(r"<([^>]+)>; rel=\"describedby\"", coming.headers["Link"]).group(1)
        self.assertEqual(self.page(where)[0], 404)
        waiting = self.connect()
        waiting.request("GET", where, headers={"Prefer": "wait=50"})
        held.gate.set()
        answer = waiting.getresponse()
        self.assertEqual(answer.status, 200)
        torrent = answer.read()
        self.assertEqual(self.page(where), (200, torrent))
        coming.read()
        self.assertEqual(self.page(self.manifest_of("/a")), (200, torrent))

    def test_who_waits_for_a_manifest_and_hangs_up_or_may_not_have_it_is_not_waited_for(self):
        self.start_node()
        self.serve_at("/a", made_bytes(LARGE), gate_after=65536)
        ask = "GET /.well-known/freshet/url.torrent?url=%s HTTP/1.1\r\nHost: n\r\nPrefer: wait=50\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall((ask % urllib.parse.quote(self.far.url("/a"), safe="")).encode())
            client.shutdown(socket.SHUT_WR)
            self.assertTrue(client.recv(65536).startswith(b"HTTP/1.1 404"))
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall((ask % "http%3A%2F%2Felse.example%2Fa").encode())
            self.assertTrue(client.recv(65536).startswith(b"HTTP/1.1 404"))
        self.assertEqual(len(self.far.seen("/a")), 1)

    def test_the_key_of_the_node_is_the_same_after_a_restart_and_so_is_what_it_signed(self):
        self.start_node()
        self.store("/a")
        where, key = self.manifest_of("/a"), self.page("/.well-known/freshet/key.pub")[1]
        torrent = self.page(where)[1]
        self.stop_daemon()
        self.start_node()
        self.assertEqual(self.page("/.well-known/freshet/key.pub")[1], key)
        self.assertEqual(self.manifest_of("/a"), where)
        self.assertEqual(self.page(where)[1], torrent)

    def test_a_client_that_trusts_the_key_of_the_node_knows_what_it_fetches(self):
        self.start_node()
        body = self.store("/a")
        (self.folder / "node.pub").write_bytes(self.page("/.well-known/freshet/key.pub")[1])
        node = f"http://127.0.0.1:{self.port}"
        self.freshet("get", node + self.target("/a"), "-o", "a", "--data", self.folder / "client",
                     "--trusted-key", self.folder / "node.pub", "--manifest",
                     node + self.manifest_of("/a"), "--report", "r.json")
        self.assertEqual((self.folder / "a").read_bytes(), body)
        self.assertIn('"signer"', (self.folder / "r.json").read_text())

    def test_where_the_origin_has_to_wait_a_cold_node_fetches_it_first(self):
        body = made_bytes(LARGE)
        self.serve_at("/a", body)
        self.start_node()
        (self.folder / "node.pub").write_bytes(self.page("/.well-known/freshet/key.pub")[1])
        for name in ("a", "b"):
            self.freshet("get", self.far.url("/a"), "-o", name, "--data", self.folder / f"client-{name}",
                         "--trusted-key", self.folder / "node.pub", "--policy", f"DOCacheHost=127.0.0.1:{self.port}",
                         "--policy", "DODelayCacheServerFallbackForeground=50", "--report", "r.json")
            self.assertEqual((self.folder / name).read_bytes(), body)
            self.assertIn('"signer"', (self.folder / "r.json").read_text())
        self.assertEqual({each["Via"] is not None for each in self.far.seen("/a")}, {True})
        self.assertEqual(self.far.sent("/a"), LARGE)

    def test_clients_that_trust_the_old_key_of_the_node_or_the_new_believe_it_until_one_is_retired(self):
        self.start_node()
        body = self.store("/a")
        (self.folder / "old.pub").write_bytes(self.page("/.well-known/freshet/key.pub")[1])
        key = json.loads(self.node("key", "show", "--json")[0])["key"]
        keys = json.loads(self.node("key", "rotate", "--json")[0])
        self.assertEqual(keys["old_key"], key)
        self.assertNotEqual(keys["key"], key)
        (self.folder / "new.pub").write_bytes(self.page("/.well-known/freshet/key.pub")[1])
        self.assertEqual((self.folder / "new.pub").read_text().splitlines()[1], keys["key"])
        self.fetch(body, "old")
        self.fetch(body, "new")
        self.stop_daemon()
        self.start_node()
        self.assertEqual(json.loads(self.node("key", "show", "--json")[0]), keys)
        self.assertEqual(self.node("key", "retire"), [f"key  {keys['key']}"])
        self.fetch(body, "old", expect=5)
        self.fetch(body, "new")
        self.node("key", "retire", expect=8)

    def fetch(self, body, key, expect=0):
        """A client that trusts this public key fetches /a by what the node says of it."""
        node, name = f"http://127.0.0.1:{self.port}", f"{key}-{self.count}"
        self.count += 1
        self.freshet("get", node + self.target("/a"), "-o", name, "--data", self.folder / f"data-{name}",
                     "--trusted-key", self.folder / f"{key}.pub", "--manifest",
                     node + self.manifest_of("/a"), "--report", f"{name}.json", expect=expect)
        if expect == 0:
            self.assertEqual((self.folder / name).read_bytes(), body)
            self.assertIn('"signer"', (self.folder / f"{name}.json").read_text())

    def test_peers_find_each_other_by_the_tracker_of_the_node(self):
        self.start_node()
        query = f"/announce?info_hash={HASH}&peer_id=-XX0000-abcdefghijkl&left=1&port="
        self.assertEqual(self.page(query + "257")[0], 200)
        self.assertIn(b"5:peers6:\x7f\x00\x00\x01\x01\x01", self.page(query + "258")[1])
        self.assertIn(b"10:incompletei2e", self.page("/scrape?info_hash=" + HASH)[1])
        self.assertIn(b"failure reason", self.page("/announce")[1])

    def test_a_node_that_does_not_sign_or_track_has_no_such_pages(self):
        self.start_node("sign = false\ntracker = false")
        self.assertEqual(self.page("/.well-known/freshet/key.pub")[0], 404)
        self.assertEqual(self.page("/announce?x")[0], 404)

    def test_the_administrator_of_a_node_sees_what_it_holds_and_purges_it(self):
        self.start_node()
        self.store("/a")
        self.get("/a")
        status = json.loads(self.node("status", "--json")[0])
        self.assertEqual((status["objects"], status["hits"], status["ports"]), (1, 1, [self.port]))
        self.assertEqual(self.node("purge", self.far.url("/") + "*"), ["1 URLs forgotten"])
        self.assertEqual(json.loads(self.node("status", "--json")[0])["objects"], 0)
        self.assertIn("1 hits", " ".join(self.node("status")))

    def test_each_request_of_a_client_has_one_outcome(self):
        self.serve_at("/warm", b"warm")
        self.serve_at("/stale", b"s", {"Cache-Control": "max-age=0"})
        self.serve_at("/fails", b"f", {"Cache-Control": "max-age=0, stale-if-error=60"})
        self.serve_at("/private", b"p", {"Cache-Control": "no-store"})
        self.start_node()
        self.node("warm", self.far.url("/warm"))
        self.wait_for_stored("/warm")
        for path in ("/warm", "/stale", "/stale", "/fails"):
            self.assertEqual(self.get(path).status, 200)
        self.serve_at("/fails", b"", status=503, etag=None)
        for path in ("/fails", "/private"):
            self.assertEqual(self.get(path).status, 200)
        self.get("/warm", {"Cache-Control": "only-if-cached, no-cache"})
        self.page("/.well-known/freshet/key.pub")
        outcomes = "hits misses validated stale passed refused joined requests".split()
        self.assertEqual([self.status().get(each, 0) for each in outcomes], [1, 2, 1, 1, 1, 1, 0, 7])

    def test_the_administrator_of_a_node_allows_pins_and_warms(self):
        self.start_node()
        self.node("allow", "*.example", "https://a.test/x/")
        self.assertEqual(self.node("allow"), ["127.0.0.1:*", "*.example", "https://a.test/x/"])
        self.node("allow", "--remove", "*.example")
        self.assertEqual(self.node("allow"), ["127.0.0.1:*", "https://a.test/x/"])
        self.node("allow", "a*b", expect=2)
        self.node("pin", "http://a.test/y*")
        self.assertEqual(self.node("pin"), ["http://a.test/y*"])
        self.node("pin", "--remove", "http://a.test/y*")
        self.assertEqual(self.node("pin"), [])
        self.serve_at("/warm", b"warm")
        self.node("warm", self.far.url("/warm"))
        self.wait_for_stored("/warm")
        self.assertIn("hit", self.get("/warm")["Cache-Status"])

    def test_a_daemon_that_is_no_node_says_so(self):
        self.start_daemon()
        with self.assertRaises(Problem) as raised:
            self.caller()("GET", "/v1/node")
        self.assertEqual(raised.exception.code, "not_supported")


if __name__ == "__main__":
    main()
