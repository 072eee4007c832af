"""A small HTTP tracker (BEP 3, compact replies of BEP 23): everybody hears of everybody, at once.

Usage: tracker.py PORT. Kept tiny so that discovery costs rivals nothing they would notice.
"""

import asyncio
import socket
import struct
import sys
from urllib.parse import parse_qsl, urlsplit

PEERS_MAX = 200
INTERVAL_S = 5
swarms: dict[bytes, dict[bytes, None]] = {}


def announce(query: str, address: str) -> bytes:
    values = dict(parse_qsl(query, encoding="latin-1", keep_blank_values=True))
    swarm = swarms.setdefault(values["info_hash"].encode("latin-1")[:20], {})
    peer = socket.inet_aton(address) + struct.pack(">H", int(values["port"]))
    others = [other for other in swarm if other != peer][:PEERS_MAX]
    if values.get("event") == "stopped":
        swarm.pop(peer, None)
    else:
        swarm[peer] = None
    peers = b"".join(others)
    return b"d8:intervali%de12:min intervali%de5:peers%d:%se" % (
        INTERVAL_S, INTERVAL_S, len(peers), peers)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        request = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode("latin-1")
        body = announce(urlsplit(request).query, writer.get_extra_info("peername")[0])
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
    except (KeyError, ValueError, IndexError, OSError, asyncio.IncompleteReadError):
        pass  # A client that cannot ask gets no answer.
    finally:
        writer.close()


async def main() -> None:
    async with await asyncio.start_server(serve, "0.0.0.0", int(sys.argv[1])) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
