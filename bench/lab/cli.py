"""The command line: run scenarios, list what there is, compare two runs, make a report again."""

import argparse
import fnmatch
import os
import subprocess
import sys
import time
from pathlib import Path

from lab import catalog, sandbox
from lab.players import all_players
from lab.players.base import Player
from lab.scenario import Scenario
from lab.session import Session
from lab.table import Display

QUICK_SCENARIOS = ["crowd-8", "warm", "single-16m"]
QUICK_PLAYERS = ["freshet", "curl", "aria2-hybrid", "libtorrent-hybrid-tuned"]


def main(argv: list[str]) -> int:
    arguments = _parser().parse_args(argv)
    if arguments.words == ["list"]:
        return _list()
    if arguments.words[0] == "compare":
        from lab.compare import compare_files
        return compare_files(arguments.words[1:])
    if arguments.words[0] == "report":
        from lab.report import write_report
        return write_report([Path(word) for word in arguments.words[1:]])
    return _run(arguments, argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench/run", description=__doc__.splitlines()[0],
        epilog="Exit codes: 0 all measured; 1 something failed; 2 wrong use; 77 this machine does"
               " not permit network namespaces.")
    parser.add_argument("words", nargs="+", metavar="SCENARIO",
                        help="scenario names or patterns ('node-*'); or: quick | list | compare A B | report DIR")
    parser.add_argument("--players", "-p", help="comma-separated; default: those installed")
    parser.add_argument("-n", "--rounds", type=int, default=None, help="rounds (default 5; quick 1)")
    parser.add_argument("--size", help="content length instead of the scenario's, e.g. 16M")
    parser.add_argument("--out", help="directory for rows.jsonl and report.html")
    parser.add_argument("--scratch", help="where content and downloads lie (default: TMPDIR)")
    parser.add_argument("--install", action="store_true",
                        help="install missing rivals with apt-get first (root)")
    parser.add_argument("--keep", action="store_true",
                        help="keep logs and reports of all clients in the directory, below kept/")
    parser.add_argument("--no-report", action="store_true", help="no HTML report")
    return parser


def _run(arguments: argparse.Namespace, argv: list[str]) -> int:
    quick = arguments.words == ["quick"]
    try:
        scenarios = _scenarios(QUICK_SCENARIOS if quick else arguments.words, arguments.size)
        players = _players(arguments.players or (",".join(QUICK_PLAYERS) if quick else None))
    except KeyError as unknown:
        print(f"bench: unknown name {unknown}; see: bench/run list", file=sys.stderr)
        return 2
    if not sandbox.inside():
        if arguments.install:
            _install(players)
        out = arguments.out or f"freshet-bench/{time.strftime('%Y%m%d-%H%M%S')}"
        return sandbox.enter([*argv, "--out", os.path.abspath(out)], arguments.scratch)
    sandbox.set_up_inside()
    display = Display()
    ready = [p for p in players if not _says_missing(p, display)]
    session = Session(sandbox.scratch(), Path(arguments.out),
                      arguments.rounds or (1 if quick else 5), display,
                      arguments.keep)
    try:
        session.run(scenarios, ready)
    except KeyboardInterrupt:
        display.note("stopped; what was measured so far is kept")
    display.summary(session.rows)
    display.note(f"\nrows: {arguments.out}/rows.jsonl")
    if not arguments.no_report:
        from lab.report import write_report
        write_report([Path(arguments.out)])
    return 0 if session.rows and all(row.ok for row in session.rows) else 1


def _scenarios(names: list[str], size: str | None) -> list[Scenario]:
    found = [scenario for name in names for scenario in _matching(name)]
    return [s.with_lengths((parse_size(size),)) for s in found] if size else found


def _matching(name: str) -> list[Scenario]:
    found = [scenario for each, scenario in catalog.ALL.items() if fnmatch.fnmatchcase(each, name)]
    if not found:
        raise KeyError(name)
    return found


def _players(names: str | None) -> list[Player]:
    known = all_players()
    return [known[name] for name in names.split(",")] if names else list(known.values())


def parse_size(text: str) -> int:
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * units[text[-1].upper()] if text[-1].isalpha() else int(text)


def _says_missing(player: Player, display: Display) -> bool:
    reason = player.missing()
    if reason:
        display.note(f"without {player.name}: {reason}")
    return reason is not None


def _install(players: list[Player]) -> None:
    packages = sorted({name for p in players if p.missing() for name in p.packages})
    if packages:
        subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", *packages],
                       check=True)


def _list() -> int:
    print("scenarios")
    for scenario in catalog.ALL.values():
        print(f"  {scenario.name:<16} {scenario.about}; bound {scenario.bound():.2f} s")
    print("players")
    for player in all_players().values():
        print(f"  {player.name:<24} {player.about}{_absence(player)}")
    return 0


def _absence(player: Player) -> str:
    reason = player.missing()
    return f" ({reason})" if reason else ""
