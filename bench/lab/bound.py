"""The fluid bound: no schedule whatever can finish the last client sooner.

For clients that start together: max(F/u_s, F/d_min, N·F/(u_s + Σu_i)), Kumar and Ross 2006. With sites,
a site's WAN downlink must carry one copy, and its uplink limits what it gives to others. With late
arrivals each client still needs F/d_i after it came, and an uplink counts only from its arrival.
"""

from dataclasses import dataclass

from lab.network import Link

UNLIMITED = float("inf")


@dataclass(frozen=True)
class Receiver:
    link: Link | None
    arrival: float = 0.0
    site: int = 0


def fluid_bound(length: float, origin_up: float, receivers: list[Receiver],
                wans: dict[int, Link | None] | None = None,
                helpers: list[float] | None = None) -> float:
    """Seconds from the first start until the last receiver can be done. Pure.

    `helpers` are uplinks of peers that have everything before the start.
    """
    sources = origin_up + sum(helpers or [])
    terms = [length / sources]
    terms += [receiver.arrival + length / _down(receiver) for receiver in receivers]
    terms += [_site_bound(length, [r for r in receivers if r.site == site], wan)
              for site, wan in (wans or {}).items() if wan and any(r.site == site for r in receivers)]
    terms.append(_capacity_bound(length, sources, receivers))
    return max(terms)


def http_bound(length: float, origin_up: float, receivers: list[Receiver],
               wans: dict[int, Link | None] | None = None) -> float:
    """The same where every byte comes from the origin: a copy a client, over its site's WAN too."""
    terms = [len(receivers) * length / origin_up]
    terms += [receiver.arrival + length / _down(receiver) for receiver in receivers]
    terms += [sum(receiver.site == site for receiver in receivers) * length / wan.down
              for site, wan in (wans or {}).items() if wan]
    return max(terms)


def _site_bound(length: float, inside: list[Receiver], wan: Link) -> float:
    return min(receiver.arrival for receiver in inside) + length / wan.down


def _capacity_bound(length: float, sources: float, receivers: list[Receiver]) -> float:
    """When the sources and the uplinks of those who have arrived can have sent N copies."""
    needed = length * len(receivers)
    rate, now = sources, 0.0
    for receiver in sorted(receivers, key=lambda r: r.arrival):
        if receiver.arrival > now:
            if needed <= rate * (receiver.arrival - now):
                break
            needed -= rate * (receiver.arrival - now)
            now = receiver.arrival
        rate += _up(receiver)
    return now + needed / rate


def _up(receiver: Receiver) -> float:
    return receiver.link.up if receiver.link else UNLIMITED


def _down(receiver: Receiver) -> float:
    return receiver.link.down if receiver.link else UNLIMITED
