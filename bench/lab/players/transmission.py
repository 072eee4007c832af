"""transmission-cli: stock but for discovery that a lab has no use for."""

import json
from pathlib import Path

from lab.players.base import Launch, Player, first_line

PORT = 51413
_SETTINGS = {"dht-enabled": False, "lpd-enabled": False, "port-forwarding-enabled": False,
             "ratio-limit-enabled": False, "idle-seeding-limit-enabled": False}


class Transmission(Player):
    packages = ("transmission-cli",)
    program = "transmission-cli"
    traits = frozenset({"peers"})

    def __init__(self, name: str, about: str, hybrid: bool) -> None:
        self.name, self.about, self.hybrid = name, about, hybrid
        self.seeds_at_origin = not hybrid

    def version(self) -> str:
        return first_line(["transmission-cli", "-V"])

    def settings(self) -> str:
        return json.dumps(_SETTINGS)

    def start_servers(self, stage) -> None:
        stage.make_torrent(web_seed=self.hybrid)
        if not self.hybrid:
            seeder = stage.directory / "seeder"
            done = stage.directory / "seeder.done"
            stage.serve("origin", _argv(seeder, stage, stage.torrent_parent(), _hook(seeder, done)),
                       port=PORT)

    def launch(self, stage, client) -> Launch:
        directory = stage.directory / client.name / "config"
        done = stage.directory / f"{client.name}.done"
        hook = _hook(directory, done)
        return Launch(_argv(directory, stage, stage.torrent_target(client), hook), done_files=(done,))


def _hook(directory: Path, done: Path) -> Path:
    directory.mkdir(parents=True)
    hook = directory / "hook"
    hook.write_text(f"#!/bin/sh\n: > {done}\n")
    hook.chmod(0o755)
    return hook


def _argv(directory: Path, stage, target: Path, hook: Path) -> list[str]:
    (directory / "settings.json").write_text(json.dumps(_SETTINGS))
    return ["transmission-cli", "-g", str(directory), "-w", str(target), "-p", str(PORT), "-M",
            "-f", str(hook), str(stage.torrent)]


PLAYERS = [Transmission("transmission-bt", "one seeder at the origin, stock settings", hybrid=False),
           Transmission("transmission-hybrid", "the origin as web seed, stock settings", hybrid=True)]
