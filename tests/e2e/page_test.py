"""The web page in a real browser against a real daemon: runs the tests of page/ with node."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from case import main

HERE = pathlib.Path(__file__).parent / "page"
MODULES = pathlib.Path(os.environ.get("FRESHET_PAGE_MODULES", "page-modules"))
TEST_SECONDS = 150


def missing():
    """What the machine lacks for these tests, or nothing."""
    for program in ("node", "npm", "chromium"):
        if shutil.which(program) is None:
            return f"{program} is not there"
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(node.lstrip("v").split(".")[0]) < 18:
        return f"node is {node.strip()}; 18 is the least"
    return None


def install():
    """The libraries of package-lock.json, once for all tests of a build; what is wrong, or nothing."""
    MODULES.mkdir(parents=True, exist_ok=True)
    with open(MODULES / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (HERE / "package-lock.json").read_bytes()
        done = MODULES / "installed"
        if done.is_file() and done.read_bytes() == wanted:
            return None
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, MODULES / name)
        try:
            ran = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                                 cwd=MODULES, capture_output=True, text=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            return "npm does not get the libraries in time"
        if ran.returncode != 0:
            return "npm cannot get the libraries: " + ran.stderr[-300:]
        done.write_bytes(wanted)
        return None


class Page(unittest.TestCase):
    def run_test(self, name):
        lacking = missing() or install()
        if lacking:
            self.skipTest(lacking)
        environment = {**os.environ, "FRESHET_PAGE_MODULES": str(MODULES.resolve()),
                       "CHROMIUM": shutil.which("chromium")}
        ran = subprocess.run(["node", "--test", str(HERE / f"{name}_test.mjs")], env=environment,
                             timeout=TEST_SECONDS, check=False, stdout=sys.stderr)
        self.assertEqual(ran.returncode, 0)

    def test_every_action_of_the_page_does_what_it_says(self):
        self.run_test("actions")

    def test_the_page_follows_jobs_over_a_restart_of_the_daemon(self):
        self.run_test("live")

    def test_ten_thousand_jobs_scroll_on_the_page_without_a_blank_row(self):
        self.run_test("scroll")

    def test_the_page_shows_a_decision_record_in_whole(self):
        self.run_test("record")

    def test_the_page_of_a_living_node_shows_its_site(self):
        self.run_test("site")

    def test_the_page_can_be_used_by_everyone_in_light_and_dark_and_on_a_phone(self):
        self.run_test("looks")


if __name__ == "__main__":
    main()
