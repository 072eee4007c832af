"""Nodes of one site that ask each other before they ask an origin."""

import http.client
import re

from case import main, made_bytes
from node_case import NodeCase
from node_origin import Document, NodeOrigin

SIZE = 3_000_000


class Fellows(NodeCase):
    def setUp(self):
        super().setUp()
        self.body = made_bytes(SIZE)
        self.serve_at("/a", self.body)
        self.first = self.start_another("a")
        self.assertEqual(self.get("/a").body, self.body)
        self.wait_for_stored("/a")
        self.assertEqual(self.far.sent("/a"), SIZE)

    def second(self, *fellows, **more):
        hosts = ", ".join(f'"{fellow}"' for fellow in fellows or (self.first.host,))
        return self.start_another("b", f"fellows = [{hosts}]", **more)

    def test_what_a_fellow_node_holds_costs_the_origin_nothing(self):
        self.second()
        answer = self.get("/a")
        self.assertEqual(answer.body, self.body)
        self.wait_for_stored("/a")
        self.assertEqual(self.far.sent("/a"), SIZE)
        status = self.status()
        self.assertEqual((status["upstream_bytes"], status["upstream_requests"]), (0, 0))
        self.assertEqual(status["fellow_bytes"], SIZE)
        # It is the second node's own now, with the manifest and without what the first said of itself.
        self.first.process.kill()
        self.first.process.wait()
        again = self.get("/a")
        self.assertEqual(again.body, self.body)
        self.assertIn("b; hit", again["Cache-Status"])
        self.assertEqual(re.findall(r"/content/", again["Link"]), ["/content/"])

    def test_the_middle_of_what_a_fellow_node_holds_comes_from_it_too(self):
        self.second()
        answer = self.get("/a", {"Range": "bytes=2000000-2099999"})
        self.assertEqual((answer.status, answer.body), (206, self.body[2_000_000:2_100_000]))
        self.wait_for_stored("/a")
        self.assertEqual(self.far.sent("/a"), SIZE)

    def test_what_no_fellow_node_holds_comes_from_the_origin(self):
        self.second()
        self.serve_at("/b", self.body)
        self.assertEqual(self.get("/b").body, self.body)
        self.assertEqual(self.far.sent("/b"), SIZE)
        self.first.process.kill()
        self.first.process.wait()
        self.serve_at("/c", self.body)
        self.assertEqual(self.get("/c").body, self.body)
        self.assertEqual(self.far.sent("/c"), SIZE)

    def test_a_fellow_node_with_a_key_of_its_own_is_not_believed(self):
        self.second(same_key=False)
        self.assertEqual(self.get("/a").body, self.body)
        self.assertEqual(self.far.sent("/a"), 2 * SIZE)

    def test_a_fellow_node_that_sends_something_else_reaches_no_client_and_is_left(self):
        liar = NodeOrigin()
        self.addCleanup(liar.end)
        link = self.get("/a")["Link"]
        for part in ("", ".minisig"):
            connection = self.connect()
            connection.request("GET", f"/.well-known/freshet/url.torrent{part}?url={self.far.url('/a')}")
            liar.documents["/.well-known/freshet/url.torrent" + part] = Document(connection.getresponse().read())
        wrong = self.body[:-300_000] + bytes(300_000)
        liar.documents["/a"] = Document(wrong, {"Link": link})
        self.second(liar.host)
        got = self.broken("/a")
        self.assertTrue(self.body.startswith(got) and len(got) < SIZE, len(got))
        self.assertEqual(self.get("/a").body, self.body)
        # What was right of it is kept.
        self.assertLess(self.far.sent("/a"), SIZE + SIZE // 2)

    def broken(self, path):
        """What comes of an answer that breaks off."""
        response = self.begin(path)
        got = b""
        try:
            while part := response.read(65536):
                got += part
        except (OSError, http.client.HTTPException) as error:
            got += getattr(error, "partial", b"")
        return got


if __name__ == "__main__":
    main()
