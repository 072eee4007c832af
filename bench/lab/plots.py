"""Plots of the report, as SVG text: completion curves, sources over time, ratio, CPU."""

import io

import matplotlib
from lab.content import MIB

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "font.size": 8, "axes.spines.top": False,
                            "axes.spines.right": False, "figure.constrained_layout.use": True})
import matplotlib.pyplot as plt  # noqa: E402  After the backend is chosen.


def completion(records: list[dict], bound: float) -> str:
    """Bytes received by each client over time, one panel a player."""
    figure, axes = _panels(len(records))
    for axis, record in zip(axes, records, strict=False):
        series = record["series"]
        for values in series["received"].values():
            axis.plot(series["t"], [v / MIB for v in values], linewidth=0.7)
        _finish(axis, record, bound, "MiB received")
    return _svg(figure)


def sources(records: list[dict], bound: float) -> str:
    """Where the bytes of all clients came from over time."""
    figure, axes = _panels(len(records))
    for axis, record in zip(axes, records, strict=False):
        series = record["series"]
        axis.stackplot(series["t"], [v / MIB for v in series["from_origin"]],
                       [v / MIB for v in series["from_peers"]], labels=["origin", "peers and caches"],
                       colors=["#c44e52", "#4c72b0"])
        _finish(axis, record, bound, "MiB sent")
    axes[0].legend(loc="upper left", frameon=False)
    return _svg(figure)


def bars(names: list[str], values: list[list[float]], label: str, mark: float | None) -> str:
    """Median of each player with all its rounds as dots."""
    figure, axis = plt.subplots(figsize=(7, 0.3 * len(names) + 0.8))
    middles = [sorted(v)[len(v) // 2] for v in values]
    axis.barh(names, middles, color="#8da0cb", height=0.6)
    for place, rounds in enumerate(values):
        axis.plot(rounds, [place] * len(rounds), "k.", markersize=3)
    if mark is not None:
        axis.axvline(mark, color="#c44e52", linewidth=1)
    axis.invert_yaxis()
    axis.set_xlabel(label)
    return _svg(figure)


def _panels(number: int):
    columns = min(number, 3)
    rows = -(-number // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.2 * columns, 2.2 * rows), squeeze=False)
    flat = list(axes.flat)
    for axis in flat[number:]:
        axis.set_visible(False)
    return figure, flat


def _finish(axis, record: dict, bound: float, label: str) -> None:
    axis.set_title(record["player"])
    axis.set_xlabel("s")
    axis.set_ylabel(label)
    axis.set_xlim(left=0)
    if bound:
        axis.axvline(bound, color="#c44e52", linewidth=1, linestyle="--")


def _svg(figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg"):]
