"""Reads rows.jsonl of one or more runs."""

import json
from dataclasses import fields
from pathlib import Path

from lab.score import Row

_NAMES = {f.name for f in fields(Row)}


class Run:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.about: dict = {}
        self.records: list[dict] = []
        file = path / "rows.jsonl" if path.is_dir() else path
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if record.pop("kind") == "about":
                    self.about = _merged(self.about, record)
                else:
                    self.records.append(record)

    def rows(self) -> list[Row]:
        return [Row(**{key: value for key, value in record.items() if key in _NAMES})
                for record in self.records]


def _merged(old: dict, new: dict) -> dict:
    """A directory that several runs wrote to knows the players and scenarios of all."""
    both = {**old, **new}
    for key in ("players", "scenarios"):
        both[key] = {**old.get(key, {}), **new.get(key, {})}
    return both
