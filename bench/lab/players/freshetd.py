"""Freshet as a service: a daemon on each client, or one node for a site whose clients know only curl.

The daemon is the one beside the command line's program (see freshet.py), else the one on the PATH.
"""

import shutil
from pathlib import Path

from lab.players.base import first_line
from lab.players.caches import Cache
from lab.players.freshet import SEED_FOR, Freshet, beyond_the_link, program


def daemon() -> str | None:
    built = Path(program() or "/nonexistent").parents[1] / "daemon/freshetd"
    return str(built) if built.exists() else shutil.which("freshetd")


class Daemon(Freshet):
    """It runs before the clock starts, as services do; what is timed is the command that asks it."""

    def __init__(self) -> None:
        super().__init__("freshet-daemon", "a daemon on each client, peers on the LAN", peers=True)
        self.stays = False

    def missing(self) -> str | None:
        return super().missing() or (None if daemon() else "freshetd is not built")

    def settings(self) -> str:
        return f"{daemon()} --peers lan; freshet get --connect"

    def refuses(self, scenario) -> str | None:
        if any(client.killed_at is not None for client in scenario.clients):
            return "its daemons outlive the command that is killed"
        return super().refuses(scenario)

    def start_servers(self, stage) -> None:
        super().start_servers(stage)
        for client in stage.scenario.clients:
            place = stage.directory / f"{client.name}.daemon"
            place.mkdir()
            process = stage.serve(client.name, [
                daemon() or "", "--data", str(place / "data"), "--socket", str(place / "socket"), "--peers",
                "lan", "--seed-for", SEED_FOR, *beyond_the_link(stage)])
            stage.wait_for_file(process, place / "socket")

    def engine(self, stage, client) -> list[str]:
        return [f"--connect={stage.directory / f'{client.name}.daemon' / 'socket'}"]

    def own_counts(self, stage, client) -> dict[str, int]:
        return {}


class Node(Cache):
    name = "freshet-node"
    about = "a caching node of ours in front of the origin"
    packages = ("curl",)

    def missing(self) -> str | None:
        return None if daemon() else "freshetd is not built"

    def version(self) -> str:
        return first_line([daemon() or "false", "--version"])

    def settings(self) -> str:
        return f"{daemon()}; the origin is on its allow list"

    def query(self, stage) -> str:
        return f"?cacheHostOrigin={stage.address('origin')}"

    def configure(self, directory, upstream) -> list[str]:
        config = directory / "freshet.toml"
        config.write_text(f"""[node]
enabled = true
listen = ["0.0.0.0:80"]
allow = ["{upstream}"]
origin_networks = ["{upstream}/32"]
""")
        return [daemon() or "", "--data", str(directory / "data"), "--socket", str(directory / "socket"),
                "--policy-file", str(config), "--peers", "off"]


PLAYERS = [Daemon(), Node()]
