"""A machine that never heard of us: install, use at once, upgrade in mid-transfer, go back, remove."""

import json
import os
import subprocess

from case import made_bytes, main
from install_case import BEFORE, NEW, OLD, PACKAGES, InstallCase, run
from machine import USER, NotPermitted, machine_for
from origin import Origin

MIB = 1 << 20
SIZE = 48 * MIB
HELD_AT = 20 * MIB
STATE = "var/lib/freshet"


class MachineTest(InstallCase):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("installing packages needs root")
        self.package("freshet")
        try:
            self.machine = machine_for(PACKAGES)
        except NotPermitted as no:
            self.skipTest(str(no))
        self.addCleanup(self.machine.end)
        self.origin_there = Origin(place=self.machine)
        self.origin_there.__enter__()
        self.addCleanup(self.origin_there.__exit__)

    def install(self, version=OLD):
        self.machine.install(self.package("freshet", version))

    def offer(self, path, size, seed=7):
        self.origin_there.files[path] = made_bytes(size, seed)
        return self.origin_there.url(path)

    def there(self, path):
        return self.machine.files / path.lstrip("/")

    def owner(self, path):
        users = self.there("/etc/passwd").read_text().splitlines()
        return next(row.split(":")[0] for row in users
                    if int(row.split(":")[2]) == self.there(path).stat().st_uid)

    def jobs(self):
        out, _ = self.machine.run("freshet", "job", "list", "--json", user=USER)
        return [json.loads(line) for line in out.splitlines()]

    def held_job(self, path):
        """A job of the user's that has come half way."""
        url = self.offer(path, SIZE)
        self.origin_there.allow(HELD_AT)
        process = self.machine.start("freshet", "get", url, "-d", f"/home/{USER}", user=USER)
        self.addCleanup(self.end_there, process)
        self.assertTrue(self.origin_there.wait_until_sent(HELD_AT))
        return process

    def end_there(self, process):
        """Without a farewell. What was started here only waits for it."""
        self.machine.kill("KILL", "freshet")
        process.communicate()

    def finish(self, process):
        self.origin_there.allow_all()
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, f"{out}\n{err}\n{self.machine.log()}")


class Use(MachineTest):
    def test_a_fresh_machine_serves_its_users_as_soon_as_the_package_is_installed(self):
        url = self.offer("/disk.img", 5 * MIB)
        self.install()
        self.machine.start_service()
        self.machine.run("freshet", "get", url, "-d", f"/home/{USER}", user=USER)
        placed = f"/home/{USER}/disk.img"
        self.assertEqual(self.there(placed).read_bytes(), self.origin_there.files["/disk.img"])
        self.assertEqual(self.owner(placed), USER)
        # The daemon did it, with rights of its own and no more.
        self.assertEqual(self.owner(STATE), "freshet")
        self.assertFalse(self.there(f"/home/{USER}/.local").exists())
        pid, = self.machine.processes("freshetd")
        status = self.there(f"/proc/{pid}/status").read_text()
        self.assertRegex(status, r"CapEff:\s+0000000000000000\n")
        self.assertNotRegex(status, r"Uid:\s+0\s")

    def test_the_manual_and_completion_are_there_and_other_users_see_nothing(self):
        self.install()
        self.machine.start_service()
        process = self.held_job("/held.img")
        self.assertEqual(len(self.jobs()), 1)
        others, _ = self.machine.run("freshet", "job", "list", "--json", user="nobody")
        self.assertEqual(others, "")
        self.machine.run("bash", "-n", "/usr/share/bash-completion/completions/freshet")
        self.machine.run("test", "-s", "/usr/share/man/man8/freshetd.8.gz")
        self.machine.run("cat", f"/{STATE}/db/CURRENT", user=USER, expect=1)
        self.finish(process)


    def test_the_agent_and_the_methods_of_apt_come_in_packages_of_their_own(self):
        self.machine.install(*(self.package(name)
                               for name in ("freshet", "freshet-do-agent", "freshet-apt")))
        self.machine.start_agent()
        ports = self.there("/run/deliveryoptimization-agent")
        published, = (path.name for path in ports.iterdir() if "restport" in path.name)
        agent, = self.machine.processes("freshet-do-agen")  # As the kernel cuts it.
        self.assertEqual(published, f"restport.{agent}")
        self.assertEqual(self.owner("/var/lib/deliveryoptimization-agent"), "do")
        for method in ("freshet+http", "freshet+https"):
            with subprocess.Popen([*self.machine.words(), f"/usr/lib/apt/methods/{method}"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
                self.assertEqual(process.stdout.readline(), "100 Capabilities\n")
                process.stdin.close()
        self.machine.remove("freshet-do-agent", purge=True)
        self.assertEqual(self.machine.processes("freshet-do-agen"), [])
        self.assertFalse(self.there("/var/lib/deliveryoptimization-agent").exists())


    def test_the_node_takes_the_place_of_the_daemon_and_gives_it_back(self):
        self.install()
        self.machine.start_service()
        self.there("/etc/freshet/node.toml").write_text('[daemon]\nlog = "debug"\n')
        daemon = ("freshetd.socket", "freshetd.service")
        for number, (ends, begins) in enumerate(((daemon, ("freshet-node.service",)),
                                                 (("freshet-node.service",), daemon))):
            self.machine.systemctl("disable", "--now", *ends)
            self.machine.systemctl("enable", "--now", *begins)
            url = self.offer(f"/disk-{number}.img", 2 * MIB)
            self.machine.run("freshet", "get", url, "-d", f"/home/{USER}", user=USER)
            self.assertEqual(self.owner(f"/home/{USER}/disk-{number}.img"), USER)
            self.assertEqual(len(self.machine.processes("freshetd")), 1)
        self.assertFalse(self.there(f"/home/{USER}/.local").exists())

    def test_a_user_may_have_a_daemon_of_their_own(self):
        self.install()
        self.machine.start_user_manager()
        own = ("env", f"XDG_RUNTIME_DIR=/run/user/{self.machine.user_id()}")
        self.machine.run(*own, "systemctl", "--user", "start", "freshetd.socket", user=USER)
        url = self.offer("/disk.img", 2 * MIB)
        self.machine.run(*own, "freshet", "get", url, "-d", f"/home/{USER}", user=USER)
        self.machine.run(*own, "systemctl", "--user", "is-active", "freshetd.service", user=USER)
        self.assertEqual(self.owner(f"/home/{USER}/.local/share/freshet/db/CURRENT"), USER)


class Versions(MachineTest):
    def test_a_job_in_flight_goes_on_over_an_upgrade_and_back(self):
        self.over(self.package("freshet", OLD), self.package("freshet", NEW))

    def test_a_job_in_flight_goes_on_over_an_upgrade_from_another_build_and_back(self):
        earlier = list((PACKAGES / BEFORE).glob("freshet_*.deb"))
        if not earlier:
            self.skipTest("FRESHET_PACKAGES_BEFORE names no package of an earlier build")
        self.over(earlier[0], self.package("freshet", NEW))

    def over(self, old, new):
        self.machine.install(old)
        self.machine.start_service()
        process = self.held_job("/disk.img")
        before, = self.jobs()
        for package in (new, old):
            self.machine.install(package)
            told, _ = self.machine.run("dpkg-query", "-W", "-f", "${Version}", "freshet")
            self.assertEqual(told, run("dpkg-deb", "-f", package, "Version").strip())
            after, = self.jobs()
            self.assertEqual(after["id"], before["id"])
        self.finish(process)
        placed = f"/home/{USER}/disk.img"
        self.assertEqual(self.there(placed).read_bytes(), self.origin_there.files["/disk.img"])
        self.assertEqual(self.owner(placed), USER)
        # What had arrived was not asked for again, but for what was on its way twice.
        self.assertLess(self.origin_there.bytes_sent, SIZE * 1.5)

    def test_a_store_from_the_future_is_refused_with_words(self):
        self.install()
        self.machine.start_service()
        self.machine.stop_service()
        run(os.environ["FRESHET_STORE_OF_TOMORROW"], self.there(f"/{STATE}"))
        self.machine.run("chown", "-R", "freshet:freshet", f"/{STATE}")
        said = self.machine.refused_start()
        self.assertIn("store_too_new", said)
        self.assertIn("known up to", said)


class Removal(MachineTest):
    def test_removal_keeps_jobs_and_purge_leaves_nothing(self):
        self.install()
        self.machine.start_service()
        process = self.held_job("/disk.img")
        job, = self.jobs()
        self.end_there(process)
        self.machine.remove("freshet")
        self.assertFalse(self.there("/usr/bin/freshetd").exists())
        self.assertEqual(self.machine.processes("freshetd"), [])
        self.assertTrue(self.there(f"/{STATE}/db/CURRENT").exists())
        self.assertTrue(self.there("/etc/freshet/freshet.toml").exists())
        self.install()
        self.machine.start_service()
        self.assertEqual([each["id"] for each in self.jobs()], [job["id"]])
        self.machine.remove("freshet", purge=True)
        for path in (STATE, "/etc/freshet", "/var/cache/freshet", "/run/freshet"):
            self.assertFalse(self.there(path).exists(), path)
        self.assertNotIn("freshet", self.there("/etc/passwd").read_text())


if __name__ == "__main__":
    main()
