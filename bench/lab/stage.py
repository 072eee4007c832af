"""Everything a measurement needs around its clients: network, origin, tracker, the player's servers.

Players see this object. Single thread; `with Stage(…)` brings it up and takes it down.
"""

import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from lab import build, origin, torrent
from lab.content import Content, File
from lab.network import Network, kernel_has_netem
from lab.processes import Gate, Process, spawn
from lab.scenario import Client, Scenario

POLL_INTERVAL_S = 0.01
READY_LIMIT_S = 20.0
TRACKER_PORT, BAD_PEER_PORT, PING_PORT = 6969, 6999, 7
PROGRAMS = Path(__file__).parent / "programs"
PYTHON = "/usr/bin/python3"


class StageError(Exception):
    """The measurement could not be made; says why."""


@dataclass(frozen=True)
class Swarm:
    """What a peer needs to know to join, other than addresses."""
    info_hash: bytes  # 20 bytes; of version 2 the first 20.
    piece_length: int
    found_locally: bool  # By local service discovery, beside the tracker.


class Stage:
    def __init__(self, scenario: Scenario, content: Content, directory: Path, *,
                 cache_hosts: bool) -> None:
        self.scenario, self.content, self.directory = scenario, content, directory
        self.torrent = directory / "content.torrent"
        self.network = Network()
        self.servers: list[Process] = []  # The player's.
        self.commands: dict[str, list[str]] = {}
        self.swarm: Swarm | None = None
        self._others: list[Process] = []
        self._pinger: Process | None = None
        self._lay_out(cache_hosts)

    def __enter__(self) -> "Stage":
        self.directory.mkdir(parents=True)
        try:
            self.network.__enter__()
            self._lay_paths()
            self._start_origins()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop_servers()
        self.network.down()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop_servers(self) -> None:
        for process in [*self.servers, *self._others]:
            process.stop(grace=1.0)

    # What players use.

    def url(self, file: File, host: str = "origin") -> str:
        return f"http://{self.address(host)}/{file.name}"

    def urls(self, file: File) -> list[str]:
        """Of the origin and of every mirror."""
        return [self.url(file, host) for host in ("origin", *self.mirrors())]

    def mirrors(self) -> list[str]:
        return [f"mirror{i}" for i in range(len(self.scenario.mirrors))]

    def address(self, host: str) -> str:
        return self.network.hosts[host].address

    def received(self, client: Client) -> Path:
        return self.directory / client.name / self.content.directory.name

    def torrent_target(self, client: Client) -> Path:
        """Where a torrent client must save so that files arrive in `received`."""
        place = self.received(client)
        return place if len(self.content.files) == 1 else place.parent

    def torrent_parent(self) -> Path:
        place = self.content.directory
        return place if len(self.content.files) == 1 else place.parent

    @staticmethod
    def cache_host_of(client: Client) -> str:
        return f"cache{client.site}"

    def tracker_url(self) -> str:
        return f"http://{self.address('tracker')}:{TRACKER_PORT}/announce"

    def make_torrent(self, *, web_seed: bool) -> None:
        """A version 1 torrent of the content, and the tracker it names."""
        seed = f"http://{self.address('origin')}:{origin.PORT}/"
        info_hash = torrent.write(self.content, self.torrent, tracker=self.tracker_url(),
                                  web_seed=seed if web_seed else None)
        self.start_tracker()
        self.swarm = Swarm(info_hash, torrent.piece_length(self.content.length), False)

    def start_tracker(self) -> None:
        tracker = self.start("tracker", [PYTHON, str(PROGRAMS / "tracker.py"), str(TRACKER_PORT)])
        self._others.append(tracker)
        self.wait_for_port(tracker, TRACKER_PORT)

    def serve(self, host: str, argv: list[str], *, port: int | None = None) -> Process:
        """Starts a server that belongs to the player: its CPU and memory are the player's."""
        process = self.start(host, argv)
        self.servers.append(process)
        if port:
            self.wait_for_port(process, port)
        return process

    def restart(self, process: Process) -> Process:
        """Kills a server of the player as a crash would, and starts it again."""
        os.killpg(process.pid, signal.SIGKILL)
        process.stop(grace=0.0)
        return self.serve(process.host or "", process.argv)

    def wait_for_line(self, process: Process, line: str) -> None:
        self._wait(lambda: line in process.log.read_text().splitlines(), process,
                   f"did not say {line}")

    def wait_for_port(self, process: Process, port: int) -> None:
        self._wait(lambda: _listens(process.pid, port), process, f"does not listen on {port}")

    def wait_for_end(self, process: Process) -> None:
        """Of what prepares a task. It is not hurried."""
        while not process.poll():
            time.sleep(POLL_INTERVAL_S)
        if process.status != 0:
            raise StageError(f"{Path(process.argv[0]).name} ended with {process.status}:"
                             f" {process.log.read_text(errors='replace')[-400:]}")

    def wait_for_file(self, process: Process, path: Path) -> None:
        self._wait(path.exists, process, f"made no {path}")

    def log_of(self, client: Client) -> Path:
        return self.directory / f"{client.name}.log"

    def last_line(self, client: Client) -> str:
        lines = self.log_of(client).read_text(errors="replace").splitlines()
        return lines[-1] if lines else ""

    # What the cell uses.

    def start(self, host: str | None, argv: list[str], *, gate: Gate | None = None) -> Process:
        number = len(self.commands)
        self.commands[f"{host or 'lab'}: {Path(argv[0]).name}"] = argv
        return spawn(host, argv, self.directory / f"server-{number}.log", gate=gate)

    def start_bad_peers(self) -> None:
        """After the player's servers, which say what swarm there is."""
        if self.swarm is None:
            return
        for name, behaviour in self._bad_peers():
            argv = [PYTHON, str(PROGRAMS / "bad_peer.py"), behaviour, self.swarm.info_hash.hex(),
                    str(self.swarm.piece_length), str(self.content.files[0].path),
                    str(BAD_PEER_PORT), self.tracker_url()]
            process = self.start(name, [*argv, "lsd"] if self.swarm.found_locally else argv)
            self._others.append(process)
            self.wait_for_line(process, "ready")

    def start_ping(self) -> None:
        if self.scenario.ping_from is None:
            return
        echo = self.start("pinged", [PYTHON, str(PROGRAMS / "ping.py"), "echo", str(PING_PORT)])
        self._others.append(echo)
        self.wait_for_line(echo, "ready")
        self._pinger = self.start("pinger", [PYTHON, str(PROGRAMS / "ping.py"), "ask",
                                             self.address("pinged"), str(PING_PORT)])
        self._others.append(self._pinger)

    def round_trips(self) -> list[float]:
        """Milliseconds, of the neighbour's pings that were answered."""
        if self._pinger is None:
            return []
        return [float(line.split()[1]) for line in self._pinger.log.read_text().splitlines()]

    def kill_origin(self) -> None:
        """Everything that serves there, seeders too."""
        for process in [*self.servers, *self._others]:
            if process.host == "origin":
                process.stop(grace=0.0)

    def requests(self) -> list[origin.Request]:
        return [request for host in ("origin", *self.mirrors())
                for request in origin.read_log(self.directory / host / "access.log")]

    def forget_requests(self) -> None:
        for host in ("origin", *self.mirrors()):
            (self.directory / host / "access.log").write_text("")

    def _bad_peers(self) -> list[tuple[str, str]]:
        return [(f"bad{i:02}", kind) for i, kind in enumerate(self.scenario.bad_peers)]

    def _lay_out(self, cache_hosts: bool) -> None:
        scenario, network = self.scenario, self.network
        network.add_site(0)
        for site, wan in scenario.wans.items():
            network.add_site(site, wan)
        network.add_host("origin", scenario.origin)
        network.add_host("tracker", None)
        for name, link in zip(self.mirrors(), scenario.mirrors, strict=True):
            network.add_host(name, link)
        if cache_hosts:
            for host in scenario.cache_hosts():
                network.add_host(host, scenario.cache_link, int(host.removeprefix("cache")))
        for client in scenario.clients:
            network.add_host(client.name, client.link, client.site, client.path)
        for name, _ in self._bad_peers():
            network.add_host(name, scenario.clients[0].link, scenario.clients[0].site)
        if scenario.ping_from is not None:
            network.add_host("pinged", None)
            network.add_host("pinger", None, scenario.ping_from)

    def _lay_paths(self) -> None:
        arguments = self.network.relay_arguments()
        if not arguments:
            return
        if kernel_has_netem():
            self.network.join_by_netem()
            return
        process = self.start(None, [str(build.relay(self.directory.parent)), *arguments])
        self._others.append(process)
        self.wait_for_line(process, "ready")

    def _start_origins(self) -> None:
        for host in ("origin", *self.mirrors()):
            config = origin.nginx_config(self.directory / host, self.content.directory)
            process = self.start(host, origin.command(config))
            self._others.append(process)
            self.wait_for_port(process, origin.PORT)

    def _wait(self, condition, process: Process, complaint: str) -> None:
        deadline = time.monotonic() + READY_LIMIT_S
        while not condition():
            if process.poll() or time.monotonic() > deadline:
                said = process.log.read_text(errors="replace")[-400:]
                raise StageError(f"{Path(process.argv[0]).name} {complaint}: {said}")
            time.sleep(POLL_INTERVAL_S)


def _listens(pid: int, port: int) -> bool:
    """Whether someone in the process's network namespace listens on the TCP port."""
    try:
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as lines:
            return any(f":{port:04X} " in line and " 0A " in line for line in lines)
    except OSError:
        return False
