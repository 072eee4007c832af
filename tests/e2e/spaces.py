"""Hosts of a test as network namespaces: each has one cable to a hub, shaped if that is wanted."""

import contextlib
import ctypes
import os
import subprocess
import threading

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _set_namespace(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Space:
    """One namespace, as long as the process that holds it."""

    def __init__(self):
        # It says a byte once it is there, and ends with its standard input.
        self.holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; cat"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        self.usable = self.holder.stdout.read(1) == b"\n"
        if self.usable:
            self.run("ip", "link", "set", "lo", "up")

    @property
    def path(self):
        return f"/proc/{self.holder.pid}/ns/net"

    def words(self):
        """Before a command, to run it here."""
        return ["nsenter", f"--net={self.path}"]

    def run(self, *words):
        subprocess.run([*self.words(), *words], check=True, capture_output=True)

    def output(self, *words):
        return subprocess.run([*self.words(), *words], check=True, capture_output=True, text=True).stdout

    @contextlib.contextmanager
    def entered(self):
        """Sockets that this thread makes meanwhile are here."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(self.path, "rb") as there:
            _set_namespace(there.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def end(self):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()


class Hub:
    """The host in the middle, 10.77.N.1 on each of its links; with a bridge, one link for all."""

    def __init__(self, case, rate=None):
        self.case, self.rate, self.count = case, rate, 0
        self.space = self._make()
        if not self.space.usable:
            case.skipTest("network namespaces are not permitted here")
        self.space.run("ip", "link", "add", "br0", "type", "bridge")
        self.space.run("ip", "address", "add", "10.77.0.1/24", "dev", "br0")
        self.space.run("ip", "link", "set", "br0", "up")

    def _make(self):
        space = Space()
        self.case.addCleanup(space.end)
        return space

    def _cable(self, space):
        self.count += 1
        name = f"c{self.count}"
        self.space.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns",
                       str(space.holder.pid))
        for side, device in ((self.space, name), (space, "eth0")):
            side.run("ip", "link", "set", device, "up")
            if self.rate:
                side.run("tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", self.rate,
                         "burst", "256k", "latency", "50ms")
        return name

    def neighbour(self):
        """A host on the bridge, and its address."""
        space = self._make()
        name = self._cable(space)
        self.space.run("ip", "link", "set", name, "master", "br0")
        address = f"10.77.0.{self.count + 1}"
        space.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        space.run("ip", "route", "add", "default", "via", "10.77.0.1")
        return space, address

    def stranger(self):
        """A host on a link of its own, reached through the hub alone."""
        space = self._make()
        name = self._cable(space)
        subnet = f"10.77.{self.count}"
        self.space.run("ip", "address", "add", f"{subnet}.1/24", "dev", name)
        self.space.run("sysctl", "-w", "net.ipv4.ip_forward=1")
        space.run("ip", "address", "add", f"{subnet}.2/24", "dev", "eth0")
        space.run("ip", "route", "add", "default", "via", f"{subnet}.1")
        return space, f"{subnet}.2"


class Ear:
    """Hears every packet that passes a device of a space, from when it is made until `end`."""

    def __init__(self, space, device):
        import socket
        with space.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
            self._socket.bind((device, 0))
        self._socket.settimeout(0.2)
        self.packets = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        while not self._ended.is_set():
            try:
                self.packets.append(self._socket.recv(2048))
            except TimeoutError:
                continue

    def end(self):
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def tcp(self):
        """(destination port, flags, destination) of each IPv4 segment."""
        for packet in self.packets:
            ip = packet[14:]
            if packet[12:14] != b"\x08\x00" or len(ip) < 40 or ip[9] != 6:
                continue
            head = (ip[0] & 15) * 4
            yield int.from_bytes(ip[head + 2:head + 4]), ip[head + 13], ".".join(map(str, ip[16:20]))

    def udp(self):
        """(source port, destination port, destination) of each IPv4 datagram."""
        for packet in self.packets:
            ip = packet[14:]
            if packet[12:14] != b"\x08\x00" or len(ip) < 28 or ip[9] != 17:
                continue
            head = (ip[0] & 15) * 4
            yield (int.from_bytes(ip[head:head + 2]), int.from_bytes(ip[head + 2:head + 4]),
                   ".".join(map(str, ip[16:20])))
