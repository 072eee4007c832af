"""What happens to a daemon in the middle of a job. Each fault is a class: how its world is made, how it strikes,
and how much may be fetched again for it."""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import threading

from world import FRESHETD, MIB, RATE, Lost, Origin, World, random_bodies

FAILING_DISK = os.environ.get("FRESHET_FAILING_DISK", "")
JUMPING_CLOCK = os.environ.get("FRESHET_JUMPING_CLOCK", "")


class NotHere(Exception):
    """This machine does not permit it, and why."""


class Fault:
    name = ""
    again = 2 * MIB    # May be fetched again each time it strikes, beside 2 % of the size.
    times_max = 1

    def __init__(self, rng):
        self.rng = rng

    def make_world(self):
        return World(self.rng)

    def run(self):
        """One round: bytes fetched again, seconds until all was placed once the fault was over."""
        with self.make_world() as world:
            self.prepare(world)
            world.start()
            world.begin()
            moments = sorted(self.rng.uniform(0.02, 0.95) for _ in range(self.rng.randint(1, self.times_max)))
            for moment in moments:
                world.reach(moment)
                self.strike(world)
                world.check_files(final=False)
                world.check_jobs(1)
            world.heal()
            seconds = world.finish()
            world.check_files()
            world.check_jobs(0)
            self.check(world, len(moments))
            return world.refetched(), seconds

    def prepare(self, world):
        pass

    def strike(self, world):
        raise NotImplementedError

    def check(self, world, strikes):
        if world.refetched() > world.size * 0.02 + strikes * self.again:
            raise Lost(f"{world.refetched()} bytes fetched again of {world.size}")


class Killed(Fault):
    name = "killed"
    times_max = 4

    def strike(self, world):
        world.kill()
        world.start()


class Upgraded(Fault):
    name = "upgraded in mid-transfer"
    times_max = 2

    def strike(self, world):
        fresh = world.folder / f"freshetd-{self.rng.randrange(1 << 30)}"
        shutil.copy2(FRESHETD, fresh)
        world.kill(signal.SIGTERM)
        if world.daemon.returncode != 0:
            raise Lost(f"it ends with {world.daemon.returncode} after SIGTERM")
        world.start(fresh)


class Paused(Fault):
    """FRESHET_CHAOS_PAUSE sets the longest pause in seconds."""
    name = "paused"
    times_max = 2

    def strike(self, world):
        longest = float(os.environ.get("FRESHET_CHAOS_PAUSE", "2"))
        world.daemon.send_signal(signal.SIGSTOP)
        threading.Event().wait(self.rng.uniform(0.1, longest))  # The fault is that time passes.
        world.daemon.send_signal(signal.SIGCONT)


class TwoDaemons(Fault):
    name = "two daemons on one store"

    def strike(self, world):
        other = world.start(wait=False)
        if other.wait(30) != 1:
            raise Lost(f"the second daemon ends with {other.returncode}")
        for word in ("store_locked", "socket"):
            if word in world.log_text():
                return
        raise Lost("the second daemon does not say why")


class OnSmallDisk(Fault):
    """The data directory lies on a file system of its own."""
    size_mib = 128

    def prepare(self, world):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size_mib}m,uid={world.user}", "tmpfs",
                               world.disk], check=False, capture_output=True)
        if done.returncode != 0:
            raise NotHere("no file system may be mounted")


class DiskFull(OnSmallDisk):
    name = "disk full"
    again = 6 * MIB

    def strike(self, world):
        filler = world.disk / "filler"
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 65536)
        world.until(lambda: settled(world), "the job is told of the full disk")
        filler.unlink()


class ReadOnly(OnSmallDisk):
    name = "file system read-only"
    again = 6 * MIB

    def strike(self, world):
        if subprocess.run(["mount", "-o", "remount,ro,force", world.disk], check=False,
                          capture_output=True).returncode != 0:
            # Files open for writing are in the way: the bind does it for new ones.
            subprocess.run(["mount", "--bind", world.disk, world.disk], check=True)
            subprocess.run(["mount", "-o", "remount,ro,bind", world.disk], check=True)
            world.until(lambda: settled(world), "the job is told or ends")
            subprocess.run(["umount", "-l", world.disk], check=True)
            return
        world.until(lambda: settled(world), "the job is told or ends")
        subprocess.run(["mount", "-o", "remount,rw", world.disk], check=True)


def settled(world):
    """It is in error or done; or the daemon has given up, as when its database cannot be written."""
    if world.daemon.poll() is not None:
        world.start()
    return world.state() in ("error", "transient_error", "transferred")


def goes_on_or_tells(world):
    enough = min(world.size, world.origin.bytes_sent + world.size / 4)
    world.until(lambda: settled(world) or world.origin.bytes_sent >= enough, "it goes on, or the job is told")


class DiskErrors(Fault):
    """System calls on files fail (tests/support/failing_disk.cpp) until the job is told, or is done."""
    lines = ()
    again = 8 * MIB

    def make_world(self):
        if not FAILING_DISK:
            raise NotHere("FRESHET_FAILING_DISK names no library")
        self.told = None
        world = World(self.rng, environment={"LD_PRELOAD": FAILING_DISK})
        self.told = world.folder / "faults"
        world.environment["FRESHET_DISK_FAULTS"] = str(self.told)
        world.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return world

    def say(self, lines):
        new = self.told.with_suffix(".new")
        new.write_text("\n".join(lines))
        new.chmod(0o644)
        new.rename(self.told)

    def strike(self, world):
        self.say(self.lines)
        world.until(lambda: settled(world), "the job is told or ends")
        self.say(())


class ReadErrors(DiskErrors):
    name = "reads fail"
    lines = (f"pread {errno.EIO} /spool/",)


class WriteErrors(DiskErrors):
    name = "writes fail"
    lines = (f"pwrite {errno.EIO} /spool/",)


class SyncErrors(DiskErrors):
    name = "syncs fail"
    lines = (f"fdatasync {errno.EIO} /spool/", f"fsync {errno.EIO} /spool/")
    again = 40 * MIB    # What was not synced may be lost: it is fetched again.


class DatabaseErrors(DiskErrors):
    name = "the database cannot be synced"
    lines = (f"fdatasync {errno.EIO} /db/", f"fsync {errno.EIO} /db/")
    again = 40 * MIB

    def strike(self, world):
        self.say(self.lines)
        goes_on_or_tells(world)
        self.say(())


class Removed(Fault):
    """Of the files that the store works on."""
    name = "files removed under it"
    again = 40 * MIB

    def strike(self, world):
        for path in list((world.disk / "data" / "spool").iterdir()):
            if self.rng.random() < 0.5:
                path.unlink(missing_ok=True)


class Replaced(Fault):
    name = "files replaced under it"
    again = 40 * MIB

    def strike(self, world):
        for path in list((world.disk / "data" / "spool").iterdir()):
            with contextlib.suppress(OSError):
                garbage = path.with_suffix(".garbage")
                garbage.write_bytes(self.rng.randbytes(path.stat().st_size))
                world.give(garbage)
                garbage.rename(path)


class Rotten(Fault):
    """Of files that are whole and wait to be placed, bytes turn into others where they lie."""
    name = "bytes rot before they are placed"
    again = 12 * MIB    # The pieces that rotted, in whole ranges.

    def strike(self, world):
        world.until(lambda: world.state() == "transferred", "all is transferred")
        for path in list((world.disk / "data" / "spool").iterdir()):
            with contextlib.suppress(OSError), open(path, "r+b") as file:
                size = path.stat().st_size
                if size:
                    file.seek(self.rng.randrange(size))
                    file.write(self.rng.randbytes(64))


class Permissions(Fault):
    name = "permissions changed"
    again = 6 * MIB

    def strike(self, world):
        spool = world.disk / "data" / "spool"
        spool.chmod(0)
        world.kill()
        daemon = world.start(wait=False)
        if daemon.wait(60) == 0:
            raise Lost("it starts although it may not read its files")
        spool.chmod(0o700)
        world.start()


class Descriptors(Fault):
    name = "descriptors exhausted"
    again = 16 * MIB  # So many files are under way; each may have to be begun anew.

    def make_world(self):
        return World(self.rng, files=random_bodies(self.rng, count=40, size_max=MIB))

    def strike(self, world):
        used = len(os.listdir(f"/proc/{world.daemon.pid}/fd"))
        world.limit("nofile", used + self.rng.randint(0, 3))
        goes_on_or_tells(world)
        world.limit("nofile", 1024)


class Memory(Fault):
    """It may end of that, as it would by the kernel's hand; then it is started again."""
    name = "memory exhausted"
    again = 6 * MIB

    def strike(self, world):
        with open(f"/proc/{world.daemon.pid}/statm", encoding="ascii") as file:
            data = int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
        world.limit("data", data + self.rng.randint(0, 1 << 18))
        with contextlib.suppress(subprocess.TimeoutExpired):
            world.daemon.wait(self.rng.uniform(0.05, 0.5))
        if world.daemon.poll() is not None:
            world.start()
        else:
            world.limit("data", "unlimited")


class ClockJumps(Fault):
    """The wall clock jumps by up to a day, back and forth (tests/support/jumping_clock.cpp)."""
    name = "clock jumps"
    times_max = 3

    def make_world(self):
        if not JUMPING_CLOCK:
            raise NotHere("FRESHET_JUMPING_CLOCK names no library")
        world = World(self.rng, environment={"LD_PRELOAD": JUMPING_CLOCK})
        self.told = world.folder / "clock"
        self.told.write_text("0")
        world.environment["FRESHET_CLOCK_SECONDS"] = str(self.told)
        world.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return world

    def strike(self, world):
        new = self.told.with_suffix(".new")
        new.write_text(str(self.rng.randint(-86400, 86400)))
        new.chmod(0o644)
        new.rename(self.told)


class NetworkDown(Fault):
    name = "interface down and up"
    again = 6 * MIB

    def make_world(self):
        import spaces
        self.cleanups = contextlib.ExitStack()
        hub = spaces.Hub(self)
        host, _ = hub.neighbour()
        origin = Origin(RATE, address="10.77.0.1", place=hub.space)
        self.hub = hub
        return World(self.rng, place=host, origin=origin)

    # What Hub wants of the test it is made for.
    def addCleanup(self, function, *words):
        self.cleanups.callback(function, *words)

    def skipTest(self, why):
        raise NotHere(why)

    def run(self):
        try:
            return super().run()
        finally:
            self.cleanups.close()

    def strike(self, world):
        self.hub.space.run("ip", "link", "set", "c1", "down")
        threading.Event().wait(self.rng.uniform(0.1, 2.0))  # The fault is that time passes.
        self.hub.space.run("ip", "link", "set", "c1", "up")


FAULTS = [Killed, Upgraded, Paused, TwoDaemons, DiskFull, ReadOnly, ReadErrors, WriteErrors, SyncErrors,
          DatabaseErrors, Removed, Replaced, Rotten, Permissions, Descriptors, Memory, ClockJumps, NetworkDown]
