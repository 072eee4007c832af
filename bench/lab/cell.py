"""One measurement: one scenario, one player, one round. Makes the world, runs it, hands back facts.

Single thread. `run` returns an Outcome; everything it started is gone when it returns or raises.
"""

import os
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from lab import build, origin, torrent
from lab.content import Content, File
from lab.network import Link, Network, kernel_has_netem
from lab.players.base import Launch, Player
from lab.processes import Gate, Process, spawn
from lab.sampler import Sample, Sampler, SessionUse
from lab.scenario import Client, Scenario

SAMPLE_INTERVAL_S = 0.25
POLL_INTERVAL_S = 0.01
READY_LIMIT_S = 20.0
TRACKER_PORT = 6969
CACHE_LINK = Link.mbit(1000)
_TRACKER = Path(__file__).parent / "programs" / "tracker.py"


class CellError(Exception):
    """The measurement could not be made; says why."""


@dataclass
class Running:
    client: Client
    launch: Launch
    process: Process
    started_at: float
    done_at: float | None = None
    killed: bool = False
    failure: str | None = None


@dataclass
class Outcome:
    clients: list[Running]
    samples: list[Sample]
    requests: list[origin.Request]
    busy: float
    foreign: float
    sessions: dict[int, SessionUse]
    servers: list[Process]  # Of the player, not the origin.
    wrong: dict[str, list[str]] = field(default_factory=dict)  # Client: files that differ.
    own_counts: dict[str, dict[str, int]] = field(default_factory=dict)


class Cell:
    def __init__(self, scenario: Scenario, player: Player, content: Content, directory: Path) -> None:
        self.scenario, self.player, self.content = scenario, player, content
        self.directory = directory
        self.torrent = directory / "content.torrent"
        self.network = Network()
        self._servers: list[Process] = []
        self._origin: list[Process] = []
        self._running: list[Running] = []
        self._commands: dict[str, list[str]] = {}

    # What players use.

    def url(self, file: File) -> str:
        return f"http://{self.address('origin')}:{origin.PORT}/{file.name}"

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

    def cache_hosts(self) -> list[str]:
        return [f"cache{site}" for site in sorted({c.site for c in self.scenario.clients})]

    @staticmethod
    def cache_host_of(client: Client) -> str:
        return f"cache{client.site}"

    def tracker_url(self) -> str:
        return f"http://{self.address('tracker')}:{TRACKER_PORT}/announce"

    def make_torrent(self, *, web_seed: bool) -> None:
        """Also starts the tracker it names."""
        seed = f"http://{self.address('origin')}:{origin.PORT}/"
        torrent.write(self.content, self.torrent, tracker=self.tracker_url(),
                      web_seed=seed if web_seed else None)
        tracker = self._start("tracker", ["/usr/bin/python3", str(_TRACKER), str(TRACKER_PORT)])
        self._origin.append(tracker)
        self._wait_for_port(tracker, TRACKER_PORT)

    def serve(self, host: str, argv: list[str], *, port: int | None = None) -> Process:
        """Starts a server that belongs to the player: its CPU and memory are the player's."""
        process = self._start(host, argv)
        self._servers.append(process)
        if port:
            self._wait_for_port(process, port)
        return process

    def wait_for_line(self, process: Process, line: str) -> None:
        self._wait(lambda: line in process.log.read_text().splitlines(), process,
                   f"did not say {line}")

    def last_line(self, client: Client) -> str:
        lines = (self.directory / f"{client.name}.log").read_text().splitlines()
        return lines[-1] if lines else ""

    def commands(self) -> dict[str, list[str]]:
        return self._commands

    # The measurement.

    def run(self) -> Outcome:
        self.directory.mkdir(parents=True)
        self._lay_out()
        try:
            with self.network:
                sampler = Sampler(self.network)
                try:
                    self._lay_paths()
                    self._start_origin()
                    self.player.start_servers(self)
                    self._play(sampler)
                    return self._collect(sampler)
                finally:
                    self._stop_all()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _lay_out(self) -> None:
        self.network.add_site(0)
        for site, wan in self.scenario.wans.items():
            self.network.add_site(site, wan)
        self.network.add_host("origin", self.scenario.origin)
        self.network.add_host("tracker", None)
        if self.player.needs_cache_host:
            for host in self.cache_hosts():
                self.network.add_host(host, CACHE_LINK, int(host.removeprefix("cache")))
        for client in self.scenario.clients:
            self.network.add_host(client.name, client.link, client.site, client.path)

    def _lay_paths(self) -> None:
        arguments = self.network.relay_arguments()
        if not arguments:
            return
        if kernel_has_netem():
            self.network.join_by_netem()
            return
        process = self._start(None, [str(build.relay(self.directory.parent)), *arguments])
        self._origin.append(process)
        self.wait_for_line(process, "ready")

    def _start_origin(self) -> None:
        config = origin.nginx_config(self.directory / "origin", self.content.directory)
        process = self._start("origin", origin.command(config))
        self._origin.append(process)
        self._wait_for_port(process, origin.PORT)

    def _play(self, sampler: Sampler) -> None:
        for process in self._servers:
            sampler.watch(process.pid)
        preludes = [c for c in self.scenario.clients if c.prelude]
        if preludes:
            self._start_clients(preludes, sampler)
            self._watch(sampler, time.monotonic() + self.scenario.time_limit())
            self._forget_log()
        rest = [c for c in self.scenario.clients if not c.prelude]
        start = self._start_clients([c for c in rest if c.arrival == 0.0], sampler)
        sampler.restart(start)
        sampler.sample()
        late = sorted((c for c in rest if c.arrival > 0.0), key=lambda c: c.arrival)
        self._watch(sampler, start + self.scenario.time_limit(), start, late)
        sampler.sample()

    def _forget_log(self) -> None:
        (self.directory / "origin" / "access.log").write_text("")

    def _start_clients(self, clients: list[Client], sampler: Sampler) -> float:
        gate = Gate()
        fresh = []
        for client in clients:
            self.received(client).mkdir(parents=True)
            launch = self.player.launch(self, client)
            process = spawn(client.name, launch.argv, self.directory / f"{client.name}.log",
                            env=launch.env, cwd=self.directory / client.name, gate=gate)
            self._commands[client.name] = launch.argv
            sampler.watch(process.pid)
            fresh.append(Running(client, launch, process, 0.0))
        self._running += fresh
        now = gate.open()
        for running in fresh:
            running.started_at = now
        return now

    def _watch(self, sampler: Sampler, deadline: float, start: float = 0.0,
               late: list[Client] | None = None) -> None:
        """Until everyone is done, dead or out of time."""
        late = late or []
        next_sample = time.monotonic()
        while True:
            now = time.monotonic()
            while late and now >= start + late[0].arrival:
                self._start_clients([late.pop(0)], sampler)
            pending = [r for r in self._running if self._pending(r)]
            if not late and not pending:
                return
            if now >= deadline:
                for running in pending:
                    running.failure = "not done in time"
                return
            if now >= next_sample:
                sampler.sample()
                self._kill_those_due(sampler)
                next_sample = now + SAMPLE_INTERVAL_S
            time.sleep(POLL_INTERVAL_S)

    def _pending(self, running: Running) -> bool:
        if running.done_at is not None or running.killed or running.failure:
            return False
        if running.process.poll():
            running.done_at = running.process.ended_at
            if running.process.status != 0 or not running.launch.ends_by_itself:
                running.failure = f"ended with {running.process.status}"
        elif self._says_done(running):
            running.done_at = time.monotonic()
        return running.done_at is None

    def _says_done(self, running: Running) -> bool:
        launch = running.launch
        if launch.done_file:
            return launch.done_file.exists()
        if launch.done_line:
            return any(line.startswith(launch.done_line)
                       for line in running.process.log.read_text(errors="replace").splitlines())
        return False

    def _kill_those_due(self, sampler: Sampler) -> None:
        traffic = sampler.samples[-1].traffic
        for running in self._running:
            share = running.client.killed_at
            if share is None or running.killed:
                continue
            if traffic[running.client.name].received_payload() >= share * self.content.length:
                running.killed = True
                os.killpg(running.process.pid, signal.SIGKILL)

    def _collect(self, sampler: Sampler) -> Outcome:
        busy, foreign = sampler.busy()
        for running in self._running:
            running.process.stop()
        for process in [*self._servers, *self._origin]:
            process.stop()
        outcome = Outcome(self._running, sampler.samples,
                          origin.read_log(self.directory / "origin" / "access.log"), busy,
                          foreign, sampler.sessions, self._servers)
        for running in self._running:
            if running.client.killed_at is None and not running.failure:
                wrong = self.content.wrong_files(self.received(running.client))
                if wrong:
                    outcome.wrong[running.client.name] = wrong
            outcome.own_counts[running.client.name] = self.player.own_counts(self, running.client)
        return outcome

    def failure_text(self, name: str) -> str:
        """Last words of a client, for a report."""
        log = self.directory / f"{name}.log"
        return log.read_text(errors="replace")[-400:] if log.exists() else ""

    def _start(self, host: str | None, argv: list[str]) -> Process:
        number = len(self._servers) + len(self._origin)
        process = spawn(host, argv, self.directory / f"server-{number}.log")
        self._commands[f"{host or 'lab'}: {Path(argv[0]).name}"] = argv
        return process

    def _stop_all(self) -> None:
        everyone = [*(r.process for r in self._running), *self._servers, *self._origin]
        for process in everyone:
            process.stop(grace=1.0)

    def _wait_for_port(self, process: Process, port: int) -> None:
        self._wait(lambda: _listens(process.pid, port), process, f"does not listen on {port}")

    def _wait(self, condition, process: Process, complaint: str) -> None:
        deadline = time.monotonic() + READY_LIMIT_S
        while not condition():
            if process.poll() or time.monotonic() > deadline:
                said = process.log.read_text(errors="replace")[-400:]
                raise CellError(f"{Path(process.argv[0]).name} {complaint}: {said}")
            time.sleep(POLL_INTERVAL_S)


def _listens(pid: int, port: int) -> bool:
    """Whether someone in the process's network namespace listens on the TCP port."""
    try:
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as lines:
            return any(f":{port:04X} " in line and " 0A " in line for line in lines)
    except OSError:
        return False


def link_text(link: Link | None) -> str:
    return f"{link.up * 8 / 1e6:g}/{link.down * 8 / 1e6:g}" if link else "unshaped"
