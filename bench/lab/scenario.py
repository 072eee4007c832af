"""A scenario says who is where, on what link, what is fetched, and what goes wrong when. Data only."""

from dataclasses import dataclass, field, replace

from lab.bound import Receiver, fluid_bound, http_bound
from lab.network import Link, Path

CACHE_LINK = Link.mbit(1000)


@dataclass(frozen=True)
class Client:
    name: str
    link: Link | None
    site: int = 0
    arrival: float = 0.0
    path: Path | None = None
    killed_at: float | None = None  # Share of its content received; it is not waited for.
    crash_at: float | None = None  # Share of its content received: killed then, and started again at once.
    prelude: bool = False  # Done before the clock starts, and there as a peer from then on.


@dataclass(frozen=True)
class Ask:
    """Instead of fetching: programs/cache_client.py in each client's host asks a server for the one file,
    proves the bytes and keeps none. A prelude has the whole twice, after which it is hot."""
    connections: int = 1
    times: int = 1  # Of each connection, one after the other.
    middle: int = 0  # So many bytes from the middle on; 0: the whole.
    seconds: int = 0  # As often as it can be had, by wrk; the file is as small as the scenario says.


@dataclass(frozen=True)
class Scenario:
    name: str
    about: str
    lengths: tuple[int, ...]
    clients: tuple[Client, ...]
    origin: Link | None
    wans: dict[int, Link] = field(default_factory=dict)  # By site; the origin is in site 0.
    mirrors: tuple[Link, ...] = ()  # Further origins with the same files.
    bad_peers: tuple[str, ...] = ()  # A behaviour of programs/bad_peer.py each.
    origin_dies_after: float | None = None  # Copies that left it.
    ping_from: int | None = None  # Site of a neighbour that pings a host beside the origin.
    named: bool = True  # Whether clients are told what the bytes are: manifests.
    background: bool = False  # Players that know priorities must be polite.
    task: str = ""  # Instead of fetching: "job-api" or "start-up"; its numbers are the player's own.
    jobs: int = 0  # That the task is about.
    ask: Ask | None = None
    cache_link: Link | None = CACHE_LINK  # Of each site's cache host, for players that have one.
    deadline: float = 0.0  # Seconds; 0: derived from the bound.
    traits: frozenset[str] = frozenset()  # What a player must be able to do.

    @property
    def length(self) -> int:
        return sum(self.lengths)

    @property
    def wanted(self) -> int:
        """Bytes that a client must have."""
        return min(self.ask.middle, self.length) if self.ask and self.ask.middle else self.length

    @property
    def keeps_files(self) -> bool:
        return not self.task and self.ask is None

    @property
    def measured(self) -> tuple[Client, ...]:
        return tuple(c for c in self.clients if c.killed_at is None and not c.prelude)

    def receivers(self) -> list[Receiver]:
        each = self.ask.connections if self.ask else 1
        return [Receiver(c.link, c.arrival, c.site) for c in self.measured] * each

    def bound(self) -> float:
        """Seconds; 0 where links are not shaped and the bound says nothing, nor does it of a range, a quarter of
        which is in the bucket of a fast link."""
        if self.origin is None or self.wanted < self.length:
            return 0.0
        helpers = [link.up for link in self.mirrors]
        helpers += [c.link.up for c in self.clients if c.prelude and c.link]
        return fluid_bound(self.length, self.origin.up, self.receivers(), dict(self.wans), helpers)

    def http_bound(self) -> float:
        if self.origin is None or self.wanted < self.length:
            return 0.0
        return http_bound(self.length, self.origin.up, self.receivers(), dict(self.wans))

    def time_limit(self) -> float:
        if self.deadline:
            return self.deadline
        return max(30.0, 3.0 * self.http_bound(), 12.0 * self.bound())

    def cache_hosts(self) -> list[str]:
        return [f"cache{site}" for site in sorted({c.site for c in self.clients})]

    def with_lengths(self, lengths: tuple[int, ...]) -> "Scenario":
        return self if self.ask and self.ask.seconds else replace(self, lengths=lengths)


def crowd(number: int, link: Link | None, **changes) -> tuple[Client, ...]:
    return tuple(Client(f"c{i:02}", link, **changes) for i in range(number))
