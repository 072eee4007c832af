"""The node beside other caches: hot and cold, large and small, one client and fifty.

Measures throughput, requests a second, processor seconds a GiB, time to the first byte, and bytes that
the origin sent, of each cache in the same run. See README.md.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile

import measure
import rivals
import uplink

GiB = 1 << 30
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def size_of(text):
    return int(text[:-1]) * UNITS[text[-1].upper()] if text[-1].upper() in UNITS else int(text)


def slowest(fetched):
    return max(each.seconds for each in fetched)


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.origin = rivals.Origin(folder, 0)
        if options.uplink:
            uplink.shape(self.origin.port, options.uplink)
        self.files = self.origin.folder / "files"
        self.log = measure.OriginLog(self.origin.folder / "access.log")
        self.host = f"127.0.0.1:{self.origin.port}"
        self.rows, self.count = [], 0

    def make(self, size, name=None):
        """A file that no cache has seen; the same bytes under another name."""
        self.count += 1
        name = name or f"f{self.count}"
        kept = self.folder / f"bytes-{size}"
        if not kept.exists():
            with open(kept, "wb") as file, open("/dev/urandom", "rb") as noise:
                left = size
                while left > 0:
                    left -= file.write(noise.read(min(left, 1 << 24)))
        os.link(kept, self.files / name)
        return f"/{name}"

    def row(self, scenario, cache, **values):
        self.rows.append({"scenario": scenario, "cache": cache, **values})

    def measured(self, cache, act):
        """Medians of what `act` says, each time with the processor time that it took the cache."""
        runs = []
        for _ in range(self.options.repeats):
            before = measure.cpu_seconds(cache.process.pid)
            values = act()
            values["cpu"] = measure.cpu_seconds(cache.process.pid) - before
            runs.append(values)
        return {key: statistics.median(run[key] for run in runs) for key in runs[0]}

    def hot_large(self, cache):
        size = self.options.size
        path = self.make(size)
        measure.fetch(cache.port, cache.target(path), self.host)
        measure.fetch(cache.port, cache.target(path), self.host)

        def once():
            fetched = measure.fetch(cache.port, cache.target(path), self.host)
            return {"mib_s": size / fetched.seconds / (1 << 20), "first_ms": fetched.first * 1000}

        values = self.measured(cache, once)
        values["cpu_gib"] = values["cpu"] * GiB / size
        self.row("hot large", type(cache).__name__, **values)

    def hot_small(self, cache):
        path = self.make(1024)
        measure.fetch(cache.port, cache.target(path), self.host)

        def once():
            return {"requests_s": measure.wrk(cache.port, cache.target(path), self.host, self.options.seconds)}

        values = self.measured(cache, once)
        values["cpu_us_request"] = values["cpu"] * 1e6 / (values["requests_s"] * self.options.seconds)
        self.row("hot 1 KiB", type(cache).__name__, **values)

    def cold(self, cache, clients):
        size = self.options.size if clients == 1 else self.options.size_of_many

        def fetched(port, target):
            return measure.together(clients, lambda: measure.fetch(port, target, self.host))

        def once():
            path, other = self.make(size), self.make(size)
            # A thin uplink would carry a copy for each, which is the very thing that a cache is against.
            direct = [measure.fetch(self.origin.port, other, self.host)] if self.options.uplink else \
                fetched(self.origin.port, other)
            measure.touch_memory(self.folder, size)
            got = fetched(cache.port, cache.target(path))
            sent, requests = self.log.sent(path)
            seconds = slowest(got)
            return {"mib_s": size / seconds / (1 << 20), "of_direct": slowest(direct) / seconds,
                    "first_ms": statistics.median(each.first for each in got) * 1000,
                    "copies": sent / size, "origin_requests": requests}

        values = self.measured(cache, once)
        values["cpu_gib"] = values["cpu"] * GiB / size
        self.row(f"cold, {clients} clients" if clients > 1 else "cold", type(cache).__name__, **values)

    def cold_middle(self, cache):
        size = self.options.size
        begin = size // 2

        def once():
            path = self.make(size)
            fetched = measure.fetch(cache.port, cache.target(path), self.host,
                                    f"Range: bytes={begin}-{begin + (1 << 20) - 1}\r\n")
            return {"first_ms": fetched.first * 1000, "ms": fetched.seconds * 1000, "status": fetched.status}

        self.row("cold range in the middle", type(cache).__name__, **self.measured(cache, once))

    def direct(self):
        size = self.options.size
        got = [measure.fetch(self.origin.port, self.make(size), self.host) for _ in range(self.options.repeats)]
        self.row("direct", "-", mib_s=statistics.median(size / each.seconds / (1 << 20) for each in got),
                 first_ms=statistics.median(each.first for each in got) * 1000)

    def run(self):
        self.direct()
        for kind in rivals.CACHES:
            if not kind.installed() or self.options.only and kind.__name__.lower() not in self.options.only:
                print(f"{kind.__name__}: left out", file=sys.stderr)
                continue
            cache = kind(self.folder, self.origin.port)
            try:
                hot = () if self.options.uplink else (self.hot_large, self.hot_small)
                for act in (*hot, lambda c: self.cold(c, 1), lambda c: self.cold(c, self.options.clients),
                            self.cold_middle):
                    act(cache)
                    print_row(self.rows[-1])
                self.rows[-1]["resident_mib"] = measure.resident_bytes(cache.process.pid) / (1 << 20)
            finally:
                cache.end()
                shutil.rmtree(cache.folder, ignore_errors=True)
                for file in self.files.iterdir():
                    file.unlink()
        self.origin.end()


def print_row(row):
    values = ", ".join(f"{key} {value:,.2f}" for key, value in row.items() if key not in ("scenario", "cache"))
    print(f"{row['cache']:8} {row['scenario']:26} {values}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--freshetd", required=True, type=os.path.abspath)
    parser.add_argument("--size", type=size_of, default=GiB, help="of large objects: 1G, 64M")
    parser.add_argument("--size-of-many", type=size_of, help="where many clients fetch; default: as --size")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="of each run of wrk")
    parser.add_argument("--uplink", help="the origin sends no faster: 1gbit; cold contents alone, in a network of its own")
    parser.add_argument("--only", nargs="*", help="freshet nginx squid varnish")
    parser.add_argument("--folder", help="where files lie; default: a temporary folder")
    parser.add_argument("--json", help="writes all rows there")
    options = parser.parse_args()
    if options.uplink:
        uplink.enter()
    options.size_of_many = options.size_of_many or options.size
    rivals.Freshet.daemon = options.freshetd
    folder = pathlib.Path(tempfile.mkdtemp(prefix="freshet-bench-node-", dir=options.folder))
    os.chmod(folder, 0o755)
    try:
        bench = Bench(options, folder)
        bench.run()
        print_row(bench.rows[0])
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps(bench.rows, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
