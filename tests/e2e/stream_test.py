"""A local URL for programs that stream: while the file arrives, by ranges, and for nobody else."""

import http.client
import os
import shutil
import unittest
import urllib.parse

import rauc
import swupdate
from case import FreshetCase, main

SIZE = 5_000_000


class Stream(FreshetCase):
    def setUp(self):
        super().setUp()
        self.url = self.serve("/bundle.raucb", SIZE)
        self.content = self.origin.files["/bundle.raucb"]

    def opened(self, *words):
        """The local URL, and the process that serves it."""
        process = self.start("stream", self.url, "--data", self.folder / "data", *words)
        url = process.stdout.readline().strip()
        self.assertTrue(url.startswith("http://127.0.0.1:"), process.poll() and process.stderr.read())
        return urllib.parse.urlsplit(url), process

    def connection(self, url):
        connection = http.client.HTTPConnection(url.netloc, timeout=60)
        self.addCleanup(connection.close)
        return connection

    def get(self, url, path=None, method="GET", connection=None, **headers):
        connection = connection or self.connection(url)
        connection.request(method, path or url.path,
                           headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()

    def test_a_file_is_served_at_a_local_url_while_it_arrives(self):
        self.origin.allow(SIZE // 2)
        url, _ = self.opened()
        connection = self.connection(url)
        connection.request("GET", url.path)
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Length"]), (200, str(SIZE)))
        self.assertEqual(answer.read(1_000_000), self.content[:1_000_000])
        self.assertLess(self.origin.bytes_sent, SIZE)
        self.origin.allow_all()
        self.assertEqual(answer.read(), self.content[1_000_000:])

    def test_a_local_url_is_read_as_an_updater_reads_a_bundle(self):
        url, _ = self.opened()
        connection = self.connection(url)
        answer, body = self.get(url, connection=connection, Range="bytes=0-3")
        self.assertEqual((answer.status, body), (206, self.content[:4]))
        size = int(answer.headers["Content-Range"].rpartition("/")[2])
        self.assertEqual(size, SIZE)
        for begin, end in ((size - 8, size), (size - 100_008, size - 8), (0, 65536), (131072, 196608),
                           (4096, 8192), (3_000_000, 3_500_000)):
            answer, body = self.get(url, connection=connection, Range=f"bytes={begin}-{end - 1}",
                                    If_Range=answer.headers["ETag"])
            self.assertEqual((answer.status, body), (206, self.content[begin:end]))
        answer, body = self.get(url, method="HEAD")
        self.assertEqual((answer.status, answer.headers["Content-Length"], body), (200, str(SIZE), b""))
        answer, _ = self.get(url, Range=f"bytes={SIZE}-")
        self.assertEqual((answer.status, answer.headers["Content-Range"]), (416, f"bytes */{SIZE}"))

    def test_a_local_url_is_for_who_knows_it_alone(self):
        url, _ = self.opened()
        for path in ("/", "/bundle.raucb", url.path[:-1], url.path.replace(url.path[5], "x", 1)):
            self.assertEqual(self.get(url, path)[0].status, 404, path)
        for fields in ({"Host": "a.example"}, {"Origin": "http://a.example"}):
            self.assertEqual(self.get(url, **fields)[0].status, 403, fields)
        self.assertEqual(self.get(url, method="DELETE")[0].status, 405)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be somebody else")
    def test_a_local_url_is_not_for_other_users(self):
        url, _ = self.opened()
        os.seteuid(54321)
        try:
            with self.assertRaises((ConnectionError, http.client.BadStatusLine)):
                self.get(url)
        finally:
            os.seteuid(0)
        self.assertEqual(self.get(url)[0].status, 200)

    def test_a_command_gets_the_local_url_and_tells_how_it_ended(self):
        script = "import sys, urllib.request as r; d = r.urlopen(sys.argv[1]).read(); " \
                 "open(sys.argv[2], 'wb').write(d); print(sys.argv[1]); sys.exit(7)"
        out, _ = self.freshet("stream", self.url, "--data", self.folder / "data", "--", "python3",
                              "-c", script, "{}", "copy", expect=7)
        self.assert_right("copy", "/bundle.raucb")
        url = urllib.parse.urlsplit(out.strip())
        self.assertTrue(url.path.endswith("/bundle.raucb"))
        with self.assertRaises(ConnectionError):
            self.get(url)
        self.assertEqual(self.json_lines("job", "list", "--data", self.folder / "data"), [])

    def test_with_a_digest_nothing_wrong_is_ever_served(self):
        out, err = self.freshet("stream", self.url, "--data", self.folder / "data", "--sha256", "0" * 64,
                                "--give-up", "1", "--", "python3", "-c",
                                "import sys, urllib.request as r; "
                                "print(len(r.urlopen(sys.argv[1]).read()))", expect=1)
        self.assertEqual(out, "")
        self.assertIn("digest_mismatch", err)

    def test_a_file_that_is_not_there_fails_at_the_local_url_too(self):
        _, err = self.freshet("stream", self.origin.url("/none"), "--data", self.folder / "data",
                              "--", "python3", "-c",
                              "import sys, urllib.request as r; r.urlopen(sys.argv[1])", expect=1)
        self.assertIn("HTTP Error 502", err)
        self.assertIn("http_not_found", err)

    @unittest.skipIf(not shutil.which("curl"), "curl is not installed")
    def test_curl_reads_a_local_url(self):
        self.freshet("stream", self.url, "--data", self.folder / "data", "--", "curl", "-sfo", "copy")
        self.assert_right("copy", "/bundle.raucb")

    @unittest.skipIf(os.geteuid() != 0, "needs root, as swupdate does")
    @unittest.skipIf(swupdate.missing(), swupdate.missing())
    def test_swupdate_installs_from_a_local_url_while_the_bundle_arrives(self):
        image = self.origin.files["/bundle.raucb"]
        update = swupdate.Update(self.folder, image)
        self.origin.files["/update.swu"] = update.bundle
        self.freshet("stream", self.origin.url("/update.swu"), "--data", self.folder / "data", "--",
                     *update.words("{}"))
        self.assertEqual(update.target.read_bytes(), image)

    def local(self, *command):
        """What a command says of the bundle's local URL, `{}`."""
        return self.freshet("stream", self.origin.url("/made.raucb"), "--data", self.folder / "data", "--",
                            *command)[0]

    @unittest.skipIf(rauc.missing(), rauc.missing())
    def test_rauc_believes_a_bundle_of_either_format_at_a_local_url(self):
        board = rauc.Board(self.folder, self.origin.files["/bundle.raucb"])
        for form in ("plain", "verity"):
            self.origin.files["/made.raucb"] = board.bundle(form)
            told = self.local("rauc", *board.keyring, "info", "{}")
            self.assertIn("'freshet-test'", told)
            self.assertRegex(told, rf"Bundle Format:\s+{form}")

    @unittest.skipIf(rauc.missing(), rauc.missing())
    @unittest.skipIf(rauc.mounts_nothing(), rauc.mounts_nothing())
    def test_the_service_of_rauc_installs_from_a_local_url(self):
        image = self.origin.files["/bundle.raucb"]
        board = rauc.Board(self.folder, image)
        self.origin.files["/made.raucb"] = board.bundle("plain")
        environment = board.start_service(lambda process: self.addCleanup(self._end, process))
        self.local("env", *(f"{name}={value}" for name, value in environment.items()),
                   "rauc", "install", "{}")
        self.assertEqual(board.written(), image)


if __name__ == "__main__":
    main()
