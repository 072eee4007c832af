"""aria2: HTTP with several connections, BitTorrent, and both at once (web seed)."""

from lab.players.base import Launch, Player

_COMMON = ["--no-conf", "--quiet", "--disable-ipv6", "--file-allocation=falloc",
           "--auto-file-renaming=false", "--allow-overwrite=true"]
_HTTP = ["--split=4", "--max-connection-per-server=4", "--min-split-size=1M",
         "--max-concurrent-downloads=16"]
_PEER = [*_COMMON, "--enable-dht=false", "--bt-enable-lpd=false", "--enable-peer-exchange=true",
         "--seed-ratio=0.0", "--listen-port=6881", "--bt-max-peers=0", "--follow-torrent=mem"]


class Aria2Http(Player):
    name = "aria2"
    about = "HTTP, 4 connections"
    packages = ("aria2",)
    program = "aria2c"
    traits = frozenset({"http", "mirrors"})

    def settings(self) -> str:
        return " ".join([*_COMMON, *_HTTP])

    def launch(self, stage, client) -> Launch:
        listing = stage.directory / f"{client.name}.list"
        listing.write_text("".join(f"{chr(9).join(stage.urls(file))}\n  out={file.name}\n"
                                   for file in stage.content.files))
        return Launch(["aria2c", *_COMMON, *_HTTP, f"--dir={stage.received(client)}",
                       f"--input-file={listing}"])


class Aria2Torrent(Player):
    packages = ("aria2", "nginx-light")
    program = "aria2c"
    traits = frozenset({"peers"})

    def __init__(self, name: str, about: str, hybrid: bool) -> None:
        self.name, self.about, self.hybrid = name, about, hybrid
        self.seeds_at_origin = not hybrid

    def settings(self) -> str:
        return " ".join(_PEER)

    def start_servers(self, stage) -> None:
        stage.make_torrent(web_seed=self.hybrid)
        if not self.hybrid:
            stage.serve("origin", ["aria2c", *_PEER, "--check-integrity=true",
                                  f"--dir={stage.torrent_parent()}", str(stage.torrent)], port=6881)

    def launch(self, stage, client) -> Launch:
        hook = stage.directory / f"{client.name}.hook"
        done = stage.directory / f"{client.name}.done"
        hook.write_text(f"#!/bin/sh\n: > {done}\n")
        hook.chmod(0o755)
        return Launch(["aria2c", *_PEER, f"--dir={stage.torrent_target(client)}",
                       f"--on-bt-download-complete={hook}", str(stage.torrent)], done_files=(done,))


PLAYERS = [Aria2Http(),
           Aria2Torrent("aria2-bt", "BitTorrent, one seeder at the origin", hybrid=False),
           Aria2Torrent("aria2-hybrid", "BitTorrent with the origin as web seed", hybrid=True)]
