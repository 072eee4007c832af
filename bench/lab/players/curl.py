"""curl: plain HTTP, one connection. What everybody has today."""

from lab.players.direct import Served


class Curl(Served):
    name = "curl"
    about = "plain HTTP, one connection"
    packages = ("curl",)
    program = "curl"
    traits = frozenset({"http"})

    def settings(self) -> str:
        return "--fail --silent, one process for all files of a client, connection kept"

    def url(self, stage, client, file) -> str:
        return stage.url(file)


PLAYERS = [Curl()]
