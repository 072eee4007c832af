"""Makes the root of a fresh Debian 12 with systemd and a user, from where this machine's apt gets its
packages; what our packages depend on is downloaded, so that machines need no network. Kept until that
changes.

    make_machine.py PACKAGES_DIRECTORY ROOT_DIRECTORY
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from make_packages import OLD

SUITE = "bookworm"
INCLUDED = "systemd,systemd-sysv,dbus,libpam-systemd"
USER = "alice"


def skip(why):
    print(f"no fresh Debian: {why}")
    sys.exit(77)


def told(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def sources():
    """Lines for sources.list: where this machine gets Debian from."""
    rows = told("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages", "Origin: Debian").split("\n")
    return [f"deb {row}" for row in sorted(set(rows)) if f" {SUITE}" in row and row.endswith(" main")]


def options():
    """How it gets there."""
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check")
    return [f"--aptopt={line}" for line in told("apt-config", "dump", "Acquire").splitlines()
            if line.startswith(wanted)]


def dependencies(packages):
    """What they depend on or recommend, as apt takes it."""
    names = set()
    for package in sorted(packages.glob("*.deb")):
        for field in ("Depends", "Recommends"):
            for part in told("dpkg-deb", "-f", package, field).split(","):
                name = part.split("|")[0].split("(")[0].strip()
                if name and not name.endswith("-dev") and "freshet" not in name:
                    names.add(name)
    return sorted(names)


def make(root, lines, names):
    shutil.rmtree(root, ignore_errors=True)
    hooks = [f'chroot "$1" useradd --create-home --shell /bin/sh {USER}',
             'chroot "$1" apt-get -qq -o APT::Install-Recommends=true install --download-only -y ' + " ".join(names)]
    ended = subprocess.run(
        ["mmdebstrap", "--variant=minbase", f"--include={INCLUDED}", "--skip=cleanup/apt",
         *options(), *(f"--customize-hook={hook}" for hook in hooks), SUITE, root, *lines])
    if ended.returncode != 0:
        shutil.rmtree(root, ignore_errors=True)
        skip("mmdebstrap failed; is there a network?")


def main():
    if os.geteuid() != 0:
        skip("it needs root")
    for program in ("mmdebstrap", "apt-get", "systemd-nspawn"):
        if shutil.which(program) is None:
            skip(f"{program} is not installed")
    packages, root = map(pathlib.Path, sys.argv[1:])
    names, lines = dependencies(packages / OLD), sources()
    if not lines:
        skip(f"apt knows no packages of {SUITE} here")
    mark = root.with_suffix(".made-of")
    made_of = hashlib.sha256(repr((names, lines, INCLUDED)).encode()).hexdigest()
    if root.is_dir() and mark.is_file() and mark.read_text() == made_of:
        return
    make(root, lines, names)
    mark.write_text(made_of)


if __name__ == "__main__":
    main()
