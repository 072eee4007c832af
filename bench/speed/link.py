"""A link of a given rate: two namespaces with a pair of virtual interfaces, shaped by tbf. Needs root."""
import os
import subprocess

CLIENT_ADDRESS, ORIGIN_ADDRESS = "10.77.0.1", "10.77.0.2"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


class ShapedLink:
    """`rate` as tc writes it ("1gbit"). Programs run in it through `client` and `origin`, prefixes of commands."""

    def __init__(self, rate):
        self.rate = rate
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
                # Segments as large as a real card would offload; a queue of about 10 ms.
                subprocess.run(["ip", "netns", "exec", name, "tc", "qdisc", "add", "dev", "veth0", "root", "tbf",
                                "rate", self.rate, "burst", "256kb", "latency", "10ms"], check=True)
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)
