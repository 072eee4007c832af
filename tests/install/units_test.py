"""What services may do, judged by systemd offline."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from case import main
from install_case import ROOT, run

UNITS = ROOT / "packaging" / "systemd"
EXPOSURE_MAX = 2.0


class Units(unittest.TestCase):
    def setUp(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd is not installed")

    def test_no_service_of_the_machine_is_more_exposed_than_two_of_ten(self):
        services = sorted(UNITS.glob("*.service"))
        self.assertGreaterEqual(len(services), 2)
        for service in services:
            told = run("systemd-analyze", "security", "--offline=true", "--no-pager", service)
            exposure = float(re.search(r"Overall exposure level for \S+ ([\d.]+)", told).group(1))
            self.assertLessEqual(exposure, EXPOSURE_MAX, told)

    def test_services_leave_no_core(self):
        for service in sorted(UNITS.rglob("*.service")):
            self.assertIn("\nLimitCORE=0\n", service.read_text(), service)

    def test_systemd_understands_every_line_of_the_units(self):
        with tempfile.TemporaryDirectory() as runtime:
            environment = {**os.environ, "XDG_RUNTIME_DIR": runtime}
            for folder, words in ((UNITS, ()), (UNITS / "user", ("--user",))):
                units = sorted(str(path) for path in folder.iterdir() if path.is_file())
                told = subprocess.run(["systemd-analyze", "verify", "--man=no", *words, *units],
                                      env=environment, capture_output=True, text=True)
                # Programs are not installed on the machine that builds them.
                lines = [line for line in told.stderr.splitlines()
                         if "freshet" in line and "is not executable" not in line]
                self.assertEqual(lines, [])


if __name__ == "__main__":
    main()
