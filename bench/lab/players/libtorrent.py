"""python3-libtorrent, stock and tuned; one seeder at the origin, or the origin as web seed."""

import json
from pathlib import Path

from lab.players.base import Launch, Player, first_line

_PROGRAM = Path(__file__).parent.parent / "programs" / "lt_peer.py"
_PYTHON = "/usr/bin/python3"
PORT = 6881


class Libtorrent(Player):
    packages = ("python3-libtorrent",)
    traits = frozenset({"peers"})

    def __init__(self, profile: str, hybrid: bool) -> None:
        self.profile, self.hybrid = profile, hybrid
        self.name = f"libtorrent-{'hybrid' if hybrid else 'bt'}" + (
            "-tuned" if profile == "tuned" else "")
        self.about = f"{'origin as web seed' if hybrid else 'one seeder'}, {profile} settings"
        self.seeds_at_origin = not hybrid

    def missing(self) -> str | None:
        probe = [_PYTHON, "-c", "import libtorrent; print('yes')"]
        return None if first_line(probe) == "yes" else "python3-libtorrent is not installed"

    def version(self) -> str:
        return "libtorrent " + first_line(
            [_PYTHON, "-c", "import libtorrent; print(libtorrent.__version__)"])

    def settings(self) -> str:
        return f"profile {self.profile} of bench/lab/programs/lt_peer.py"

    def start_servers(self, stage) -> None:
        stage.make_torrent(web_seed=self.hybrid)
        if not self.hybrid:
            seeder = stage.serve("origin", self._argv(stage, stage.torrent_parent()), port=PORT)
            stage.wait_for_line(seeder, "DONE")

    def launch(self, stage, client) -> Launch:
        return Launch(self._argv(stage, stage.torrent_target(client)), done_line="DONE")

    def own_counts(self, stage, client) -> dict[str, int]:
        last = stage.last_line(client)
        if not last.startswith("{"):
            return {}
        counts = json.loads(last)
        return {"duplicate": counts["redundant"], "wasted": counts["failed"]}

    def _argv(self, stage, directory: Path) -> list[str]:
        return [_PYTHON, str(_PROGRAM), str(stage.torrent), str(directory), str(PORT), self.profile]


PLAYERS = [Libtorrent(profile, hybrid) for hybrid in (False, True) for profile in ("stock", "tuned")]
