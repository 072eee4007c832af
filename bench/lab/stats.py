"""Order statistics and a bootstrap, standard library only. Pure."""

import random
import statistics


def percentile(values: list[float], share: float) -> float:
    """Linear between closest ranks; share from 0 to 1."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float]) -> float:
    """Half of (maximum - minimum), relative to the median: the ± of a table."""
    middle = median(values)
    return (max(values) - min(values)) / 2 / middle if middle else 0.0


def bootstrap_ratio(before: list[float], after: list[float], *, rounds: int = 4000,
                    confidence: float = 0.95, seed: int = 1) -> tuple[float, float, float]:
    """Ratio of medians, after/before, with its confidence interval (percentile bootstrap)."""
    source = random.Random(seed)
    ratios = []
    for _ in range(rounds):
        old = median(source.choices(before, k=len(before)))
        new = median(source.choices(after, k=len(after)))
        ratios.append(new / old if old else 1.0 if not new else float("inf"))
    tail = (1 - confidence) / 2
    old, new = median(before), median(after)
    middle = new / old if old else 1.0 if not new else float("inf")
    return middle, percentile(ratios, tail), percentile(ratios, 1 - tail)
