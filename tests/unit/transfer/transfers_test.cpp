#include "engine/transfer/transfers.h"

#include <catch2/catch.hpp>
#include <set>

#include "engine/content/torrent_file.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

TEST_CASE("a small file takes one request", "[transfers]") {
  auto const bytes = sim_bytes(4000);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  CHECK(world.bytes_of(wish) == bytes);
  CHECK(server.requests == 1);
  CHECK(world.told[wish].result->trust == Trust::computed);
  CHECK(world.told[wish].result->content == manifest_of(bytes)->content);
}

TEST_CASE("a fetch counts for the limit of its job and the loosest of several jobs",
          "[transfers]") {
  TransferWorld world;
  auto& server = world.serve("origin", sim_bytes(8 << 20));
  server.rate = 1 << 20;
  auto slow = TransferWorld::wish({"origin"});
  slow.limit = {LimitId{1}, BytesPerSecond{1000}};
  auto quick = slow;
  quick.limit = {LimitId{2}, BytesPerSecond{2000}};
  auto const limits = [&] {
    std::set<LimitId> ids;
    for (auto const id : world.origin.open_fetches()) ids.insert(world.origin.fetch_limits[id].id);
    return ids;
  };

  static_cast<void>(world.want(slow));
  world.loop.run_for(1s);
  CHECK(limits() == std::set{LimitId{1}});
  auto const second = world.want(quick);
  world.loop.run_for(100ms);
  CHECK(limits() == std::set{LimitId{2}});
  world.transfers->drop(second);
  CHECK(limits() == std::set{LimitId{1}});
}

TEST_CASE("an empty file is transferred", "[transfers]") {
  TransferWorld world;
  world.serve("origin", "");

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  REQUIRE(world.told[wish].result);
  CHECK(world.told[wish].result->length == 0);
}

TEST_CASE("a large file comes over several connections and no byte comes twice", "[transfers]") {
  auto const bytes = sim_bytes(20 << 20);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.connection_rate = 2e6;

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  CHECK((world.bytes_of(wish) == bytes));
  CHECK(server.connections_peak > 2);
  CHECK(server.sent <= bytes.size() * 101 / 100);
}

TEST_CASE("a server without ranges sends everything in one stream", "[transfers]") {
  auto const bytes = sim_bytes(5 << 20);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.ranges = false;

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  CHECK((world.bytes_of(wish) == bytes));
  CHECK(server.requests == 1);
}

TEST_CASE("a body of unknown length ends where the stream ends", "[transfers]") {
  auto const bytes = sim_bytes(3'000'000);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.files["/file"].tell_length = false;

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  CHECK((world.bytes_of(wish) == bytes));
  CHECK(world.told[wish].result->length == bytes.size());
}

TEST_CASE("a body that ends elsewhere than it must is not asked for without end", "[transfers]") {
  auto const bytes = sim_bytes(3'000'000);
  TransferWorld world;
  auto& server = world.serve("origin", bytes.substr(0, 1'000'000));
  server.files["/file"].tell_length = false;
  auto wish = TransferWorld::wish({"origin"});
  wish.file.content = manifest_of(bytes)->content;

  auto const id = world.want(std::move(wish));

  REQUIRE(world.run(id));
  CHECK(world.told[id].error->code == Errc::length_mismatch);
  CHECK(server.requests <= 10);
}

TEST_CASE("a server without ranges that always breaks off is given up", "[transfers]") {
  auto const bytes = sim_bytes(5 << 20);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.ranges = false;
  server.faults.cut = 1;

  auto const id = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(id));
  CHECK(world.told[id].error->code == Errc::connection_lost);
}

TEST_CASE("the store may say of a stream's pieces after its end", "[transfers]") {
  auto const bytes = sim_bytes(3'000'000);
  TransferWorld world;
  world.store.judge_time = 300ms;
  auto& server = world.serve("origin", bytes);
  server.ranges = false;
  server.files["/file"].tell_length = false;

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  CHECK((world.bytes_of(wish) == bytes));
  CHECK(server.requests == 1);
}

TEST_CASE("with a SHA-256 the right bytes are transferred and others are not", "[transfers]") {
  auto const bytes = sim_bytes(300'000);
  TransferWorld world;
  world.serve("origin", bytes);
  auto right = TransferWorld::wish({"origin"});
  right.file.sha256 = sha256_of(bytes);
  auto wrong = TransferWorld::wish({"origin"});
  wrong.file.sha256 = sha256_of("something else");

  auto const first = world.want(right);
  auto const second = world.want(wrong);

  REQUIRE(world.run(first));
  REQUIRE(world.run(second));
  CHECK(world.told[first].result->trust == Trust::job);
  CHECK_FALSE(world.told[second].result);
  REQUIRE(world.told[second].error);
  CHECK(world.told[second].error->code == Errc::digest_mismatch);
  CHECK(world.told[second].error->where == "http://origin/file");
}

TEST_CASE("what has arrived of a file is ready before the rest unless the whole decides",
          "[transfers]") {
  auto const bytes = sim_bytes(8 << 20);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.rate = 1 << 20;
  auto whole = TransferWorld::wish({"origin"});
  whole.file.sha256 = sha256_of(bytes);

  auto const plain = world.want(TransferWorld::wish({"origin"}));
  CHECK(world.transfers->ready(plain, 0).empty());
  world.loop.run_for(4s);
  auto const ready = world.transfers->ready(plain, 0);
  CHECK(ready.begin == 0);
  CHECK(ready.size() > 0);
  CHECK(ready.size() < bytes.size());
  CHECK(world.transfers->ready(plain, ready.end).empty());
  REQUIRE(world.run(plain));

  TransferWorld other;
  other.serve("origin", bytes).rate = 1 << 20;
  auto const decided = other.want(whole);
  other.loop.run_for(4s);
  CHECK(other.transfers->progress(decided).done > 0);
  CHECK(other.transfers->ready(decided, 0).empty());
}

TEST_CASE("a mirror that lies is named and banned and the others finish", "[transfers]") {
  auto const bytes = sim_bytes(16 << 20);
  TransferWorld world;
  world.serve("good", bytes).connection_rate = 3e6;
  auto& liar = world.serve("liar", bytes);
  liar.connection_rate = 3e6;
  liar.faults.corrupt = 1;
  auto wish = TransferWorld::wish({"good", "liar"});
  auto const manifest = manifest_of(bytes);
  wish.file.content = manifest->content;
  wish.file.manifest = "http://good/manifest";
  SimFile document;
  document.bytes = std::make_shared<std::string const>(*write_torrent(*manifest, {}));
  world.origin.server("good").files["/manifest"] = document;

  auto const id = world.want(wish);

  REQUIRE(world.run(id));
  CHECK((world.bytes_of(id) == bytes));
  CHECK(world.why_has(id, "source_banned"));
  INFO(world.transfers->why(id));
  CHECK(world.transfers->why(id).find("\"name\":\"http://liar/file\",\"state\":\"banned\"") !=
        std::string::npos);
}

TEST_CASE("a mixed content with a wrong digest is fetched from each source alone", "[transfers]") {
  auto const bytes = sim_bytes(8 << 20);
  TransferWorld world;
  auto& liar = world.serve("liar", bytes);
  liar.connection_rate = 1e6;
  liar.faults.corrupt = 1;
  world.serve("good", bytes).connection_rate = 1e6;
  auto wish = TransferWorld::wish({"liar", "good"});
  wish.file.sha256 = sha256_of(bytes);

  auto const id = world.want(wish);

  REQUIRE(world.run(id));
  INFO(world.transfers->why(id));
  REQUIRE(world.told[id].result);
  CHECK((world.bytes_of(id) == bytes));
  CHECK(world.why_has(id, "digest_mismatch"));
  CHECK(world.why_has(id, "source_banned"));
}

TEST_CASE("a wish goes on where an earlier one stopped", "[transfers]") {
  auto const bytes = sim_bytes(10 << 20);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.connection_rate = 1e6;
  auto const first = world.want(TransferWorld::wish({"origin"}));
  world.loop.run_until([&] { return world.transfers->progress(first).done > (5 << 20); }, 1h);
  auto const told = world.told[first];
  world.transfers->drop(first);
  world.loop.run_for(10s);
  auto const sent = server.sent;

  auto wish = TransferWorld::wish({"origin"});
  wish.spool = told.spool;
  wish.validator = told.validator;
  auto const second = world.want(wish);

  REQUIRE(world.run(second));
  CHECK((world.bytes_of(second) == bytes));
  CHECK(sent < bytes.size() * 3 / 4);
  CHECK(server.sent - sent < bytes.size() / 2 + (2 << 20));
}

TEST_CASE("who wants a content in the moment in which it ends for others gets it", "[transfers]") {
  auto const bytes = sim_bytes(100'000);
  TransferWorld world;
  world.serve("origin", bytes);
  auto second = WishId::none;
  world.when_transferred = [&] { second = world.want(TransferWorld::wish({"origin"})); };
  auto const first = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(first));
  REQUIRE(world.run(second));
  CHECK((world.bytes_of(second) == bytes));
}

TEST_CASE("who wants a content in the moment in which others give it up gets it", "[transfers]") {
  auto const bytes = sim_bytes(100'000);
  TransferWorld world;
  world.serve("origin", bytes);
  auto const first = world.want(TransferWorld::wish({"origin"}));
  world.loop.run_until([&] { return world.told[first].spool != SpoolId::none; }, 1h);
  auto const second = world.want(TransferWorld::wish({"origin"}));
  world.transfers->drop(first);

  REQUIRE(world.run(second));
  CHECK((world.bytes_of(second) == bytes));
}

TEST_CASE("when the file changes at the origin everything starts over and nothing is mixed",
          "[transfers]") {
  auto const before = sim_bytes(10 << 20, 1);
  auto const after = sim_bytes(9 << 20, 2);
  TransferWorld world;
  auto& server = world.serve("origin", before, "v1");
  server.connection_rate = 1e6;
  auto const wish = world.want(TransferWorld::wish({"origin"}));
  world.loop.run_until([&] { return world.transfers->progress(wish).done > (4 << 20); }, 1h);

  world.serve("origin", after, "v2");

  REQUIRE(world.run(wish));
  CHECK((world.bytes_of(wish) == after));
  CHECK(world.why_has(wish, "content_changed"));
  CHECK(world.told[wish].spools_told == 2);
  CHECK(world.told[wish].validator.etag == "\"v2\"");
}

TEST_CASE("a source that never answers does not keep one without ranges waiting", "[transfers]") {
  auto const bytes = sim_bytes(8 << 20);
  bool const judged = GENERATE(true, false);
  TransferWorld world;
  world.serve("mute", bytes).faults.silent = 1;
  auto& server = world.serve("plain", bytes);
  server.ranges = false;
  auto wish = TransferWorld::wish({"mute", "plain"});
  if (judged) wish.manifest_document = *write_torrent(*manifest_of(bytes), {});
  auto const began = world.loop.now();

  auto const id = world.want(wish);

  REQUIRE(world.run(id));
  CHECK((world.bytes_of(id) == bytes));
  // Where nothing judges the bytes the first source has a second to say what they are.
  CHECK(world.loop.now() - began < (judged ? 500ms : 1500ms));
}

TEST_CASE("a source that only fails does not keep one without ranges waiting", "[transfers]") {
  auto const bytes = sim_bytes(8 << 20);
  TransferWorld world;
  world.serve("dead", bytes).down = Error{Errc::connect_failed, "dead", "refused"};
  auto& server = world.serve("plain", bytes);
  server.ranges = false;
  auto wish = TransferWorld::wish({"dead", "plain"});
  wish.manifest_document = *write_torrent(*manifest_of(bytes), {});
  auto const began = world.loop.now();

  auto const id = world.want(wish);

  REQUIRE(world.run(id));
  CHECK((world.bytes_of(id) == bytes));
  CHECK(world.loop.now() - began < 500ms);
}
