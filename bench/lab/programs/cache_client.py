#!/usr/bin/python3
"""Clients that keep nothing: cache_client.py FILE URL [--connections N] [--times N] [--middle BYTES] [--seconds S].

Asks for what lies in FILE over N connections at once, each so many times one after the other; with --middle for
a range; with --seconds by wrk, as often as it can be had in that time. Bytes are counted and thrown away where the
kernel has them, as on a machine of its own each client would cost this one nothing; but of so many answers each
is compared with FILE in a part of its own, so that together they prove all of it. At the end one JSON line.
"""

import argparse
import json
import mmap
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 256 << 10
SILENCE_S = 120  # After which an answer is given up.


class Wrong(Exception):
    """An answer that is not what it should be."""


@dataclass
class Wanted:
    """A range of the file, and how it is asked for."""
    known: memoryview
    url: str
    begin: int
    end: int

    @property
    def whole(self) -> bool:
        return self.end - self.begin == len(self.known)

    def request(self) -> bytes:
        parts = urlsplit(self.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        extra = "" if self.whole else f"Range: bytes={self.begin}-{self.end - 1}\r\n"
        return f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{extra}\r\n".encode()

    def part(self, number: int, parts: int) -> range:
        length = self.end - self.begin
        return range(self.begin + length * number // parts, self.begin + length * (number + 1) // parts)

    def connect(self) -> socket.socket:
        parts = urlsplit(self.url)
        connection = socket.create_connection((parts.hostname, parts.port or 80), timeout=SILENCE_S)
        connection.settimeout(None)  # With a timeout of Python's own each read would be two calls.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_S, 0))
        return connection


class Answer:
    """Reads one answer; `proven` is what it compares with the file."""

    def __init__(self, wanted: Wanted, connection: socket.socket, proven: range) -> None:
        self._wanted, self._connection, self._proven = wanted, connection, proven
        self._chunk = bytearray(CHUNK)
        self._at = wanted.begin
        self.first_at = 0.0  # When the first byte of its body was there.

    def read(self) -> None:
        self._arrived(self._read_head())
        while self._at < self._wanted.end:
            size = self._discard() if self._at not in self._proven else self._compare()
            self._arrived(size)

    def _arrived(self, size: int) -> None:
        if size and not self.first_at:
            self.first_at = time.monotonic()
        self._at += size

    def _read_head(self) -> int:
        """Bytes of the body that came with it."""
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._some(self._connection.recv(16 << 10))
        head, _, rest = head.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        status = b"200" if self._wanted.whole else b"206"
        if head.split()[1] != status or not length or int(length[1]) != self._wanted.end - self._at:
            raise Wrong(f"answered {head[:300]!r}")
        self._check(rest)
        return len(rest)

    def _discard(self) -> int:
        until = self._proven.start if self._at < self._proven.start else self._wanted.end
        size = min(until - self._at, CHUNK)
        return self._some(self._connection.recv_into(self._chunk, size, socket.MSG_TRUNC))

    def _compare(self) -> int:
        size = min(self._proven.stop - self._at, CHUNK)
        size = self._some(self._connection.recv_into(self._chunk, size))
        self._check(self._chunk[:size])
        return size

    def _check(self, some) -> None:
        if bytearray(some) != self._wanted.known[self._at:self._at + len(some)]:
            raise Wrong(f"other bytes from {self._at} on")

    def _some(self, got):
        if not got:
            raise Wrong(f"cut off at {self._at} of {self._wanted.end}")
        return got


@dataclass
class Crowd:
    wanted: Wanted
    connections: int
    times: int
    begin: float = 0.0  # Of all.
    first_bytes: list[float] = field(default_factory=list)  # Seconds from each request on.
    ends: list[float] = field(default_factory=list)  # Of connections, seconds from the start of all.
    failures: list[str] = field(default_factory=list)

    def run(self) -> dict:
        self._start = threading.Barrier(self.connections, action=self._begin)
        threads = [threading.Thread(target=self._client, args=(number,))
                   for number in range(self.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise Wrong("; ".join(self.failures[:3]))
        answers = self.connections * self.times
        return {"ends": self.ends, "first_bytes": self.first_bytes, "answers": answers,
                "bytes": answers * (self.wanted.end - self.wanted.begin)}

    def _begin(self) -> None:
        self.begin = time.monotonic()

    def _client(self, number: int) -> None:
        self._start.wait()
        try:
            asked_at = self.begin
            with self.wanted.connect() as connection:
                for step in range(self.times):
                    connection.sendall(self.wanted.request())
                    proven = self.wanted.part(number * self.times + step, self.connections * self.times)
                    answer = Answer(self.wanted, connection, proven)
                    answer.read()
                    self.first_bytes.append(answer.first_at - asked_at)
                    asked_at = time.monotonic()
            self.ends.append(asked_at - self.begin)
        except (Wrong, OSError) as failure:
            self.failures.append(f"client {number}: {failure}")


def by_wrk(url: str, connections: int, seconds: int) -> dict:
    words = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return read_wrk(said)


def read_wrk(said: str) -> dict:
    """An answer that took long, which wrk calls an error too, is in its times."""
    if "Non-2xx" in said or re.search(r"Socket errors: (?!connect 0, read 0, write 0)", said):
        raise Wrong(said)

    def found(pattern: str) -> list[str]:
        return list(re.search(pattern, said).groups())

    def milliseconds(share: int) -> float:
        number, unit = found(rf"\n +{share}% +([\d.]+)(us|ms|s)\n")
        return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]

    answers, seconds = found(r"(\d+) requests in ([\d.]+)s")
    return {"ends": [float(seconds)], "first_bytes": [], "answers": int(answers), "bytes": 0,
            "calls_per_s": float(found(r"Requests/sec: +([\d.]+)")[0]),
            "call_median_ms": milliseconds(50), "call_p99_ms": milliseconds(99)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("url")
    for name, default in (("connections", 1), ("times", 1), ("middle", 0), ("seconds", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with open(options.file, "rb") as file:
        known = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
    length = min(options.middle or len(known), len(known))
    begin = (len(known) - length) // 2
    wanted = Wanted(known, options.url, begin, begin + length)
    try:
        result = by_wrk(options.url, options.connections, options.seconds) if options.seconds else None
        proof = Crowd(wanted, 1 if result else options.connections, options.times).run()
    except Wrong as wrong:
        print(wrong)
        return 1
    print(json.dumps(result or proof))
    return 0


if __name__ == "__main__":
    sys.exit(main())
