"""Two runs against each other: ratio of medians with its confidence, per scenario, player, metric."""

import sys
from collections import defaultdict
from pathlib import Path

from lab import stats
from lab.load import Run
from lab.score import Row

METRICS = ("last_s", "mean_s", "first_ms", "calls_per_s", "origin_copies", "cpu_s_per_gib", "cpu_us_per_call",
           "peak_memory")
MORE_IS_BETTER = {"calls_per_s"}
TOLERANCE = 0.02  # Smaller changes are not worth a word, however sure.
ROUNDS_MIN = 3


def compare_files(paths: list[str]) -> int:
    """Exit code 1 when something got worse beyond doubt."""
    if len(paths) != 2:
        print("bench: compare takes two runs: directories or rows.jsonl files", file=sys.stderr)
        return 2
    before, after = (Run(Path(path)).rows() for path in paths)
    lines = compare(before, after)
    print("\n".join(line for line, _ in lines) or "no scenario and player in common")
    return 1 if any(worse for _, worse in lines) else 0


def compare(before: list[Row], after: list[Row]) -> list[tuple[str, bool]]:
    """Lines to print, each with whether it is a regression."""
    old, new = _grouped(before), _grouped(after)
    found = []
    for key in old:
        if key in new:
            found += [_line(key, metric, old[key], new[key]) for metric in METRICS]
    return [line for line in found if line]


def _grouped(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.ok:
            groups[row.scenario, row.player].append(row)
    return groups


def _line(key: tuple[str, str], metric: str, old: list[Row],
          new: list[Row]) -> tuple[str, bool] | None:
    before = [v for row in old if (v := getattr(row, metric)) is not None]
    after = [v for row in new if (v := getattr(row, metric)) is not None]
    if not before or not after:
        return None
    ratio, low, high = stats.bootstrap_ratio(before, after)
    enough = min(len(before), len(after)) >= ROUNDS_MIN
    grew, shrank = enough and low > 1 + TOLERANCE, enough and high < 1 - TOLERANCE
    worse, better = (shrank, grew) if metric in MORE_IS_BETTER else (grew, shrank)
    word = "WORSE" if worse else "better" if better else "same or unsure" if enough else "too few"
    text = (f"{key[0]:<14} {key[1]:<24} {metric:<14} {_number(stats.median(before)):>9} ->"
            f" {_number(stats.median(after)):>9}  {ratio - 1:+7.1%}"
            f"  95 %: {low - 1:+.1%} to {high - 1:+.1%}  {word}")
    return text, worse


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 10_000 else f"{value:.3g}"
