"""What hostile, broken and lazy clients and origins do to the node: nothing to others."""

import socket
import ssl
import time

from case import main, made_bytes
from node_case import NodeCase, needs_openssl

SECONDS = 60


class Hostile(NodeCase):
    def setUp(self):
        super().setUp()
        self.serve_at("/small", b"hello")

    def assert_serves(self):
        self.assertEqual(self.get("/small").body, b"hello")

    def line(self, method="GET", path="/small", version="HTTP/1.1"):
        return f"{method} {self.target(path)} {version}\r\nHost: n\r\n".encode()

    def test_heads_that_two_could_read_differently_are_refused(self):
        self.start_node()
        for fields, status in (
                (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
                (b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", b"400"),
                (b"Transfer-Encoding: gzip, chunked\r\n\r\n", b"501"),
                (b"Host: m\r\n\r\n", b"400"),
                (b"A : b\r\n\r\n", b"400"),
                (b"A: b\r\n c\r\n\r\n", b"400"),
                (b"A: " + b"b" * 70_000 + b"\r\n\r\n", b"431")):
            answer = self.raw(self.line() + fields)
            self.assertEqual(answer[9:12], status, (fields[:60], answer[:100]))
        self.assert_serves()
        self.assertEqual(len(self.far.seen()), 1)

    def test_requests_that_follow_each_other_are_answered_in_order(self):
        self.serve_at("/other", b"world")
        self.start_node()
        answers = self.raw(self.line() + b"\r\n" + self.line(path="/other") + b"\r\n" + self.line() +
                           b"Connection: close\r\n\r\n")
        self.assertEqual(answers.count(b"HTTP/1.1 200 "), 3)
        self.assertLess(answers.index(b"hello"), answers.index(b"world"))
        self.assertTrue(answers.endswith(b"hello"))

    def test_an_old_client_gets_an_answer_that_ends_with_the_connection(self):
        body = made_bytes(900_000)
        self.serve_at("/stream", body, chunked=True)
        self.start_node()
        answer = self.raw(self.line(path="/stream", version="HTTP/1.0") + b"\r\n")
        head, _, rest = answer.partition(b"\r\n\r\n")
        self.assertNotIn(b"chunked", head)
        self.assertEqual(rest, body)

    def test_a_head_that_does_not_end_does_not_wait_for_ever(self):
        self.start_node(limits="head_s = 1")
        begin = time.monotonic()
        self.assertEqual(self.raw(b"GET / HTTP/1.1\r\nA: b"), b"")
        self.assertLess(time.monotonic() - begin, SECONDS / 2)
        self.assert_serves()

    def test_a_client_that_reads_nothing_is_let_go_of(self):
        self.serve_at("/large", made_bytes(30_000_000))
        self.start_node(limits="stall_s = 1")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", self.port))
            client.sendall(self.line(path="/large") + b"\r\n")
            self.wait_for_log("whole=no")
        self.assert_serves()

    def test_one_address_has_only_so_many_connections(self):
        self.start_node(limits="connections_per_client = 4")
        held = [socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) for _ in range(5)]
        for each in held[:4]:
            each.sendall(self.line() + b"\r\n")
            self.assertTrue(each.recv(1000).startswith(b"HTTP/1.1 200 "))
        self.assertEqual(held[4].recv(1), b"")
        for each in held:
            each.close()

    def test_an_origin_that_breaks_off_is_asked_for_the_rest_alone(self):
        body = made_bytes(9_000_000)
        document = self.serve_at("/large", body, cut_after=6_000_000)
        self.start_node()
        client = self.begin("/large")
        self.assertEqual(client.read(5_000_000), body[:5_000_000])
        document.cut_after = None
        self.assertEqual(client.read(), body[5_000_000:])

    def test_an_origin_with_another_content_amid_a_fetch_ends_it(self):
        body = made_bytes(30_000_000)
        document = self.serve_at("/large", body, gate_after=8_000_000)
        self.start_node()
        client = self.begin("/large")
        self.assertEqual(client.read(1000), body[:1000])
        other = made_bytes(30_000_000, seed=2)
        self.serve_at("/large", other, etag='"v2"')
        document.cut_after = 8_000_000
        document.gate.set()
        with self.assertRaises(Exception):
            client.read()
        self.assertEqual(self.get("/large").body, other)

    def test_an_origin_that_is_away_is_named(self):
        self.start_node()
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{nobody.getsockname()[1]}"
            answer = self.raw(f"GET /a?cacheHostOrigin={host} HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n"
                              .encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 502 "), answer)
        self.assertIn(b"connection_refused", answer)

    @needs_openssl
    def test_a_node_with_a_certificate_serves_over_tls(self):
        certificate, key = self.make_certificate()
        body = made_bytes(5_000_000)
        self.serve_at("/large", body)
        self.start_node(f'listen_tls = ["127.0.0.1:0"]\ncertificate = "{certificate}"\n'
                        f'certificate_key = "{key}"')
        context = ssl.create_default_context(cafile=certificate)
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", self.ports[1]), timeout=SECONDS) as plain:
                with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
                    client.sendall(f"GET /large?cacheHostOrigin=http://{self.far.host} HTTP/1.1\r\nHost: n\r\n"
                                   "Connection: close\r\n\r\n".encode())
                    answer = b""
                    while part := client.recv(65536):
                        answer += part
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer[:100])
            self.assertEqual(answer.partition(b"\r\n\r\n")[2], body)


if __name__ == "__main__":
    main()
