"""The scoreboard on a terminal or in a log: rows while they come, medians and spread at the end."""

import sys
from collections import defaultdict

from lab import stats
from lab.content import MIB
from lab.score import Row

COLUMNS = ("player", "last s", "+-", "mean s", "p95 s", "bound s", "ratio", "copies", "peers",
           "excess", "CPU s/GiB", "mem MiB", "disk MiB", "busy", "n")


class Display:
    def __init__(self, stream=None) -> None:
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty()

    def note(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def begin(self, scenario, player, number: int) -> None:
        if self._live:
            print(f"\r\033[K{scenario.name} {player.name} round {number + 1} …", end="",
                  file=self._stream, flush=True)

    def end(self, row: Row) -> None:
        if self._live:
            print("\r\033[K", end="", file=self._stream)
        head = f"{row.scenario:<14} {row.player:<24} #{row.round + 1}  "
        if not row.ok:
            self.note(head + "FAILED " + "; ".join(row.failures)[:300])
            return
        self.note(head + f"last {_n(row.last_s, 2)} s  ratio {_n(row.ratio, 2)}  copies"
                  f" {_n(row.origin_copies, 2)}  CPU {_n(row.cpu_s_per_gib, 1)} s/GiB"
                  f"  busy {row.busy:.0%}{_marks(row)}")

    def summary(self, rows: list[Row]) -> None:
        self.note(summary(rows))


def summary(rows: list[Row]) -> str:
    """One table for each scenario: medians over its rounds."""
    by_scenario: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_scenario[row.scenario].append(row)
    parts = []
    for scenario, its in by_scenario.items():
        lines = [COLUMNS, *lines_of(its)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
        text = "\n".join("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                                   for i, (cell, w) in enumerate(zip(line, widths, strict=True)))
                         for line in lines)
        parts.append(f"\n{scenario}\n{text}")
    if any(row.saturated for row in rows):
        parts.append("\n*  measured while the machine was saturated: says little about the player")
    if any(row.foreign > 0.1 for row in rows):
        parts.append("~  others used more than a tenth of the machine meanwhile")
    return "\n".join(parts)


def lines_of(rows: list[Row]) -> list[tuple[str, ...]]:
    """The lines of one scenario, cells as text."""
    players: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        players[row.player].append(row)
    return [_line(name, its) for name, its in players.items()]


def _line(name: str, rows: list[Row]) -> tuple[str, ...]:
    good = [row for row in rows if row.ok]
    if not good:
        return (name, "failed", *[""] * (len(COLUMNS) - 3), f"0/{len(rows)}")

    def mid(key: str) -> float | None:
        values = [getattr(row, key) for row in good if getattr(row, key) is not None]
        return stats.median(values) if values else None

    memory, written = mid("peak_memory"), mid("written_bytes")
    busiest = max(good, key=lambda row: (row.saturated, row.foreign))
    return (name, _n(mid("last_s"), 2), f"{stats.spread([r.last_s for r in good]):.0%}",
            _n(mid("mean_s"), 2), _n(mid("p95_s"), 2), _n(mid("bound_s"), 2), _n(mid("ratio"), 2),
            _n(mid("origin_copies"), 2), f"{mid('peer_share'):.0%}", f"{mid('excess'):+.1%}",
            _n(mid("cpu_s_per_gib"), 2), _n(memory / MIB if memory else None, 0),
            _n(written / MIB if written is not None else None, 0),
            f"{mid('busy'):.0%}{_marks(busiest)}", f"{len(good)}/{len(rows)}")


def _marks(row: Row) -> str:
    return (" *" if row.saturated else "") + (" ~" if row.foreign > 0.1 else "")


def _n(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
