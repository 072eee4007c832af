#include "engine/content/link_field.h"

#include <catch2/catch.hpp>

using namespace freshet;
using Urls = std::vector<std::string>;

namespace {

Url base() {
  return *parse_url("https://origin.example/dir/file.iso?x");
}

}  // namespace

TEST_CASE("a link has a target and relations and a type", "[link_field]") {
  auto const links = parse_link_field(
      "<a.torrent>; rel=\"describedby Next\"; TYPE=\"Application/X-BitTorrent; v=2\" , "
      "</m>;rel=duplicate; pri=2; geo=de");

  REQUIRE(links);
  REQUIRE(links->size() == 2);
  CHECK(links->at(0).target == "a.torrent");
  CHECK(links->at(0).relations == Urls{"describedby", "next"});
  CHECK(links->at(0).type == "application/x-bittorrent");
  CHECK(links->at(1).is("duplicate"));
  CHECK(links->at(1).priority == 2);
}

TEST_CASE("manifests are the descriptions that are torrents", "[link_field]") {
  auto const value =
      "<file.iso.torrent>; rel=describedby; type=application/x-bittorrent, "
      "</meta4>; rel=describedby; type=\"application/metalink4+xml\", "
      "<http://other.example/t>; rel=\"describedby\"; type=\"application/x-bittorrent\", "
      "<file.iso.torrent>; rel=describedby; type=application/x-bittorrent, "
      "<file:///etc/passwd>; rel=describedby; type=application/x-bittorrent, "
      "<anchored>; rel=describedby; type=application/x-bittorrent; anchor=\"/else\", "
      "<style.css>; rel=stylesheet";

  CHECK(manifest_urls(value, base()) ==
        Urls{"https://origin.example/dir/file.iso.torrent", "http://other.example/t"});
  CHECK(mirror_urls(value, base()).empty());
}

TEST_CASE("mirrors come in the order of their priorities", "[link_field]") {
  auto const value =
      "<https://c.example/f>; rel=duplicate, <https://b.example/f>; rel=duplicate; pri=2,"
      "<https://a.example/f>; rel=duplicate; pri=1; pref, <https://d.example/f>; rel=duplicate; "
      "pri=0";

  CHECK(mirror_urls(value, base()) == Urls{"https://a.example/f", "https://b.example/f",
                                           "https://c.example/f", "https://d.example/f"});
}

TEST_CASE("quotes hide commas and the first relation counts", "[link_field]") {
  auto const links = parse_link_field(
      "<a>; title=\"x, <y>; \\\"rel=duplicate\"; rel=one; rel=two,, <b,c>;; rel=three;");

  REQUIRE(links);
  REQUIRE(links->size() == 2);
  CHECK(links->at(0).relations == Urls{"one"});
  CHECK(links->at(1).target == "b,c");
}

TEST_CASE("a malformed field says nothing", "[link_field]") {
  for (auto const* bad : {"a", "<a", "a>", "<a> b", "<a>; =x", "<a>; rel=", "<a>; rel=\"x",
                          "<a>; rel=\"x\\", "<a><b>", "<a>; rel=x y", "<a>; r@l=x"}) {
    INFO(bad);
    CHECK_FALSE(parse_link_field(bad));
  }
  CHECK_FALSE(parse_link_field(std::string(kLinkFieldBytesMax + 1, ',')));
  CHECK(parse_link_field("")->empty());
}

TEST_CASE("links past the limit are left out", "[link_field]") {
  std::string value;
  for (std::size_t i = 0; i < kLinksMax + 10; ++i) value += "<a>;rel=duplicate,";

  CHECK(parse_link_field(value)->size() == kLinksMax);
}
