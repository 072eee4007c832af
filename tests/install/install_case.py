"""What tests of packages have: the packages of both versions, unpacked where that is enough."""

import os
import pathlib
import re
import subprocess

from case import FreshetCase
from make_packages import BEFORE, NEW, OLD

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

PACKAGES = pathlib.Path(os.environ["FRESHET_PACKAGES"])
NAMES = ("freshet", "libfreshet1", "libfreshet-dev", "freshet-do-agent", "freshet-apt")


def run(*words, **more):
    """Its standard output; fails with all that was said."""
    told = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    if told.returncode != 0:
        raise AssertionError(f"{words} ended with {told.returncode}:\n{told.stdout}\n{told.stderr}")
    return told.stdout


class InstallCase(FreshetCase):
    def package(self, name, version=OLD):
        found = list((PACKAGES / version).glob(f"{name}_{version}-1_*.deb"))
        if not found:
            self.skipTest(f"no package {name} was made here")
        return found[0]

    def field(self, name, field):
        return run("dpkg-deb", "-f", self.package(name), field).strip()

    def listed(self, name):
        """Path to (mode, owner) of each file and directory in the package."""
        rows = (re.split(r"\s+", line, 5)
                for line in run("dpkg-deb", "-c", self.package(name)).splitlines())
        return {row[5].split(" -> ")[0].removeprefix("."): (row[0], row[1]) for row in rows}

    def unpacked(self, *names):
        """A directory with what these packages hold."""
        place = self.folder / "root"
        for name in names:
            run("dpkg-deb", "-x", self.package(name), place)
        return place
