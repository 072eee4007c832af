"""The scoreboard on a terminal or in a log: rows while they come, medians and spread at the end."""

import sys
from collections import defaultdict

from lab import stats
from lab.content import MIB
from lab.score import Row

FOREIGN_MAX = 0.1  # Share of all CPUs that others may use before a row is marked.


def _n(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _seconds(value: float | None) -> str:
    return _n(value, 2 if value is None or value >= 1 else 4)


# Title, attribute of a row, how its median is written. A column that nobody fills is left out.
_COLUMNS = (
    ("MiB/s", "mib_per_s", lambda v: _n(v, 0)), ("of direct", "of_direct", lambda v: _n(v, 2)),
    ("first ms", "first_ms", lambda v: _n(v, 1)), ("soonest s", "soonest_s", _seconds),
    ("last s", "last_s", _seconds), ("mean s", "mean_s", _seconds),
    ("p95 s", "p95_s", _seconds), ("bound s", "bound_s", lambda v: _n(v or None, 2)),
    ("ratio", "ratio", lambda v: _n(v, 2)), ("copies", "origin_copies", lambda v: _n(v, 2)),
    ("WAN", "wan_copies", lambda v: _n(v, 2)), ("peers", "peer_share", _share),
    ("excess", "excess", lambda v: "-" if v is None else f"{v:+.1%}"),
    ("dup MiB", "duplicate_bytes", lambda v: _n(v and v / MIB, 1)),
    ("waste MiB", "wasted_bytes", lambda v: _n(v and v / MIB, 1)),
    ("ping ms", "ping_median_ms", lambda v: _n(v, 1)), ("ping p99", "ping_p99_ms", lambda v: _n(v, 1)),
    ("calls/s", "calls_per_s", lambda v: _n(v, 0)), ("call ms", "call_median_ms", lambda v: _n(v, 2)),
    ("call p99", "call_p99_ms", lambda v: _n(v, 2)),
    ("CPU us/call", "cpu_us_per_call", lambda v: _n(v, 1)),
    ("CPU s/GiB", "cpu_s_per_gib", lambda v: _n(v, 2)),
    ("mem MiB", "peak_memory", lambda v: _n(v and v / MIB, 0)),
    ("disk MiB", "written_bytes", lambda v: _n(v and v / MIB, 0)), ("busy", "busy", _share))


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
                  + (f"  calls {row.calls_per_s:.0f}/s" if row.calls_per_s else "")
                  + f"  busy {row.busy:.0%} {_marks(row)}")

    def summary(self, rows: list[Row]) -> None:
        self.note(summary(rows))


def summary(rows: list[Row]) -> str:
    """One table for each scenario: medians over its rounds."""
    by_scenario: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_scenario[row.scenario].append(row)
    parts = []
    for scenario, its in by_scenario.items():
        lines = lines_of(its)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = "\n".join("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                                   for i, (cell, w) in enumerate(zip(line, widths, strict=True)))
                         for line in lines)
        parts.append(f"\n{scenario}\n{text}")
    if any(row.saturated for row in rows):
        parts.append("\n*  measured while the machine was saturated: says little about the player")
    if any(row.foreign > FOREIGN_MAX for row in rows):
        parts.append("~  others used more than a tenth of the machine meanwhile")
    return "\n".join(parts)


def headline(rows: list[Row]) -> tuple[str, str]:
    """What the players of a scenario are judged by: the attribute of a row, and what it is."""
    kinds = (("calls_per_s", "calls a second"), ("ratio", "last completion over the bound"),
             ("mib_per_s", "MiB a second"))
    return next((kind for kind in kinds if any(getattr(row, kind[0]) is not None for row in rows)),
                ("last_s", "last completion, s"))


def lines_of(rows: list[Row]) -> list[list[str]]:
    """The table of one scenario as text, head first."""
    players: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        players[row.player].append(row)
    used = [column for column in _COLUMNS
            if any(row.ok and column[2](getattr(row, column[1])) != "-" for row in rows)]
    head = ["player", *(title for title, _, _ in used), "+-", "rounds"]
    return [head, *(_line(name, its, used) for name, its in players.items())]


def _line(name: str, rows: list[Row], columns) -> list[str]:
    good = [row for row in rows if row.ok]
    if not good:
        return [name, *["failed" if i == 0 else "" for i in range(len(columns) + 1)],
                f"0/{len(rows)}"]
    cells = [write(_median(good, key)) for _, key, write in columns]
    spread = f"{stats.spread([getattr(row, headline(good)[0]) for row in good]):.0%}"
    marks = "".join(sorted({mark for row in good for mark in _marks(row)}))
    return [name, *cells, spread, f"{len(good)}/{len(rows)}{marks}"]


def _median(rows: list[Row], key: str) -> float | None:
    values = [value for row in rows if (value := getattr(row, key)) is not None]
    return stats.median(values) if values else None


def _marks(row: Row) -> str:
    return ("*" if row.saturated else "") + ("~" if row.foreign > FOREIGN_MAX else "")
