"""What is measured of one cache: times and bytes of clients, what its origin sent, its processor time."""
import json
import os
import re
import socket
import subprocess
import threading
import time

CHUNK = 1 << 20


def cpu_seconds(pid):
    """User and system, of a process and all below it that still run."""
    pids, seconds = [pid], 0.0
    for each in pids:
        try:
            seconds += time.clock_gettime((~each << 3) | 2)  # clock_getcpuclockid(3)
            for task in os.listdir(f"/proc/{each}/task"):
                with open(f"/proc/{each}/task/{task}/children", encoding="ascii") as children:
                    pids += [int(child) for child in children.read().split()]
        except OSError:
            continue
    return seconds


def resident_bytes(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024
    except (OSError, AttributeError):
        return 0


def touch_memory(folder, size):
    """What a cache is about to write goes to memory that the machine has at hand.

    A virtual machine gives memory that is free back to its host after seconds; having it again costs ten times what
    it costs to write there, more of it with each object that stays, whichever program writes.
    """
    path, noise = os.path.join(folder, "touched"), os.urandom(CHUNK)
    with open(path, "wb", buffering=0) as file:
        for _ in range(0, size + size // 4, CHUNK):
            file.write(noise)
    os.unlink(path)


class Fetched:
    def __init__(self):
        self.first, self.seconds, self.bytes, self.status = 0.0, 0.0, 0, 0


def fetch(port, path, host, extra=""):
    """One GET by a plain socket: its bytes are counted and thrown away."""
    fetched, begin = Fetched(), time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}Connection: close\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(65536)
            if not part:
                raise RuntimeError(f"no answer: {head[:200]!r}")
            head += part
        head, _, rest = head.partition(b"\r\n\r\n")
        fetched.status = int(head.split()[1])
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head).group(1))
        buffer, fetched.bytes = bytearray(CHUNK), len(rest)
        fetched.first = time.monotonic() - begin
        while fetched.bytes < length:
            size = client.recv_into(buffer)
            if size == 0:
                raise RuntimeError(f"cut after {fetched.bytes} of {length}")
            fetched.bytes += size
    fetched.seconds = time.monotonic() - begin
    if fetched.status not in (200, 206):
        raise RuntimeError(f"{path} answered {fetched.status}")
    return fetched


def together(count, act):
    """What `count` clients at once got."""
    results, threads = [None] * count, []
    for number in range(count):
        def client(number=number):
            results[number] = act()
        threads.append(threading.Thread(target=client))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if None in results:
        raise RuntimeError("a client failed")
    return results


def wrk(port, path, host, seconds):
    """Requests per second."""
    out = subprocess.run(["wrk", "-t2", "-c64", f"-d{seconds}s", "-H", f"Host: {host}",
                          f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out and "read 0" not in out:
        raise RuntimeError(out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))


class OriginLog:
    """Body bytes by path, as the origin's log says."""

    def __init__(self, path):
        self.path = path

    def sent(self, path, settled=0.3):
        time.sleep(settled)  # nginx writes a line when an answer has ended.
        total = requests = 0
        with open(self.path, encoding="utf-8") as log:
            for line in log:
                entry = json.loads(line)
                if entry["path"].split("?")[0] == path:
                    total, requests = total + entry["bytes"], requests + 1
        return total, requests
