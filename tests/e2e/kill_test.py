"""Kills `freshet get` at random moments of a download, starts the same command again, and checks:

- a file at its final path is whole and right, whenever one looks;
- in the end every file is there, right, and nothing else;
- no job is lost and none is doubled;
- the origin sends, over all downloads, at most 1.02 of their size plus 1 MiB a kill.

    FRESHET_KILLS   how many kills (100)
    FRESHET_SEED    takes up a run again; printed by each
"""

import os
import random
import shutil
import subprocess
import time

from case import FreshetCase, main
from origin import Origin

MIB = 1 << 20
RATE = 48 * MIB           # Of the origin: a round lasts seconds, so that kills hit every phase.
ROUND_SECONDS_MAX = 90
RUN_SECONDS_MAX = 60
FILE_EXISTS = 6           # Exit code.


def random_files(rng):
    """Sizes around the borders of blocks and pieces, and some that take many kills to fetch."""
    borders = [0, 1, 16 * 1024, 16 * 1024 + 1, 256 * 1024, 256 * 1024 - 1]
    sizes = [rng.choice(borders), rng.choice(borders), rng.randint(1, MIB), rng.randint(MIB, 4 * MIB),
             rng.randint(8 * MIB, 16 * MIB), rng.randint(24 * MIB, 40 * MIB)]
    rng.shuffle(sizes)
    return {f"file-{number}.bin": rng.randbytes(size) for number, size in enumerate(sizes)}


def random_delay(rng):
    """Often while the program starts, mostly while it downloads."""
    return rng.uniform(0, 0.06) if rng.random() < 0.25 else rng.uniform(0.03, 0.45)


class Round:
    """One download, from its first start to its end."""

    def __init__(self, case, rng, folder):
        self.case, self.rng, self.folder = case, rng, folder
        self.files = random_files(rng)
        self.size = sum(len(data) for data in self.files.values())
        self.kills = self.sent = 0
        (folder / "out").mkdir(parents=True)

    def run(self, kills_max):
        with Origin(RATE) as origin:
            origin.files = {f"/{name}": data for name, data in self.files.items()}
            urls = [origin.url(path) for path in origin.files]
            deadline = time.monotonic() + ROUND_SECONDS_MAX
            while not self.attempt(urls, self.kills < kills_max):
                self.case.assertLess(time.monotonic(), deadline, f"not done, {self.kills} kills")
            self.sent = origin.bytes_sent
        self.check_files(final=True)
        self.check_jobs(final=True)

    def attempt(self, urls, may_kill):
        """Whether the command came to its end."""
        process = self.case.start("get", "-q", "--data", self.folder / "state", "-d", self.folder / "out", *urls)
        try:
            out, err = process.communicate(timeout=random_delay(self.rng) if may_kill else RUN_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.case.assertTrue(may_kill, "the last run does not end")
            process.kill()
            process.communicate()
            self.kills += 1
            self.check_files()
            self.check_jobs()
            return False
        if process.returncode == FILE_EXISTS and "file_exists" in err:
            return True  # Killed when all was placed and the job had ended; the checks tell.
        self.case.assertEqual(process.returncode, 0, f"{out}\n{err}")
        return True

    def check_files(self, final=False):
        there = {path.name for path in (self.folder / "out").iterdir()}
        if final:
            self.case.assertEqual(there, set(self.files))
        for name in there & set(self.files):
            right = (self.folder / "out" / name).read_bytes() == self.files[name]
            self.case.assertTrue(right, f"{name} is wrong")

    def check_jobs(self, final=False):
        """Looking opens the state too, so in between only sometimes."""
        if not final and self.rng.random() > 0.15:
            return
        jobs = self.case.json_lines("job", "list", "--data", self.folder / "state")
        self.case.assertLessEqual(len(jobs), 0 if final else 1, jobs)
        for job in jobs:
            self.case.assertEqual(job["progress"]["files_total"], len(self.files), jobs)


class Kill(FreshetCase):
    def test_a_download_that_is_killed_again_and_again_ends_right(self):
        wanted = int(os.environ.get("FRESHET_KILLS", "100"))
        seed = int(os.environ.get("FRESHET_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"FRESHET_SEED={seed} FRESHET_KILLS={wanted}", flush=True)
        rng = random.Random(seed)
        kills = size = sent = rounds = 0
        while kills < wanted:
            this = Round(self, rng, self.folder / f"round-{rounds}")
            this.run(wanted - kills)
            shutil.rmtree(this.folder)
            kills, size, sent, rounds = kills + this.kills, size + this.size, sent + this.sent, rounds + 1
        print(f"{kills} kills over {rounds} downloads of {size / MIB:.0f} MiB: the origin sent "
              f"{sent / MIB:.1f} MiB, {(sent - size) / MIB / kills:.2f} MiB more for each kill")
        self.assertLessEqual(sent, size * 1.02 + kills * MIB)


if __name__ == "__main__":
    main()
