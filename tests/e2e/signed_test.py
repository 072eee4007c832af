"""Signed manifests, with the minisign program on the other side: who is believed, and who is not."""

import json
import subprocess

from case import FreshetCase, made_bytes, main

SIZE = 3_000_000


class Signed(FreshetCase):
    def setUp(self):
        super().setUp()
        self.url = self.serve("/file", SIZE)
        (self.folder / "source").write_bytes(self.origin.files["/file"])
        self.site = self.make_key("site")

    def minisign(self, *words):
        ran = subprocess.run(["minisign", *map(str, words)], cwd=self.folder, text=True, input="",
                             capture_output=True, check=False)
        return ran.returncode == 0

    def make_key(self, name):
        """The public key file of a new pair without a password."""
        made = self.minisign("-G", "-W", "-f", "-p", f"{name}.pub", "-s", f"{name}.sec")
        self.assertTrue(made, "minisign makes no key")
        return self.folder / f"{name}.pub"

    def base64(self, key):
        return key.read_text(encoding="utf-8").splitlines()[1]

    def publish(self, key=None):
        """A manifest in the folder and at the origin, with its signature when there is a key."""
        sign = ["--sign", f"{key}.sec"] if key else []
        self.freshet("publish", "source", "--url", self.url, "-o", "m.torrent", *sign)
        return self.put_up()

    def put_up(self):
        for name in ("m.torrent", "m.torrent.minisig"):
            if (self.folder / name).exists():
                self.origin.files[f"/{name}"] = (self.folder / name).read_bytes()
        return self.origin.url("/m.torrent")

    def trust(self, key, name=""):
        folder = self.folder / ".config" / "freshet"
        folder.mkdir(parents=True)
        (folder / "trusted_keys").write_text(f"# of the site\n{self.base64(key)} {name}\n",
                                             encoding="utf-8")

    def placed(self, manifest, *words):
        """The placed file's record."""
        lines = self.json_lines("get", self.url, "--manifest", manifest, "-o", "out", *words)
        self.assert_right("out", "/file")
        (self.folder / "out").unlink()
        return next(line for line in lines if line["event"] == "file")

    def refused(self, manifest, code, *words):
        _, err = self.freshet("get", self.url, "--manifest", manifest, "-o", "out", *words, expect=5)
        self.assertIn(code, err)
        self.assertFalse((self.folder / "out").exists())
        self.assertEqual(self.jobs(), [])

    def test_what_freshet_signs_minisign_verifies(self):
        self.publish("site")
        self.assertTrue(self.minisign("-Vm", "m.torrent", "-p", "site.pub"))
        (self.folder / "m.torrent").write_bytes((self.folder / "m.torrent").read_bytes() + b" ")
        self.assertFalse(self.minisign("-Vm", "m.torrent", "-p", "site.pub"))

    def test_what_minisign_signs_is_believed_as_its_signer(self):
        self.publish()
        self.assertTrue(self.minisign("-Sm", "m.torrent", "-s", "site.sec"))
        file = self.placed(self.put_up(), "--trusted-key", self.site)
        self.assertEqual(file["trust"], "signer")
        self.assertTrue(file["signer"].startswith("key "))

    def test_a_key_is_given_as_a_file_or_as_its_text(self):
        url = self.publish("site")
        self.assertEqual(self.placed(url, "--trusted-key", self.base64(self.site))["trust"], "signer")
        self.assertEqual(self.placed(url, "--trusted-key", "site.pub")["trust"], "signer")
        self.freshet("get", self.url, "--manifest", url, "--trusted-key", "m.torrent", expect=2)

    def test_the_users_key_file_names_who_signed(self):
        self.trust(self.site, "the site")
        url = self.publish("site")
        file = self.placed(url)
        self.assertEqual((file["trust"], file["signer"]), ("signer", "the site"))

    def test_the_data_directory_has_a_key_file_too(self):
        data = self.folder / ".local" / "share" / "freshet"
        data.mkdir(parents=True, mode=0o700)
        (data / "trusted_keys").write_bytes(self.site.read_bytes())
        self.assertEqual(self.placed(self.publish("site"))["trust"], "signer")

    def test_an_unsigned_manifest_from_plain_http_vouches_for_nothing(self):
        self.assertEqual(self.placed(self.publish())["trust"], "computed")

    def test_a_manifest_given_as_a_file_is_the_jobs_own_word(self):
        self.publish("site")
        self.trust(self.site, "the site")
        file = self.placed("m.torrent")
        self.assertEqual((file["trust"], file["signer"]), ("job", "the site"))

    def test_another_key_is_refused(self):
        other = self.make_key("other")
        url = self.publish("site")
        for manifest in (url, "m.torrent"):
            self.refused(manifest, "signature_untrusted", "--trusted-key", other)

    def test_a_missing_signature_is_refused(self):
        url = self.publish()
        for manifest in (url, "m.torrent"):
            self.refused(manifest, "signature_missing", "--trusted-key", self.site)

    def test_a_tampered_manifest_is_refused_wherever_it_lies(self):
        self.publish("site")
        other = made_bytes(SIZE, seed=7)
        (self.folder / "source").write_bytes(other)
        self.freshet("publish", "source", "--url", self.url, "-o", "m.torrent")
        url = self.put_up()
        self.trust(self.site)
        for manifest in (url, "m.torrent"):
            self.refused(manifest, "signature_invalid")
            self.refused(manifest, "signature_invalid", "--trusted-key", self.site)

    def stop_at_a_quarter(self, manifest):
        self.origin.allow(len(self.origin.files["/m.torrent"]) + SIZE // 4)
        process = self.start("get", self.url, "--manifest", manifest, "--trusted-key", self.site,
                             "-o", "out")
        self.assertTrue(self.origin.wait_until_sent(SIZE // 4))
        process.terminate()
        process.communicate()

    def test_a_job_that_waits_shows_who_is_believed(self):
        url = self.publish("site")
        self.stop_at_a_quarter(url)
        job, = self.jobs()
        why = json.loads(self.freshet("job", "why", job["id"], "--json")[0])
        transfer = why["files"][0]["transfer"]
        self.assertEqual(transfer["trust"], "signer")
        self.assertTrue(transfer["signer"].startswith("key "))
        self.origin.allow_all()
        self.freshet("job", "resume", job["id"])
        self.assert_right("out", "/file")

    def test_the_key_of_a_job_is_kept_with_it(self):
        url = self.publish("site")
        self.stop_at_a_quarter(url)
        self.origin.allow_all()
        del self.origin.files["/m.torrent.minisig"]
        job, = self.jobs()
        _, err = self.freshet("job", "resume", job["id"], expect=5)
        self.assertIn("signature_missing", err)
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    main()
