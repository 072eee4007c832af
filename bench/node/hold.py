"""Whether the node holds thousands of connections for minutes: idle, busy, slow and broken ones at once.

Ends with 1 when an answer is wrong, an idle connection is lost, somebody who is too slow is not let go
of, or the node's memory grows beyond what its settings promise. See README.md.
"""
import argparse
import asyncio
import os
import pathlib
import resource
import shutil
import sys
import tempfile
import time

import servers

SIZE = 64 << 20
PART = 65536
HEAD_SECONDS, STALL_SECONDS = 10, 20
LIMITS = f"idle_s = 86400\nhead_s = {HEAD_SECONDS}\nstall_s = {STALL_SECONDS}\n"
MEMORY_OF_IDLE, MEMORY_OF_ALL = 4096, 96 << 20


class Hold:
    def __init__(self, cache, target, body, ends):
        self.cache, self.target, self.body, self.ends = cache, target, body, ends
        self.right = self.let_go = 0
        self.wrong = []

    def request(self, fields=""):
        return f"GET {self.target} HTTP/1.1\r\nHost: n\r\n{fields}\r\n".encode()

    def over(self):
        return time.monotonic() > self.ends

    def connect(self):
        return asyncio.open_connection("127.0.0.1", self.cache.port)

    async def answer(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length:"))
        return await reader.readexactly(length)

    async def busy(self, number):
        reader, writer = await self.connect()
        begin = number * PART % (SIZE - PART)
        while not self.over():
            writer.write(self.request(f"Range: bytes={begin}-{begin + PART - 1}\r\n"))
            if await self.answer(reader) == self.body[begin:begin + PART]:
                self.right += 1
            else:
                self.wrong.append("a busy connection got other bytes")
            await asyncio.sleep(0.05)
        writer.close()

    async def slow_reader(self):
        """Takes a little each second, for as long as it likes."""
        reader, writer = await self.connect()
        writer.write(self.request())
        while not self.over():
            if not await reader.read(1024):
                self.wrong.append("a slow reader was cut off")
                return
            await asyncio.sleep(1)
        writer.close()

    async def until_let_go(self, seconds, begin, step=b""):
        """Of no use: the node has to end it in time, again and again."""
        while not self.over():
            reader, writer = await self.connect()
            begins = time.monotonic()
            writer.write(begin)
            while time.monotonic() - begins < seconds + 15:
                try:
                    if not await asyncio.wait_for(reader.read(64), 1):
                        break
                except asyncio.TimeoutError:
                    if step:
                        writer.write(step)
                except OSError:
                    break
            else:
                self.wrong.append(f"{begin[:20]!r} was held for more than {seconds} s")
            self.let_go += 1
            writer.close()

    async def half_open(self):
        """Says that it sends no more, and is answered all the same."""
        while not self.over():
            reader, writer = await self.connect()
            writer.write(self.request("Range: bytes=0-99\r\n"))
            writer.write_eof()
            if await self.answer(reader) != self.body[:100]:
                self.wrong.append("a half open connection got other bytes")
            writer.close()
            await asyncio.sleep(0.5)

    async def run(self, options):
        tasks = [self.busy(number) for number in range(options.busy)]
        for _ in range(options.slow):
            tasks += [self.slow_reader(), self.half_open(), self.until_let_go(HEAD_SECONDS, b"GET / HT", b"T")]
            tasks += [self.until_let_go(HEAD_SECONDS, b"GET / HTTP/1.1\r\nHost: n\r\nX: ")]
        await asyncio.gather(*tasks)


async def sampled(hold, options, cache):
    """Runs it; the most memory that the node had meanwhile."""
    running, most = asyncio.ensure_future(hold.run(options)), 0
    while not running.done():
        most = max(most, cache.resident_bytes())
        await asyncio.wait({running}, timeout=1)
    await running
    return most


async def idle_connections(port, count):
    connections = []
    while len(connections) < count:
        connections += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port)
                                              for _ in range(min(200, count - len(connections)))))
    return connections


async def measured(cache, target, body, options):
    await_body = Hold(cache, target, body, 0)
    reader, writer = await await_body.connect()
    writer.write(await_body.request())
    if await await_body.answer(reader) != body:
        raise RuntimeError("the node sends other bytes")
    before = cache.resident_bytes()
    idle = await idle_connections(cache.port, options.idle)
    hold = Hold(cache, target, body, time.monotonic() + options.minutes * 60)
    most = await sampled(hold, options, cache)
    for each, (reader, writer) in enumerate(idle):
        writer.write(hold.request("Range: bytes=0-0\r\n"))
        try:
            await hold.answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            hold.wrong.append(f"idle connection {each} is gone")
        writer.close()
    grown, allowed = most - before, options.idle * MEMORY_OF_IDLE + MEMORY_OF_ALL
    if grown > allowed:
        hold.wrong.append(f"memory grew by {grown} bytes, {allowed} are allowed")
    print(f"{options.minutes} min, {options.idle} idle, {options.busy} busy: {hold.right} right answers, "
          f"{hold.let_go} let go of, memory grew by {grown / (1 << 20):.1f} MiB, {len(hold.wrong)} wrong")
    for each in hold.wrong[:20]:
        print(" ", each)
    return not hold.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--freshetd", required=True, type=os.path.abspath)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--busy", type=int, default=200)
    parser.add_argument("--slow", type=int, default=20, help="of each kind")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    options.idle = min(options.idle, most - options.busy - 8 * options.slow - 200)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="freshet-hold-"))
    os.chmod(folder, 0o755)
    origin = servers.Origin(folder)
    cache = None
    try:
        body = os.urandom(SIZE)
        (origin.folder / "files/f").write_bytes(body)
        cache = servers.Node(folder, options.freshetd, origin, LIMITS)
        right = asyncio.run(measured(cache, cache.target("/f"), body, options))
    finally:
        if cache:
            cache.end()
        origin.end()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
