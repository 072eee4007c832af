"""What compilers and linkers were told to do against errors of memory, looked at in what they made."""

import os
import re
import shutil

from case import main
from install_case import InstallCase, run

PROGRAMS = ("usr/bin/freshet", "usr/bin/freshetd", "usr/bin/freshet-do-agent",
            "usr/lib/apt/methods/freshet-apt-method")
HOLDING = ("freshet", "libfreshet1", "freshet-do-agent", "freshet-apt")
HARDENED = os.environ.get("FRESHET_HARDENED") == "ON"  # This build as a whole.
PROBE = os.environ.get("FRESHET_HARDENING_PROBE", "")  # A small program that always is.


class Hardening(InstallCase):
    def setUp(self):
        super().setUp()
        if shutil.which("readelf") is None:
            self.skipTest("binutils are not installed")

    def assert_linked_hard(self, path):
        """At addresses of its own choice; nothing that is resolved at the start stays writable."""
        self.assertIn("DYN (", run("readelf", "-hW", path), path)
        segments = run("readelf", "-lW", path)
        self.assertIn("GNU_RELRO", segments, path)
        self.assertRegex(segments, r"GNU_STACK .* RW +0x", path)
        self.assertNotRegex(segments, r"LOAD .* RWE ", path)
        self.assertRegex(run("readelf", "-dW", path), r"FLAGS.*\bNOW\b", path)
        self.assertNotIn("TEXTREL", run("readelf", "-dW", path), path)
        self.assertNotRegex(run("readelf", "-dW", path), "RPATH|RUNPATH", path)

    def assert_compiled_hard(self, path, branches_min=1000):
        """Stacks are guarded, lengths are checked, branches land where they may."""
        needed = run("readelf", "-W", "--dyn-syms", path)
        self.assertIn("__stack_chk_fail", needed, path)
        self.assertRegex(needed, r"__\w+_chk@", path)
        if os.uname().machine == "x86_64":
            marks = len(re.findall(r">:\n[^\n]*\bendbr64\b",
                                   run("objdump", "-d", "--no-show-raw-insn", path)))
            self.assertGreaterEqual(marks, branches_min, path)

    def test_programs_and_the_library_are_linked_against_attacks(self):
        root = self.unpacked(*HOLDING)
        for program in PROGRAMS:
            self.assert_linked_hard(root / program)
            self.assertIn("pie", run("readelf", "-dW", root / program).lower())
        library, = (path for path in root.rglob("libfreshet.so.1.*"))
        self.assert_linked_hard(library)

    def test_the_words_for_the_compiler_do_what_they_say(self):
        self.assert_linked_hard(PROBE)
        self.assert_compiled_hard(PROBE, branches_min=1)

    def test_what_users_get_is_compiled_with_them(self):
        if not HARDENED:
            self.skipTest("this preset is compiled without: release is with them")
        root = self.unpacked(*HOLDING)
        library, = (path for path in root.rglob("libfreshet.so.1.*"))
        for path in (*(root / program for program in PROGRAMS), library):
            self.assert_compiled_hard(path)


if __name__ == "__main__":
    main()
