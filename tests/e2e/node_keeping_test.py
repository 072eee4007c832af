"""What the node keeps and how it is kept right: staleness, HEAD, purges, pins, limits, warm URLs, origins of the site."""

import re
import threading

from case import main, made_bytes
from node_case import WAIT_SECONDS, Answer, NodeCase, needs_openssl
from node_origin import Document, NodeOrigin

LARGE = 1_000_000


class Keeping(NodeCase):
    def assert_hit(self, path, body):
        answer = self.get(path)
        self.assertEqual(answer.body, body)
        self.assertIn("hit", answer["Cache-Status"])
        return answer

    def store(self, *paths, body=b"hello"):
        for path in paths:
            if path not in self.far.documents:
                self.serve_at(path, body)
            self.assertEqual(self.get(path).body, body)
        self.wait_for_stored(*paths)

    def test_what_is_stale_is_served_at_once_while_the_origin_is_asked_behind(self):
        answered = threading.Event()
        self.addCleanup(answered.set)
        first = Document(b"hello", {"Cache-Control": "max-age=0, stale-while-revalidate=60"})

        def slowly(_):
            answered.wait(WAIT_SECONDS)
            return Document(b"other", {"Cache-Control": "max-age=60"}, etag='"v2"')

        self.far.documents["/a"] = first
        self.start_node()
        self.get("/a")
        self.far.documents["/a"] = slowly
        stale = self.get("/a")
        self.assertEqual(stale.body, b"hello")
        self.assertIn("stale-while-revalidate", stale["Cache-Status"])
        self.assertTrue(self.far.wait_for_requests(2, "/a"))
        self.assertEqual(self.far.seen("/a")[1]["If-None-Match"], '"v1"')
        answered.set()
        self.wait_for_stored("/a")  # The first, and
        self.until(lambda: self.get("/a").body == b"other")
        self.assertEqual(len(self.far.seen("/a")), 2)

    def test_an_answer_to_head_freshens_what_is_stored_or_makes_it_suspect(self):
        self.start_node()
        self.store("/a")
        self.serve_at("/a", b"hello", {"X-Note": "new"})
        answer = self.get("/a", {"Cache-Control": "no-cache"}, method="HEAD")
        self.assertEqual((answer.status, answer["X-Note"]), (200, "new"))
        self.assertEqual(self.assert_hit("/a", b"hello")["X-Note"], "new")
        self.serve_at("/a", b"other", etag='"v2"')
        self.get("/a", {"Cache-Control": "no-cache"}, method="HEAD")
        self.assertEqual(self.get("/a").body, b"other")
        self.assertEqual([each.method for each in self.far.seen("/a")], ["GET", "HEAD", "HEAD", "GET"])

    def test_what_is_purged_by_url_prefix_or_content_is_fetched_anew(self):
        self.start_node()
        body = made_bytes(LARGE)
        self.serve_at("/pub/large", body)
        self.store("/pub/large", body=body)
        self.store("/pub/a", "/pub/b", "/else")
        self.assertEqual(self.node("purge", self.far.url("/pub/a")), ["1 URLs forgotten"])
        self.assertEqual(self.node("purge", self.far.url("/pub/a")), ["0 URLs forgotten"])
        self.assertIn("fwd=uri-miss", self.get("/pub/a")["Cache-Status"])
        content = re.search(r"content/([0-9a-f-]+)\.torrent", self.get("/pub/large")["Link"]).group(1)
        self.assertEqual(self.node("purge", content), ["1 URLs forgotten"])
        self.assertIn("fwd=uri-miss", self.get("/pub/large")["Cache-Status"])
        self.wait_for_status(objects=4)
        self.assertEqual(self.node("purge", self.far.url("/pub/") + "*"), ["3 URLs forgotten"])
        self.assert_hit("/else", b"hello")
        for path, count in (("/pub/a", 2), ("/pub/b", 1), ("/pub/large", 2)):
            self.get(path)
            self.assertEqual(len([each for each in self.far.seen(path)]), count + 1, path)

    def test_stored_bytes_that_rot_are_found_and_come_from_the_origin_again(self):
        body = made_bytes(LARGE)
        self.serve_at("/a", body)
        self.start_node()
        self.assertEqual(self.get("/a").body, body)
        self.wait_for_stored("/a")
        kept, = (each for each in (self.folder / "data").rglob("*") if each.is_file() and
                 each.read_bytes()[:1000] == body[:1000])
        with open(kept, "r+b") as file:
            file.seek(LARGE // 2)
            file.write(bytes([body[LARGE // 2] ^ 1]))
        self.freshet("content", "verify", f"--connect={self.socket}", expect=5)
        self.wait_for_log("object dropped")
        self.assertEqual(self.get("/a").body, body)
        self.assertGreater(self.far.sent("/a"), LARGE)

    def test_what_is_purged_while_it_comes_is_given_to_who_asked_and_not_kept(self):
        self.start_node()
        for path, body in (("/large", made_bytes(LARGE)), ("/small", b"hello" * 100)):
            document = self.serve_at(path, body, gate_after=len(body) // 2)
            asked = self.begin(path)
            self.node("purge", self.far.url(path))
            document.gate.set()
            self.assertEqual(asked.read(), body)
            self.wait_for_log(f"not kept url={self.far.url(path)}")
            self.assertIn("fwd=uri-miss", self.get(path)["Cache-Status"])

    def wait_for_status(self, **wanted):
        self.until(lambda: all(self.status()[name] == value for name, value in wanted.items()))

    def test_beyond_its_limits_the_node_forgets_what_is_not_pinned(self):
        self.start_node(f'pin = ["{self.far.url("/kept/")}*"]', limits="objects = 4")
        self.store("/kept/a", "/b")
        self.node("pin", self.far.url("/c"))
        self.store("/c", "/d", "/e", "/f")
        self.wait_for_status(objects=4)
        self.assert_hit("/kept/a", b"hello")
        self.assert_hit("/c", b"hello")
        self.assertIn("fwd=uri-miss", self.get("/b")["Cache-Status"])

    def test_large_contents_go_too_when_all_of_them_are_too_large(self):
        self.start_node(limits=f"cache = {3 * LARGE}")
        for number in range(6):
            body = made_bytes(LARGE, number)
            self.serve_at(f"/{number}", body)
            self.store(f"/{number}", body=body)
        self.until(lambda: self.status()["bytes"] <= 3 * LARGE)
        self.assert_hit("/5", made_bytes(LARGE, 5))
        self.assertIn("fwd=uri-miss", self.get("/0")["Cache-Status"])

    def test_urls_of_the_settings_are_kept_warm(self):
        self.serve_at("/today", b"hello", {"Cache-Control": "max-age=0"})
        self.start_node(f'warm = ["{self.far.url("/today")}"]\nwarm_every_s = 1')
        self.assertTrue(self.far.wait_for_requests(3, "/today"))
        self.assertEqual(self.far.seen("/today")[2]["If-None-Match"], '"v1"')

    @needs_openssl
    def test_origins_with_certificates_of_the_site_are_reached_by_its_authority_alone(self):
        certificate, key = self.make_certificate()
        self.far.end()
        self.far = NodeOrigin(tls=(certificate, key))
        self.addCleanup(self.far.end)
        body = made_bytes(LARGE)
        self.serve_at("/a", body)
        mapped = f'map = {{ "/far/" = "{self.far.url("/")}" }}'
        self.start_node(mapped)
        refused = self.mapped("/far/a")
        self.assertEqual(refused.status, 502)
        self.assertIn("tls_certificate_error", refused["Proxy-Status"])
        self.assertEqual(self.far.seen(), [])
        self.stop_daemon()
        self.start_node(f'{mapped}\nca_file = "{certificate}"')
        self.assertEqual(self.mapped("/far/a").body, body)
        self.assertEqual(self.mapped("/far/a").body, body)
        self.assertEqual(self.far.sent("/a"), LARGE)

    def mapped(self, path):
        connection = self.connect()
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response, response.read())


if __name__ == "__main__":
    main()
