"""freshet bench: finds its lab, hands words on, and says what a machine lacks."""

import json
import pathlib
import shutil
import subprocess
import sys

from case import FRESHET, FreshetCase, main

NO_NAMESPACES = 77


class Bench(FreshetCase):
    def test_bench_list_names_scenarios_and_players(self):
        out, _ = self.freshet("bench", "list")
        self.assertIn("crowd-8 ", out)
        self.assertIn("node-cold ", out)
        self.assertIn("aria2-hybrid ", out)

    def test_bench_hands_on_its_exit_code_and_options(self):
        _, err = self.freshet("bench", "no-such-scenario", "--players", "curl", expect=2)
        self.assertIn("no-such-scenario", err)

    def test_a_program_without_its_lab_says_so(self):
        alone = self.folder / "bin" / "freshet"
        alone.parent.mkdir()
        shutil.copy(FRESHET, alone)
        done = subprocess.run([alone, "bench", "list"], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("has no lab beside it", done.stderr)

    def test_bench_measures_the_smoke_scenario_with_this_program(self):
        process = self.start("bench", "smoke", "--players", "freshet", "-n", "1", "--no-report",
                             "--out", self.folder / "rows")
        out, err = process.communicate()
        if process.returncode == NO_NAMESPACES:
            print(f"SKIPPED: {err.strip()}")
            sys.exit(NO_NAMESPACES)
        self.assertEqual(process.returncode, 0, out + err)
        about, row = map(json.loads, (self.folder / "rows/rows.jsonl").read_text().splitlines())
        self.assertIn(str(pathlib.Path(FRESHET).resolve()), about["players"]["freshet"]["settings"])
        self.assertTrue(row["ok"])
        self.assertLess(row["origin_copies"], 3.9)


if __name__ == "__main__":
    main()
