"""Freshet as a service: a daemon on each client, or one node for a site whose clients know only curl.

The daemon is the one beside the command line's program (see freshet.py), else the one on the PATH.
"""

import json
import shutil
from pathlib import Path

from lab.players.base import Launch, first_line
from lab.players.caches import Cache
from lab.players.freshet import SEED_FOR, Freshet, beyond_the_link, program
from lab.stage import PROGRAMS, PYTHON

CALLERS = 50


def daemon() -> str | None:
    built = Path(program() or "/no/such/program").parents[1] / "daemon/freshetd"
    return str(built) if built.exists() else shutil.which("freshetd")


class Daemon(Freshet):
    """It runs before the clock starts, as services do; what is timed is the command that asks it."""

    def __init__(self) -> None:
        super().__init__("freshet-daemon", "a daemon on each client, peers on the LAN", peers=True)
        self.stays = False
        self.traits |= {"jobs"}

    def missing(self) -> str | None:
        return super().missing() or (None if daemon() else "freshetd is not built")

    def settings(self) -> str:
        return f"{daemon()} --peers lan; freshet get --connect"

    def refuses(self, scenario) -> str | None:
        if any(client.killed_at is not None for client in scenario.clients):
            return "its daemons outlive the command that is killed"
        return super().refuses(scenario)

    def start_servers(self, stage) -> None:
        if not stage.scenario.task:
            super().start_servers(stage)
        for client in stage.scenario.clients:
            _place(stage, client).mkdir()
            process = stage.serve(client.name, self._service(stage, client))
            stage.wait_for_file(process, _socket(stage, client))
            if stage.scenario.task == "start-up":
                self._fill(stage, client)
                process.stop(grace=20.0)

    def launch(self, stage, client) -> Launch:
        if stage.scenario.task == "start-up":
            return Launch(self._service(stage, client), done_line="info serving")
        if stage.scenario.task == "job-api":
            return Launch(_callers(stage, client))
        return super().launch(stage, client)

    def engine(self, stage, client) -> list[str]:
        return [f"--connect={_socket(stage, client)}"]

    def crash(self, stage, client) -> bool:
        process, = (each for each in stage.servers if each.host == client.name)
        stage.restart(process)
        return True

    def own_counts(self, stage, client) -> dict[str, float]:
        if stage.scenario.task != "job-api":
            return {}
        counts = json.loads(stage.last_line(client))
        del counts["calls"]
        return counts

    @staticmethod
    def _service(stage, client) -> list[str]:
        return [daemon() or "", "--data", str(_place(stage, client) / "data"), "--socket",
                str(_socket(stage, client)), "--peers", "lan", "--seed-for", SEED_FOR, *beyond_the_link(stage)]

    @staticmethod
    def _fill(stage, client) -> None:
        stage.received(client).parent.mkdir(parents=True, exist_ok=True)
        filler = stage.start(client.name, [*_callers(stage, client), "create"])
        stage.wait_for_end(filler)


def _place(stage, client) -> Path:
    return stage.directory / f"{client.name}.daemon"


def _socket(stage, client) -> Path:
    return _place(stage, client) / "socket"


def _callers(stage, client) -> list[str]:
    each = stage.scenario.jobs // CALLERS
    return [PYTHON, str(PROGRAMS / "job_api.py"), str(_socket(stage, client)),
            str(stage.received(client).parent), str(CALLERS), str(each)]


class Node(Cache):
    name = "freshet-node"
    about = "a caching node of ours in front of the origin"

    def missing(self) -> str | None:
        return None if daemon() else "freshetd is not built"

    def version(self) -> str:
        return first_line([daemon() or "false", "--version"])

    def settings(self) -> str:
        return f"{daemon()}; a thread for each processor, contents on disk; the origin is on its allow list"

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
