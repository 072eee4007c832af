"""The named scenarios. Rates in Mbit/s up/down of the origin and of each client."""

from dataclasses import replace

from lab.content import GIB, KIB, MIB
from lab.network import Link, Path
from lab.scenario import Ask, Client, Scenario, crowd

ORIGIN, PEER = Link.mbit(80), Link.mbit(80)


def flash_crowd(number: int, mib: int = 64, rate: float = 80) -> Scenario:
    link = Link.mbit(rate)
    return Scenario(f"crowd-{number}", f"{number} clients start together, {mib} MiB, all links"
                    f" {rate:g} Mbit/s", (mib * MIB,), crowd(number, link), link)


def single(label: str, length: int, rate: float | None) -> Scenario:
    link = Link.mbit(rate) if rate else None
    speed = f"{rate:g} Mbit/s" if rate else "as fast as the machine goes"
    return Scenario(f"single-{label}", f"one client, {label}, {speed}", (length,),
                    crowd(1, link), link, deadline=0.0 if rate else 120.0)


def _singles() -> list[Scenario]:
    sizes = {"64k": 64 * KIB, "1m": MIB, "16m": 16 * MIB, "64m": 64 * MIB}
    shaped = [single(label, length, 80) for label, length in sizes.items()]
    return [*shaped, single("256m-1g", 256 * MIB, 1000), single("1g-free", GIB, None),
            single("4g-free", 4 * GIB, None)]


def _crowds() -> list[Scenario]:
    return [flash_crowd(2), flash_crowd(4), flash_crowd(8), flash_crowd(16, rate=20),
            flash_crowd(32, mib=32, rate=10)]


def _uneven() -> list[Scenario]:
    eight = crowd(8, PEER)
    late = tuple(Client(f"c{i:02}", PEER, arrival=0.0 if i < 4 else 3.0 + (i - 4)) for i in range(8))
    sites = tuple(Client(f"c{i:02}", PEER, site=1 + i // 4) for i in range(8))
    warm = (Client("c00", PEER, prelude=True), Client("c01", PEER))
    return [
        Scenario("thin-origin", "8 clients at 80, the origin sends at 20", (64 * MIB,), eight,
                 Link.mbit(20)),
        Scenario("asymmetric", "8 clients at 80 down and 20 up", (64 * MIB,),
                 crowd(8, Link.mbit(20, 80)), ORIGIN),
        Scenario("two-sites", "2 sites of 4 clients, each behind a WAN link of 20/20", (32 * MIB,),
                 sites, ORIGIN, wans={1: Link.mbit(20), 2: Link.mbit(20)}),
        Scenario("site", "a site of 8 clients behind a WAN link of 20/20", (16 * MIB,),
                 tuple(replace(c, site=1) for c in eight), ORIGIN, wans={1: Link.mbit(20)}),
        Scenario("late", "4 clients start, 4 more join one by one from 3 s on", (64 * MIB,), late,
                 ORIGIN),
        Scenario("warm", "a second client comes when the first is done and still there",
                 (64 * MIB,), warm, ORIGIN),
        Scenario("pair", "a second client takes 1 GiB from the first, as fast as the machine goes", (GIB,),
                 tuple(replace(client, link=None) for client in warm), None, deadline=120.0),
        Scenario("churn", "8 clients, half of them are killed when half-way", (64 * MIB,),
                 tuple(replace(c, killed_at=0.5) if i % 2 else c for i, c in enumerate(eight)),
                 ORIGIN),
    ]


def _distant() -> list[Scenario]:
    return [
        Scenario("rtt-40", "8 clients, 40 ms between any two of them and 20 ms to the origin",
                 (64 * MIB,), crowd(8, PEER, path=Path(10.0)), ORIGIN),
        Scenario("lossy", "8 clients, 20 ms, 2 ms of jitter and 0.1 % loss on each cable",
                 (64 * MIB,), crowd(8, PEER, path=Path(5.0, 2.0, 0.001)), ORIGIN),
    ]


def _hostile() -> list[Scenario]:
    """One client that should not be slower than by HTTP alone."""
    one = crowd(1, PEER)
    about = {"dead": "whose cable is cut", "stalled": "that never answer a request",
             "slow": "that serve 64 kB/s", "lying": "that serve random bytes"}
    alone = [Scenario(f"peers-{kind}", f"one client, the origin, and 3 peers {text}", (64 * MIB,), one,
                      ORIGIN, bad_peers=(kind,) * 3) for kind, text in about.items()]
    return [
        *alone,
        Scenario("crowd-8-lying", "8 clients start together, and 2 peers serve random bytes",
                 (64 * MIB,), crowd(8, PEER), ORIGIN, bad_peers=("lying",) * 2),
        Scenario("dying-origin", "8 clients; the origin dies after 1.1 copies left it", (64 * MIB,),
                 crowd(8, PEER), ORIGIN, origin_dies_after=1.1, traits=frozenset({"peers"}),
                 deadline=60),
        Scenario("slow-mirror", "one client at 80, the origin at 80, a mirror at 2", (64 * MIB,), one,
                 ORIGIN, mirrors=(Link.mbit(2),), traits=frozenset({"mirrors"})),
    ]


def _majorities() -> list[Scenario]:
    """Two peers have everything and are honest, at rates at which two cores can lie for six more."""
    link = Link.mbit(20)
    clients = (*(Client(f"c{i:02}", link, prelude=True) for i in range(2)), Client("c02", link))
    return [
        Scenario("honest-two", "one client, the origin, and 2 peers that have everything", (16 * MIB,),
                 clients, link),
        Scenario("lying-majority", "the same beside 6 peers that serve random bytes", (16 * MIB,),
                 clients, link, bad_peers=("lying",) * 6),
    ]


def _polite() -> list[Scenario]:
    """The neighbour shares the site's WAN link of 20/20; its ping shows the queue that stands there."""
    return [Scenario("politeness", "a background download fills the WAN of a site, a neighbour pings",
                     (16 * MIB,), (Client("c00", PEER, site=1),), ORIGIN, wans={1: Link.mbit(20)},
                     ping_from=1, background=True)]


def _files() -> list[Scenario]:
    return [Scenario("many-files", "one client, 1000 files of 16 KiB, no manifests", (16 * KIB,) * 1000,
                     crowd(1, PEER), ORIGIN, named=False),
            Scenario("small-files", "8 clients, 200 files of 256 KiB with manifests", (256 * KIB,) * 200,
                     crowd(8, PEER), ORIGIN),
            Scenario("small-files-unnamed", "8 clients, 200 files of 256 KiB, no manifests",
                     (256 * KIB,) * 200, crowd(8, PEER), ORIGIN, named=False)]


def _service() -> list[Scenario]:
    """What only a service with jobs can do: clients ask it, it starts, it dies and goes on."""
    nothing, alone = (64 * KIB,), crowd(1, None)
    jobs = frozenset({"jobs"})
    return [
        Scenario("job-api", "50 clients make, change and look at 20 jobs each", nothing, alone, None,
                 task="job-api", jobs=1000, traits=jobs, deadline=120),
        Scenario("start-up", "a daemon starts with 10,000 jobs until it answers", nothing, alone, None,
                 task="start-up", jobs=10_000, traits=jobs, deadline=120),
        Scenario("recovery", "one client, killed half-way and started again at once", (64 * MIB,),
                 crowd(1, PEER, crash_at=0.5), ORIGIN),
    ]


def _node() -> list[Scenario]:
    """A cache on the LAN, hot and cold. Clients reach it as fast as the machine goes; where the origin's link is
    shaped, that is what a site has."""
    hot = Client("c00", None, prelude=True), Client("c01", None)
    uplink = Link.mbit(1000)

    def node(label: str, about: str, ask: Ask, *, length: int = GIB, clients=crowd(1, None),
             origin: Link | None = uplink) -> Scenario:
        return Scenario(f"node-{label}", about, (length,), clients, origin, ask=ask, cache_link=None,
                        traits=frozenset({"serving"}), deadline=120.0)

    return [
        node("hot", "one client takes 1 GiB that is hot, 4 times in a row", Ask(times=4), clients=hot, origin=None),
        node("small", "64 connections take 1 KiB that is hot for 5 s", Ask(64, seconds=5), length=KIB, clients=hot,
             origin=None),
        node("cold", "one client takes 1 GiB that is cold, the origin sends at 1000", Ask()),
        node("cold-free", "the same with an origin as fast as the machine goes", Ask(), origin=None),
        node("cold-many", "50 clients at once take 1 GiB that is cold, the origin sends at 1000", Ask(50)),
        node("range", "1 MiB from the middle of 1 GiB that is cold, the origin sends at 1000", Ask(middle=MIB)),
    ]


def _checks() -> list[Scenario]:
    """What two cores do at leisure: here the links alone decide."""
    return [Scenario("smoke", "4 clients start together, 8 MiB, all links 80 Mbit/s", (8 * MIB,),
                     crowd(4, PEER), ORIGIN),
            *(replace(flash_crowd(number, mib=4 * number, rate=20), name=f"calm-{number}")
              for number in (8, 16))]


ALL = {s.name: s for s in [*_singles(), *_crowds(), *_uneven(), *_distant(), *_hostile(), *_majorities(), *_polite(),
                        *_files(), *_service(), *_node(), *_checks()]}
