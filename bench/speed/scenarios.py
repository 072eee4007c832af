"""What is measured, and the promises that it is held to."""
from dataclasses import dataclass

SMALL_FILES, SMALL_BYTES = 1000, 4096
PEAK_MIB_MAX = 64


@dataclass(frozen=True)
class Scenario:
    name: str
    about: str
    size_mib: float = 0           # Of the one file; 0: many small ones.
    of_curl: float | None = None  # At most this share of curl's time.
    seconds: float | None = None  # At most this, whatever the others need.
    beat_aria2: bool = False
    data_on: str = "disk"         # Or "memory".
    rate: str | None = None       # Of the link; absent: loopback.
    round_trip_ms: int = 0
    keep_state: bool = False      # The store is there already, as after the first command ever.
    with_manifest: bool = True

    @property
    def many(self):
        return self.size_mib == 0

    @property
    def bytes(self):
        return SMALL_FILES * SMALL_BYTES if self.many else int(self.size_mib * (1 << 20))


KIB_4 = 4 / 1024
SCENARIOS = [
    Scenario("one", "one file of 4 KiB over loopback", KIB_4, seconds=0.060, keep_state=True, with_manifest=False),
    Scenario("one-first", "the same by the first command ever", KIB_4, seconds=0.060, with_manifest=False),
    Scenario("one-512k", "512 KiB over 80 Mbit/s", 0.5, seconds=0.100, rate="80mbit", keep_state=True,
             with_manifest=False),
    Scenario("small", "1,000 files of 4 KiB over loopback", of_curl=2.0),
    Scenario("small-10ms", "1,000 files of 4 KiB, 10 ms round trip", of_curl=1.1, round_trip_ms=10),
    Scenario("16m-80mbit", "16 MiB over 80 Mbit/s", 16, of_curl=1.03, rate="80mbit"),
    Scenario("64m-80mbit", "64 MiB over 80 Mbit/s", 64, of_curl=1.03, rate="80mbit"),
    Scenario("large-1gbit", "1 GiB over 1 Gbit/s", 1024, of_curl=1.03, rate="1gbit"),
    Scenario("large-tmpfs", "1 GiB over loopback, to tmpfs", 1024, of_curl=1.3, beat_aria2=True, data_on="memory"),
    Scenario("large-disk", "1 GiB over loopback, to disk", 1024, of_curl=1.3, beat_aria2=True),
]


def verdicts(scenario, rows):
    """One for each promise: what it is about, what was found, what is the most, whether it holds."""
    by_name = {row["program"]: row for row in rows}
    ours = by_name["freshet"]

    def verdict(of, found, limit):
        return {"scenario": scenario.name, "of": of, "found": round(found, 4), "limit": limit, "holds": found <= limit}

    if scenario.of_curl is not None:
        yield verdict("time / curl's", ours["ratio_to_curl"], scenario.of_curl)
    if scenario.seconds is not None:
        yield verdict("seconds", ours["seconds"], scenario.seconds)
    if scenario.beat_aria2:
        yield verdict("time / aria2's", ours["seconds"] / by_name["aria2"]["seconds"], 1.0)
    yield verdict("peak MiB", ours["peak_mib"], PEAK_MIB_MAX)
