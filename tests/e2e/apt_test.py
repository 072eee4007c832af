"""apt with the method of ours: real apt, a real repository, a real daemon."""

import os
import signal
import subprocess
import unittest

import apt_repository
from apt_repository import Apt, Repository
from case import DEADLINE_SECONDS, main
from daemon_case import DaemonCase
from origin import Origin

METHOD = os.environ.get("FRESHET_APT_METHOD", "freshet-apt-method")
LARGE, SMALL = 3_000_000, 20_000


@unittest.skipIf(apt_repository.missing(), apt_repository.missing())
class AptCase(DaemonCase):
    packages = {"large": LARGE, "small": SMALL}

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.folder / "packages", self.origin, self.packages)

    def apt(self, scheme="freshet+http", settings=(), source=None):
        source = source or self.origin.url("").replace("http", scheme, 1)
        return Apt(self.folder / "apt", METHOD, source, self.socket, settings)

    def assert_fetched(self, apt, *names):
        for name in names:
            self.assertEqual(apt.fetched(name), self.repository.debs[name], name)

    def download(self, apt, *names, **more):
        return apt.run("install", "--download-only", *names, **more)

    def jobs(self):
        return self.caller()("GET", "/v1/jobs?all=true")["jobs"]


class AptMethod(AptCase):
    def test_apt_gets_large_packages_through_the_daemon_and_all_else_straight(self):
        self.start_daemon()
        apt = self.apt()
        apt.run("update")
        self.download(apt, "large", "small")
        self.assert_fetched(apt, "large", "small")
        self.assertEqual(self.repository.agents("large"), {"freshet"})
        self.assertEqual(self.repository.agents("small"), {"apt"})
        self.assertEqual(self.jobs(), [])
        asked = [path for path, _ in self.origin.asked]
        self.assertTrue(any("by-hash" in path for path in asked), asked)

    def test_apt_hits_what_has_not_changed(self):
        self.start_daemon()
        apt = self.apt()
        self.assertRegex(apt.run("update"), r"Get:\d+ .* Release \[")
        said = apt.run("update")
        self.assertRegex(said, r"Hit:\d+ .* Release\n")
        self.assertNotIn("Get:", said)

    def test_without_a_daemon_apt_gets_everything_straight(self):
        apt = self.apt()
        apt.run("update")
        self.download(apt, "large", "small")
        self.assert_fetched(apt, "large", "small")
        self.assertEqual(self.repository.agents("large"), {"apt"})

    def test_apt_follows_redirects_both_ways(self):
        self.start_daemon()
        with Origin() as front:
            for path in [*self.origin.files]:
                front.redirects[path] = self.origin.url(path)
            apt = self.apt(source=front.url("").replace("http", "freshet+http", 1))
            apt.run("update")
            self.download(apt, "large", "small")
        self.assert_fetched(apt, "large", "small")
        self.assertEqual(self.repository.agents("large"), {"freshet"})
        self.assertEqual(self.repository.agents("small"), {"apt"})

    def test_plain_sources_go_through_the_daemon_for_chosen_hosts(self):
        self.start_daemon()
        replaced = f'Dir::Bin::Methods::http "{self.folder}/apt/methods/freshet+http";'
        apt = self.apt("http", [replaced, 'Acquire::freshet::Hosts { "127.0.0.1"; };'])
        apt.run("update")
        self.download(apt, "large")
        self.assert_fetched(apt, "large")
        self.assertEqual(self.repository.agents("large"), {"freshet"})

    def test_plain_sources_of_other_hosts_stay_with_apt(self):
        self.start_daemon()
        replaced = f'Dir::Bin::Methods::http "{self.folder}/apt/methods/freshet+http";'
        apt = self.apt("http", [replaced, 'Acquire::freshet::Hosts { "deb.example"; };'])
        apt.run("update")
        self.download(apt, "large")
        self.assert_fetched(apt, "large")
        self.assertEqual(self.repository.agents("large"), {"apt"})

    def test_a_package_that_was_changed_is_not_installed(self):
        self.start_daemon()
        apt = self.apt()
        apt.run("update")
        path = self.repository.path("large")
        self.origin.files[path] = bytes(len(self.origin.files[path]))
        said = self.download(apt, "large", expect=100)
        self.assertIn("Hash Sum mismatch", said)
        self.assertIsNone(apt.fetched("large"))

    def test_a_package_that_is_gone_is_told_as_apt_tells_it(self):
        self.start_daemon()
        apt = self.apt()
        apt.run("update")
        del self.origin.files[self.repository.path("large")]
        self.assertIn("404", self.download(apt, "large", expect=100))

    def test_an_interrupted_apt_goes_on_where_it_was(self):
        self.start_daemon()
        apt = self.apt()
        apt.run("update")
        before = self.origin.bytes_sent
        self.origin.allow(before + 1_500_000)
        running = subprocess.Popen(apt.words("install", "--download-only", "large"),
                                   env=apt.environment(), cwd=apt.root, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.assertTrue(self.origin.wait_until_sent(before + 1_500_000))
        os.killpg(running.pid, signal.SIGINT)
        running.wait(DEADLINE_SECONDS)
        self.wait_for_job("suspended")
        self.origin.allow_all()
        self.download(apt, "large")
        self.assert_fetched(apt, "large")
        self.assertEqual(self.jobs(), [])

    def wait_for_job(self, state):
        for _ in range(200):
            jobs = self.jobs()
            if jobs and jobs[0]["state"] == state:
                return
            self.caller()("GET", f"/v1/jobs/{jobs[0]['id']}/wait?timeout=1")
        self.fail(f"the job never is {state}")

    def test_a_daemon_that_brings_nothing_is_left_out(self):
        self.start_daemon()
        apt = self.apt(settings=['Acquire::freshet::Timeout "1";'])
        apt.run("update")
        os.kill(self.daemon.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.daemon.pid, signal.SIGCONT)
        self.download(apt, "large")
        self.assert_fetched(apt, "large")
        self.assertEqual(self.repository.agents("large"), {"apt"})


class ManyPackages(AptCase):
    packages = {f"large{number}": LARGE // 2 for number in range(12)} | {"small": SMALL}

    def test_many_packages_are_fetched_at_the_same_time(self):
        self.start_daemon()
        apt = self.apt()
        apt.run("update")
        self.download(apt, *self.packages)
        self.assert_fetched(apt, *self.packages)
        for number in range(12):
            self.assertEqual(self.repository.agents(f"large{number}"), {"freshet"})

    def test_packages_are_installed(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, as dpkg does")
        self.start_daemon()
        apt = self.apt()
        apt.run("update")
        apt.run("install", "large1", "small")
        for name in ("large1", "small"):
            self.assertTrue(apt.installed(name))


if __name__ == "__main__":
    main()
