// Jobs from their creation to their end.
#include <chrono>

#include "api/publish.h"
#include "tests/integration/client/client_fixture.h"
#include "tests/support/piece_hashes.h"

using namespace freshet;
using namespace freshet::test;

TEST_CASE_METHOD(ClientFixture, "a file arrives whole and is placed only by complete", "[client]") {
  open();
  auto const bytes = made_bytes(3'000'000);
  origin.serve_file("/a", bytes);

  auto const job = start({file("a")});
  auto const info = settled(job);

  CHECK(info.state == JobState::transferred);
  CHECK(info.progress.bytes_done == bytes.size());
  CHECK(info.progress.bytes_total == bytes.size());
  CHECK(info.progress.from_origin >= bytes.size());
  CHECK_FALSE(exists("a"));
  auto const completion = client->complete(job);
  REQUIRE(completion);
  CHECK(completion->files_placed == 1);
  CHECK(read_file(folder / "a") == bytes);
  CHECK(client->jobs()->empty());
}

TEST_CASE_METHOD(ClientFixture, "an empty file is a file", "[client]") {
  open();
  origin.serve_file("/empty", "");

  auto const job = start({file("empty")});

  CHECK(settled(job).state == JobState::transferred);
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "empty").empty());
}

TEST_CASE_METHOD(ClientFixture, "a digest that is right is no hindrance", "[client]") {
  open();
  auto const bytes = made_bytes(700'000);
  origin.serve_file("/a", bytes);
  auto wanted = file("a");
  wanted.sha256 = sha256_of(bytes);

  auto const job = start({wanted});

  CHECK(settled(job).state == JobState::transferred);
  CHECK(client->files(job)->at(0).trust == Trust::job);
}

TEST_CASE_METHOD(ClientFixture, "a file with the wrong digest is never placed", "[client]") {
  open();
  origin.serve_file("/a", made_bytes(700'000));
  auto wanted = file("a");
  wanted.sha256 = sha256_of("something else");

  auto const job = start({wanted});
  auto const info = settled(job);

  CHECK(info.state == JobState::error);
  REQUIRE(info.error);
  CHECK(info.error->error.code == Errc::digest_mismatch);
  auto const completion = client->complete(job);
  REQUIRE(completion);
  CHECK(completion->files_placed == 0);
  CHECK_FALSE(exists("a"));
}

TEST_CASE_METHOD(ClientFixture, "a suspended job takes another identity and place of its file",
                 "[client]") {
  auto const bytes = made_bytes(1'500'000);
  auto const hashes = piece_hashes_of(bytes);
  origin.serve_file("/a", bytes);
  origin.serve_file("/a.phf", write_piece_hash_file(hashes));
  open();
  auto wanted = file("a");
  wanted.sha256 = Digest{};
  auto const job = client->create({.name = "test"}, {wanted});
  REQUIRE(job);

  FileIdentity const identity{.manifest = origin.url("/a.phf"),
                              .hash_of_hashes = hashes.hash_of_hashes};
  REQUIRE(client->change_file(*job, 0, {.identity = identity, .manifest_optional = true}));
  REQUIRE(client->change_file(*job, 0, {.path = folder / "b"}));
  reopen();
  REQUIRE(client->resume(*job));

  CHECK(settled(*job).state == JobState::transferred);
  auto const files = client->files(*job);
  REQUIRE(files);
  CHECK(files->front().trust == Trust::job);
  CHECK(files->front().spec.manifest_optional);
  CHECK(client->complete(*job) == Completion{1, 0});
  CHECK(read_file(folder / "b") == bytes);
  CHECK_FALSE(exists("a"));
}

TEST_CASE_METHOD(ClientFixture, "a manifest from a file makes flipped bytes of one mirror harmless",
                 "[client]") {
  open();
  auto const bytes = made_bytes(2'000'000);
  write_file(folder / "source", bytes);
  auto const published =
      publish({.file = folder / "source", .urls = {origin.url("/good")}, .out = folder / "m"});
  REQUIRE(published);
  auto wrong = bytes;
  wrong[1'200'000] ^= 1;
  origin.serve_file("/bad", wrong, {.etag = "\"same\""});
  origin.serve_file("/good", bytes, {.etag = "\"same\""});
  auto wanted = file("a");
  wanted.urls = {origin.url("/bad"), origin.url("/good")};
  wanted.manifest = folder / "m";

  auto const job = start({wanted});
  std::filesystem::remove(folder / "m");
  auto const info = settled(job);

  CHECK(info.state == JobState::transferred);
  CHECK(client->files(job)->at(0).content == published->content);
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
}

TEST_CASE_METHOD(ClientFixture, "ranges are joined in the order asked for", "[client]") {
  open();
  auto const bytes = made_bytes(1'000'000);
  origin.serve_file("/a", bytes);
  auto wanted = file("a");
  wanted.ranges = {{900'000, 900'100}, {10, 20}};

  auto const job = start({wanted});
  CHECK(settled(job).progress.bytes_total == 110);
  REQUIRE(client->complete(job));

  CHECK(read_file(folder / "a") == bytes.substr(900'000, 100) + bytes.substr(10, 10));
}

TEST_CASE_METHOD(ClientFixture, "an error names the file and complete keeps the others",
                 "[client]") {
  open();
  auto const bytes = made_bytes(5000);
  origin.serve_file("/a", bytes);
  origin.on("/gone", [&](SeenRequest const&) {
    Reply reply;
    reply.status = 410;
    reply.latch = &latch;
    return reply;
  });

  auto const job = start({file("a"), file("gone")});
  auto const watching = client->watch([&](JobEvent const& event) {
    if (event.kind == JobEvent::Kind::file_transferred) latch.open();
  });
  if (client->files(job)->at(0).transferred) latch.open();
  auto const info = settled(job);

  CHECK(info.state == JobState::error);
  CHECK(info.error->error.code == Errc::http_gone);
  CHECK(info.error->file == 1);
  auto const completion = client->complete(job);
  REQUIRE(completion);
  CHECK(completion->files_placed == 1);
  CHECK(completion->files_dropped == 1);
  CHECK(read_file(folder / "a") == bytes);
  CHECK_FALSE(exists("gone"));
}

TEST_CASE_METHOD(ClientFixture, "cancel leaves nothing behind", "[client]") {
  open();
  origin.serve_file("/a", made_bytes(400'000));
  auto const job = start({file("a")});
  settled(job);

  REQUIRE(client->cancel(job));

  CHECK(client->jobs()->empty());
  CHECK_FALSE(exists("a"));
  reopen();
  CHECK(client->jobs()->empty());
  CHECK(client->contents()->empty());
}

TEST_CASE_METHOD(ClientFixture, "a thousand small files are one job", "[client]") {
  open();
  std::vector<FileSpec> files;
  for (int i = 0; i < 1000; ++i) {
    auto const name = std::to_string(i);
    origin.serve_file("/" + name, made_bytes(4096, static_cast<unsigned>(i)));
    files.push_back(file(name));
  }

  auto const job = start(files);
  auto const info = client->wait(job, std::chrono::seconds{50});
  REQUIRE(info);
  REQUIRE(info->state == JobState::transferred);
  auto const completion = client->complete(job);

  REQUIRE(completion);
  CHECK(completion->files_placed == 1000);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(read_file(folder / std::to_string(i)) == made_bytes(4096, static_cast<unsigned>(i)));
  }
}

TEST_CASE_METHOD(ClientFixture, "two jobs for the same bytes each place their file", "[client]") {
  open();
  auto const bytes = made_bytes(600'000);
  origin.serve_file("/a", bytes);
  auto first = file("a");
  auto second = file("a");
  second.path = folder / "b";

  auto const one = start({first});
  auto const two = start({second});
  settled(one);
  settled(two);
  REQUIRE(client->complete(one));
  REQUIRE(client->complete(two));

  CHECK(read_file(folder / "a") == bytes);
  CHECK(read_file(folder / "b") == bytes);
}

TEST_CASE_METHOD(ClientFixture, "why tells of each source", "[client]") {
  open();
  origin.serve_file("/a", made_bytes(5000));
  auto const job = start({file("a")});
  settled(job);

  auto const why = client->why(job);

  REQUIRE(why);
  CHECK(why->find(origin.url("/a")) != std::string::npos);
}

TEST_CASE_METHOD(ClientFixture, "bytes that rot before complete are fetched again and no others",
                 "[client]") {
  open();
  auto const bytes = made_bytes(3'000'000);
  origin.serve_file("/a", bytes);
  auto const job = start({file("a")});
  REQUIRE(settled(job).state == JobState::transferred);
  auto const stored = client->contents()->at(0);
  auto rotten = bytes;
  rotten[1'000'000] = static_cast<char>(~rotten[1'000'000]);
  write_file(stored.path, rotten);

  CHECK(client->verify(*stored.content) == 65'536);
  auto const refused = client->complete(job);

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::piece_mismatch);
  CHECK(client->job(job)->state == JobState::error);
  CHECK_FALSE(exists("a"));
  REQUIRE(client->resume(job));
  auto const info = settled(job);
  CHECK(info.state == JobState::transferred);
  CHECK(info.progress.from_origin == bytes.size() + 65'536);
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
}

TEST_CASE_METHOD(ClientFixture, "a job keeps to its limit with all its files and others do not",
                 "[client]") {
  using Clock = std::chrono::steady_clock;
  open();
  std::vector<FileSpec> slow_files;
  for (int i = 0; i < 4; ++i) {
    auto const name = "slow" + std::to_string(i);
    origin.serve_file("/" + name, made_bytes(500'000));
    slow_files.push_back(file(name));
  }
  origin.serve_file("/quick", made_bytes(2'000'000));
  auto const begin = Clock::now();

  auto const slow = client->start({.name = "slow", .limit = BytesPerSecond{1'000'000}}, slow_files);
  REQUIRE(slow);
  auto const quick = start({file("quick")});
  CHECK(settled(quick).state == JobState::transferred);
  auto const quick_took = Clock::now() - begin;
  CHECK(settled(*slow).state == JobState::transferred);

  // Two million bytes at one million a second.
  CHECK(Clock::now() - begin >= std::chrono::milliseconds{1900});
  CHECK(quick_took < std::chrono::milliseconds{1900});
}
