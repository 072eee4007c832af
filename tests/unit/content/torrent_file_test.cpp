#include "engine/content/torrent_file.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;
using Urls = std::vector<std::string>;

namespace {

std::shared_ptr<Manifest const> manifest_of(std::size_t size, Bytes piece_length = 0) {
  auto const row = model::leaves(model::random_bytes(size, 1));
  if (piece_length == 0) piece_length = piece_length_for(size);
  return *make_manifest({size, model::root(row)}, piece_length, model::layer(row, piece_length));
}

std::string raw(Digest const& digest) {
  return {reinterpret_cast<char const*>(digest.bytes.data()), digest.bytes.size()};
}

std::string coded(std::string_view text) {
  return std::to_string(text.size()) + ":" + std::string(text);
}
std::string number(Bytes value) {
  return "i" + std::to_string(value) + "e";
}

// A torrent written by hand, so that each part can be wrong.
struct Foreign {
  std::shared_ptr<Manifest const> manifest = manifest_of(70'000, 2 * kBlockBytes);
  std::string name = "a file.iso";
  std::string file =
      "d6:length" + number(70'000) + "11:pieces root" + coded(raw(manifest->content.root)) + "e";
  std::string tree = "d" + coded(name) + "d0:" + file + "ee";
  std::string version = "i2e";
  std::string piece_length = number(manifest->piece_length);
  std::string before;  // Keys of info that sort before "file tree".
  std::string after;   // And after "piece length".
  std::string layers = layers_of(manifest->layer);
  std::string more;  // Keys of the whole that sort after "piece layers".

  [[nodiscard]] std::string layers_of(std::vector<Digest> const& layer) const {
    std::string hashes;
    for (auto const& hash : layer) hashes += raw(hash);
    return "d" + coded(raw(manifest->content.root)) + coded(hashes) + "e";
  }
  [[nodiscard]] std::string info() const {
    return "d" + before + "9:file tree" + tree + "12:meta version" + version + "4:name" +
           coded(name) + "12:piece length" + piece_length + after + "e";
  }
  [[nodiscard]] std::string text() const {
    return "d4:info" + info() + "12:piece layers" + layers + more + "e";
  }
  [[nodiscard]] std::string why() const {
    auto const read = read_torrent(text());
    return read ? "" : read.error().where;
  }
};

}  // namespace

TEST_CASE("the canonical info dictionary is frozen", "[torrent]") {
  ContentId const content{1'500'000'000, sha256({})};
  std::string const name = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  CHECK(canonical_info(content) ==
        "d9:file treed64:" + name +
            "d0:d6:lengthi1500000000e11:pieces root32:" + raw(content.root) +
            "eee12:meta versioni2e4:name64:" + name + "12:piece lengthi524288ee");
  // Computed once with Python's hashlib from the line above.
  CHECK(to_hex(canonical_info_hash(content)) ==
        "d778aeaddce080bf5fc52fa72de0dca82b614ec791e1be98f5bafd267a7348fd");
  auto const info_hash = canonical_info_hash(content);
  CHECK(std::ranges::equal(truncated(info_hash), std::span(info_hash.bytes).first(20)));
}

TEST_CASE("what is written is read again", "[torrent]") {
  auto const size = GENERATE(as<std::size_t>{}, 0, 1, 16384, 262'144, 262'145, 3'000'000);
  auto const manifest = manifest_of(size);
  Urls const urls{"http://a.example/f", "https://b.example/f?x=1"};
  Urls const trackers{"http://t.example/announce", "udp://u.example:1"};

  auto const text = write_torrent(*manifest, urls, trackers);
  REQUIRE(text);
  auto const torrent = read_torrent(*text);

  REQUIRE(torrent);
  CHECK(torrent->manifest->content == manifest->content);
  CHECK(torrent->manifest->piece_length == manifest->piece_length);
  CHECK(torrent->manifest->layer == manifest->layer);
  CHECK(torrent->name == to_hex(manifest->content.root));
  CHECK(torrent->urls == urls);
  CHECK(torrent->trackers == trackers);
  CHECK(torrent->canonical);
  CHECK(torrent->info_hash == canonical_info_hash(manifest->content));
  CHECK(*write_torrent(*torrent->manifest, torrent->urls, torrent->trackers) == *text);
}

TEST_CASE("only canonical pieces are written", "[torrent]") {
  CHECK(write_torrent(*manifest_of(70'000, 2 * kBlockBytes), {}).error().code ==
        Errc::invalid_argument);
  CHECK(write_torrent(*manifest_of(1), Urls(kTorrentUrlsMax + 1)).error().code ==
        Errc::limit_reached);
}

TEST_CASE("a foreign torrent of one file is read", "[torrent]") {
  Foreign foreign;
  foreign.after = "7:privatei1e5:saltyi5e";
  foreign.more = "8:url-list18:http://a.example/f";
  auto const torrent = read_torrent(foreign.text());

  REQUIRE(torrent);
  CHECK(torrent->manifest->layer == foreign.manifest->layer);
  CHECK(torrent->name == "a file.iso");
  CHECK(torrent->urls == Urls{"http://a.example/f"});
  CHECK_FALSE(torrent->canonical);
  CHECK(torrent->is_private);
  auto const info = foreign.info();
  CHECK(torrent->info_hash == sha256(std::as_bytes(std::span(info))));
  CHECK(coarsened(*torrent->manifest, kOnePieceBytes)->layer ==
        std::vector{foreign.manifest->content.root});
}

TEST_CASE("URLs that are no web addresses are left out", "[torrent]") {
  Foreign foreign;
  foreign.more = "8:url-listl15:ftp://a.example15:http://b/c?d=e#6:/etc/x9:file:///xi5ee";

  auto const torrent = read_torrent(foreign.text());

  REQUIRE(torrent);
  CHECK(torrent->urls == Urls{"http://b/c?d=e"});
}

TEST_CASE("a URL of a folder leads to the file in it", "[torrent]") {
  Foreign foreign;
  foreign.more = "8:url-listl11:http://h/d/14:http://h/d/?x=e";

  auto const torrent = read_torrent(foreign.text());

  REQUIRE(torrent);
  CHECK(torrent->urls == Urls{"http://h/d/a%20file.iso", "http://h/d/?x="});
}

TEST_CASE("a hybrid must say the same to both versions", "[torrent]") {
  Foreign foreign;
  foreign.after = "6:pieces" + coded(std::string(60, 'x'));
  auto text = foreign.text();
  // "length" sorts between "file tree" and "meta version".
  auto const with_length = [&](Bytes length) {
    auto copy = text;
    return copy.replace(copy.find("12:meta version"), 0, "6:length" + number(length));
  };

  CHECK(read_torrent(with_length(70'000)));
  CHECK(read_torrent(with_length(70'001)).error().where == "length");
  CHECK_FALSE(read_torrent(text));
  foreign.after = "6:pieces" + coded(std::string(61, 'x'));
  text = foreign.text();
  CHECK(read_torrent(with_length(70'000)).error().where == "pieces");
}

TEST_CASE("each wrong field is refused by its name", "[torrent]") {
  auto const why = [](auto const& spoil) {
    Foreign foreign;
    spoil(foreign);
    return foreign.why();
  };
  CHECK(why([](auto&) {}) == "");
  CHECK(why([](auto& f) { f.version = "i1e"; }) == "meta version");
  CHECK(why([](auto& f) { f.piece_length = "i32767e"; }) == "piece length");
  CHECK(why([](auto& f) { f.piece_length = "i8192e"; }) == "piece length");
  CHECK(why([](auto& f) { f.piece_length = "i-32768e"; }) == "piece length");
  CHECK(why([](auto& f) { f.piece_length = number(1ULL << 40); }) == "piece length");
  CHECK(why([](auto& f) { f.piece_length = number(kBlockBytes); }) == "piece layers");
  CHECK(why([](auto& f) { f.piece_length = number(kOnePieceBytes); }) == "piece layers");
  CHECK(why([](auto& f) { f.layers = "de"; }) == "piece layers");
  CHECK(why([](auto& f) { f.layers = "le"; }) == "piece layers");
  CHECK(why([](auto& f) { f.layers = f.layers_of({f.manifest->layer[0]}); }) == "piece layers");
  CHECK(why([](auto& f) { f.layers = f.layers_of(std::vector<Digest>(3)); }) == "piece layer");
  CHECK(why([](auto& f) { f.layers[40] = static_cast<char>(f.layers[40] ^ 1); }) == "piece layer");
  CHECK(why([](auto& f) { f.layers[5] = static_cast<char>(f.layers[5] ^ 1); }) == "piece layers");
  CHECK(why([](auto& f) {
          f.before = "5:filesle";
          f.tree = "de";
        }) != "");
  CHECK(why([](auto& f) { f.tree = "de"; }) == "file tree");
  CHECK(why([](auto& f) { f.tree = "i1e"; }) == "file tree");
  CHECK(why([](auto& f) { f.tree = "d1:ad0:" + f.file + "e1:bd0:" + f.file + "ee"; }) ==
        "file tree");
  CHECK(why([](auto& f) { f.tree = "d1:ad1:bd0:" + f.file + "eee"; }) == "file tree");
  CHECK(why([](auto& f) { f.tree = "d1:ad0:" + f.file + "1:bd0:" + f.file + "eee"; }) ==
        "file tree");
  for (auto const* name : {"", ".", "..", "a/b", "/etc/passwd", "a\nb"}) {
    CHECK(why([&](auto& f) { f.tree = "d" + coded(name) + "d0:" + f.file + "ee"; }) == "file tree");
  }
  auto const file = [](std::string const& text) {
    return [text](auto& f) { f.tree = "d1:ad0:" + text + "ee"; };
  };
  CHECK(why(file("de")) == "length");
  CHECK(why(file("d6:lengthi-1ee")) == "length");
  CHECK(why(file("d6:lengthi5ee")) == "pieces root");
  CHECK(why(file("d6:lengthi5e11:pieces root3:abce")) == "pieces root");
  CHECK(why(file("d4:attr1:l6:lengthi5e11:pieces root" + coded(std::string(32, 'a')) + "e")) ==
        "attr");
  CHECK(why(file("d6:lengthi9223372036854775807e11:pieces root" + coded(std::string(32, 'a')) +
                 "e")) == "length");
  CHECK(why(file("d6:lengthi0e11:pieces root" + coded(std::string(32, 'a')) + "e")) ==
        "piece layers");
}

TEST_CASE("torrents of version 1 and other things are refused", "[torrent]") {
  CHECK(read_torrent(
            "d4:infod6:lengthi5e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee")
            .error()
            .where == "info");
  CHECK_FALSE(read_torrent(""));
  CHECK_FALSE(read_torrent("de"));
  CHECK_FALSE(read_torrent("i1e"));
  CHECK_FALSE(read_torrent("d4:infoi1ee"));
}
