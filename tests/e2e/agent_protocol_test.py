"""The agent protocol on the wire and on the machine: what a strict client and its operator see."""

import json
import os
import signal

import subprocess
import threading
import unittest

from agent_case import AGENT, LARGE, LARGE_BYTES, MIDDLE, SMALL, AgentCase
from agent_client import Refused, fetch
from case import main
from origin import Origin
from spaces import Space


class Wire(AgentCase):
    def setUp(self):
        super().setUp()
        self.start_agent()
        self.c = self.client()

    def answer(self, data):
        """To raw bytes on a connection of their own."""
        client = self.client()
        try:
            return client.send(data)
        finally:
            client.close()

    def get(self, target, fields="", verb="POST"):
        return self.answer(f"{verb} {target} HTTP/1.1\r\n{fields}\r\n".encode())

    def test_a_request_may_come_in_pieces_with_a_body_and_with_any_letters(self):
        text = self.c.request("POST", "create")
        status, reason, body = self.c.send([text[i:i + 1] for i in range(len(text))])
        self.assertEqual((status, reason), (200, "OK"))
        download = json.loads(body)["Id"]
        for target in (f"/download/getstatus?Id={download}", f"//Download//GETSTATUS/?iD={download}",
                       f"download/getstatus?Other&Id=x&Id={download}",
                       f"dOWNLOAD/get%73tatus?%49d={download}"):
            self.assertEqual(self.get(target, verb="GET")[0], 200, target)
        status, _, _ = self.answer(b"POST /download/create/ HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello")
        self.assertEqual(status, 200)

    def test_what_is_no_method_is_not_supported(self):
        for verb, target in (("GET", "download/create"), ("POST", "download/getstatus"),
                             ("POST", "download"), ("POST", "download/create/more"),
                             ("POST", "upload/create"), ("POST", "download/none"),
                             ("post", "download/create"), ("POST", "")):
            with self.refused(0x80070032):
                self.c.judge(*self.get(target + "?x=y", verb=verb))
        for target in ("download/create?Other=1", "download/getstatus?Id=1&Other=",
                       "download/create?Uri=%zz", "download/create?Uri=%00"):
            with self.refused(0x80070057):
                self.c.judge(*self.get(target, verb="GET" if "status" in target else "POST"))

    def test_ids_that_are_missing_malformed_or_unknown_are_not_found(self):
        for pairs in ({}, {"Id": ""}, {"Id": "x"}, {"Id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}):
            for method in ("start", "pause", "finalize", "abort", "setproperty"):
                with self.refused(0x80070490, 404):
                    self.c.call("POST", method, **pairs)
            for method in ("getstatus", "getproperty"):
                with self.refused(0x80070490, 404):
                    self.c.call("GET", method, **pairs)
        with self.refused(0x80004001):
            self.c.call("GET", "enumerate")

    def test_states_refuse_what_is_not_for_them(self):
        with self.refused(0x800C0002):
            self.c.create("ftp://a.example/b", "/tmp/x")
        with self.refused(0x800C0002):
            self.c.create("http://a.example/b c", "/tmp/x")
        download = self.c.create("", "")
        with self.refused(0x80D02200):
            self.c.start(download)
        self.c.set(download, Uri=self.origin.url(SMALL))
        with self.refused(0x80D02018):
            self.c.start(download)
        with self.refused(0x80D02013):
            self.c.finalize(download)
        self.c.pause(download)
        self.assertEqual(self.c.status(download).state, "Created")
        (self.out / "there").write_text("")
        self.c.set(download, DownloadFilePath=str(self.out / "there"))
        with self.refused(0xC0D00011):
            self.c.start(download)
        self.c.set(download, DownloadFilePath=str(self.out / "a"))
        self.origin.allow(0)
        self.c.start(download)
        self.c.start(download)
        with self.refused(0x80D02013):
            self.c.finalize(download)
        with self.refused(0x80D02013):
            self.c.set(download, Uri=self.origin.url(MIDDLE))
        with self.refused(0x80D02013):
            self.c.set(download, DownloadFilePath="/b")
        self.origin.allow_all()
        self.wait_for_state(self.c, download, "Transferred")
        self.c.start(download)
        self.c.pause(download)
        self.assertEqual(self.c.status(download).state, "Transferred")
        self.c.finalize(download)

    def test_properties_are_read_and_set_all_or_none(self):
        download = self.c.create()
        self.assertEqual(self.c.get(download, "id"), {"id": download})
        self.assertEqual(self.c.get(download, "Uri"), {"Uri": ""})
        self.assertEqual(self.c.get(download, "NoProgressTimeoutSeconds"),
                         {"NoProgressTimeoutSeconds": "0"})
        for key, code in (("", 0x80070057), ("Other", 0x80D02011), ("PropertyKey", 0x80D02011)):
            with self.refused(code):
                self.c.get(download, key)
        for values, code in (({}, 0x80070057), ({"Uri": ""}, 0x80070057),
                             ({"DownloadFilePath": ""}, 0x80070057), ({"Uri": "x:"}, 0x800C0002),
                             ({"NoProgressTimeoutSeconds": "9"}, 0x80070057),
                             ({"NoProgressTimeoutSeconds": "-30"}, 0x80070057),
                             ({"PropertyKey": "Uri"}, 0x80D02011),
                             ({"Uri": "http://a.example/", "NoProgressTimeoutSeconds": "x"},
                              0x80070057)):
            with self.refused(code):
                self.c.set(download, **values)
        self.assertEqual(self.c.get(download, "Uri"), {"Uri": ""})
        odd = "http://a.example/p%20q?x=1&y=a+b?c;d=%41'(*)"
        self.c.set(download, Uri=odd, DownloadFilePath="/tmp/ä & b",
                   NoProgressTimeoutSeconds="20")
        self.assertEqual(self.c.get(download, "URI"), {"URI": odd})
        self.assertEqual(self.c.get(download, "DownloadFilePath"), {"DownloadFilePath": "/tmp/ä & b"})
        self.assertEqual(self.c.get(download, "NoProgressTimeoutSeconds"),
                         {"NoProgressTimeoutSeconds": "20"})

    def test_replies_stay_small_whatever_is_asked(self):
        long_url = "http://a.example/" + "a" * 7000
        download = self.c.create(long_url, "/" + "b" * 4000)
        for key in ("Uri", "DownloadFilePath"):
            with self.refused(0x8007007A):
                self.c.get(download, key)
        with self.refused(0x80D02011):
            self.c.get(download, "K" * 3000)
        with self.refused(0xC0D00024):
            self.c.start(download)
        self.assertLess(len(json.dumps(self.c.call("GET", "getstatus", Id=download))), 300)

    def test_heads_without_end_and_nonsense_end_their_connection_alone(self):
        for data in (b"GET " + b"a" * 70_000, b"\r\n\r\nnonsense\r\n\r\n",
                     b"POST download/create HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"POST download/create HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
                     b"POST download/create HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"):
            with self.refused(0x80070057):
                self.c.judge(*self.answer(data))
        self.c.create()

    def test_web_pages_and_foreign_hosts_are_refused(self):
        for field in ("Origin: http://a.example", "Referer: http://a.example/", "sec-fetch-site: none",
                      "Host: a.example", "Host: 127.0.0.1.a.example", "Host: 10.1.0.70:80"):
            with self.refused(0x80070057):
                self.c.judge(*self.get("/download/create", field + "\r\n"))
        for field in ("Host: localhost", "host: LOCALHOST:80", f"Host: 127.0.0.1:{self.port()}"):
            self.assertEqual(self.get("/download/create", field + "\r\n")[0], 200)

    def test_one_that_sends_half_a_request_delays_nobody(self):
        half = self.client()
        half._connect()
        half.sock.sendall(b"GET download/getst")
        download = self.c.create()
        self.assertEqual(self.c.status(download).state, "Created")
        half.sock.sendall(f"atus?Id={download} HTTP/1.1\r\n\r\n".encode())
        self.assertEqual(half._read_reply()[0], 200)


class Machine(AgentCase):
    def test_the_port_is_published_whole_and_alone(self):
        self.run_folder.mkdir()
        for number in range(5):
            (self.run_folder / f"restport.{number}").write_text(f"{50000 + number}\n")
        self.start_agent()
        self.assertEqual(self.port_files(), [f"restport.{self.agent.pid}"])
        path = self.run_folder / self.port_files()[0]
        self.assertEqual(path.read_text(), f"{self.port()}\n")
        self.assertEqual(path.stat().st_mode & 0o777, 0o444)
        self.assertEqual(self.run_folder.stat().st_mode & 0o755, 0o755)
        fetch(self.client(), self.origin.url(SMALL), self.out / "a")
        self.assertEqual(json.loads((self.config / "admin-config.json").read_text()), {})

    def test_without_the_agent_there_is_no_service(self):
        self.start_agent()
        self.stop_agent()
        self.assertEqual(os.listdir(self.run_folder), [])
        with self.assertRaises(Refused) as raised:
            fetch(self.client(), self.origin.url(SMALL), self.out / "a")
        self.assertEqual(raised.exception.code, 0x80D01001)
        (self.run_folder / "restport.1").write_text("50000\n")
        with self.assertRaises(Refused) as raised:
            fetch(self.client(), self.origin.url(SMALL), self.out / "a")
        self.assertEqual(raised.exception.code, 0x80D01001)
        self.start_agent()
        fetch(self.client(), self.origin.url(SMALL), self.out / "a")

    def test_the_agent_keeps_its_port_over_restarts(self):
        self.start_agent()
        port = self.port()
        self.restart_agent()
        self.assertEqual(self.port(), port)
        self.restart_agent(signal.SIGKILL)
        self.assertEqual(self.port(), port)

    def test_downloads_survive_the_agent_in_every_state(self):
        self.start_agent()
        c = self.client()
        running = self.half_way(c, "running")
        paused = c.create(self.origin.url(LARGE), self.out / "paused")
        c.start(paused)
        c.pause(paused)
        created = c.create(self.origin.url(SMALL), self.out / "created")
        missing = c.create(self.origin.url("/nothing"), self.out / "missing")
        c.start(missing)
        self.wait_for_state(c, missing, "Paused")
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.restart_agent(how)
            for download, state in ((running, "Transferring"), (paused, "Paused"),
                                    (created, "Created"), (missing, "Paused")):
                self.assertEqual(c.status(download).state, state)
            self.assertEqual(c.status(missing).error, 0x80190194)
        self.origin.allow_all()
        self.wait_for_state(c, running, "Transferred")
        self.restart_agent()
        self.assertEqual(c.status(running).state, "Transferred")
        c.finalize(running)
        c.start(paused)
        self.wait_for_state(c, paused, "Transferred")
        c.finalize(paused)
        self.assert_content("running", LARGE)
        self.assert_content("paused", LARGE)
        c.abort(missing)
        c.abort(created)
        self.wait_until_gone()

    def test_a_poll_survives_an_agent_that_is_killed(self):
        self.start_agent()
        c = self.client()
        download = self.half_way(c)
        killed = threading.Thread(target=self.restart_agent, args=(signal.SIGKILL,))
        killed.start()
        states = {c.status(download).state for _ in range(50)}
        killed.join()
        self.assertEqual(states | {c.status(download).state}, {"Transferring"})
        self.origin.allow_all()
        self.wait_for_state(c, download, "Transferred")
        self.assertLess(self.origin.bytes_sent, 2 * LARGE_BYTES)

    def test_downloads_survive_the_daemon_behind_the_agent(self):
        self.start_agent()
        c = self.client()
        download = self.half_way(c)
        self.stop_daemon(signal.SIGKILL)
        self.assertEqual(c.status(download).state, "Transferring")
        second = c.create(self.origin.url(SMALL), self.out / "second")
        c.start(second)
        third = c.create(self.origin.url(SMALL), self.out / "third")
        c.start(third)
        c.abort(third)
        self.origin.allow_all()
        self.start_daemon()
        for name, each in (("large.bin", download), ("second", second)):
            self.wait_for_state(c, each, "Transferred")
            c.finalize(each)
        self.assert_content("large.bin", LARGE)
        self.assert_content("second", SMALL)
        self.wait_until_gone()

    def test_the_agent_refuses_records_of_a_newer_one(self):
        (self.folder / "state").mkdir()
        (self.folder / "state" / "x.download").write_text('{"version": 2}')
        self.start_agent(expect=1)
        self.assertIn("newer agent", self.agent_log)
        (self.folder / "state" / "x.download").write_text("{")
        self.start_agent()
        self.assertIn("store_corrupt", self.agent_log)

    def test_the_agent_tells_its_version_in_one_line(self):
        for flag in ("--version", "-v", "--version-extra"):
            told = subprocess.run([AGENT, flag], check=True, capture_output=True, text=True).stdout
            self.assertRegex(told, r"^[a-z]+;[a-z-]+/v\d+\.\d+\.\d+\n$")

    @unittest.skipIf(os.geteuid() != 0, "needs root, to make a network of its own")
    def test_callers_come_from_loopback_addresses_unless_the_administrator_says_otherwise(self):
        space = Space()
        self.addCleanup(space.end)
        if not space.usable:
            self.skipTest("network namespaces are not permitted here")
        space.run("ip", "address", "add", "192.0.2.7/32", "dev", "lo")
        with space.entered():
            self.start_agent()
            for source in ("127.0.0.1", "127.0.1.5"):
                self.client(source=source).create()
            foreign = self.client(source="192.0.2.7")
            with self.refused(0x80070057):
                foreign.create()
            self.stop_agent()
            self.admin_config(RestControllerValidateRemoteAddr="false")
            self.start_agent()
            foreign.close()
            foreign.create()


class CacheHost(AgentCase):
    def setUp(self):
        super().setUp()
        self.cache = Origin()
        self.cache.__enter__()
        self.addCleanup(self.cache.__exit__)
        self.host = self.cache.url("").removeprefix("http://")

    def fetched(self):
        self.start_agent()
        fetch(self.client(), self.origin.url(MIDDLE), self.out / "a")
        self.assert_content("a", MIDDLE)

    def test_the_gateway_of_a_client_is_asked_first(self):
        self.cache.files[MIDDLE] = self.origin.files[MIDDLE]
        self.gateway(self.host)
        self.fetched()
        self.assertEqual(self.origin.bytes_sent, 0)
        self.assertNotIn("c2VjcmV0", self.agent_log)

    def test_a_cache_host_of_the_administrator_wins_even_if_it_is_none(self):
        self.cache.files[MIDDLE] = self.origin.files[MIDDLE]
        self.gateway(self.host)
        self.admin_config(DOCacheHost="")
        self.fetched()
        self.assertEqual(self.cache.bytes_sent, 0)

    def test_a_cache_host_that_has_nothing_delays_nothing(self):
        self.admin_config(DOCacheHost=self.host)
        self.fetched()
        self.assertGreaterEqual(self.cache.requests, 1)

    def test_gateways_that_do_not_resolve_or_refuse_give_way_to_the_origin(self):
        for host in ("no-such-gateway.invalid", "127.0.0.1:1"):
            self.gateway(host)
            self.fetched()
            (self.out / "a").unlink()
            self.stop_agent()

    def test_with_no_way_back_a_cache_host_that_refuses_is_the_end(self):
        self.admin_config(DOCacheHost=self.host, DODelayCacheServerFallbackBackground=-1)
        self.start_agent()
        c = self.client()
        download = c.create(self.origin.url(MIDDLE), self.out / "a")
        c.start(download)
        self.assertEqual(self.wait_for_state(c, download, "Paused").error, 0x80190194)
        self.assertEqual(self.origin.bytes_sent, 0)


class NoNetwork(AgentCase):
    @unittest.skipIf(os.geteuid() != 0, "needs root, to make a network of its own")
    def test_without_a_network_downloads_wait_and_say_so(self):
        space = Space()
        self.addCleanup(space.end)
        if not space.usable:
            self.skipTest("network namespaces are not permitted here")
        self.stop_daemon()
        with space.entered():
            self.start_daemon()
            self.start_agent()
            c = self.client()
            download = c.create("http://192.0.2.1/a", self.out / "a")
            c.start(download)
            status = self.wait_for_state(c, download, "Paused")
            self.assertEqual((status.error, status.extended), (0, 0x80D03805))
            c.pause(download)
            status = c.status(download)
            self.assertEqual((status.error, status.extended), (0, 0))
            c.abort(download)
            self.assertFalse((self.out / "a").exists())


if __name__ == "__main__":
    main()
