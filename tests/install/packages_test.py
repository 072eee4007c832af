"""What is in the packages, and what they say of themselves."""

import json
import os
import re
import shutil
import subprocess

from case import main
from install_case import NAMES, NEW, OLD, ROOT, InstallCase, run

# What holds for Debian's own archive alone; and CPack writes scripts that call ldconfig beside the trigger.
LINTIAN_LEFT_OUT = ("initial-upload-closes-no-bugs", "maintscript-calls-ldconfig")
HEADERS = [*(ROOT / "engine/include/freshet").glob("*.h"), ROOT / "api/include/freshet/client.h"]


class Packages(InstallCase):
    def test_each_file_belongs_to_root_and_none_can_be_written_by_others(self):
        for name in NAMES:
            for path, (mode, owner) in self.listed(name).items():
                self.assertEqual(owner, "root/root", path)
                self.assertIn(mode, ("-rw-r--r--", "-rwxr-xr-x", "drwxr-xr-x", "lrwxrwxrwx"), path)

    def test_programs_pages_completion_and_units_are_where_they_are_looked_for(self):
        listed = self.listed("freshet")
        for path in ("/usr/bin/freshet", "/usr/bin/freshetd", "/usr/share/man/man1/freshet.1.gz",
                     "/usr/share/man/man8/freshetd.8.gz", "/usr/share/freshet/bench/run",
                     "/usr/share/bash-completion/completions/freshet",
                     "/usr/share/zsh/vendor-completions/_freshet",
                     "/usr/share/fish/vendor_completions.d/freshet.fish",
                     "/usr/lib/systemd/system/freshetd.service",
                     "/usr/lib/systemd/system/freshetd.socket",
                     "/usr/lib/systemd/system/freshet-node.service",
                     "/usr/lib/systemd/user/freshetd.service",
                     "/usr/lib/systemd/user/freshetd.socket", "/etc/freshet/freshet.toml"):
            self.assertIn(path, listed)
        control = run("dpkg-deb", "-I", self.package("freshet"), "conffiles")
        self.assertEqual(control.split(), ["/etc/freshet/freshet.toml"])
        listed.update(self.listed("freshet-do-agent"))
        for page in (ROOT / "docs" / "man").iterdir():
            self.assertIn(f"/usr/share/man/man{page.name[-1]}/{page.name}.gz", listed)

    def test_what_is_needed_is_known_to_apt(self):
        needed = self.field("freshet", "Depends")
        for name in ("adduser", "libc6", "libcurl4", "librocksdb7.8", "libtorrent-rasterbar2.0"):
            self.assertRegex(needed, rf"(^|, ){re.escape(name)}\b")
        self.assertNotIn("libfreshet", needed)
        self.assertIn("librocksdb7.8", self.field("libfreshet1", "Depends"))
        self.assertIn(f"libfreshet1 (= {OLD}-1)", self.field("libfreshet-dev", "Depends"))
        shlibs = run("dpkg-deb", "-I", self.package("libfreshet1"), "shlibs")
        self.assertIn("libfreshet 1 libfreshet1", shlibs)

    def test_the_second_version_differs_in_its_number_alone(self):
        self.assertEqual(run("dpkg-deb", "-f", self.package("freshet", NEW), "Version"), f"{NEW}-1\n")

    def test_the_library_shows_its_api_and_nothing_else(self):
        root = self.unpacked("libfreshet1")
        library, = (path for path in root.rglob("libfreshet.so.1.*") if not path.is_symlink())
        self.assertIn("[libfreshet.so.1]", run("readelf", "-dW", library))
        shown = [line.split(" ", 2)[2] for line in
                 run("nm", "-D", "-C", "--defined-only", "--with-symbol-versions", library).splitlines()]
        for symbol in shown:
            self.assertRegex(symbol, r"^(freshet::(?![a-z_]+::)|freshet::com::|[A-Z]\w+@|FRESHET_1)")
            self.assertTrue(symbol.endswith("FRESHET_1"), symbol)
        names = {re.sub(r"\(.*|@.*|\[abi.*", "", symbol).removeprefix("freshet::") for symbol in shown}
        declared = set()
        for header in HEADERS:
            text = header.read_text()
            declared.update(re.findall(r"FRESHET_EXPORT [^;(]*?(\w+)\(", text))
        declared -= {"__attribute__", "downloaded", "uploaded", "average_download", "average_upload"}
        self.assertGreater(len(declared), 10)
        self.assertEqual(declared - names, set())
        for method in ("open", "connect", "start", "complete", "stream", "policies", "~Client"):
            self.assertIn(f"Client::{method}", names)
        for method in ("downloaded", "average_upload"):
            self.assertIn(f"PerfSnapshot::{method}", names)

    def test_the_bill_of_materials_names_what_is_linked_with_versions(self):
        for name in ("freshet", "libfreshet1"):
            root = self.unpacked(name)
            bill = json.loads((root / f"usr/share/doc/{name}/sbom.spdx.json").read_text())
            self.assertEqual(bill["spdxVersion"], "SPDX-2.3")
            versions = {each["name"]: each["versionInfo"] for each in bill["packages"]}
            self.assertEqual(versions[name], f"{OLD}-1")
            names = {each["SPDXID"]: each["name"] for each in bill["packages"]}
            linked = {names[each["relatedSpdxElement"]] for each in bill["relationships"]
                      if each["relationshipType"] == "DYNAMIC_LINK"}
            needed = {re.split(r"[ (]", part.strip())[0] for part in
                      self.field(name, "Depends").split(",")} - {"adduser"}
            self.assertEqual(linked, needed)
            for each in linked | {"nlohmann-json3-dev", "libboost-dev"}:
                self.assertEqual(versions[each], run("dpkg-query", "-W", "-f", "${Version}", each))

    def test_lintian_finds_no_mistake(self):
        if shutil.which("lintian") is None or "FRESHET_LINTIAN" not in os.environ:
            self.skipTest("it takes long: FRESHET_LINTIAN=1 asks for it, and lintian is to be installed")
        told = subprocess.run(
            ["lintian", "--allow-root", "--fail-on", "none", "--suppress-tags",
             ",".join(LINTIAN_LEFT_OUT), *(str(self.package(name)) for name in NAMES)],
            capture_output=True, text=True)
        self.assertEqual([line for line in told.stdout.splitlines() if line[:2] in ("E:", "W:")], [])


if __name__ == "__main__":
    main()
