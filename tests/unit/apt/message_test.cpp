#include "api/apt/message.h"

#include <catch2/catch.hpp>

using namespace freshet::apt;

namespace {

constexpr std::string_view kAcquire =
    "600 URI Acquire\nURI: http://a/b\nFilename: /c\nExpected-SHA256: 00\n\n";

}  // namespace

TEST_CASE("messages of apt come back as they were", "[apt]") {
  MessageReader reader;
  reader.feed(kAcquire);
  Message message;
  REQUIRE(reader.take(message));
  CHECK(message.code == 600);
  CHECK(message.words == "URI Acquire");
  CHECK(message.get("uri") == "http://a/b");
  CHECK(message.has("FILENAME"));
  CHECK_FALSE(message.has("Last-Modified"));
  CHECK(to_text(message) == kAcquire);
  CHECK_FALSE(reader.take(message));
}

TEST_CASE("messages of apt are read in any pieces", "[apt]") {
  MessageReader reader;
  auto const text = "\n\n" + std::string(kAcquire) + "\r\n102 Status\r\nMessage: x\r\r\n\r\n";
  std::vector<int> codes;
  Message message;
  for (char const c : text) {
    reader.feed({&c, 1});
    while (reader.take(message)) codes.push_back(message.code);
  }
  CHECK(codes == std::vector{600, 102});
  CHECK(message.get("Message") == "x");
}

TEST_CASE("values of apt go on in indented lines", "[apt]") {
  std::string_view const text = "400 URI Failure\nMessage: one\n two\n  three\nURI: a\n\n";
  MessageReader reader;
  reader.feed(text);
  Message message;
  REQUIRE(reader.take(message));
  CHECK(message.get("Message") == "one\n two\n  three");
  CHECK(to_text(message) == text);
}

TEST_CASE("what is no message of apt is passed over", "[apt]") {
  MessageReader reader;
  reader.feed("hello\nworld: x\n\n99 Small\n\n601x\n\n102 Status\nMessage: y\n: z\nno colon\n\n");
  Message message;
  REQUIRE(reader.take(message));
  CHECK(message.code == 102);
  CHECK(message.fields.size() == 1);
}

TEST_CASE("a message of apt without end is refused", "[apt]") {
  MessageReader reader;
  reader.feed(std::string(MessageReader::kMessageBytesMax + 1, 'a'));
  Message message;
  CHECK_FALSE(reader.take(message));
  CHECK(reader.broken());
}
