#include "engine/content/piece_hash_file.h"

#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;

namespace {

// Published: do-api.md 10.3 of the reference gives it as the one that real clients accept.
std::string const kPublished = R"({"MajorVersion":1,"MinorVersion":0,)"
                               R"("HashOfHashes":"bLR+YkW147Gf10YSrQ6lgW3AC9E1aDesK3TaSr0DHJA=",)"
                               R"("ContentLength":244530,"PieceSize":1048576,)"
                               R"("Pieces":["J/rmYNjGCeAgcDu0Y7ZgHmKBHcddsZl1vLfWjZWbUn0="]})";

PieceHashes hashes_of(std::span<std::byte const> bytes, std::uint32_t piece_length) {
  PieceHashes hashes{bytes.size(), piece_length, {}, {}};
  while (!bytes.empty()) {
    auto const piece = bytes.first(std::min<std::size_t>(piece_length, bytes.size()));
    hashes.pieces.push_back(sha256(piece));
    bytes = bytes.subspan(piece.size());
  }
  hashes.hash_of_hashes = hash_of_hashes(hashes);
  return hashes;
}

std::string with(std::string_view what, std::string_view instead) {
  auto text = kPublished;
  auto const at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

}  // namespace

TEST_CASE("the published piece hash file is read and written", "[piece_hash_file]") {
  auto const hashes = read_piece_hash_file(kPublished);

  REQUIRE(hashes);
  CHECK((*hashes)->length == 244'530);
  CHECK((*hashes)->piece_length == 1'048'576);
  CHECK((*hashes)->pieces.size() == 1);
  CHECK(write_piece_hash_file(**hashes) == kPublished);
  CHECK(read_piece_hash_file(kPublished, (*hashes)->hash_of_hashes));
  CHECK(read_piece_hash_file(kPublished, Digest{}).error().code == Errc::manifest_mismatch);
}

TEST_CASE("white space and unknown members in any order are passed over", "[piece_hash_file]") {
  auto const extra =
      R"( "X" : [ {"a\"":"\u0041"}, -1.5e+3, true, null, "", [], {} ] , "PieceSize")";

  CHECK(read_piece_hash_file(with("\"PieceSize\"", extra)));
  CHECK(read_piece_hash_file("\t" + kPublished + "\r\n"));
  CHECK(read_piece_hash_file(with("J/rm", "J\\/rm")));
}

TEST_CASE("a piece hash file with a flaw is refused", "[piece_hash_file]") {
  std::pair<char const*, char const*> const flaws[] = {
      {"\"MajorVersion\":1", "\"MajorVersion\":2"},
      {"\"MajorVersion\":1,", ""},
      {"\"MajorVersion\":1", "\"MajorVersion\":1,\"MajorVersion\":1"},
      {"244530", "244531"},
      {"244530", "-1"},
      {"244530", "2.5"},
      {"244530", "2e5"},
      {"244530", "0244530"},
      {"244530", "18446744073709551616"},
      {"244530", "18446744073709551615"},
      {"244530", "\"244530\""},
      {"1048576", "0"},
      {"1048576", "1000"},
      {"1048576", "4294967296"},
      {"1048576", "524288"},
      {"bLR+", "cLR+"},
      {"J/rm", "K/rm"},
      {"J/rm", "J\\u002frm"},
      {"Un0=\"", "Un0=\","},
      {"Un0=\"", "Un0=\",\"\""},
      {"[", ""},
      {"]}", "]"},
      {"]}", "]}x"},
      {"{", "{{"},
      {"Pieces", "pieces"},
      {"\"Pieces\"", "\"X\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],\"Pieces\""},
      {"\"Pieces\"", "\"X\":tru,\"Pieces\""},
      {"\"Pieces\"", "\"X\":\"\n\",\"Pieces\""},
  };
  for (auto const& [what, instead] : flaws) {
    INFO(what << " becomes " << instead);
    auto const read = read_piece_hash_file(with(what, instead));
    CHECK(!read);
    CHECK((read || read.error().code == Errc::manifest_invalid));
  }
  for (std::size_t size = 0; size < kPublished.size(); ++size) {
    CHECK_FALSE(read_piece_hash_file(kPublished.substr(0, size)));
  }
}

TEST_CASE("the verifier names the pieces that are wrong", "[piece_hash_file]") {
  auto bytes = model::random_bytes(300'000, 1);
  auto const hashes = std::make_shared<PieceHashes const>(hashes_of(bytes, 65'536));
  bytes[70'000] ^= std::byte{1};
  bytes.back() ^= std::byte{1};
  auto const step = GENERATE(as<std::size_t>{}, 1'000, 65'536, 100'000, 300'000);

  PieceHashVerifier verifier(hashes);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto const rest = std::span(bytes).subspan(at);
    REQUIRE(verifier.update(rest.first(std::min(step, rest.size()))));
  }

  CHECK(verifier.wrong() == std::vector{ByteRange{65'536, 131'072}, ByteRange{262'144, 300'000}});
  CHECK(verifier.finish().error().code == Errc::digest_mismatch);
}

TEST_CASE("the verifier wants exactly the whole", "[piece_hash_file]") {
  auto const bytes = model::random_bytes(100'000, 2);
  auto const hashes = std::make_shared<PieceHashes const>(hashes_of(bytes, 65'536));

  PieceHashVerifier verifier(hashes);
  REQUIRE(verifier.update(std::span(bytes).first(99'999)));
  CHECK(verifier.finish().error().code == Errc::length_mismatch);
  CHECK(verifier.update(std::span(bytes).first(2)).error().code == Errc::length_mismatch);
  REQUIRE(verifier.update(std::span(bytes).last(1)));
  CHECK(verifier.finish());

  auto const empty = std::make_shared<PieceHashes const>(hashes_of({}, 65'536));
  CHECK(PieceHashVerifier(empty).finish());
  CHECK(read_piece_hash_file(write_piece_hash_file(*empty)));
}
