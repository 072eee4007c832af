"""What every test of the command line has: a folder, an origin, and `freshet` in that folder."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from origin import Origin

FRESHET = os.environ.get("FRESHET", "freshet")
DEADLINE_SECONDS = 120


def made_bytes(size, seed=1):
    return random.Random(seed).randbytes(size)


class FreshetCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="freshet-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.origin = Origin()
        self.origin.__enter__()
        self.addCleanup(self.origin.__exit__)
        (self.folder / "tmp").mkdir()

    def environment(self):
        kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "TSAN_OPTIONS",
                                                    "LSAN_OPTIONS", "UBSAN_OPTIONS")
                if name in os.environ}
        return {**kept, "HOME": str(self.folder), "TMPDIR": str(self.folder / "tmp"),
                "FRESHET_PEERS": "off",  # Tests that want peers say so.
                "FRESHET_SOCKET": str(self.folder / "no-daemon")}

    def serve(self, path, size, seed=1):
        self.origin.files[path] = made_bytes(size, seed)
        return self.origin.url(path)

    def start(self, *words, place=None):
        """With `place` it runs there (spaces.py)."""
        argv = [*(place.words() if place else ()), FRESHET, *map(str, words)]
        process = subprocess.Popen(argv, cwd=self.folder, text=True,
                                   env=self.environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def freshet(self, *words, expect=0, place=None):
        """Its standard output and error."""
        process = self.start(*words, place=place)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual(process.returncode, expect, f"{words}\n{out}\n{err}")
        return out, err

    def json_lines(self, *words, expect=0):
        out, err = self.freshet(*words, "--json", expect=expect)
        self.assertEqual(err, "")
        return [json.loads(line) for line in out.splitlines()]

    def jobs(self):
        return self.json_lines("job", "list")

    def assert_right(self, name, path):
        self.assertEqual((self.folder / name).read_bytes(), self.origin.files[path])


def main():
    """Ends with 77, which CTest shows as skipped, when every test was."""
    program = unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]], exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if len(result.skipped) == result.testsRun > 0 else 0)
