#include "api/node/objects/body.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace freshet::node {

namespace {

std::span<std::byte const> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text_at(Body const& body, Bytes at, Bytes most = 100) {
  Body::Run run;
  if (body.look(at, most, run) != Body::Look::ready || !run.chunk) return {};
  void const* const first = run.bytes.data();
  return {static_cast<char const*>(first), run.bytes.size()};
}

BodyFile some_file() {
  std::string path = "/tmp/freshet-body-XXXXXX";
  local::Descriptor file(::mkstemp(path.data()));
  ::unlink(path.c_str());
  return std::make_shared<local::Descriptor const>(std::move(file));
}

}  // namespace

TEST_CASE("a body gives what came of it and waits for the rest", "[body]") {
  Body body(10);
  REQUIRE(body.add(0, bytes("hello"), 100));

  Body::Run run;
  CHECK(text_at(body, 0) == "hello");
  CHECK(text_at(body, 3) == "lo");
  CHECK(body.look(5, 1, run) == Body::Look::wait);
  CHECK(body.look(10, 1, run) == Body::Look::end);
}

TEST_CASE("a bell of a body rings when the byte it waits for has come", "[body]") {
  Body body(20);
  int rung = 0;
  body.wait_for(7, [&] { ++rung; });

  REQUIRE(body.add(0, bytes("hello"), 100));
  body.tell();
  CHECK(rung == 0);
  REQUIRE(body.add(5, bytes("world"), 100));
  body.tell();
  CHECK(rung == 1);
  REQUIRE(body.add(10, bytes("!"), 100));
  body.tell();
  CHECK(rung == 1);
}

TEST_CASE("a body whose bytes are judged shows none of them before", "[body]") {
  Body body(10, Body::Use::judged);
  int rung = 0;
  body.wait_for(0, [&] { ++rung; });
  body.set_file(some_file());

  REQUIRE(body.add(0, bytes("hello"), 0));
  body.tell();
  Body::Run run;
  CHECK(body.look(0, 10, run) == Body::Look::wait);
  CHECK(body.in_memory() == 0);

  body.written({0, 5});
  CHECK(rung == 1);
  CHECK(body.look(0, 10, run) == Body::Look::ready);
  CHECK(run.range == ByteRange{0, 5});
}

TEST_CASE("readers of a body are told once of all that came in one go", "[body]") {
  Body body(20);
  int rung = 0;
  body.wait_for(0, [&] { ++rung; });

  REQUIRE(body.add(0, bytes("hello"), 100));
  REQUIRE(body.add(5, bytes("world"), 100));
  CHECK(rung == 0);
  body.tell();

  CHECK(rung == 1);
}

TEST_CASE("the last byte of a body that has to be judged comes with its end", "[body]") {
  Body body(10);
  body.hold_back_end();
  REQUIRE(body.add(0, bytes("helloworld"), 100));
  Body::Run run;
  CHECK(text_at(body, 0) == "helloworl");
  CHECK(body.look(9, 1, run) == Body::Look::wait);
  bool rung = false;
  body.wait_for(9, [&] { rung = true; });

  body.finish(10);

  CHECK(rung);
  CHECK(text_at(body, 9) == "d");
  CHECK(body.look(10, 1, run) == Body::Look::end);
}

TEST_CASE("the last byte of a body that was judged false never comes", "[body]") {
  Body body(10);
  body.set_file(some_file());
  body.hold_back_end();
  body.written({0, 10});

  body.fail({Errc::digest_mismatch, {}, {}});

  Body::Run run;
  REQUIRE(body.look(0, 100, run) == Body::Look::ready);
  CHECK(run.range == ByteRange{0, 9});
  CHECK(body.look(9, 1, run) == Body::Look::failed);
}

TEST_CASE("a body tells whoever fills it which byte is waited for", "[body]") {
  Body body(100);
  std::vector<Bytes> wanted;
  body.listen(
      {.wanted = [&](Bytes at) { wanted.push_back(at); }, .room = nullptr, .deserted = nullptr});
  REQUIRE(body.add(0, bytes("hello"), 100));

  body.wait_for(0, [] {});
  body.wait_for(50, [] {});

  CHECK(wanted == std::vector<Bytes>{50});
}

TEST_CASE("what is written to the file of a body leaves memory and is read from there", "[body]") {
  Body body(10);
  body.set_file(some_file());
  REQUIRE(body.add(0, bytes("hello"), 100));
  REQUIRE(body.in_memory() == 5);

  body.written({0, 5});

  Body::Run run;
  CHECK(body.in_memory() == 0);
  REQUIRE(body.look(1, 100, run) == Body::Look::ready);
  CHECK(run.file != nullptr);
  CHECK(run.range == ByteRange{1, 5});
}

TEST_CASE("bytes that were written before they were added take no memory", "[body]") {
  Body body(10);
  body.set_file(some_file());
  body.written({0, 5});

  REQUIRE(body.add(0, bytes("hello"), 100));

  CHECK(body.in_memory() == 0);
}

TEST_CASE("a body that is full takes no more until half of it has gone", "[body]") {
  Body body(1000, Body::Use::passed_on);
  int rooms = 0;
  body.listen({.wanted = nullptr, .room = [&] { ++rooms; }, .deserted = nullptr});
  std::string const much(Body::kChunkBytes, 'a');
  REQUIRE(body.add(0, bytes(much), 10));

  CHECK_FALSE(body.add(much.size(), bytes("more"), 10));
  CHECK(rooms == 0);
  body.forget_before(much.size());
  CHECK(rooms == 1);
  CHECK(body.add(much.size(), bytes("more"), 10));
}

TEST_CASE("memory that is given up is room for others", "[body]") {
  Body body(1'000'000);
  int rooms = 0;
  body.listen({.wanted = nullptr, .room = [&] { ++rooms; }, .deserted = nullptr});
  std::string const much(Body::kChunkBytes, 'a');
  REQUIRE(body.add(0, bytes(much), 10));
  REQUIRE_FALSE(body.add(500'000, bytes(much), 10));

  body.give_up({0, much.size()});

  CHECK(rooms == 1);
  CHECK(body.add(500'000, bytes(much), 10));
}

TEST_CASE("a reader of a body that failed gets what is there and then the failure", "[body]") {
  Body body(10);
  REQUIRE(body.add(0, bytes("hello"), 100));
  bool rung = false;
  body.wait_for(5, [&] { rung = true; });

  body.fail({Errc::connection_lost, {}, {}});

  Body::Run run;
  CHECK(rung);
  CHECK(text_at(body, 0) == "hello");
  CHECK(body.look(5, 1, run) == Body::Look::failed);
}

TEST_CASE("a body of unknown length ends where it is said to", "[body]") {
  Body body(std::nullopt);
  REQUIRE(body.add(0, bytes("hello"), 100));
  Body::Run run;
  REQUIRE(body.look(5, 1, run) == Body::Look::wait);

  body.finish(5);

  CHECK(body.look(5, 1, run) == Body::Look::end);
  CHECK(body.text() == "hello");
}

TEST_CASE("bytes of a body that are given up are taken from another source", "[body]") {
  Body body(10);
  REQUIRE(body.add(0, bytes("hellXXX"), 100));

  body.give_up({4, 7});
  REQUIRE(body.add(4, bytes("o you"), 100));

  CHECK(body.text() == "hello you");
  CHECK(body.in_memory() == 9);
}

TEST_CASE("the last reader of a body that leaves is told of", "[body]") {
  auto const body = std::make_shared<Body>(10);
  int deserted = 0;
  body->listen({.wanted = nullptr, .room = nullptr, .deserted = [&] { ++deserted; }});

  auto one = std::make_unique<BodySeat>(body);
  auto other = std::make_unique<BodySeat>(body);
  one.reset();
  CHECK(deserted == 0);
  other.reset();
  CHECK(deserted == 1);
}

}  // namespace freshet::node
