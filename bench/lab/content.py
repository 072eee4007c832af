"""Test content: incompressible bytes from a seed, made once a run and kept in the page cache."""

import functools
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True)
class File:
    name: str
    length: int
    sha256: str
    path: Path


@dataclass(frozen=True)
class Content:
    name: str
    directory: Path  # Holds the files and nothing else: an origin's document root.
    files: tuple[File, ...]

    @property
    def length(self) -> int:
        return sum(file.length for file in self.files)

    def wrong_files(self, received: Path) -> list[str]:
        """Names of files that are absent or differ below `received`."""
        return [file.name for file in self.files
                if not (received / file.name).is_file()
                or _digest(received / file.name) != file.sha256]


def make(scratch: Path, lengths: Sequence[int]) -> Content:
    """The same lengths give the same bytes."""
    return _make(scratch, tuple(lengths))


@functools.cache
def _make(scratch: Path, lengths: tuple[int, ...]) -> Content:
    label = f"{len(lengths)}x{max(lengths)}-{sum(lengths)}"
    directory = scratch / "content" / label
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for number, length in enumerate(lengths):
        path = directory / f"file{number:04}.bin"
        if not path.exists():
            _fill(path, length, seed=number)
        files.append(File(path.name, length, _digest(path), path))
    return Content(label, directory, tuple(files))


def touch_memory(directory: Path, length: int) -> None:
    """What a cache is about to write goes to memory that the machine has at hand.

    A virtual machine gives memory that is free back to its host after seconds; having it again costs ten times
    what it costs to write there, more of it with each file that stays, whichever program writes.
    """
    path = directory / "touched"
    noise = random.randbytes(MIB)
    with open(path, "wb", buffering=0) as out:
        for _ in range(0, length + length // 4, MIB):
            out.write(noise)
    path.unlink()


def _fill(path: Path, length: int, seed: int) -> None:
    source = random.Random(f"freshet {seed} {length}")
    with open(path, "wb") as out:
        for start in range(0, length, MIB):
            out.write(source.randbytes(min(MIB, length - start)))


def _digest(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
