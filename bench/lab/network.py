"""Hosts, bridges, sites and shaped links.

All bridges live in the run's own namespace, so one read of /proc/net/dev gives the counters of every
link. A host's uplink is shaped where it leaves the host, its downlink where it leaves the bridge.
Sites are bridges of their own; a router namespace joins them over WAN links, which are shaped too.
"""

import re
import subprocess
from dataclasses import dataclass, field

from lab.coalesce import moderate
from lab.processes import call_in

MBIT = 1_000_000 / 8  # Bytes a second.
SLOW_LINK = 200 * MBIT  # Up to this rate 1 ms of interrupt moderation is little against the transfer.
ORIGIN = "origin"  # The name of its host.
FRAME_OVERHEAD = 14 + 20 + 32  # Ethernet, IPv4 and TCP headers with timestamps.


@dataclass(frozen=True)
class Link:
    """Rates in bytes a second, headers included, seen from the host (or the site)."""
    up: float
    down: float

    @staticmethod
    def mbit(up: float, down: float | None = None) -> "Link":
        return Link(up * MBIT, (up if down is None else down) * MBIT)


@dataclass(frozen=True)
class Path:
    """What a host's cable adds to each direction. Loss is a share of segments."""
    delay_ms: float
    jitter_ms: float = 0.0
    loss: float = 0.0


@dataclass
class Host:
    name: str
    site: int
    link: Link | None
    path: Path | None = None
    address: str = ""

    @property
    def port(self) -> str:
        """The bridge's end of the host's cable."""
        return f"p-{self.name}"

    @property
    def cable(self) -> tuple[str, str]:
        """With a path: the ends, host's and bridge's, between which it is carried."""
        return f"d-{self.name}", f"q-{self.name}"


@dataclass
class Traffic:
    """Of one link since it was made, seen from the host."""
    sent_bytes: int = 0
    sent_packets: int = 0
    received_bytes: int = 0
    received_packets: int = 0

    def sent_payload(self) -> int:
        return max(0, self.sent_bytes - FRAME_OVERHEAD * self.sent_packets)

    def received_payload(self) -> int:
        return max(0, self.received_bytes - FRAME_OVERHEAD * self.received_packets)


@dataclass
class Network:
    hosts: dict[str, Host] = field(default_factory=dict)
    site_links: dict[int, Link | None] = field(default_factory=dict)

    def add_site(self, site: int, wan: Link | None = None) -> None:
        self.site_links[site] = wan

    def add_host(self, name: str, link: Link | None, site: int = 0,
                 path: Path | None = None) -> Host:
        if not re.fullmatch(r"[a-z][a-z0-9]{1,11}", name):
            raise ValueError(f"host name {name!r}: 2 to 12 lower-case letters and digits")
        self.site_links.setdefault(site, None)
        position = 10 + sum(host.site == site for host in self.hosts.values())
        host = Host(name, site, link, path, f"10.77.{site}.{position}")
        self.hosts[name] = host
        return host

    def __enter__(self) -> "Network":
        try:
            self._up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.down()

    def _up(self) -> None:
        for site in self.site_links:
            _ip(f"link add br{site} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
                f"link set br{site} up")
        for host in self.hosts.values():
            self._connect(host)
        if len(self.site_links) > 1:
            self._join_sites()

    def _connect(self, host: Host) -> None:
        subprocess.run(["ip", "netns", "add", host.name], check=True)
        call_in(host.name, quiet_ipv6)
        if host.name == ORIGIN:
            call_in(host.name, _send_late)
        far_end = self._lay_path(host) if host.path else host.port
        _ip(f"link add {far_end} type veth peer name eth0 netns {host.name}",
            f"link set {far_end} up", f"link set {host.port} master br{host.site} up")
        _ip("link set lo up", f"addr add {host.address}/24 dev eth0", "link set eth0 up",
            f"route add default via 10.77.{host.site}.1", "route add 224.0.0.0/4 dev eth0",
            namespace=host.name)
        if host.path and host.path.loss:
            _ip("link set eth0 gso_max_segs 1", namespace=host.name)  # Losses of segments, not of bursts.
            _ip(f"link set {host.port} gso_max_segs 1")
        if host.link:
            call_in(host.name, lambda: _moderate(host.link))
            _shape(host.port, host.link.down)
            _shape("eth0", host.link.up, host.name)

    def _lay_path(self, host: Host) -> str:
        """Two cables instead of one; what joins them is netem, or a relay that the cell starts."""
        near, far = host.cable
        _ip(f"link add {host.port} type veth peer name {far}", f"link set {far} up")
        return near

    def join_by_netem(self) -> None:
        """For a kernel that has it: a bridge of two ports, each of which delays what leaves it."""
        for host in self.hosts.values():
            if host.path:
                _ip(f"link add m-{host.name} type bridge stp_state 0 forward_delay 0",
                    *(f"link set {end} master m-{host.name}" for end in host.cable),
                    f"link set m-{host.name} up")
                for end in host.cable:
                    subprocess.run(["tc", "qdisc", "add", "dev", end, "root",
                                    *_netem(host.path)], check=True)

    def relay_arguments(self) -> list[str]:
        """For programs/relay.cpp."""
        found: list[str] = []
        for host in self.hosts.values():
            if host.path:
                found += [*host.cable, str(int(host.path.delay_ms * 1000)),
                          str(int(host.path.jitter_ms * 1000)), str(int(host.path.loss * 1e6))]
        return found

    def _join_sites(self) -> None:
        subprocess.run(["ip", "netns", "add", "router"], check=True)
        call_in("router", _forward)
        for site, wan in self.site_links.items():
            _ip(f"link add wan{site} type veth peer name site{site} netns router",
                f"link set wan{site} master br{site} up")
            _ip(f"addr add 10.77.{site}.1/24 dev site{site}", f"link set site{site} up",
                namespace="router")
            if wan:
                _shape(f"wan{site}", wan.up)
                _shape(f"site{site}", wan.down, "router")

    def down(self) -> None:
        for name in [*self.hosts, "router"]:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        for name in [*(f"{kind}-{host}" for host in self.hosts for kind in "pdm"),
                     *(f"wan{site}" for site in self.site_links),
                     *(f"br{site}" for site in self.site_links)]:
            subprocess.run(["ip", "link", "del", name], capture_output=True, check=False)

    def traffic(self) -> dict[str, Traffic]:
        """By host name, and by wanN for the WAN link of site N (sent: out of the site)."""
        counters = read_interfaces()
        found = {host.name: counters[host.port] for host in self.hosts.values()
                 if host.port in counters}
        for site in self.site_links:
            if f"wan{site}" in counters:
                seen = counters[f"wan{site}"]
                found[f"wan{site}"] = Traffic(seen.received_bytes, seen.received_packets,
                                              seen.sent_bytes, seen.sent_packets)
        return found


def read_interfaces() -> dict[str, Traffic]:
    """Interfaces of this namespace; what the bridge's end received is what the host sent."""
    found = {}
    with open("/proc/net/dev", encoding="ascii") as lines:
        for line in lines:
            name, colon, rest = line.partition(":")
            if colon:
                values = rest.split()
                found[name.strip()] = Traffic(int(values[0]), int(values[1]),
                                              int(values[8]), int(values[9]))
    return found


def _ip(*commands: str, namespace: str | None = None) -> None:
    place = ["-n", namespace] if namespace else []
    subprocess.run(["ip", *place, "-batch", "-"], input="\n".join(commands) + "\n", text=True,
                   check=True)


def queue_bytes(rate: float) -> int:
    """50 ms of it: what a decent access router has."""
    return int(max(rate * 0.05, 64 * 1024))


def _shape(device: str, rate: float, namespace: str | None = None) -> None:
    """A token bucket of 4 ms and a queue."""
    burst = int(min(max(rate * 0.004, 16 * 1024), 256 * 1024))
    queue = queue_bytes(rate) + burst
    place = ["-n", namespace] if namespace else []
    subprocess.run(["tc", *place, "qdisc", "add", "dev", device, "root", "tbf", "rate",
                    f"{int(rate * 8)}bit", "burst", str(burst), "limit", str(queue)], check=True)


def _moderate(link: Link) -> None:
    try:
        moderate("eth0", 1000 if link.down <= SLOW_LINK else 100)
    except OSError:
        pass  # A kernel or container that refuses: the run costs more CPU, which rows show.


def kernel_has_netem() -> bool:
    """Tries on the loopback of this namespace."""
    tried = subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "0ms"],
                           capture_output=True, check=False)
    if tried.returncode == 0:
        subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=True)
    return tried.returncode == 0


def _netem(path: Path) -> list[str]:
    words = ["netem", "limit", "20000", "delay", f"{path.delay_ms}ms"]
    if path.jitter_ms:
        words.append(f"{path.jitter_ms}ms")
    return [*words, "loss", f"{path.loss * 100}%"] if path.loss else words


def quiet_ipv6() -> None:
    _sysctl("net/ipv6/conf/all/disable_ipv6", "1")
    _sysctl("net/ipv6/conf/default/disable_ipv6", "1")


def _forward() -> None:
    quiet_ipv6()
    _sysctl("net/ipv4/ip_forward", "1")


def _send_late() -> None:
    """What a client cuts off is not counted: nginx's log has what the kernel took, so it takes no more than is
    about to leave."""
    _sysctl("net/ipv4/tcp_notsent_lowat", "16384")


def _sysctl(key: str, value: str) -> None:
    try:
        with open(f"/proc/sys/{key}", "w", encoding="ascii") as setting:
            setting.write(value)
    except FileNotFoundError:
        pass  # A kernel without IPv6 has nothing to turn off.
