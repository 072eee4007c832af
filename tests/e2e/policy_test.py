"""Policies and monitoring on the command line, and shares that outlive the command."""

import os
import signal

from case import DEADLINE_SECONDS, FreshetCase, main

# As the cmdlets of Delivery Optimization name them.
STATUS_FIELDS = """
FileId FileSize FileSizeInCache TotalBytesDownloaded PercentPeerCaching BytesFromPeers BytesFromHttp
BytesFromCacheServer BytesFromLanPeers BytesFromGroupPeers BytesFromInternetPeers BytesToLanPeers
BytesToGroupPeers BytesToInternetPeers Status Priority DownloadDuration HttpConnectionCount
LanConnectionCount GroupConnectionCount InternetConnectionCount DownloadMode SourceURL CacheHost
NumPeers PredefinedCallerApplication ExpireOn IsPinned""".split()
PERF_FIELDS = """
FilesDownloaded FilesUploaded Files TotalBytesDownloaded TotalBytesUploaded AverageDownloadSize
AverageUploadSize DownloadMode CacheSizeBytes TotalDiskBytes AvailableDiskBytes CpuUsagePct MemUsageKB
NumberOfPeers CacheHostConnections CdnConnections LanConnections LinkLocalConnections
GroupConnections InternetConnections DownlinkBps DownlinkUsageBps UplinkBps UplinkUsageBps
ForegroundDownloadRatePct BackgroundDownloadRatePct UploadRatePct UploadCount ForegroundDownloadCount
ForegroundDownloadsPending BackgroundDownloadCount BackgroundDownloadsPending BytesFromCdn
BytesFromLanPeers BytesFromGroupPeers BytesFromInternetPeers BytesFromLinkLocalPeers
AveragePeerConnections""".split()


class Policies(FreshetCase):
    def show(self, *words, expect=0):
        return self.json_lines("policy", "show", *words, expect=expect)

    def test_policies_are_shown_with_their_origins(self):
        (self.folder / "p.toml").write_text(
            "[policy]\nDOMaxCacheAge = 60\nDOMonthlyUploadDataCap = 3\n[machine]\nmetered = true\n")
        lines = self.show("--policy-file", "p.toml", "--policy", "DOMonthlyUploadDataCap=4")
        told = {line["policy"]: line for line in lines if "policy" in line}
        self.assertEqual(told["DOMaxCacheAge"]["value"], "60")
        self.assertEqual(told["DOMaxCacheAge"]["origin"], "file")
        self.assertEqual(told["DOMaxCacheAge"]["place"], str(self.folder / "p.toml") + ":2")
        self.assertEqual(told["DOMonthlyUploadDataCap"]["value"], "4")
        self.assertEqual(told["DOMonthlyUploadDataCap"]["origin"], "command line")
        self.assertEqual(told["DODownloadMode"]["origin"], "default")
        self.assertIn("the network is metered", lines[-1]["restrictions"])

    def test_mistakes_in_policies_are_told_with_their_lines(self):
        (self.folder / "p.toml").write_text("[policy]\nDOMaxCacheSize = 0\nDOWhat = 1\n")
        _, err = self.freshet("get", self.serve("/a", 10), "--policy-file", "p.toml", expect=2)
        self.assertIn("line 2: DOMaxCacheSize", err)
        self.assertIn("line 3: DOWhat", err)
        _, err = self.freshet("get", "http://127.0.0.1:1/a", "--policy", "DOWhat=1", expect=2)
        self.assertIn("DOWhat", err)

    def test_the_month_is_counted_over_commands(self):
        url = self.serve("/a", 200_000)
        self.freshet("get", url)
        self.freshet("get", url, "-o", "again", "--data", self.folder / "other")
        month = self.json_lines("perf", "--month")[0]
        self.assertEqual(month["BytesFromCdn"], 200_000)
        self.assertEqual(month["FilesDownloaded"], 1)
        self.assertEqual(month["AverageDownloadSize"], 200_000)
        self.assertEqual(self.json_lines("perf")[0]["BytesFromCdn"], 0)
        self.assertGreater(month["TotalDiskBytes"], 0)

    def test_monitoring_has_every_field_of_delivery_optimization(self):
        url = self.serve("/a", 200_000)
        self.freshet("job", "create", url, "--name", "a job", "-o", self.folder / "a")
        status = self.json_lines("status")[0]
        self.assertEqual([name for name in STATUS_FIELDS if name not in status], [])
        self.assertEqual((status["Status"], status["SourceURL"]), ("Paused", url))
        self.assertEqual(status["PredefinedCallerApplication"], os.getuid())
        self.freshet("get", self.serve("/b", 100_000))
        for words in ((), ("--month",)):
            perf = self.json_lines("perf", *words)[0]
            self.assertEqual([name for name in PERF_FIELDS if name not in perf], [])
            self.assertEqual(perf["BytesFromCdn"], 100_000 if words else 0)
            self.assertGreater(perf["MemUsageKB"], 0)
            lines = self.freshet("perf", *words)[0].split("\n")
            self.assertIn(["DownloadMode", perf["DownloadMode"]], [line.split() for line in lines])

    def test_a_share_lasts_until_it_is_taken_back(self):
        url = self.serve("/a", 200_000)
        self.freshet("get", url)
        content = self.json_lines("status")[0]
        self.assertEqual(content["Status"], "Complete")
        self.assertEqual(content["FileSize"], 200_000)
        self.assertEqual((content["SourceURL"], content["BytesFromHttp"]), (url, 200_000))
        self.assertEqual(content["PredefinedCallerApplication"], os.getuid())
        sharer = self.start("content", "share", content["FileId"], "--peers", "lan",
                            "--no-local-search", "--listen", "127.0.0.1:0", "--seed-for", "1h")
        self.assertIn(content["FileId"], sharer.stdout.readline())
        sharer.send_signal(signal.SIGINT)
        sharer.communicate(timeout=DEADLINE_SECONDS)
        shared = self.json_lines("content", "list")[0]
        self.assertTrue(shared["shared"])
        self.assertIsNotNone(self.json_lines("status")[0]["ExpireOn"])
        self.freshet("content", "unshare")
        self.assertFalse(self.json_lines("content", "list")[0]["shared"])
        self.freshet("content", "unshare", content["FileId"], expect=8)


if __name__ == "__main__":
    main()
