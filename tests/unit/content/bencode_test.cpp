#include "engine/content/bencode.h"

#include <catch2/catch.hpp>
#include <random>

using namespace freshet;

namespace {

bool refused(std::string_view text) {
  return !parse_bencode(text);
}

void write(BencodeWriter& writer, BencodeValue const& value) {
  if (auto const number = value.integer()) writer.integer(*number);
  if (auto const text = value.string()) writer.string(*text);
  if (auto const* list = value.list()) {
    writer.begin_list();
    for (auto const& entry : *list) write(writer, entry);
    writer.end();
  }
  if (auto const* dict = value.dict()) {
    writer.begin_dict();
    for (auto const& [key, entry] : *dict) write(writer.key(key), entry);
    writer.end();
  }
}

std::string random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 4 : 2)) {
    case 0:
      return "i" + std::to_string(static_cast<std::int64_t>(random()) - 2'000'000'000) + "e";
    case 1: {
      std::string const text(random() % 30, static_cast<char>(random()));
      return std::to_string(text.size()) + ":" + text;
    }
    case 2: {
      std::string list = "l";
      for (auto n = random() % 4; n > 0; --n) list += random_value(random, depth - 1);
      return list + "e";
    }
    default: {
      std::string dict = "d";
      for (auto n = random() % 4, key = 0UL; key < n; ++key) {
        dict +=
            "1:" + std::string(1, static_cast<char>('a' + key)) + random_value(random, depth - 1);
      }
      return dict + "e";
    }
  }
}

}  // namespace

TEST_CASE("bencoded values are read with their types", "[bencode]") {
  std::string const text = "d4:infod1:ai-7e1:bl0:3:xyzee3:numi42ee";
  auto const value = parse_bencode(text);

  REQUIRE(value);
  CHECK(value->find("num")->integer() == 42);
  CHECK(value->find("info")->find("a")->integer() == -7);
  CHECK(value->find("info")->find("b")->list()->at(1).string() == "xyz");
  CHECK(value->find("info")->encoded() == "d1:ai-7e1:bl0:3:xyzee");
  CHECK(value->find("none") == nullptr);
  CHECK(value->find("num")->find("x") == nullptr);
  CHECK_FALSE(value->find("num")->string());
}

TEST_CASE("every other spelling is refused", "[bencode]") {
  for (auto const* bad : {"",
                          "i",
                          "ie",
                          "i-e",
                          "i-0e",
                          "i01e",
                          "i-01e",
                          "i+1e",
                          "i 1e",
                          "i1",
                          "i1.5e",
                          "i9223372036854775808e",
                          "1",
                          "1:",
                          "01:a",
                          "-1:a",
                          "2:a",
                          ":",
                          "99999999999999999999:",
                          "l",
                          "le1",
                          "lee",
                          "d",
                          "d1:ae",
                          "di1e1:ae",
                          "d1:bi1e1:ai1ee",
                          "d1:ai1e1:ai1ee",
                          "i1ei2e",
                          "x",
                          "d1:a",
                          "e"}) {
    INFO(bad);
    CHECK(refused(bad));
  }
  CHECK(parse_bencode("i9223372036854775807e")->integer() == INT64_MAX);
  CHECK(parse_bencode("i-9223372036854775808e")->integer() == INT64_MIN);
  CHECK(parse_bencode("i0e")->integer() == 0);
  CHECK(parse_bencode("0:")->string() == "");
}

TEST_CASE("nesting and counts have limits", "[bencode]") {
  auto const nested = [](std::size_t depth) {
    return std::string(depth, 'l') + std::string(depth, 'e');
  };
  CHECK(parse_bencode(nested(kBencodeDepthMax + 1)));
  CHECK(refused(nested(kBencodeDepthMax + 2)));
  CHECK(refused(std::string(1'000'000, 'l')));

  auto const wide = [](std::size_t values) {
    std::string text = "l";
    for (std::size_t i = 0; i < values; ++i) text += "0:";
    return text + "e";
  };
  CHECK(parse_bencode(wide(kBencodeValuesMax - 1)));
  CHECK(refused(wide(kBencodeValuesMax)));
}

TEST_CASE("what is read writes the same bytes again", "[bencode]") {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    auto const text = random_value(random, 4);
    auto const value = parse_bencode(text);
    REQUIRE(value);

    BencodeWriter writer;
    write(writer, *value);

    REQUIRE(writer.take() == text);
  }
}

TEST_CASE("a value cut anywhere or with one flipped bit never breaks the reader", "[bencode]") {
  std::string const text = "d4:infod1:ai-7e1:bl0:3:xyzee3:numi42ee";
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK(refused(text.substr(0, size)));
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = text;
      flipped[size] = static_cast<char>(flipped[size] ^ (1 << bit));
      if (auto const value = parse_bencode(flipped)) {
        BencodeWriter writer;
        write(writer, *value);
        REQUIRE(writer.take() == flipped);
      }
    }
  }
}
