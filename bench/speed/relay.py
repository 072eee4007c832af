#!/usr/bin/env python3
"""A relay that makes each round trip cost a given time, for machines whose kernel lacks netem.

    relay.py LISTEN_PORT TARGET_PORT ROUND_TRIP_MS

Bytes of each direction are held back for half a round trip, in order and without limiting the rate.
Connecting to the relay costs nothing, so the first bytes of a connection wait a whole round trip
more: the request leaves when the handshake would have ended.
"""
import asyncio
import sys

CHUNK = 1 << 18


async def read(reader, queue, delay, extra):
    loop = asyncio.get_running_loop()
    begin = loop.time()
    while True:
        chunk = await reader.read(CHUNK)
        await queue.put((max(loop.time() + delay, begin + extra + delay), chunk))
        if not chunk:
            return


async def write(writer, queue):
    loop = asyncio.get_running_loop()
    while True:
        due, chunk = await queue.get()
        wait = due - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        if not chunk:
            if writer.can_write_eof():
                writer.write_eof()
            return
        writer.write(chunk)
        await writer.drain()


async def pump(reader, writer, delay, extra):
    queue = asyncio.Queue(1024)
    try:
        await asyncio.gather(read(reader, queue, delay, extra), write(writer, queue))
    except OSError:
        pass


async def main(listen, target, round_trip):
    async def serve(reader, writer):
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pump(reader, upstream_writer, round_trip / 2, round_trip),
                             pump(upstream_reader, writer, round_trip / 2, 0))
        for side in (writer, upstream_writer):
            side.close()

    server = await asyncio.start_server(serve, "127.0.0.1", listen, backlog=512)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000))
