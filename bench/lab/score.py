"""From what happened to one row of the scoreboard. Pure."""

from dataclasses import asdict, dataclass

from lab import stats
from lab.cell import Outcome, Running
from lab.content import GIB, MIB
from lab.network import Traffic
from lab.scenario import Scenario

SATURATED = 0.90  # Share of all CPUs; above it a row says more about the machine than the player.


@dataclass
class Row:
    scenario: str
    player: str
    round: int
    ok: bool
    failures: list[str]
    mean_s: float | None = None
    p95_s: float | None = None
    last_s: float | None = None
    bound_s: float = 0.0
    ratio: float | None = None
    origin_copies: float | None = None
    peer_share: float | None = None
    excess: float | None = None  # Received beyond what was needed, protocol included; share.
    duplicate_bytes: int | None = None  # As far as the player tells.
    wasted_bytes: int | None = None
    cpu_s_per_gib: float | None = None
    peak_memory: int | None = None  # Of the largest client.
    written_bytes: int | None = None  # By all clients, to disk.
    busy: float = 0.0
    foreign: float = 0.0  # Share of all CPUs used by others than this run.
    saturated: bool = False
    ping_median_ms: float | None = None  # Of a neighbour, while the link is in use.
    ping_p99_ms: float | None = None
    wan_copies: float | None = None  # Most copies that entered one site.
    calls_per_s: float | None = None  # Of a service's clients together.
    call_median_ms: float | None = None
    call_p99_ms: float | None = None
    cpu_us_per_call: float | None = None
    mib_per_s: float | None = None  # To all clients together.
    of_direct: float | None = None  # Its rate beside the yardstick's in the same round.
    first_ms: float | None = None  # From a request to the first byte of its answer, median.
    soonest_s: float | None = None  # Until the first of several clients is done.


def make_row(scenario: Scenario, player, number: int, outcome: Outcome) -> Row:
    measured = [r for r in outcome.clients if r.client in scenario.measured]
    failures = [f"{r.client.name}: {r.failure}" for r in measured if r.failure]
    failures += [f"{name}: wrong bytes in {', '.join(files[:3])}"
                 for name, files in outcome.wrong.items()]
    row = Row(scenario.name, player.name, number, not failures, failures)
    row.bound_s = scenario.bound()
    row.busy, row.foreign = outcome.busy, outcome.foreign
    row.saturated = outcome.busy >= SATURATED
    if row.ok:
        _times(row, measured)
        if scenario.ask:
            _answers(row, scenario, outcome, measured)
        elif scenario.task:
            _calls(row, outcome, measured)
        else:
            _bytes(row, scenario, player, outcome, measured)
            _costs(row, scenario, outcome, measured)
        if outcome.round_trips:
            row.ping_median_ms = stats.median(outcome.round_trips)
            row.ping_p99_ms = stats.percentile(outcome.round_trips, 0.99)
    return row


def _times(row: Row, measured: list[Running]) -> None:
    durations = [r.done_at - r.started_at for r in measured if r.done_at]
    first = min(r.started_at for r in measured)
    row.mean_s = sum(durations) / len(durations)
    row.p95_s = stats.percentile(durations, 0.95)
    row.last_s = max(r.done_at for r in measured if r.done_at) - first
    row.ratio = row.last_s / row.bound_s if row.bound_s else None


def rate_beside(row: Row, other: Row) -> float | None:
    """By last completion, or by calls where as many as possible were made."""
    if not (row.ok and other.ok):
        return None
    if row.calls_per_s and other.calls_per_s:
        return row.calls_per_s / other.calls_per_s
    return other.last_s / row.last_s if row.last_s and other.last_s else None


def _answers(row: Row, scenario: Scenario, outcome: Outcome, measured: list[Running]) -> None:
    """By the clock of the program that asked, and its counts. Copies and costs are of caches alone."""
    only, = measured
    counts = outcome.own_counts[only.client.name]
    ends, delivered = counts["ends"], counts["bytes"]
    row.last_s, row.mean_s, row.p95_s = max(ends), None, None
    if len(ends) > 1:
        row.soonest_s, row.mean_s, row.p95_s = min(ends), sum(ends) / len(ends), stats.percentile(ends, 0.95)
    row.ratio = row.last_s / row.bound_s if row.bound_s else None
    row.first_ms = stats.median(firsts) * 1000 if (firsts := counts["first_bytes"]) else None
    if scenario.wanted == scenario.length:
        row.mib_per_s = delivered / MIB / row.last_s or None
    row.calls_per_s = counts.get("calls_per_s")
    row.call_median_ms, row.call_p99_ms = counts.get("call_median_ms"), counts.get("call_p99_ms")
    if outcome.servers:
        row.origin_copies = sum(request.body_bytes for request in outcome.requests) / scenario.length
        _costs_of_serving(row, scenario, outcome, counts)


def _costs_of_serving(row: Row, scenario: Scenario, outcome: Outcome, counts: dict) -> None:
    """Until the last client was done: ending is no part of it."""
    uses = [outcome.sessions[process.pid] for process in outcome.servers]
    cpu = sum(sum(use.cpu.values()) - use.before for use in uses)
    if row.calls_per_s:
        row.cpu_us_per_call = cpu * 1e6 / counts["answers"]
    elif scenario.wanted == scenario.length:  # Of a range, what else was fetched meanwhile would be most.
        row.cpu_s_per_gib = cpu / (counts["bytes"] / GIB)
    row.peak_memory = sum(sum(use.peak_memory.values()) for use in uses) or None
    row.written_bytes = sum(p.usage.ru_oublock * 512 for p in outcome.servers if p.usage)


def _calls(row: Row, outcome: Outcome, measured: list[Running]) -> None:
    for name, value in outcome.own_counts.get(measured[0].client.name, {}).items():
        setattr(row, name, value)
    services = [r.process for r in measured] + outcome.servers
    peaks = [sum(outcome.sessions[process.pid].peak_memory.values()) for process in services]
    row.peak_memory = max(peaks, default=0) or None


def _bytes(row: Row, scenario: Scenario, player, outcome: Outcome, measured: list[Running]) -> None:
    wanted = scenario.length * len(measured)
    start, end = outcome.samples[0].traffic, outcome.samples[-1].traffic

    def moved(host: str) -> Traffic:
        pairs = zip(asdict(end[host]).values(), asdict(start[host]).values(), strict=True)
        return Traffic(*(after - before for after, before in pairs))

    if player.seeds_at_origin:
        from_origin = moved("origin").sent_payload()
    else:
        from_origin = sum(request.body_bytes for request in outcome.requests)
    row.origin_copies = from_origin / scenario.length
    row.peer_share = max(0.0, 1.0 - from_origin / wanted)
    row.excess = sum(moved(r.client.name).received_payload() for r in measured) / wanted - 1.0
    counts = [outcome.own_counts.get(r.client.name, {}) for r in measured]
    if any("duplicate" in count for count in counts):
        row.duplicate_bytes = sum(count.get("duplicate", 0) for count in counts)
        row.wasted_bytes = sum(count.get("wasted", 0) for count in counts)
    if scenario.wans:
        row.wan_copies = max(moved(f"wan{site}").received_payload() / scenario.length
                             for site in scenario.wans)


def _costs(row: Row, scenario: Scenario, outcome: Outcome, measured: list[Running]) -> None:
    clients = [process for r in outcome.clients for process in (r.process, *r.former)]
    processes = clients + outcome.servers
    cpu = 0.0
    for process in processes:
        sampled = sum(outcome.sessions[process.pid].cpu.values())
        own = process.usage.ru_utime + process.usage.ru_stime if process.usage else 0.0
        cpu += max(sampled, own) - outcome.sessions[process.pid].before
    row.cpu_s_per_gib = cpu / (scenario.length * len(measured) / GIB)
    peaks = [sum(outcome.sessions[r.process.pid].peak_memory.values()) for r in measured]
    row.peak_memory = max(peaks, default=0) or None
    row.written_bytes = sum(r.process.usage.ru_oublock * 512 for r in measured if r.process.usage)
