"""How the daemon bears many jobs."""

import threading

from case import main
from daemon_case import DaemonCase

QUEUED = 10_000
MEMORY_MIB_MAX = 100


class Load(DaemonCase):
    def resident_mib(self):
        with open(f"/proc/{self.daemon.pid}/status", encoding="utf-8") as status:
            return int(status.read().split("VmRSS:")[1].split()[0]) / 1024

    def all_jobs(self):
        jobs, path = {}, "/v1/jobs"
        while True:
            page = self.call("GET", path)
            jobs.update({job["id"]: job for job in page["jobs"]})
            if page.get("next") is None:
                return jobs
            path = f"/v1/jobs?after={page['next']}"

    def test_ten_thousand_queued_jobs_need_little_memory(self):
        self.start_daemon("--files-active", "1")
        self.serve("/a", 1)
        self.origin.allow(0)
        (self.folder / "out").mkdir()
        before = self.resident_mib()

        def work(number, call):
            for step in range(QUEUED // 20):
                name = f"{number}-{step}"
                call("POST", "/v1/jobs", {"spec": {"name": name}, "start": True, "files": [
                    {"urls": [self.origin.url(f"/{name}")], "path": str(self.folder / "out" / name)}]})

        self.call = self.caller()
        self.call("PUT", "/v1/conditions", {"network": False})
        threads = [threading.Thread(target=work, args=(number, self.caller())) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        text = self.call("GET", "/metrics").decode()
        there = sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("freshet_jobs{"))
        self.assertEqual(there, QUEUED)
        self.assertEqual(len(self.all_jobs()), QUEUED)
        after = self.resident_mib()
        print(f"{QUEUED} jobs: {after:.0f} MiB resident, {before:.0f} MiB before")
        self.assertLess(after, MEMORY_MIB_MAX)


if __name__ == "__main__":
    main()
