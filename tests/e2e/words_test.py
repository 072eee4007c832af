"""Completion and manual pages are in step with the program."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from case import FRESHET, FreshetCase, main

PAGES = pathlib.Path(__file__).parents[2] / "docs" / "man"


class Words(FreshetCase):
    def complete(self, *words):
        """What bash would offer for the last of them."""
        script, _ = self.freshet("completion", "bash")
        (self.folder / "script").write_text(script)
        line = " ".join(f"'{word}'" for word in words)
        ran = subprocess.run(
            ["bash", "-c", f"source ./script; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
                           "_freshet; printf '%s\\n' \"${COMPREPLY[@]}\""],
            cwd=self.folder, capture_output=True, text=True, check=True)
        return ran.stdout.split()

    def test_bash_completes_commands_verbs_and_options(self):
        self.assertIn("job", self.complete("freshet", ""))
        self.assertEqual(self.complete("freshet", "job", "res"), ["resume"])
        self.assertIn("--no-wait", self.complete("freshet", "job", "resume", "--no"))
        self.assertIn("--sha256", self.complete("freshet", "get", "http://host/x", "--sha"))
        self.assertNotIn("resume", self.complete("freshet", "get", ""))

    def test_every_option_in_the_help_is_in_each_completion_and_in_the_manual(self):
        scripts = {shell: self.freshet("completion", shell)[0] for shell in ("bash", "zsh", "fish")}
        self.freshet("manual", self.folder)
        for command in (("get",), ("job", "create"), ("job", "list"), ("job", "watch")):
            out, _ = self.freshet(*command, "--help")
            options = set(re.findall(r"(?<=[ ,])--([a-z0-9-]+)", out))
            self.assertGreater(len(options), 3)
            page = (self.folder / f"freshet-{command[0]}.1").read_text().replace("\\-", "-")
            for option in options:
                self.assertIn(f"--{option}", page)
                self.assertIn(f"--{option}", scripts["bash"])
                self.assertIn(f"--{option}", scripts["zsh"])
                self.assertIn(f"-l {option}", scripts["fish"])

    def test_other_shells_take_their_scripts(self):
        if not shutil.which("zsh") and not shutil.which("fish"):
            raise unittest.SkipTest("neither zsh nor fish is installed")
        for shell in filter(shutil.which, ("zsh", "fish")):
            script, _ = self.freshet("completion", shell)
            (self.folder / "script").write_text(script)
            subprocess.run([shell, "-n", "script"], cwd=self.folder, check=True)

    def test_the_manual_pages_in_docs_are_those_of_this_program(self):
        self.freshet("manual", self.folder)
        made = {path.name: path.read_text() for path in self.folder.glob("*.1")}
        kept = {path.name: path.read_text() for path in PAGES.glob("freshet*.1")}
        self.assertEqual(made, kept, f"{os.path.basename(FRESHET)} manual docs/man brings them up to date")


if __name__ == "__main__":
    main()
