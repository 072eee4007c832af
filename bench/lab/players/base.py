"""What the lab asks of a player."""

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.scenario import Client, Scenario
    from lab.stage import Stage


@dataclass
class Launch:
    """How one client is started, and how one sees that it has everything."""
    argv: list[str]
    # Done is: the process ended with 0; or these files exist; or this line is in its output.
    done_files: tuple[Path, ...] = ()
    done_line: str | None = None
    env: dict[str, str] = field(default_factory=dict)

    @property
    def ends_by_itself(self) -> bool:
        return not self.done_files and self.done_line is None


class Player:
    name = ""
    about = ""
    packages: tuple[str, ...] = ()  # Of Debian.
    program = ""
    traits: frozenset[str] = frozenset()
    yardstick = False  # Plays first in each round; others are told beside it.
    needs_cache_host = False  # One more host in each site that has clients.
    # Whether copies that left the origin are counted on its cable (seeders) or at nginx.
    seeds_at_origin = False

    def missing(self) -> str | None:
        """Why it cannot play here, in a few words."""
        return None if shutil.which(self.program) else f"{self.program} is not installed"

    def version(self) -> str:
        """First line of what the program says of itself."""
        return first_line([self.program, "--version"])

    def settings(self) -> str:
        """What is not default, and why it is fair."""
        return "defaults"

    def refuses(self, scenario: "Scenario") -> str | None:
        """Why this scenario is not for it, or None."""
        absent = scenario.traits - self.traits
        return f"cannot do {', '.join(sorted(absent))}" if absent else None

    def start_servers(self, stage: "Stage") -> None:
        """Starts seeders, caches, trackers: by stage.serve."""

    def launch(self, stage: "Stage", client: "Client") -> Launch:
        """Files must end up below stage.received(client) under their own names."""
        raise NotImplementedError

    def crash(self, stage: "Stage", client: "Client") -> bool:
        """Kills the service that works for the client, and starts it again. False: there is none, and it
        is the client's own process that dies."""
        return False

    def own_counts(self, stage: "Stage", client: "Client") -> dict:
        """What only the program knows, after its end: duplicate, wasted bytes; what a task measures."""
        return {}


def first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (done.stdout or done.stderr).splitlines()
    return re.sub(r"\s+", " ", lines[0]).strip() if lines else "unknown"
