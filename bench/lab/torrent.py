"""Torrent files for rivals, version 1 (BEP 3), with web seeds (BEP 19) where asked."""

import hashlib
from pathlib import Path

from lab.content import KIB, MIB, Content


def encode(value) -> bytes:
    """Bencoding."""
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        return encode(value.encode())
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(encode(item) for item in value) + b"e"
    pairs = sorted((key.encode(), item) for key, item in value.items())
    return b"d" + b"".join(encode(key) + encode(item) for key, item in pairs) + b"e"


def piece_length(length: int) -> int:
    return 256 * KIB if length <= 256 * MIB else MIB


def write(content: Content, destination: Path, *, tracker: str, web_seed: str | None) -> bytes:
    """Returns the info-hash. `web_seed` is the URL of the files' directory, ending in a slash."""
    piece = piece_length(content.length)
    info: dict = {"piece length": piece, "pieces": _pieces(content, piece)}
    if len(content.files) == 1:
        info |= {"name": content.files[0].name, "length": content.length}
    else:
        info |= {"name": content.directory.name,
                 "files": [{"length": file.length, "path": [file.name]} for file in content.files]}
    torrent: dict = {"announce": tracker, "info": info}
    if web_seed and len(content.files) == 1:
        torrent["url-list"] = [web_seed + content.files[0].name]
    elif web_seed:
        torrent["url-list"] = [web_seed]
    destination.write_bytes(encode(torrent))
    return hashlib.sha1(encode(info)).digest()


def _pieces(content: Content, piece: int) -> bytes:
    digests, rest = [], b""
    for file in content.files:
        with open(file.path, "rb") as stream:
            while block := stream.read(piece - len(rest)):
                rest += block
                if len(rest) == piece:
                    digests.append(hashlib.sha1(rest).digest())
                    rest = b""
    if rest:
        digests.append(hashlib.sha1(rest).digest())
    return b"".join(digests)
