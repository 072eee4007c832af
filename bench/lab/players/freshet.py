"""Freshet itself: the command line, with an engine in each client's process.

The program is $FRESHET, else the newest in build/, else the one on the PATH. Each file's manifest is
published first; clients verify every piece against it and are durable when they say that they are done.
"""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from lab.players.base import Launch, Player, first_line
from lab.stage import StageError, Swarm

_TREE = Path(__file__).parents[3]
_PROGRAMS = ("build/release/api/cli/freshet", "build/dev/api/cli/freshet")
SEED_FOR = "1h"  # Longer than any scenario: clients stay, as those of rivals do.


@functools.cache
def program() -> str | None:
    if "FRESHET" in os.environ:
        return os.path.abspath(os.environ["FRESHET"])
    built = [path for name in _PROGRAMS if (path := _TREE / name).exists()]
    if built:
        return str(max(built, key=lambda path: path.stat().st_mtime))
    return shutil.which("freshet")


@functools.cache
def _help() -> str:
    return subprocess.run([program() or "false", "get", "--help"], capture_output=True, text=True,
                          check=False).stdout


class Freshet(Player):
    packages = ()  # Ours: built, or installed by its own package.

    def __init__(self, name: str, about: str, peers: bool) -> None:
        self.name, self.about, self.peers = name, about, peers
        self.stays = peers  # The client's process goes on after its files are there.
        self.traits = frozenset({"http", "mirrors", *(["peers"] if peers else [])})

    def missing(self) -> str | None:
        if program() is None:
            return "freshet is not built"
        if self.peers and "--peers" not in _help():
            return "this freshet has no peers"
        return None

    def version(self) -> str:
        return first_line([program() or "false", "version"])

    def settings(self) -> str:
        return f"{program()}; " + ("--peers lan" if self.peers else "no peers")

    def start_servers(self, stage) -> None:
        for file in stage.content.files if stage.scenario.named else ():
            published = _publish(stage, file)
            if self.peers and len(stage.content.files) == 1:
                stage.start_tracker()
                stage.swarm = Swarm(bytes.fromhex(published["info_hash"])[:20],
                                    _piece_length(file.length), True)

    def launch(self, stage, client) -> Launch:
        place = stage.received(client)
        argv = [program() or "", "get", "--quiet", *self.engine(stage, client)]
        argv += ["--priority", "background"] if _takes_priority(stage) else []
        if len(stage.content.files) > 1:
            argv += ["--directory", str(place), "--input-file", str(_listing(stage))]
        else:
            file = stage.content.files[0]
            argv += ["--manifest", str(_manifest(stage, file)), "--output", str(place / file.name)]
            argv += [word for url in stage.urls(file)[1:] for word in ("--mirror", url)]
            argv.append(stage.url(file))
        done = tuple(place / file.name for file in stage.content.files) if self.stays else ()
        return Launch(argv, done_files=done)

    def engine(self, stage, client) -> list[str]:
        """Whose engine works, and how."""
        words = ["--data", str(stage.received(client).parent / "data")]
        if self.peers:
            words += ["--peers", "lan", "--seed-for", SEED_FOR, *beyond_the_link(stage)]
            words += ["--report", str(stage.directory / f"{client.name}.report")]
        return words

    def own_counts(self, stage, client) -> dict[str, int]:
        report = stage.directory / f"{client.name}.report"
        if not report.exists():
            return {}
        counts = json.loads(report.read_text())
        return {"duplicate": counts.get("duplicate_bytes", 0),
                "wasted": counts.get("wasted_bytes", 0)}


def beyond_the_link(stage) -> list[str]:
    """Local discovery ends at the site's router; a tracker does not."""
    return ["--tracker", stage.tracker_url()] if stage.scenario.wans else []


def _publish(stage, file) -> dict:
    argv = [program() or "", "publish", "--json", str(file.path), "--output",
            str(_manifest(stage, file))]
    argv += [word for url in stage.urls(file) for word in ("--url", url)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StageError(f"freshet publish: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def _manifest(stage, file) -> Path:
    return stage.directory / f"{file.name}.torrent"


def _listing(stage) -> Path:
    """URLs, names and manifests; the same for all clients, whose directories differ."""
    lines = []
    for file in stage.content.files:
        lines.append(f"{stage.url(file)} {file.name}")
        if stage.scenario.named:
            lines.append(f"  manifest={_manifest(stage, file)}")
    listing = stage.directory / "freshet.list"
    listing.write_text("\n".join(lines) + "\n")
    return listing


def _takes_priority(stage) -> bool:
    return stage.scenario.background and "--priority" in _help()


def _piece_length(length: int) -> int:
    """As engine/content/geometry.h has it: one piece, or a power of two from 64 KiB to 4 MiB."""
    piece = 256 << 10 if length <= 256 << 10 else 64 << 10
    while piece < 4 << 20 and piece < length // 4096:
        piece *= 2
    return piece


PLAYERS = [Freshet("freshet", "peers on the LAN, claims, HTTP for the rest", peers=True),
           Freshet("freshet-http", "HTTP alone, verified", peers=False)]
