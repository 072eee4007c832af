#include "peer/messages.h"

#include <catch2/catch.hpp>
#include <random>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

Nonce some_nonce() {
  Nonce nonce{};
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::byte>(i + 1);
  return nonce;
}

}  // namespace

TEST_CASE("a hello survives the wire and a longer one of later versions is understood",
          "[messages]") {
  Hello const hello{0x0123456789abcdef, some_nonce()};
  auto const bytes = encode(hello);

  CHECK(decode_hello(bytes) == hello);
  CHECK(decode_hello("\x02" + bytes.substr(1) + "more") == hello);
}

TEST_CASE("a hello that is cut anywhere or has version 0 is none", "[messages]") {
  auto const bytes = encode(Hello{7, some_nonce()});

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_hello(bytes.substr(0, size)));
  }
  CHECK_FALSE(decode_hello(std::string(1, '\0') + bytes.substr(1)));
}

TEST_CASE("a proof survives the wire and a cut one is none", "[messages]") {
  Digest proof;
  proof.bytes.fill(std::byte{0x5a});
  auto const bytes = encode_proof(proof);

  CHECK(decode_proof(bytes) == proof);
  CHECK_FALSE(decode_proof(bytes.substr(0, bytes.size() - 1)));
  CHECK_FALSE(decode_proof(""));
}

TEST_CASE("claims survive the wire with leases in milliseconds", "[messages]") {
  std::vector<Claim> const claims{{pieces(0, 4), 1500ms}, {pieces(90, 100), 10s}};

  auto const heard = decode_claims(encode(claims), 100);

  REQUIRE(heard);
  REQUIRE(heard->size() == 2);
  CHECK((*heard)[0].pieces == pieces(0, 4));
  CHECK((*heard)[0].lease == 1500ms);
  CHECK((*heard)[1].pieces == pieces(90, 100));
}

TEST_CASE("no claims are a message too", "[messages]") {
  auto const heard = decode_claims(encode(std::vector<Claim>{}), 100);

  REQUIRE(heard);
  CHECK(heard->empty());
}

TEST_CASE("claims past the content or inverted or empty are refused", "[messages]") {
  CHECK_FALSE(decode_claims(encode({{pieces(0, 101), 1s}}), 100));
  CHECK_FALSE(decode_claims(encode({{pieces(4, 4), 1s}}), 100));
  CHECK_FALSE(decode_claims(encode({{pieces(5, 4), 1s}}), 100));
}

TEST_CASE("a lease is never longer than the limit whatever a peer says", "[messages]") {
  auto bytes = encode({{pieces(0, 1), 1s}});
  bytes.replace(bytes.size() - 4, 4, "\xff\xff\xff\xff");

  CHECK(decode_claims(bytes, 1)->front().lease == kLeaseMax);
}

TEST_CASE("too many claims are refused and never sent", "[messages]") {
  std::vector<Claim> claims;
  for (std::uint32_t i = 0; i < kClaimsMax; ++i) claims.push_back({pieces(i, i + 1), 1s});
  claims.push_back({pieces(0, 90), 1s});
  auto const bytes = encode(claims);

  auto const heard = decode_claims(bytes, 100);
  REQUIRE(heard);
  CHECK(heard->size() == kClaimsMax);
  for (auto const& claim : *heard) CHECK(claim.pieces.size() == 1);
  auto forged = bytes + bytes.substr(3, 12);
  forged[2] = static_cast<char>(kClaimsMax + 1);
  CHECK_FALSE(decode_claims(forged, 100));
}

TEST_CASE("random bytes are refused or give claims within bounds", "[messages]") {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random() % 4);
    if (auto const claims = decode_claims(bytes, 50)) {
      for (auto const& claim : *claims) {
        CHECK_FALSE(claim.pieces.empty());
        CHECK(to_number(claim.pieces.end) <= 50);
        CHECK(claim.lease <= kLeaseMax);
      }
    }
  }
}

TEST_CASE("what is said of a digest survives the wire", "[messages]") {
  DigestWord fetches;
  fetches.kind = DigestWord::Kind::fetches;
  fetches.done = 5;
  fetches.length = 9;
  fetches.rate = {1'000'000};
  DigestWord knows;
  knows.kind = DigestWord::Kind::knows;
  knows.content.length = 5'000'000;
  knows.content.root.bytes.fill(std::byte{0x5a});

  for (auto const& word : {DigestWord{}, fetches, knows}) {
    auto const bytes = encode(word);
    CHECK(decode_word(bytes) == word);
    CHECK(decode_word("\x02" + bytes.substr(1) + "more") == word);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(decode_word(bytes.substr(0, size)));
    }
  }
}

TEST_CASE("a word of no kind or of a content that cannot be is none", "[messages]") {
  DigestWord word;
  word.kind = DigestWord::Kind::knows;
  word.content.length = 0;
  CHECK_FALSE(decode_word(encode(word)));
  word.content.length = ~Bytes{0};
  CHECK_FALSE(decode_word(encode(word)));
  word.kind = DigestWord::Kind::fetches;
  word.done = 2;
  word.length = 1;
  CHECK_FALSE(decode_word(encode(word)));
  CHECK_FALSE(decode_word("\x01\x03"));
}

TEST_CASE("messages about a block have its place and their length", "[messages]") {
  auto const message = block_message(6, PieceIndex{1}, 16384, 0x01020304);

  CHECK(message == std::string("\x06\0\0\0\1\0\0\x40\0\1\2\3\4", 13));
  CHECK(framed(message) == std::string("\0\0\0\x0d", 4) + message);
}

TEST_CASE("a piece layer goes in parts that fit into messages", "[messages]") {
  std::vector<Digest> layer(300);
  for (std::size_t i = 0; i < layer.size(); ++i) layer[i].bytes[0] = static_cast<std::byte>(i);

  std::vector<Digest> got;
  for (auto const& message : encode_layer(layer)) {
    CHECK(message.size() <= kMessageBytesMax - 2);
    auto const part = decode_layer(message, 300);
    REQUIRE(part);
    CHECK(part->begin == got.size());
    got.insert(got.end(), part->hashes.begin(), part->hashes.end());
    CHECK_FALSE(decode_layer(message, part->begin));
    CHECK_FALSE(decode_layer(message.substr(1), 300));
    CHECK_FALSE(decode_layer(message + "x", 300));
    CHECK_FALSE(decode_layer(message.substr(0, 5), 300));
  }

  CHECK(got == layer);
}

TEST_CASE("what is done with many contents survives the wire in as many messages as it takes",
          "[messages]") {
  std::vector<CompanyWord> words;
  for (std::uint64_t i = 0; i <= kCompanyWordsMax; ++i) {
    words.push_back({i << 40, static_cast<CompanyWord::Kind>(i % 4)});
  }
  auto const messages = encode_company(words, true);

  REQUIRE(messages.size() == 2);
  CHECK(messages[0].size() <= kMessageBytesMax);
  auto first = decode_company(messages[0]);
  auto const second = decode_company(messages[1]);
  REQUIRE((first && second));
  CHECK(first->anew);
  CHECK_FALSE(second->anew);
  first->words.insert(first->words.end(), second->words.begin(), second->words.end());
  CHECK(first->words == words);
  CHECK(encode_company({}, false).empty());
  CHECK(decode_company(encode_company({}, true).front()) == CompanyNote{true, {}});
}

TEST_CASE("what is said of many contents counts only when it is well formed", "[messages]") {
  auto const message = encode_company({{7, CompanyWord::Kind::has}}, false).front();
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK_FALSE(decode_company(message.substr(0, size)));
  }
  CHECK(decode_company("\x02" + message.substr(1) + "more"));
  auto wrong = message;
  wrong[4] = 4;
  CHECK_FALSE(decode_company(wrong));
  auto many = message;
  many[2] = many[3] = '\xff';
  CHECK_FALSE(decode_company(many));
}
