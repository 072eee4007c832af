#include "api/node/objects/object_index.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_table.h"

namespace freshet::node {

namespace {

using test::MemoryTable;

class MovedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return time; }
  WallTime time{std::chrono::hours{1'000'000}};
};

struct World {
  MemoryTable table;
  MovedClock clock;
  ObjectIndex open(IndexLimits limits = {}) { return *ObjectIndex::open(table, clock, limits); }
};

ObjectRecord record(ObjectIndex& index, Bytes length, SpoolId spool = SpoolId::none) {
  ObjectRecord record;
  record.id = index.new_id();
  record.head.fields.add("ETag", "\"a\"");
  record.head.vary_key = "accept: b\n";
  record.head.received = WallTime{std::chrono::seconds{77}};
  record.length = length;
  record.spool = spool;
  record.complete = true;
  if (spool != SpoolId::none) record.content = ContentId{length, {}};
  return record;
}

bool nothing(std::string const&) {
  return false;
}

}  // namespace

TEST_CASE("the index gives back what it was given to the next start too", "[object_index]") {
  World world;
  auto index = world.open();
  auto small = record(index, 5);
  auto const large = record(index, 1_MiB, SpoolId{7});
  REQUIRE(index.replace("http://a/x", {small, large}, {{small.id, "hello"}}));

  auto again = world.open();

  auto const found = again.find("http://a/x");
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  small.used = found->front().used;
  CHECK(found->front() == small);
  CHECK(again.body(small.id) == std::string("hello"));
  CHECK(world.table.held == std::set{SpoolId{7}});
  CHECK(again.sums().objects == 2);
  CHECK(again.new_id() > large.id);
}

TEST_CASE("nothing is left of what was removed from the index", "[object_index]") {
  World world;
  auto index = world.open();
  auto const before = world.table.entries.size();
  auto const small = record(index, 5);
  REQUIRE(index.replace("http://a/x", {small}, {{small.id, "hello"}}));
  REQUIRE(index.replace("http://a/y", {record(index, 9, SpoolId{3})}));

  REQUIRE(index.replace("http://a/x", {}));
  REQUIRE(index.replace("http://a/y", {}));

  CHECK(world.table.entries.size() == before + 1);  // The sums.
  CHECK(world.table.held.empty());
  CHECK(index.sums().bytes == 0);
  CHECK(index.sums().objects == 0);
}

TEST_CASE("an object whose head changes keeps its bytes", "[object_index]") {
  World world;
  auto index = world.open();
  auto small = record(index, 5);
  REQUIRE(index.replace("http://a/x", {small}, {{small.id, "hello"}}));

  small.head.fields.set("Age", "1");
  REQUIRE(index.replace("http://a/x", {small}));

  CHECK(index.body(small.id) == std::string("hello"));
  CHECK(index.find("http://a/x")->front().head.fields.has("Age"));
  CHECK(index.sums().objects == 1);
}

TEST_CASE("what was not used for longest goes first and nothing that is kept", "[object_index]") {
  World world;
  auto index = world.open({.bytes_max = 1_GiB, .objects_max = 2});
  std::vector<ObjectRecord> made;
  for (auto const* const url : {"http://a/1", "http://a/2", "http://a/3", "http://a/4"}) {
    made.push_back(record(index, 10));
    REQUIRE(index.replace(url, {made.back()}));
    world.clock.time += std::chrono::hours{1};
  }
  index.touch("http://a/1", made[0].id);

  std::vector<std::string> gone;
  index.trim([](std::string const& url) { return url == "http://a/2"; },
             [&](std::string const& url) { gone.push_back(url); });

  CHECK(gone == std::vector<std::string>{"http://a/3", "http://a/4"});
  CHECK(index.find("http://a/1")->size() == 1);
}

TEST_CASE("objects go when they were not used for as long as they may", "[object_index]") {
  World world;
  auto index = world.open({.age_max = std::chrono::hours{24}});
  REQUIRE(index.replace("http://a/1", {record(index, 10)}));
  world.clock.time += std::chrono::hours{20};
  REQUIRE(index.replace("http://a/2", {record(index, 10)}));
  world.clock.time += std::chrono::hours{20};

  index.trim(nothing, [](std::string const&) {});

  CHECK(index.find("http://a/1")->empty());
  CHECK(index.find("http://a/2")->size() == 1);
}

TEST_CASE("a prefix and a content lead to the URLs that are purged by them", "[object_index]") {
  World world;
  auto index = world.open();
  auto const large = record(index, 9, SpoolId{3});
  REQUIRE(index.replace("http://a/x/1", {large}));
  REQUIRE(index.replace("http://a/x/2", {record(index, 5)}));
  REQUIRE(index.replace("http://a/y", {record(index, 5)}));
  CHECK(index.urls_of(*large.content) == std::vector<std::string>{"http://a/x/1"});

  std::vector<std::string> gone;
  auto const purged =
      index.purge_prefix("http://a/x/", [&](std::string const& url) { gone.push_back(url); });

  CHECK(purged == 2U);
  CHECK(gone.size() == 2);
  CHECK(index.find("http://a/y")->size() == 1);
}

}  // namespace freshet::node
