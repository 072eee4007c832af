"""Machines that never heard of us. Each has a network of its own, and is thrown away."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

from spaces import Space

BASE = pathlib.Path(os.environ.get("FRESHET_MACHINE", "/nonexistent"))
DEADLINE_SECONDS = 120
USER = "alice"
PACKAGES_INSIDE = "/mnt"


class NotPermitted(Exception):
    """Why there can be no such machine here."""


class Machine:
    """Commands run in it as root or as a user; `entered` as of Space: sockets made meanwhile are in it."""

    def __init__(self, packages):
        self.packages = packages
        self.space = Space()
        if not self.space.usable:
            raise NotPermitted("network namespaces are not permitted here")

    def entered(self):
        return self.space.entered()

    @property
    def files(self):
        """Its root directory, seen from here."""
        return pathlib.Path(f"/proc/{self.first}/root")

    def words(self, user=None):
        return ["nsenter", "-t", str(self.first), "-m", "-u", "-i", "-n", "-p", "-r", "-w",
                *(("runuser", "-u", user, "--") if user else ())]

    def environment(self, user):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": f"/home/{user}" if user else "/root",
                "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}

    def start(self, *words, user=None):
        return subprocess.Popen([*self.words(user), *map(str, words)], env=self.environment(user),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *words, user=None, expect=0):
        """Its standard output and error."""
        process = self.start(*words, user=user)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        if process.returncode != expect:
            raise AssertionError(f"{words} ended with {process.returncode}:\n{out}\n{err}\n{self.log()}")
        return out, err

    def processes(self, name):
        """Their numbers there."""
        found = []
        for each in (self.files / "proc").glob("[0-9]*/comm"):
            with contextlib.suppress(OSError):
                if each.read_text() == name + "\n":
                    found.append(int(each.parent.name))
        return found

    def user_id(self):
        return (self.files / "home" / USER).stat().st_uid

    def kill(self, how, name):
        for process in self.processes(name):
            self.run("sh", "-c", f"kill -{how} {process}")

    def end(self):
        self.space.end()


class Booted(Machine):
    """A fresh Debian under systemd, in a container."""

    def __init__(self, packages):
        super().__init__(packages)
        if not BASE.is_dir():
            self.space.end()
            raise NotPermitted("no fresh Debian was made here")
        self.process = subprocess.Popen(
            [*self.space.words(), "systemd-nspawn", "--quiet", f"--directory={BASE}",
             "--volatile=overlay", "--register=no", "--keep-unit", "--boot", "--console=pipe",
             "--link-journal=no", f"--bind-ro={packages}:{PACKAGES_INSIDE}",
             f"--machine=freshet-{os.getpid()}-{id(self) % 100000}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said, self.first = [], None
        self.reader = threading.Thread(target=self._listen)
        self.reader.start()
        try:
            self._wait_until_up()
        except BaseException:
            self.end()
            raise

    def _listen(self):
        with self.process.stdout as told:
            self.said.extend(told)

    def _first_process(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            found = children.read_text().split()
            return found[0] if found else None
        return None

    def _wait_until_up(self):
        """Until systemd has started all that it starts."""
        ended = threading.Event()
        for _ in range(DEADLINE_SECONDS * 5):
            if self.process.poll() is not None:
                raise NotPermitted("containers cannot start here: " + "".join(self.said[-3:]))
            # Its child is another one until the container's own first process stands.
            self.first = self._first_process()
            if self.first:
                asked = subprocess.run([*self.words(), "systemctl", "is-system-running"],
                                       capture_output=True, text=True)
                if asked.stdout.strip() in ("running", "degraded"):
                    return
            ended.wait(0.2)
        raise NotPermitted("a container does not come up here: " + "".join(self.said[-3:]))

    def log(self):
        told = subprocess.run([*self.words(), "journalctl", "--no-pager", "-n", "80"],
                              capture_output=True, text=True)
        return told.stdout

    def install(self, *packages):
        """As an administrator does; the network is not reached, what is needed lies there."""
        self.run("apt-get", "install", "-y", "--allow-downgrades",
                 *(f"{PACKAGES_INSIDE}/{package.relative_to(self.packages)}" for package in packages))

    def start_service(self):
        """Nobody has to: installing does it."""
        assert self.run("systemctl", "is-active", "freshetd.service")[0] == "active\n"

    def start_agent(self):
        assert self.run("systemctl", "is-active", "freshet-do-agent.service")[0] == "active\n"

    def systemctl(self, *words):
        self.run("systemctl", *words)

    def start_user_manager(self):
        self.systemctl("start", f"user@{self.user_id()}.service")

    def stop_service(self):
        self.run("systemctl", "stop", "freshetd.service")

    def refused_start(self):
        """What it says when it cannot serve."""
        self.run("systemctl", "start", "freshetd.service", expect=1)
        return self.run("journalctl", "--no-pager", "-u", "freshetd.service")[0]

    def remove(self, name, purge=False):
        self.run("apt-get", "purge" if purge else "remove", "-y", name)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join()
        super().end()


class ByHand(Machine):
    """What this machine is made of, under a directory that is thrown away; the service is started as
    systemd would."""

    SERVICE = ("env", "STATE_DIRECTORY=/var/lib/freshet", "RUNTIME_DIRECTORY=/run/freshet",
               "freshetd", "--socket-mode", "0666")
    HOLDER = ("mount --make-rprivate / && mount -t tmpfs none \"$1\" && "
              "mkdir \"$1/up\" \"$1/work\" \"$1/root\" && "
              "mount -t overlay none -o lowerdir=/,upperdir=$1/up,workdir=$1/work \"$1/root\" && "
              "cd \"$1/root\" && mount -t proc none proc && mount --rbind /dev dev && "
              "mount -t tmpfs none run && mount -t tmpfs none tmp && chmod 1777 tmp && "
              "mount --rbind \"$2\" mnt && echo up && exec chroot . cat")

    def __init__(self, packages):
        super().__init__(packages)
        self.place = tempfile.mkdtemp(prefix="freshet-machine-")
        self.holder = subprocess.Popen(
            [*self.space.words(), "unshare", "-m", "-p", "-f", "--kill-child", "sh", "-c", self.HOLDER,
             "sh", self.place, str(packages)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.service, self.told = None, ""
        if self.holder.stdout.readline() != "up\n":
            self.holder.wait()
            why = self.holder.stderr.read()
            self.end()
            raise NotPermitted(f"a root over this machine's cannot be mounted: {why}")
        children = pathlib.Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children")
        self.first = children.read_text().split()[0]
        # What lies below may know a user of this name already.
        self.run("sh", "-c", f"id -u {USER} || useradd --create-home --shell /bin/sh {USER}")

    def log(self):
        return self.told

    def install(self, *packages):
        was = self.service
        self.stop_service()
        self.run("dpkg", "--install", *(f"{PACKAGES_INSIDE}/{package.relative_to(self.packages)}"
                                        for package in packages))
        if was is not None:
            self.start_service()

    def start_service(self):
        self.run("install", "-d", "-o", "freshet", "/run/freshet")
        self.service = self.start(*self.SERVICE, user="freshet")
        for line in self.service.stderr:
            self.told += line
            if "serving" in line:
                break
        else:
            raise AssertionError(f"the daemon does not serve: {self.told}")
        self.reader = threading.Thread(target=self._listen, args=(self.service.stderr,))
        self.reader.start()

    def start_agent(self):
        raise unittest.SkipTest("there is no systemd to start it")

    def systemctl(self, *_):
        raise unittest.SkipTest("there is no systemd to ask")

    def start_user_manager(self):
        raise unittest.SkipTest("there is no systemd for users")

    def _listen(self, stream):
        for line in stream:
            self.told += line

    def stop_service(self):
        if self.service is None:
            return
        self.kill("TERM", "freshetd")
        self.service.wait(DEADLINE_SECONDS)
        self.reader.join()
        self.service.stdout.close()
        self.service.stderr.close()
        self.service = None

    def refused_start(self):
        _, err = self.run(*self.SERVICE, user="freshet", expect=1)
        return err

    def remove(self, name, purge=False):
        self.stop_service()
        self.run("dpkg", "--purge" if purge else "--remove", name)

    def end(self):
        self.holder.kill()
        self.holder.communicate()
        if self.service is not None:
            self.service.communicate()
            self.reader.join()
        shutil.rmtree(self.place, ignore_errors=True)
        super().end()


def machine_for(packages):
    """The best that is permitted here."""
    try:
        return Booted(packages)
    except NotPermitted as no:
        print(f"by hand: {no}", file=sys.stderr)
        return ByHand(packages)
