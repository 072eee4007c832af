"""qbittorrent-nox: what many people run; stock but for discovery that a lab has no use for."""

from pathlib import Path

from lab.players.base import Launch, Player

PORT = 6881
_CONFIG = """[LegalNotice]
Accepted=true
[BitTorrent]
Session\\Port={port}
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\SSRFMitigation=false
Session\\GlobalMaxRatio=-1
[Network]
PortForwardingEnabled=false
[Preferences]
WebUI\\Enabled=true
WebUI\\Address=127.0.0.1
WebUI\\UseUPnP=false
[AutoRun]
enabled={hook}
program=touch {done}
"""


class QBittorrent(Player):
    packages = ("qbittorrent-nox",)
    program = "qbittorrent-nox"
    traits = frozenset({"peers"})

    def __init__(self, name: str, about: str, hybrid: bool) -> None:
        self.name, self.about, self.hybrid = name, about, hybrid
        self.seeds_at_origin = not hybrid

    def settings(self) -> str:
        return "DHT, LSD, port forwarding off; SSRF mitigation off, so that web seeds work on a LAN"

    def start_servers(self, stage) -> None:
        stage.make_torrent(web_seed=self.hybrid)
        if not self.hybrid:
            profile = _profile(stage.directory / "seeder", done=None)
            stage.serve("origin", [*_argv(profile, stage, stage.torrent_parent()),
                                  "--skip-hash-check"], port=PORT)

    def launch(self, stage, client) -> Launch:
        done = stage.directory / f"{client.name}.done"
        profile = _profile(stage.directory / client.name / "profile", done)
        return Launch(_argv(profile, stage, stage.torrent_target(client)), done_files=(done,))


def _profile(directory: Path, done: Path | None) -> Path:
    config = directory / "qBittorrent" / "config" / "qBittorrent.conf"
    config.parent.mkdir(parents=True)
    config.write_text(_CONFIG.format(port=PORT, hook="true" if done else "false", done=done or ""))
    return directory


def _argv(profile: Path, stage, target: Path) -> list[str]:
    return ["qbittorrent-nox", f"--profile={profile}", "--webui-port=8080",
            f"--save-path={target}", "--add-paused=false", str(stage.torrent)]


PLAYERS = [QBittorrent("qbittorrent-bt", "one seeder at the origin, stock settings", hybrid=False),
           QBittorrent("qbittorrent-hybrid", "the origin as web seed, stock settings", hybrid=True)]
