"""Who takes part. A new rival is one file here with a list named PLAYERS."""

import importlib
import pkgutil

from lab.players.base import Player


def all_players() -> dict[str, Player]:
    found: dict[str, Player] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "base":
            for player in importlib.import_module(f"{__name__}.{module.name}").PLAYERS:
                found[player.name] = player
    return found
