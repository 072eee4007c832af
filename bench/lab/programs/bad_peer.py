"""A BitTorrent peer that misbehaves. It claims to have everything.

Usage: bad_peer.py BEHAVIOUR INFO_HASH PIECE_LENGTH FILE PORT TRACKER [LSD]

dead     announces itself, then its cable is cut: connecting to it waits for nothing
stalled  shakes hands, unchokes, and never answers a request
slow     serves true bytes at 64 kB/s
lying    serves random bytes as fast as the link permits
FILE is the content (one file). TRACKER is an announce URL; with LSD it also announces itself by local
service discovery (BEP 14).
"""

import asyncio
import os
import socket
import subprocess
import sys
import urllib.parse
import urllib.request

SLOW_BYTES_PER_S = 64_000
REQUEST_MAX = 1 << 17
LSD_GROUP, LSD_PORT = "239.192.152.143", 6771
UNCHOKE, INTERESTED, BITFIELD, REQUEST, PIECE = 1, 2, 5, 6, 7


class BadPeer:
    def __init__(self, behaviour: str, info_hash: bytes, piece_length: int, path: str) -> None:
        self.behaviour, self.info_hash, self.piece_length = behaviour, info_hash, piece_length
        self.content = open(path, "rb")
        self.pieces = -(-os.path.getsize(path) // piece_length)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"\x13BitTorrent protocol" + bytes(8) + self.info_hash + b"-XX0000-" +
                         os.urandom(12))
            await reader.readexactly(68)
            bits = bytearray(b"\xff" * (self.pieces // 8))
            if self.pieces % 8:
                bits.append(0xff << (8 - self.pieces % 8) & 0xff)
            writer.write(message(BITFIELD, bytes(bits)) + message(UNCHOKE))
            while True:
                await self.answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # It hung up, which is its right.
        finally:
            writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(4), "big")
        body = await reader.readexactly(length)
        if not body or body[0] != REQUEST or self.behaviour == "stalled":
            return
        piece, offset, size = (int.from_bytes(body[i:i + 4], "big") for i in (1, 5, 9))
        if size > REQUEST_MAX:
            raise ConnectionError("greedy")
        if self.behaviour == "slow":
            await asyncio.sleep(size / SLOW_BYTES_PER_S)
        writer.write(message(PIECE, body[1:9] + self.block(piece * self.piece_length + offset, size)))
        await writer.drain()

    def block(self, position: int, size: int) -> bytes:
        if self.behaviour == "lying":
            return os.urandom(size)
        self.content.seek(position)
        return self.content.read(size)


def message(kind: int, body: bytes = b"") -> bytes:
    return (1 + len(body)).to_bytes(4, "big") + bytes([kind]) + body


def announce(tracker: str, info_hash: bytes, port: int) -> None:
    query = urllib.parse.urlencode({"info_hash": info_hash, "peer_id": b"-XX0000-" + b"0" * 12,
                                    "port": port, "left": 0, "compact": 1})
    urllib.request.urlopen(f"{tracker}?{query}", timeout=5).read()


async def announce_locally(info_hash: bytes, port: int) -> None:
    text = (f"BT-SEARCH * HTTP/1.1\r\nHost: {LSD_GROUP}:{LSD_PORT}\r\nPort: {port}\r\n"
            f"Infohash: {info_hash.hex()}\r\n\r\n\r\n").encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while True:
            sender.sendto(text, (LSD_GROUP, LSD_PORT))
            await asyncio.sleep(0.5)


async def main() -> None:
    behaviour, hexadecimal, piece_length, path, port, tracker, *rest = sys.argv[1:]
    info_hash = bytes.fromhex(hexadecimal)[:20]
    announce(tracker, info_hash, int(port))
    peer = BadPeer(behaviour, info_hash, int(piece_length), path)
    async with await asyncio.start_server(peer.meet, "0.0.0.0", int(port)) as server:
        print("ready", flush=True)
        if behaviour == "dead":
            subprocess.run(["ip", "link", "set", "eth0", "down"], check=True)
        elif rest:
            await announce_locally(info_hash, int(port))
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
