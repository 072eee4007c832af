"""Whoever serves plain HTTP: clients are curl, or one program that asks; and the origin itself, beside which caches
are told."""

import json
import shutil
from dataclasses import replace

from lab.players.base import Launch, Player
from lab.scenario import Ask
from lab.stage import PROGRAMS, PYTHON

HOT = Ask(times=2)  # What came with the first may still be on its way to a disk.


class Served(Player):
    packages: tuple[str, ...] = ("curl", "wrk")
    traits = frozenset({"http", "serving"})

    def url(self, stage, client, file) -> str:
        raise NotImplementedError

    def refuses(self, scenario) -> str | None:
        if scenario.ask and scenario.ask.seconds and not shutil.which("wrk"):
            return "is asked by wrk, which is not installed"
        return super().refuses(scenario)

    def launch(self, stage, client) -> Launch:
        if stage.scenario.ask:
            return self._ask(stage, client, HOT if client.prelude else self.asked(stage.scenario))
        argv = ["curl", "--fail", "--silent", "--show-error"]
        for file in stage.content.files:
            argv += ["--output", str(stage.received(client) / file.name), self.url(stage, client, file)]
        return Launch(argv)

    def asked(self, scenario) -> Ask:
        return scenario.ask

    def own_counts(self, stage, client) -> dict:
        last = stage.last_line(client)
        return json.loads(last) if last.startswith("{") else {}

    def _ask(self, stage, client, ask: Ask) -> Launch:
        file, = stage.content.files
        words = [f"--{name}={getattr(ask, name)}" for name in ("connections", "times", "middle", "seconds")]
        return Launch([PYTHON, str(PROGRAMS / "cache_client.py"), str(file.path),
                       self.url(stage, client, file), *words])


class Direct(Served):
    name = "direct"
    about = "the origin itself is asked, where caches are"
    yardstick = True

    def missing(self) -> str | None:
        return None

    def version(self) -> str:
        return "as the origin"

    def settings(self) -> str:
        return "over a shaped link one client alone: a copy for each is what a cache is against"

    def refuses(self, scenario) -> str | None:
        return super().refuses(scenario) or (None if scenario.ask else "keeps no files")

    def url(self, stage, client, file) -> str:
        return stage.url(file)

    def asked(self, scenario) -> Ask:
        return replace(scenario.ask, connections=1) if scenario.origin else scenario.ask


PLAYERS = [Direct()]
