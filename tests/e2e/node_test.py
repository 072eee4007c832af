"""The node as its clients and its origin see it: one copy fetched, everything else from the cache."""

import hashlib
import http.client
import signal
import threading

from case import main, made_bytes
from node_case import Answer, NodeCase
from node_origin import Document

LARGE = 24_000_000
MiB = 1 << 20
PIECE = MiB // 4


class Node(NodeCase):
    def test_a_second_client_of_the_node_has_it_without_the_origin(self):
        self.serve_at("/small", b"hello")
        self.start_node()
        first, second = self.get("/small"), self.get("/small")
        self.assertEqual((first.status, first.body), (200, b"hello"))
        self.assertIn("fwd=uri-miss", first["Cache-Status"])
        self.assertEqual((second.status, second.body), (200, b"hello"))
        self.assertIn("hit", second["Cache-Status"])
        self.assertIsNotNone(second["Age"])
        self.assertEqual(len(self.far.seen()), 1)

    def test_a_large_content_is_fetched_once_in_parts_and_sent_whole(self):
        body = made_bytes(LARGE)
        self.serve_at("/large", body)
        self.start_node()
        self.assertEqual(self.get("/large").body, body)
        self.assertEqual(self.get("/large").body, body)
        self.assertEqual(self.far.sent("/large"), LARGE)
        self.assertGreater(len(self.far.seen("/large")), 1)

    def test_fifty_clients_of_the_node_at_once_cost_the_origin_one_copy(self):
        body = made_bytes(8_000_000)
        self.serve_at("/large", body)
        self.start_node()
        bodies = [None] * 50

        def client(number):
            bodies[number] = self.get("/large").body

        threads = [threading.Thread(target=client, args=(number,)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(bodies.count(body), 50)
        self.assertEqual(self.far.sent("/large"), len(body))

    def test_the_middle_of_what_the_node_does_not_have_comes_at_once(self):
        body = made_bytes(40_000_000)
        document = self.serve_at("/large", body, gate_after=8 * MiB)
        self.start_node()
        whole = self.begin("/large")  # It stops after the first parts.
        self.assertEqual(whole.read(100), body[:100])
        part = self.get("/large", {"Range": "bytes=30000000-30000099"})
        self.assertEqual((part.status, part.body), (206, body[30_000_000:30_000_100]))
        self.assertEqual(part["Content-Range"], f"bytes 30000000-30000099/{len(body)}")
        document.gate.set()
        self.assertEqual(whole.read(), body[100:])
        self.assertEqual(self.far.sent("/large"), len(body))

    def test_a_client_that_does_not_read_holds_up_no_other(self):
        body = made_bytes(LARGE)
        self.serve_at("/large", body)
        self.start_node()
        slow = self.begin("/large")
        self.assertEqual(slow.read(1), body[:1])
        self.assertEqual(self.get("/large").body, body)
        self.assertEqual(slow.read(), body[1:])

    def test_a_fetch_goes_on_when_its_client_has_left(self):
        body = made_bytes(LARGE)
        document = self.serve_at("/large", body, gate_after=MiB)
        self.start_node()
        connection = self.connect()
        leaver = self.begin("/large", connection=connection)
        self.assertEqual(leaver.read(1), body[:1])
        leaver.close()
        connection.close()
        document.gate.set()
        self.assertEqual(self.get("/large").body, body)
        self.assertEqual(self.far.sent("/large"), len(body))

    def test_a_node_that_is_killed_has_what_it_had(self):
        body = made_bytes(LARGE)
        self.serve_at("/large", body)
        self.serve_at("/small", b"hello")
        self.start_node()
        self.assertEqual(self.get("/large").body, body)
        self.assertEqual(self.get("/small").body, b"hello")
        self.wait_for_stored("/large", "/small")
        self.stop_daemon(signal.SIGKILL)
        self.start_node()
        self.assertEqual(self.get("/small").body, b"hello")
        self.assertEqual(self.get("/large").body, body)
        self.assertEqual(len(self.far.seen("/small")), 1)
        self.assertEqual(self.far.sent("/large"), LARGE)

    def test_a_node_that_is_killed_amid_a_fetch_goes_on_where_it_was(self):
        body = made_bytes(2 * LARGE)
        document = self.serve_at("/large", body, gate_after=24 * MiB)
        self.addCleanup(document.gate.set)
        self.start_node()
        client = self.begin("/large")
        self.assertEqual(client.read(20 * MiB), body[:20 * MiB])
        self.stop_daemon(signal.SIGKILL)
        self.serve_at("/large", body)
        before = len(self.far.seen("/large"))
        self.start_node()
        self.assertEqual(self.get("/large").body, body)
        again = sum(each.sent for each in self.far.seen("/large")[before:])
        # What its client had read is lost as far as it was in memory alone, in pieces that were not
        # whole, one for each range, or that the two workers had not noted yet.
        lost = 6 * MiB + 65536 + (4 + 2) * PIECE
        self.assertLessEqual(again, len(body) - 20 * MiB + lost)

    def test_what_is_stale_is_validated_and_served_when_it_still_holds(self):
        self.serve_at("/small", b"hello", {"Cache-Control": "max-age=0"})
        self.start_node()
        self.get("/small")
        second = self.get("/small")
        self.assertEqual(second.body, b"hello")
        self.assertIn("fwd-status=304", second["Cache-Status"])
        self.assertEqual(self.far.seen()[1]["If-None-Match"], '"v1"')
        self.serve_at("/small", b"other", {"Cache-Control": "max-age=60"}, etag='"v2"')
        self.assertEqual(self.get("/small").body, b"other")
        self.assertEqual(self.get("/small").body, b"other")
        self.assertEqual(len(self.far.seen()), 3)

    def test_what_varies_is_stored_for_each_kind_of_request(self):
        self.far.documents["/page"] = lambda seen: Document(
            seen["Accept-Language"].encode(), {"Vary": "Accept-Language"},
            etag=f'"{seen["Accept-Language"]}"')
        self.start_node()
        for _ in range(2):
            for language in ("de", "fr"):
                answer = self.get("/page", {"Accept-Language": language})
                self.assertEqual(answer.body, language.encode())
        self.assertEqual(len(self.far.seen()), 2)

    def test_what_asked_for_a_password_is_not_given_to_others(self):
        self.far.documents["/secret"] = lambda seen: (
            Document(b"secret") if seen["Authorization"] else Document(status=401, etag=None))
        self.start_node()
        self.assertEqual(self.get("/secret", {"Authorization": "Basic YTpi"}).body, b"secret")
        self.assertEqual(self.get("/secret").status, 401)

    def test_a_stale_answer_stands_in_for_an_origin_that_fails(self):
        self.serve_at("/small", b"hello", {"Cache-Control": "max-age=0, stale-if-error=60"})
        self.start_node()
        self.get("/small")
        self.serve_at("/small", b"broken", status=503)
        self.assertEqual(self.get("/small").body, b"hello")
        self.far.documents["/other"] = Document(b"broken", status=503)
        self.assertEqual(self.get("/other").status, 503)

    def test_a_change_at_the_origin_through_the_node_is_seen_at_once(self):
        self.serve_at("/small", b"hello")
        self.start_node()
        self.get("/small")
        self.serve_at("/small", b"other", etag='"v2"')
        self.assertEqual(self.get("/small", method="POST", body=b"form").status, 200)
        self.assertEqual(self.far.posted, [b"form"])
        self.assertEqual(self.get("/small").body, b"other")

    def test_content_named_by_its_digest_is_compared_before_others_have_it(self):
        body = made_bytes(1_000_000)
        named = f"/v2/a/blobs/sha256:{hashlib.sha256(body).hexdigest()}"
        self.serve_at(named, body, {"Cache-Control": "no-cache"})
        self.start_node()
        self.assertEqual(self.get(named).body, body)
        self.assertEqual(self.get(named).body, body)
        self.assertEqual(self.far.sent(named), len(body))

    def false_name(self, kind="sha256:"):
        return f"/v2/a/blobs/{kind}{hashlib.sha256(b'else').hexdigest()}"

    def assert_refused(self, answer):
        self.assertEqual(answer.status, 502)
        self.assertIn(b"not the content that the URL names", answer.body)
        self.assertIn("http_protocol_error", answer["Proxy-Status"])

    def test_small_content_that_its_digest_denies_reaches_nobody(self):
        false = self.false_name()
        document = self.serve_at(false, b"lies", gate_after=2)
        self.start_node()
        answers = [None] * 3

        def client(number):
            answers[number] = self.get(false)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        self.assertTrue(self.far.wait_for_requests(1, false))
        document.gate.set()
        for thread in threads:
            thread.join()
        for answer in answers:
            self.assert_refused(answer)

    def test_large_content_that_its_digest_denies_reaches_its_first_client_broken_off(self):
        body, false = made_bytes(1_000_000), self.false_name()
        self.start_node()
        for chunked in (False, True):
            with self.subTest(chunked=chunked):
                document = self.serve_at(false, body, chunked=chunked, gate_after=500_000)
                first = self.begin(false)
                self.assertEqual((first.status, first.read(1000)), (200, body[:1000]))
                asked = len(self.far.seen(false))
                others = [self.connect(), self.connect()]
                for other, fields in zip(others, ({}, {"Range": "bytes=0-9"})):
                    other.request("GET", self.target(false), headers=fields)
                self.until(lambda: self.log.count("waits for others") == (2 if not chunked else 4))
                document.gate.set()
                with self.assertRaises(http.client.IncompleteRead):
                    first.read()
                for other in others:
                    response = other.getresponse()
                    self.assert_refused(Answer(response, response.read()))
                self.assertEqual(len(self.far.seen(false)), asked)

    def test_a_part_of_content_named_by_its_digest_waits_for_all_of_it(self):
        body = made_bytes(1_000_000)
        named = f"/a/by-hash/SHA256/{hashlib.sha256(body).hexdigest()}"
        self.serve_at(named, body)
        self.start_node()
        part = self.get(named, {"Range": "bytes=10-19"})
        self.assertEqual((part.status, part.body), (206, body[10:20]))
        self.assertIn("fwd=uri-miss", part["Cache-Status"])
        self.serve_at(self.false_name(), body)
        self.assert_refused(self.get(self.false_name(), {"Range": "bytes=0-9"}))

    def test_a_content_of_unknown_length_is_stored_too(self):
        body = made_bytes(3_000_000)
        self.serve_at("/stream", body, chunked=True)
        self.start_node()
        self.assertEqual(self.get("/stream").body, body)
        self.wait_for_stored("/stream")
        again = self.get("/stream")
        self.assertEqual((again.body, again["Content-Length"]), (body, str(len(body))))
        self.assertEqual(len(self.far.seen()), 1)

    def test_what_may_not_be_stored_passes_through_whole(self):
        body = made_bytes(9_000_000)
        self.serve_at("/private", body, {"Cache-Control": "no-store"})
        self.start_node()
        self.assertEqual(self.get("/private").body, body)
        self.assertEqual(self.get("/private").body, body)
        self.assertEqual(self.far.seen()[-1]["Range"], None)

    def test_an_answer_before_the_one_that_counts_reaches_who_asked_for_it(self):
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n"
        for path in ("/page", "/other"):
            self.serve_at(path, b"hello", early=hints)
        self.start_node()
        request = f"GET {self.target('/page')} HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n".encode()
        early, _, rest = self.raw(request).partition(b"\r\n\r\n")
        self.assertTrue(early.startswith(b"HTTP/1.1 103 "), early)
        self.assertIn(b"\r\nLink: </a>; rel=preload", early)
        self.assertIn(b"\r\nVia: ", early)
        self.assertNotIn(b"X-Hop", early)
        self.assertTrue(rest.startswith(b"HTTP/1.1 200 ") and rest.endswith(b"hello"), rest)
        self.assertTrue(self.raw(request).startswith(b"HTTP/1.1 200 "))
        old = self.raw(f"GET {self.target('/other')} HTTP/1.0\r\nHost: n\r\n\r\n".encode())
        self.assertTrue(old.startswith(b"HTTP/1.1 200 "), old)

    def test_several_ranges_come_in_one_answer(self):
        body = made_bytes(1_000_000)
        self.serve_at("/large", body)
        self.start_node()
        answer = self.get("/large", {"Range": "bytes=0-9,500000-500009"})
        self.assertEqual(answer.status, 206)
        self.assertIn("multipart/byteranges", answer["Content-Type"])
        self.assertIn(body[:10], answer.body)
        self.assertIn(body[500_000:500_010], answer.body)
        self.assertEqual(len(answer.body), int(answer["Content-Length"]))
        self.assertEqual(self.get("/large", {"Range": "bytes=2000000-"}).status, 416)

    def test_the_node_is_no_open_proxy(self):
        self.start_node()
        answer = self.raw(b"GET /a?cacheHostOrigin=stranger.example HTTP/1.1\r\nHost: n\r\n"
                          b"Connection: close\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 403 "), answer)

    def test_a_request_that_came_by_before_goes_in_circles_and_is_refused(self):
        self.serve_at("/a", b"body")
        self.start_node()
        answer = self.get("/a", {"Via": "1.1 other, 1.1 freshet"})
        self.assertEqual(answer.status, 508)
        self.assertIn("proxy_loop_detected", answer["Proxy-Status"])
        self.assertEqual(self.get("/a", {"Via": "1.1 other"}).status, 200)

    def test_a_name_on_the_list_leads_to_no_private_address(self):
        (self.folder / "node.toml").write_text("")
        self.serve_at("/small", b"hello")
        self.start_private()
        answer = self.get("/small")
        self.assertEqual(answer.status, 403)
        self.assertIn("destination_ip_prohibited", answer["Proxy-Status"])
        self.assertEqual(self.far.seen(), [])

    def start_private(self):
        (self.folder / "node.toml").write_text(
            '[node]\nenabled = true\nlisten = ["127.0.0.1:0"]\nallow = ["127.0.0.1:*"]\n')
        self.start_daemon("--policy-file", self.folder / "node.toml")
        self.port = int(self.log.split("listening node port=")[1].split()[0])


if __name__ == "__main__":
    main()
