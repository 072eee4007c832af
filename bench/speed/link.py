"""A link of a given rate and round trip: two namespaces and a pair of virtual interfaces. Needs root."""
import os
import subprocess

CLIENT_ADDRESS, ORIGIN_ADDRESS = "10.77.0.1", "10.77.0.2"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def bits_per_second(rate):
    units = {"kbit": 1_000, "mbit": 1_000_000, "gbit": 1_000_000_000}
    return next(int(rate.removesuffix(unit)) * scale for unit, scale in units.items() if rate.endswith(unit))


def tbf(rate):
    """A token bucket of 4 ms and a queue of 50 ms, as in bench/lab: what a decent access router has."""
    bytes_per_second = bits_per_second(rate) / 8
    burst = int(min(max(bytes_per_second * 0.004, 16 * 1024), 256 * 1024))
    queue = int(max(bytes_per_second * 0.05, 64 * 1024)) + burst
    return ["tbf", "rate", rate, "burst", str(burst), "limit", str(queue)]


class Link:
    """`rate` as tc writes it ("1gbit"), or a round trip. Programs run in it through `client` and `origin`, prefixes of
    commands."""

    def __init__(self, rate=None, round_trip_ms=0):
        self.shape = tbf(rate) if rate else ["netem", "limit", "20000", "delay", f"{round_trip_ms / 2}ms"]
        tag = str(os.getpid())
        self.names = (f"fr-client-{tag}", f"fr-origin-{tag}")
        self.client = ("ip", "netns", "exec", self.names[0])
        self.origin = ("ip", "netns", "exec", self.names[1])

    def __enter__(self):
        try:
            for name in self.names:
                ip("netns", "add", name)
                ip("-n", name, "link", "set", "lo", "up")
            ip("link", "add", "veth0", "netns", self.names[0], "type", "veth",
               "peer", "name", "veth0", "netns", self.names[1])
            for name, address in zip(self.names, (CLIENT_ADDRESS, ORIGIN_ADDRESS)):
                ip("-n", name, "address", "add", f"{address}/24", "dev", "veth0")
                ip("-n", name, "link", "set", "veth0", "up")
                subprocess.run(["tc", "-n", name, "qdisc", "add", "dev", "veth0", "root", *self.shape], check=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


def works(**of):
    """Whether this machine lets us make such a link."""
    try:
        with open(os.devnull, "wb") as nowhere:
            saved = os.dup(2)
            os.dup2(nowhere.fileno(), 2)  # What ip and tc complain about is our question.
            try:
                with Link(**of):
                    return True
            finally:
                os.dup2(saved, 2)
                os.close(saved)
    except (OSError, subprocess.CalledProcessError):
        return False
