"""A run: scenarios by players by rounds, players interleaved, one JSON line for each measurement."""

import json
import os
import platform
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from lab import content
from lab.build import NoCompiler
from lab.cell import Outcome, measure
from lab.network import MBIT
from lab.players.base import Player, first_line
from lab.scenario import Scenario
from lab.score import Row, make_row, rate_beside
from lab.stage import StageError

SERIES_POINTS_MAX = 120


class Session:
    def __init__(self, scratch: Path, out: Path, rounds: int, display,
                 keep: bool = False) -> None:
        self._scratch, self._out, self._rounds, self._display = scratch, out, rounds, display
        self._keep = keep
        self.rows: list[Row] = []
        self._yardsticks: dict[tuple[str, int], Row] = {}
        out.mkdir(parents=True, exist_ok=True)

    def run(self, scenarios: list[Scenario], players: list[Player]) -> None:
        with open(self._out / "rows.jsonl", "a", encoding="utf-8") as lines:
            self._write(lines, {"kind": "about", **describe(players, scenarios)})
            for scenario in scenarios:
                taking_part = self._taking_part(players, scenario)
                for number in range(self._rounds):
                    for player in taking_part:
                        self._measure(scenario, player, number, lines)

    def _taking_part(self, players: list[Player], scenario: Scenario) -> list[Player]:
        """Yardsticks first."""
        reasons: dict[str, list[str]] = defaultdict(list)
        for player in players:
            if reason := player.refuses(scenario):
                reasons[reason].append(player.name)
        for reason, names in reasons.items():
            self._display.note(f"{scenario.name}: without what {reason}: {', '.join(names)}")
        absent = {name for names in reasons.values() for name in names}
        return sorted((p for p in players if p.name not in absent), key=lambda p: not p.yardstick)

    def _measure(self, scenario: Scenario, player: Player, number: int, lines) -> None:
        self._display.begin(scenario, player, number)
        bytes_to_fetch = content.make(self._scratch, scenario.lengths)
        try:
            outcome = measure(scenario, player, bytes_to_fetch, self._scratch / "cell",
                              self._kept(scenario, player, number))
        except (StageError, NoCompiler, OSError) as failure:
            row = Row(scenario.name, player.name, number, False, [str(failure)])
            self._write(lines, {"kind": "row", **asdict(row)})
        else:
            row = make_row(scenario, player, number, outcome)
            self._tell_beside(row, player)
            self._write(lines, {"kind": "row", **asdict(row), "at": time.time(),
                                "commands": outcome.commands, **series(scenario, outcome)})
        self.rows.append(row)
        self._display.end(row)

    def _tell_beside(self, row: Row, player: Player) -> None:
        if player.yardstick:
            self._yardsticks[row.scenario, row.round] = row
        elif other := self._yardsticks.get((row.scenario, row.round)):
            row.of_direct = rate_beside(row, other)

    def _kept(self, scenario: Scenario, player: Player, number: int) -> Path | None:
        name = f"{scenario.name}-{player.name}-{number + 1}"
        return self._out / "kept" / name if self._keep else None

    @staticmethod
    def _write(lines, value: dict) -> None:
        lines.write(json.dumps(value, default=str) + "\n")
        lines.flush()


def describe(players: list[Player], scenarios: list[Scenario]) -> dict:
    return {
        "machine": {"system": platform.platform(), "cpus": os.cpu_count(), "cpu": _cpu_name(),
                    "memory": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
                    "congestion_control": _read("/proc/sys/net/ipv4/tcp_congestion_control")},
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "origin": first_line(["/usr/sbin/nginx", "-v"]),
        "players": {p.name: {"about": p.about, "version": p.version(), "settings": p.settings()}
                    for p in players},
        "scenarios": {s.name: {"about": s.about, "bytes": s.length, "bound_s": s.bound(),
                               "http_bound_s": s.http_bound(), "links": _links(s)}
                      for s in scenarios},
    }


def series(scenario: Scenario, outcome: Outcome) -> dict:
    """Completion curves and sources over time, thinned for a report."""
    step = max(1, len(outcome.samples) // SERIES_POINTS_MAX)
    kept = [*outcome.samples[::step], outcome.samples[-1]]
    first = kept[0].traffic
    names = [c.name for c in scenario.clients]
    senders = [name for name in (*names, *scenario.cache_hosts()) if name in first]

    def received(sample, name: str) -> int:
        return sample.traffic[name].received_payload() - first[name].received_payload()

    def sent(sample, name: str) -> int:
        return sample.traffic[name].sent_payload() - first[name].sent_payload()

    started = min(r.started_at for r in outcome.clients if not r.client.prelude)
    return {
        "series": {
            "t": [round(s.at, 3) for s in kept],
            "received": {name: [received(s, name) for s in kept] for name in names},
            "from_origin": [sent(s, "origin") for s in kept],
            "from_peers": [sum(sent(s, name) for name in senders) for s in kept],
            "cpu": [round(s.cpu - kept[0].cpu, 2) for s in kept],
        },
        "done_at": {r.client.name: round(r.done_at - started, 4)
                    for r in outcome.clients if r.done_at},
    }


def _links(scenario: Scenario) -> dict:
    def text(link) -> str:
        return f"{link.up / MBIT:g}/{link.down / MBIT:g} Mbit/s up/down" if link else "unshaped"
    return {"origin": text(scenario.origin),
            "clients": sorted({text(c.link) for c in scenario.clients}),
            "sites": {site: text(wan) for site, wan in scenario.wans.items()}}


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return "unknown"


def _cpu_name() -> str:
    for line in _read("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
