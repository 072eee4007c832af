"""One measurement: one scenario, one player, one round. Runs the clock and hands back facts.

Single thread. `measure` returns an Outcome; all it started is gone when it returns or raises.
"""

import os
import select
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from lab import origin
from lab.content import Content, touch_memory
from lab.players.base import Launch, Player
from lab.processes import Gate, Process, spawn
from lab.sampler import Sample, Sampler, SessionUse
from lab.scenario import Client, Scenario
from lab.stage import POLL_INTERVAL_S, Stage

SAMPLE_INTERVAL_S = 0.25


@dataclass
class Running:
    client: Client
    launch: Launch
    process: Process
    started_at: float
    done_at: float | None = None
    killed: bool = False
    crashed: bool = False
    former: list[Process] = field(default_factory=list)  # That crashed.
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
    commands: dict[str, list[str]]
    round_trips: list[float]  # Of the neighbour's ping, in milliseconds.
    wrong: dict[str, list[str]] = field(default_factory=dict)  # Client: files that differ.
    own_counts: dict[str, dict] = field(default_factory=dict)


def measure(scenario: Scenario, player: Player, content: Content, directory: Path,
            keep: Path | None = None) -> Outcome:
    """Raises StageError when it could not be made. Logs and reports of all go to `keep`."""
    with Stage(scenario, content, directory, cache_hosts=player.needs_cache_host) as stage:
        cell = _Cell(scenario, player, stage)
        try:
            player.start_servers(stage)
            stage.start_bad_peers()
            cell.play()
            return cell.collect()
        finally:
            cell.stop_clients()
            if keep:
                _keep(stage.directory, keep)


def _keep(directory: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for file in [*directory.glob("*.log"), *directory.glob("*.report"), *directory.glob("*/*.log")]:
        name = file.name if file.parent == directory else f"{file.parent.name}-{file.name}"
        shutil.copyfile(file, to / name)


class _Cell:
    def __init__(self, scenario: Scenario, player: Player, stage: Stage) -> None:
        self._scenario, self._player, self._stage = scenario, player, stage
        self._sampler = Sampler(stage.network)
        self._running: list[Running] = []

    def play(self) -> None:
        for process in self._stage.servers:
            self._sampler.watch(process.pid)
        if self._scenario.ask:
            touch_memory(self._stage.directory, self._scenario.length)
        preludes = [c for c in self._scenario.clients if c.prelude]
        if preludes:
            self._start_clients(preludes)
            self._watch(time.monotonic(), [])
            self._stage.forget_requests()
        self._stage.start_ping()
        rest = [c for c in self._scenario.clients if not c.prelude]
        start = self._start_clients([c for c in rest if c.arrival == 0.0])
        self._sampler.restart(start)
        self._watch(start, sorted((c for c in rest if c.arrival > 0.0), key=lambda c: c.arrival))
        self._sampler.sample()

    def collect(self) -> Outcome:
        busy, foreign = self._sampler.busy()
        round_trips = self._stage.round_trips()
        self.stop_clients()
        self._stage.stop_servers()
        outcome = Outcome(self._running, self._sampler.samples, self._stage.requests(), busy,
                          foreign, self._sampler.sessions, self._stage.servers,
                          self._stage.commands, round_trips)
        for running in self._running:
            client = running.client
            if client.killed_at is None and not running.failure and self._scenario.keeps_files:
                wrong = self._stage.content.wrong_files(self._stage.received(client))
                if wrong:
                    outcome.wrong[client.name] = wrong
            outcome.own_counts[client.name] = self._player.own_counts(self._stage, client)
        return outcome

    def stop_clients(self) -> None:
        for running in self._running:  # All at once, so that the slowest sets the time.
            running.process.send(signal.SIGTERM)
        for running in self._running:
            running.process.stop()

    def _start_clients(self, clients: list[Client]) -> float:
        gate = Gate()
        fresh = []
        for client in clients:
            place = self._stage.received(client)
            place.mkdir(parents=True)
            launch = self._player.launch(self._stage, client)
            process = spawn(client.name, launch.argv, self._stage.log_of(client), env=launch.env,
                            cwd=place.parent, gate=gate)
            self._stage.commands[client.name] = launch.argv
            self._sampler.watch(process.pid)
            fresh.append(Running(client, launch, process, 0.0))
        self._running += fresh
        now = gate.open()
        for running in fresh:
            running.started_at = now
        return now

    def _watch(self, start: float, late: list[Client]) -> None:
        """Until everyone is done, dead or out of time."""
        deadline = start + self._scenario.time_limit()
        next_sample = start + SAMPLE_INTERVAL_S
        while True:
            now = time.monotonic()
            while late and now >= start + late[0].arrival:
                self._start_clients([late.pop(0)])
            pending = [r for r in self._running if self._pending(r)]
            if not late and not pending:
                return
            if now >= deadline:
                for running in pending:
                    running.failure = "not done in time"
                return
            if now >= next_sample:
                self._sampler.sample()
                self._let_fate_strike()
                next_sample = now + SAMPLE_INTERVAL_S
            # An end wakes us at once; a line or a file is looked for.
            select.select([r.process.pidfd for r in pending], [], [], POLL_INTERVAL_S)

    def _pending(self, running: Running) -> bool:
        if running.done_at is not None or running.killed or running.failure:
            return False
        if running.process.poll():
            running.done_at = running.process.ended_at
            if running.process.status != 0 or not running.launch.ends_by_itself:
                said = running.process.log.read_text(errors="replace").strip()[-200:]
                running.failure = f"ended with {running.process.status} {said}"
        elif self._says_done(running):
            running.done_at = time.monotonic()
        return running.done_at is None

    @staticmethod
    def _says_done(running: Running) -> bool:
        launch = running.launch
        if launch.done_files:
            return all(path.exists() for path in launch.done_files)
        if launch.done_line:
            return any(line.startswith(launch.done_line)
                       for line in running.process.log.read_text(errors="replace").splitlines())
        return False

    def _crash(self, running: Running, received: float) -> None:
        at = running.client.crash_at
        if at is None or running.crashed or received < at:
            return
        running.crashed = True
        if self._player.crash(self._stage, running.client):
            for process in self._stage.servers:
                self._sampler.watch_if_new(process.pid)
            return
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.stop(grace=0.0)
        running.former.append(running.process)
        launch = running.launch
        running.process = spawn(running.client.name, launch.argv, self._stage.log_of(running.client),
                                env=launch.env, cwd=self._stage.received(running.client).parent)
        self._sampler.watch(running.process.pid)

    def _let_fate_strike(self) -> None:
        """Kills who is to be killed at this point of the transfer."""
        traffic, length = self._sampler.samples[-1].traffic, self._scenario.length
        for running in self._running:
            self._crash(running, traffic[running.client.name].received_payload() / length)
            share = running.client.killed_at
            if share is None or running.killed:
                continue
            if traffic[running.client.name].received_payload() >= share * length:
                running.killed = True
                os.killpg(running.process.pid, signal.SIGKILL)
        copies = self._scenario.origin_dies_after
        if copies is not None and traffic["origin"].sent_payload() >= copies * length:
            self._stage.kill_origin()
