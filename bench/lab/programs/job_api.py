#!/usr/bin/python3
"""Clients of a daemon's job API, each a process of its own: job_api.py SOCKET FOLDER CLIENTS JOBS [create].

Each client makes its jobs one after the other, changes each and looks at it; with `create` it only makes
them. At the end one JSON line: how many calls, and how long they took.
"""

import http.client
import json
import os
import socket
import struct
import sys
import time


class Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class Client:
    def __init__(self, path: str) -> None:
        self._connection = Connection(path)
        self._connection.connect()
        self.times: list[float] = []

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        begin = time.monotonic()
        self._connection.request(method, path, json.dumps(body) if body else None,
                                 {"Content-Type": "application/json"} if body else {})
        answer = self._connection.getresponse()
        text = answer.read()
        self.times.append(time.monotonic() - begin)
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else {}

    def job(self, name: str, folder: str, create_only: bool) -> None:
        file = {"urls": [f"http://127.0.0.1:9/{name}"], "path": f"{folder}/{name}"}
        made = self.call("POST", "/v1/jobs", {"spec": {"name": name}, "files": [file]})
        if create_only:
            return
        self.call("PUT", f"/v1/jobs/{made['id']}/spec", {"name": name + "+", "priority": "low"})
        if self.call("GET", f"/v1/jobs/{made['id']}")["spec"]["name"] != name + "+":
            raise SystemExit(f"{name} was not changed")


def work(number: int, start: int, out: int) -> None:
    path, folder, jobs = sys.argv[1], sys.argv[2], int(sys.argv[4])
    client = Client(path)
    os.read(start, 1)  # Until nobody holds its other end any more.
    for step in range(jobs):
        client.job(f"{number}-{step}", folder, "create" in sys.argv[5:])
    with os.fdopen(out, "wb") as stream:
        stream.write(struct.pack(f"{len(client.times)}d", *client.times))


def main() -> int:
    start, go = os.pipe()
    children, outputs = [], []
    for number in range(int(sys.argv[3])):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go)
            work(number, start, write)
            os._exit(0)
        os.close(write)
        children.append(pid)
        outputs.append(read)
    begin = time.monotonic()
    os.close(go)
    times: list[float] = []
    for output in outputs:
        with os.fdopen(output, "rb") as stream:
            data = stream.read()
        times += struct.unpack(f"{len(data) // 8}d", data)
    seconds = time.monotonic() - begin
    failed = sum(os.waitpid(pid, 0)[1] != 0 for pid in children)
    times.sort()
    if failed or not times:
        return 1
    print(json.dumps({"calls": len(times), "calls_per_s": len(times) / seconds,
                      "call_median_ms": times[len(times) // 2] * 1000,
                      "call_p99_ms": times[len(times) * 99 // 100] * 1000}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
