"""freshet get: files, places, digests, lists, exit codes."""

import hashlib
import json
import socket

from case import FreshetCase, main


class Get(FreshetCase):
    def test_a_file_is_placed_under_its_name_and_its_path_is_printed(self):
        url = self.serve("/disk.img", 3_000_000)
        out, err = self.freshet("get", url)
        self.assertEqual(out, f"{self.folder}/disk.img\n")
        self.assertIn("Done: ", err)
        self.assert_right("disk.img", "/disk.img")
        self.assertEqual(self.jobs(), [])

    def test_quiet_says_nothing_but_the_path(self):
        out, err = self.freshet("get", "-q", self.serve("/a", 5000))
        self.assertEqual(out, f"{self.folder}/a\n")
        self.assertEqual(err, "")

    def test_output_and_directory_choose_the_place(self):
        (self.folder / "sub").mkdir()
        url = self.serve("/a", 5000)
        self.freshet("get", url, "-o", "sub/b")
        self.freshet("get", url, "-d", "sub")
        self.assert_right("sub/b", "/a")
        self.assert_right("sub/a", "/a")

    def test_a_file_that_is_there_is_kept_when_right_and_replaced_only_by_force(self):
        url = self.serve("/a", 50_000)
        right = hashlib.sha256(self.origin.files["/a"]).hexdigest()
        self.freshet("get", url, "--sha256", right)
        sent = self.origin.bytes_sent
        lines = self.json_lines("get", url, "--sha256", right)
        self.assertEqual([line["event"] for line in lines], ["present"])
        self.assertEqual(self.origin.bytes_sent, sent)
        _, err = self.freshet("get", url, expect=6)
        self.assertIn("file_exists", err)
        (self.folder / "a").write_bytes(b"old")
        self.freshet("get", url, "--sha256", right, expect=6)
        self.assertEqual((self.folder / "a").read_bytes(), b"old")
        self.freshet("get", url, "--sha256", right, "--force")
        self.assert_right("a", "/a")

    def test_a_file_that_was_removed_and_fetched_again_is_listed_once(self):
        url = self.serve("/a", 300_000)
        for _ in range(2):
            self.freshet("get", url)
            (self.folder / "a").rename(self.folder / "elsewhere")
        self.assertEqual(self.json_lines("content", "list"), [])
        for _ in range(2):
            self.freshet("get", url, "--force")
        listed, = self.json_lines("content", "list")
        self.assertEqual(listed["path"], f"{self.folder}/a")
        self.freshet("get", url, "-o", "b")
        listed, = self.json_lines("content", "list")
        self.assertEqual(listed["path"], f"{self.folder}/b")

    def test_a_wrong_digest_is_named_and_nothing_is_placed(self):
        url = self.serve("/a", 50_000)
        _, err = self.freshet("get", url, "--sha256", "0" * 64, expect=5)
        self.assertIn("digest_mismatch", err)
        self.assertFalse((self.folder / "a").exists())

    def test_ranges_are_joined(self):
        url = self.serve("/a", 500_000)
        self.freshet("get", url, "--range", "400000-400009", "--range", "0-4")
        body = self.origin.files["/a"]
        self.assertEqual((self.folder / "a").read_bytes(), body[400000:400010] + body[0:5])

    def test_a_list_of_a_thousand_files_is_one_job(self):
        with open(self.folder / "list", "w", encoding="utf-8") as out:
            for i in range(1000):
                out.write(f"{self.serve(f'/{i}', 4096, seed=i)} name-{i}\n")
        out, _ = self.freshet("get", "-i", "list")
        self.assertEqual(out.splitlines(), [f"{self.folder}/name-{i}" for i in range(1000)])
        for i in range(1000):
            self.assert_right(f"name-{i}", f"/{i}")

    def test_headers_are_sent_and_json_lines_keep_their_shape(self):
        url = self.serve("/a", 200_000)
        lines = self.json_lines("get", url, "-H", "X-One: 1")
        events = [line["event"] for line in lines]
        self.assertEqual(events[0], "job")
        self.assertEqual(events[-2:], ["file", "done"])
        self.assertIn("state", events)
        file = lines[-2]
        self.assertEqual(file["path"], f"{self.folder}/a")
        self.assertEqual(file["length"], 200_000)
        done = lines[-1]
        self.assertEqual(done["files_placed"], 1)
        self.assertEqual(done["progress"]["bytes_done"], 200_000)
        self.assertEqual(sorted(done["progress"]), [
            "bytes_done", "bytes_per_second", "bytes_total", "files_done", "files_total",
            "from_origin", "from_peers", "wasted"])

    def test_every_kind_of_failure_has_its_exit_code(self):
        url = self.serve("/a", 5000)
        self.freshet("get", expect=2)
        self.freshet("get", url, "--no-such-option", expect=2)
        self.freshet("get", "ftp://host/x", expect=2)
        self.freshet("get", url, "--sha256", "xyz", expect=2)
        self.freshet("get", self.origin.url("/absent"), expect=4)
        self.freshet("get", url, "-d", "absent", expect=6)
        self.freshet("get", url, "--data", "/dev/null/x", expect=6)
        self.freshet("job", "show", "0123", expect=8)
        self.assertEqual(self.jobs(), [])

    def test_who_cannot_be_reached_is_given_up_after_the_time_asked_for(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            _, err = self.freshet("get", f"http://127.0.0.1:{unused.getsockname()[1]}/a",
                                  "--give-up", "1", expect=3)
        self.assertIn("connect_failed", err)

    def test_an_error_in_json_says_where_why_and_what_to_do(self):
        lines = self.json_lines("get", self.origin.url("/absent?token=secret"), expect=4)
        error = lines[-1]["error"]
        self.assertEqual(error["code"], "http_not_found")
        self.assertTrue(error["advice"])
        self.assertNotIn("secret", json.dumps(lines))

    def test_a_manifest_makes_a_lying_mirror_harmless(self):
        good = self.serve("/good", 2_000_000)
        wrong = bytearray(self.origin.files["/good"])
        wrong[700_000] ^= 1
        self.origin.files["/bad"] = bytes(wrong)
        (self.folder / "source").write_bytes(self.origin.files["/good"])
        published = self.json_lines("publish", "source", "--url", good, "-o", "m.torrent")[-1]
        self.assertEqual(published["event"], "published")
        self.freshet("get", self.origin.url("/bad"), "--mirror", good, "--manifest", "m.torrent",
                     "-o", "out")
        self.assert_right("out", "/good")
        self.freshet("get", self.origin.url("/bad"), "--content", published["content"],
                     "--mirror", good, "-o", "out2")
        self.assert_right("out2", "/good")
        self.freshet("get", "--manifest", published["magnet"], "-o", "out3")
        self.assert_right("out3", "/good")

    def test_stored_contents_are_listed_and_verified(self):
        self.freshet("get", self.serve("/a", 600_000))
        contents = self.json_lines("content", "list")
        self.assertEqual([c["length"] for c in contents], [600_000])
        self.assertEqual(contents[0]["path"], f"{self.folder}/a")
        out, _ = self.freshet("content", "verify", contents[0]["content"])
        self.assertIn("right", out)

    def test_the_version_is_told(self):
        out, _ = self.freshet("version")
        self.assertRegex(out, r"^freshet \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    main()
