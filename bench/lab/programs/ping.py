"""The neighbour's ping: a small UDP packet there and back, 20 times a second.

Usage: ping.py echo PORT | ping.py ask ADDRESS PORT [COUNT]. The asking side prints a line for each
answer: seconds since its start and the round trip in milliseconds. With COUNT it ends after so many
packets, a second after the last.
"""

import select
import socket
import struct
import sys
import time

INTERVAL_S = 0.05
LAST_WAIT_S = 1.0


def echo(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("0.0.0.0", port))
        print("ready", flush=True)
        while True:
            packet, who = here.recvfrom(64)
            here.sendto(packet, who)


def ask(address: str, port: int, count: float) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.connect((address, port))
        start = time.monotonic()
        next_packet = start
        asked = 0
        while asked < count or time.monotonic() < next_packet:
            now = time.monotonic()
            if now >= next_packet:
                here.send(struct.pack("d", now))
                asked += 1
                next_packet += INTERVAL_S if asked < count else LAST_WAIT_S
            if select.select([here], [], [], max(0.0, next_packet - now))[0]:
                sent, = struct.unpack("d", here.recv(64))
                now = time.monotonic()
                print(f"{now - start:.3f} {(now - sent) * 1000:.3f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        echo(int(sys.argv[2]))
    else:
        ask(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) if len(sys.argv) > 4 else float("inf"))
