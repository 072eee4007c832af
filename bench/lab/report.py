"""One self-contained HTML file from the rows of one or more runs."""

import html
import shlex
import sys
from pathlib import Path

from lab import stats
from lab.load import Run
from lab.table import headline, lines_of

_COSTS = (("first_ms", "milliseconds to the first byte"), ("cpu_s_per_gib", "CPU seconds per GiB delivered"),
          ("cpu_us_per_call", "CPU microseconds a call"))

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;
color:#222;background:#fff}table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:
tabular-nums}td,th{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ddd}td:first-child,
th:first-child{text-align:left}pre{overflow:auto;background:#f6f6f6;padding:.6rem;font-size:12px}
summary{cursor:pointer}figure{margin:1.5rem 0}figure svg{display:block;max-width:100%;height:auto}
.note{color:#666}"""


def write_report(paths: list[Path]) -> int:
    for path in paths:
        try:
            run = Run(path)
            out = (path if path.is_dir() else path.parent) / "report.html"
            out.write_text(render(run), encoding="utf-8")
        except ImportError:
            print("bench: no report without matplotlib (python3-matplotlib)", file=sys.stderr)
            return 1
        print(f"report: {out}")
    return 0


def render(run: Run) -> str:
    parts = ["<!doctype html><html lang=en><meta charset=utf-8><title>Freshet lab</title>",
             f"<style>{_STYLE}</style><h1>Delivery measured</h1>", _about(run.about)]
    for name, about in run.about["scenarios"].items():
        records = [r for r in run.records if r["scenario"] == name]
        if records:
            parts.append(_scenario(run, name, about, records))
    parts.append(_how(run))
    return "".join(parts) + "</html>\n"


def _about(about: dict) -> str:
    machine = about["machine"]
    return (f"<p>{_e(machine['cpu'])}, {machine['cpus']} CPUs, {machine['memory'] >> 30} GiB,"
            f" {_e(machine['system'])}, TCP {_e(machine['congestion_control'])},"
            f" {_e(about['started'])}. <span class=note>Ratio: last completion over the fluid bound,"
            " below which no schedule can go. Copies: what left the origin over the content's length."
            " Excess: received beyond the content, protocol included. CPU: all processes of a player,"
            " not the origin; of a cache that is asked, its own alone. * saturated machine; ~ others used more than a tenth of it.</span></p>")


def _scenario(run: Run, name: str, about: dict, records: list[dict]) -> str:
    from lab import plots  # matplotlib takes a second to load and is not needed to measure.
    rows = [row for row in run.rows() if row.scenario == name]
    titles, *lines = lines_of(rows)
    head = "".join(f"<th>{_e(title)}" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{_e(cell)}" for cell in line) for line in lines)
    shown = _middle_rounds(records)
    pictures = ""
    if shown:
        bound = about["bound_s"]
        drawn = [*_bars(plots, rows), plots.completion(shown, bound),
                 plots.sources(shown, bound)]
        pictures = "".join(f"<figure>{picture}</figure>" for picture in drawn)
    limits = (f" Bound {about['bound_s']:.2f} s; by HTTP alone {about['http_bound_s']:.2f} s."
              if about["bound_s"] else "")
    return (f"<h2>{_e(name)}</h2><p>{_e(about['about'])}. {_e(_links(about['links']))}.{limits}</p>"
            f"<table><tr>{head}{body}</table>{pictures}{_commands(shown)}")


def _links(links: dict) -> str:
    """As a reader says it; each rate once."""
    kinds = [f"origin {links['origin']}", "clients " + ", ".join(links["clients"])]
    kinds += [f"site {site} {wan}" for site, wan in links["sites"].items()]
    return "Links: " + "; ".join(kinds)


def _bars(plots, rows: list) -> list[str]:
    """Of what the rows tell; who has no such number is left out."""
    drawn = []
    for key, label in (headline(rows), *_COSTS):
        by_player: dict[str, list] = {}
        for row in rows:
            if row.ok and getattr(row, key) is not None:
                by_player.setdefault(row.player, []).append(getattr(row, key))
        if by_player:
            drawn.append(plots.bars(list(by_player), list(by_player.values()), label,
                                    1.0 if key == "ratio" else None))
    return drawn


def _middle_rounds(records: list[dict]) -> list[dict]:
    """Of each player the round whose last completion is nearest the median."""
    by_player: dict[str, list[dict]] = {}
    for record in records:
        if record["ok"]:
            by_player.setdefault(record["player"], []).append(record)
    chosen = []
    for its in by_player.values():
        middle = stats.median([r["last_s"] for r in its])
        chosen.append(min(its, key=lambda r: abs(r["last_s"] - middle)))
    return chosen


def _commands(records: list[dict]) -> str:
    text = "\n\n".join(record["player"] + "\n" + "\n".join(
        f"  {host}: {shlex.join(argv)}" for host, argv in list(record["commands"].items())[:4])
        for record in records)
    return f"<details><summary>commands (first hosts)</summary><pre>{_e(text)}</pre></details>"


def _how(run: Run) -> str:
    rows = "".join(f"<tr><td>{_e(name)}<td>{_e(p['version'])}<td>{_e(p['settings'])}"
                   for name, p in run.about["players"].items())
    return (f"<h2>Players</h2><table><tr><th>player<th>version<th>settings{rows}</table>"
            f"<p>Origin: {_e(run.about['origin'])}</p>")


def _e(text) -> str:
    return html.escape(str(text))
