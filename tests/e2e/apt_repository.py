"""A repository of real packages on an origin, and apt with a root of its own that uses it."""

import gzip
import hashlib
import os
import pathlib
import random
import shutil
import subprocess

METHODS = pathlib.Path("/usr/lib/apt/methods")
DATE = "Sat, 03 Jan 2026 10:00:00 GMT"


def missing():
    """Why there can be no real apt here; None: there can."""
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            return f"{program} is not installed"
    return None if (METHODS / "http").exists() else "apt has no method for http"


def build_package(folder, name, size, seed):
    """A .deb with a file of random bytes; its path."""
    root = folder / name
    (root / "DEBIAN").mkdir(parents=True)
    (root / "usr/share/freshet-test").mkdir(parents=True)
    (root / "usr/share/freshet-test" / name).write_bytes(random.Random(seed).randbytes(size))
    (root / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n"
        f"Description: {name}\n")
    made = folder / f"{name}_1.0_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, made], check=True,
                   capture_output=True)
    return made


class Repository:
    """Packages by name and size, with an index that names their SHA-256, by hash too."""

    def __init__(self, folder, origin, packages):
        self.origin, self.debs = origin, {}
        folder.mkdir()
        index = ""
        for seed, (name, size) in enumerate(packages.items()):
            data = build_package(folder, name, size, seed).read_bytes()
            path = f"/pool/{name}_1.0_all.deb"
            self.debs[name], self.origin.files[path] = data, data
            self.origin.modified[path] = DATE
            index += (f"Package: {name}\nVersion: 1.0\nArchitecture: all\n"
                      f"Maintainer: Nobody <nobody@example.org>\nDescription: {name}\n"
                      f"Filename: pool/{name}_1.0_all.deb\nSize: {len(data)}\n"
                      f"SHA256: {hashlib.sha256(data).hexdigest()}\n\n")
        self._publish(index.encode())

    def _publish(self, index):
        listed = ""
        for name, data in (("Packages", index), ("Packages.gz", gzip.compress(index, mtime=0))):
            digest = hashlib.sha256(data).hexdigest()
            folder = "/dists/test/main/binary-all"
            for path in (f"{folder}/{name}", f"{folder}/by-hash/SHA256/{digest}"):
                self.origin.files[path], self.origin.modified[path] = data, DATE
            listed += f" {digest} {len(data)} main/binary-all/{name}\n"
        release = (f"Origin: test\nSuite: test\nCodename: test\nDate: {DATE}\nArchitectures: all\n"
                   f"Components: main\nAcquire-By-Hash: yes\nSHA256:\n{listed}")
        self.origin.files["/dists/test/Release"] = release.encode()
        self.origin.modified["/dists/test/Release"] = DATE

    def path(self, name):
        return f"/pool/{name}_1.0_all.deb"

    def agents(self, name):
        """Who asked for a package: "freshet", "apt"."""
        return {"apt" if "APT" in agent else "freshet" for path, agent in self.origin.asked
                if path == self.path(name)}


class Apt:
    """apt-get with state, methods and settings of its own below `root`."""

    def __init__(self, root, method, source, socket, settings=()):
        self.root = root
        for folder in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d",
                       "state/lists/partial", "cache/archives/partial", "log", "methods",
                       "dpkg/var/lib/dpkg"):
            (root / folder).mkdir(parents=True)
        for folder in ("info", "updates", "triggers"):
            (root / "dpkg/var/lib/dpkg" / folder).mkdir()
        (root / "dpkg/var/lib/dpkg/status").write_text("")
        for name in os.listdir(METHODS):
            (root / "methods" / name).symlink_to(METHODS / name)
        for name in ("freshet+http", "freshet+https"):
            (root / "methods" / name).symlink_to(method)
        (root / "etc/apt/sources.list").write_text(f"deb [trusted=yes] {source} test main\n")
        self.settings = root / "apt.conf"
        self.settings.write_text("\n".join([
            f'Dir "{root}";', f'Dir::Etc "{root}/etc/apt";', f'Dir::State "{root}/state";',
            f'Dir::State::status "{root}/dpkg/var/lib/dpkg/status";',
            f'Dir::Cache "{root}/cache";', f'Dir::Log "{root}/log";',
            f'Dir::Bin::methods "{root}/methods";', 'APT::Architecture "all";',
            'APT::Architectures { "all"; };', 'Acquire::Languages "none";',
            'Acquire::Retries "0";', f'Acquire::freshet::Socket "{socket}";',
            f'DPkg::Options {{ "--root={root}/dpkg"; "--log={root}/log/dpkg.log"; }};',
            *settings, ""]))

    def words(self, *words):
        return ["apt-get", "-q", "-y", "--no-install-recommends", *words]

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "APT_CONFIG": str(self.settings),
                "LC_ALL": "C", "HOME": str(self.root)}

    def run(self, *words, place=None, expect=0, timeout=120):
        """What it said."""
        ran = subprocess.run([*(place.words() if place else ()), *self.words(*words)],
                             env=self.environment(), cwd=self.root, text=True, timeout=timeout,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                             stdin=subprocess.DEVNULL)
        if ran.returncode != expect:
            raise AssertionError(f"{words}: {ran.returncode}\n{ran.stdout}")
        return ran.stdout

    def fetched(self, name):
        """The package as it lies in apt's cache; None when it does not."""
        path = self.root / f"cache/archives/{name}_1.0_all.deb"
        return path.read_bytes() if path.exists() else None

    def installed(self, name):
        path = self.root / "dpkg/usr/share/freshet-test" / name
        return path.exists() and f"Package: {name}\nStatus: install ok installed" in (
            self.root / "dpkg/var/lib/dpkg/status").read_text()
