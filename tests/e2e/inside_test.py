"""Servers that name addresses which only the client can reach: on its own machine, on its link."""

from case import FreshetCase, main
from origin import Origin
from peers_test import NOWHERE
from spaces import Hub

SIZE = 3_000_000


class Inside(FreshetCase):
    def setUp(self):
        super().setUp()
        hub = Hub(self)
        self.client, self.address = hub.neighbour()
        self.client.run("ip", "address", "add", "169.254.169.254/32", "dev", "lo")
        self.origin = self.serving("10.77.0.1", hub.space, rate=6_000_000)
        self.url = self.serve("/a", SIZE)
        self.insiders = [self.serving(address, self.client) for address in ("127.0.0.1", "169.254.169.254")]

    def serving(self, address, place, rate=None):
        origin = Origin(rate, address=address, place=place)
        origin.__enter__()
        self.addCleanup(origin.__exit__)
        return origin

    def get(self, url, *words, **more):
        return self.freshet("get", url, "-o", "got", "--force", *words, place=self.client, **more)

    def publish(self, insider):
        insider.files["/a"] = self.origin.files["/a"]
        (self.folder / "a.src").write_bytes(self.origin.files["/a"])
        self.freshet("publish", "a.src", "--url", insider.url("/a"), "-o", "a.torrent", "-q")
        self.origin.files["/a.torrent"] = (self.folder / "a.torrent").read_bytes()

    def test_a_redirect_leads_no_further_inside_than_where_it_came_from(self):
        for insider in self.insiders:
            insider.files["/secret"] = b"of this machine alone"
            self.origin.redirects["/r"] = insider.url("/secret")
            _, err = self.get(self.origin.url("/r"), expect=4)
            self.assertIn("may not lead to this", err)
            self.assertEqual(insider.asked, [])
        self.get(insider.url("/secret"))  # Whoever wants it may.

    def test_a_redirect_to_a_neighbour_is_followed(self):
        neighbour = self.serving(self.address, self.client)
        neighbour.files["/a"] = self.origin.files["/a"]
        self.origin.redirects["/r"] = neighbour.url("/a")
        self.get(self.origin.url("/r"))
        self.assert_right("got", "/a")

    def test_a_manifest_from_outside_names_no_source_inside(self):
        for number, insider in enumerate(self.insiders):
            self.publish(insider)
            self.get(self.url, "--data", f"data{number}", "--manifest", self.origin.url("/a.torrent"), "--report", "report.json")
            self.assert_right("got", "/a")
            self.assertIn("may not lead to this", (self.folder / "report.json").read_text())
            self.assertEqual(insider.asked, [])

    def test_a_manifest_that_the_user_gives_may_name_any_source(self):
        self.publish(self.insiders[0])
        self.get(NOWHERE, "--manifest", "a.torrent")
        self.assert_right("got", "/a")
        self.assertTrue(self.insiders[0].asked)


if __name__ == "__main__":
    main()
