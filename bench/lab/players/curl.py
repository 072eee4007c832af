"""curl: plain HTTP, one connection. What everybody has today."""

from lab.players.base import Launch, Player


class Curl(Player):
    name = "curl"
    about = "plain HTTP, one connection"
    packages = ("curl",)
    program = "curl"
    traits = frozenset({"http"})

    def settings(self) -> str:
        return "--fail --silent, one process for all files of a client, connection kept"

    def launch(self, stage, client) -> Launch:
        argv = ["curl", "--fail", "--silent", "--show-error"]
        for file in stage.content.files:
            argv += ["--output", str(stage.received(client) / file.name), stage.url(file)]
        return Launch(argv)


PLAYERS = [Curl()]
