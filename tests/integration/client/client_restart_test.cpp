// What survives closing and opening.
#include <future>
#include <mutex>

#include "tests/integration/client/client_fixture.h"
#include "tests/support/piece_hashes.h"

using namespace freshet;
using namespace freshet::test;

namespace {

// Sends the head and `before` bytes of a range, then waits for the latch.
Script paused(std::string const& bytes, std::size_t before, Latch& latch) {
  return [&bytes, before, &latch](SeenRequest const&) {
    Reply reply;
    reply.headers = {{"ETag", "\"v1\""}, {"Accept-Ranges", "bytes"}};
    reply.body = bytes;
    reply.pause_after = before;
    reply.latch = &latch;
    return reply;
  };
}

void wait_for_bytes(Client const& client, JobId job, Bytes wanted) {
  bool there = false;
  std::promise<void> seen;
  auto const watching = client.watch([&](JobEvent const& event) {
    bool const enough = event.job.id == job && event.job.progress.bytes_done >= wanted;
    if (!std::exchange(there, there || enough) && there) seen.set_value();
  });
  REQUIRE(seen.get_future().wait_for(std::chrono::seconds{10}) == std::future_status::ready);
}

}  // namespace

TEST_CASE_METHOD(ClientFixture, "a job that ran goes on by itself and fetches nothing twice",
                 "[client]") {
  auto const bytes = made_bytes(4 << 20);
  origin.on("/a", paused(bytes, 2 << 20, latch));
  open();
  auto const job = start({file("a")});
  wait_for_bytes(*client, job, 1 << 20);
  close();
  latch.open();
  origin.serve_file("/a", bytes);
  auto const sent_before = origin.bytes_sent();

  open();
  auto const info = settled(job);

  CHECK(info.state == JobState::transferred);
  CHECK(origin.bytes_sent() - sent_before <= 3 << 20);
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
}

TEST_CASE_METHOD(ClientFixture, "without autostart a job that ran waits for resume",
                 "[client][embedded]") {
  auto const bytes = made_bytes(1 << 20);
  origin.on("/a", paused(bytes, 1000, latch));
  open();
  auto const job = start({file("a")});
  REQUIRE(origin.wait_for_requests(1));
  client.reset();
  latch.open();
  origin.serve_file("/a", bytes);
  auto quiet = options();
  quiet.autostart = false;

  auto opened = Client::open(quiet);
  REQUIRE(opened);
  client.emplace(std::move(*opened));

  CHECK(client->job(job)->state == JobState::queued);
  CHECK(client->wait(job, std::chrono::milliseconds{50}).error().code == Errc::timed_out);
  REQUIRE(client->resume(job));
  CHECK(settled(job).state == JobState::transferred);
}

TEST_CASE_METHOD(ClientFixture, "a transferred job waits for complete over a restart", "[client]") {
  auto const bytes = made_bytes(300'000);
  origin.serve_file("/a", bytes);
  open();
  auto const job = start({file("a")});
  settled(job);
  auto const requests = origin.requests().size();

  reopen();

  CHECK(settled(job).state == JobState::transferred);
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
  CHECK(origin.requests().size() == requests);
}

TEST_CASE_METHOD(ClientFixture, "where a content came from is told when its job is gone",
                 "[client]") {
  auto const bytes = made_bytes(300'000);
  origin.serve_file("/a", bytes);
  open();
  auto wanted = file("a");
  wanted.urls = {origin.url("/a?token=secret")};
  auto const job = client->start({.name = "test", .priority = Priority::low}, {wanted});
  REQUIRE(job);
  REQUIRE(settled(*job).state == JobState::transferred);
  auto const content = client->files(*job)->at(0).content;
  REQUIRE(content);
  REQUIRE(client->pin(*content));
  auto const before = client->status()->at(0);
  REQUIRE(client->complete(*job));

  for (int run = 0; run < 2; ++run) {
    auto const all = client->status().value();
    REQUIRE(all.size() == 1);
    auto const& status = all[0];
    CHECK(status.file_id == to_string(*content));
    CHECK(status.size == bytes.size());
    CHECK(status.size_in_cache == bytes.size());
    CHECK(status.from_http == bytes.size());
    CHECK(status.downloaded() == bytes.size());
    CHECK(status.percent_from_peers() == 0);
    CHECK(status.source_url == origin.url("/a"));
    CHECK(status.owner == ::geteuid());
    CHECK_FALSE(status.foreground);
    CHECK(status.download_time == before.download_time);
    CHECK(status.cache_host == before.cache_host);
    CHECK(status.mode == before.mode);
    CHECK(status.state == before.state);
    CHECK(status.pinned);
    reopen();
  }
}

TEST_CASE_METHOD(ClientFixture, "a job created and not resumed is still there", "[client]") {
  open();
  auto const job = client->create({.name = "later", .description = "for tomorrow"}, {file("a")});
  REQUIRE(job);

  reopen();

  auto const info = client->job(*job);
  REQUIRE(info);
  CHECK(info->state == JobState::suspended);
  CHECK(info->spec.name == "later");
  CHECK(info->spec.description == "for tomorrow");
  CHECK(client->files(*job)->at(0).spec.urls == file("a").urls);
}

TEST_CASE_METHOD(ClientFixture, "a suspended job keeps its bytes over a restart", "[client]") {
  auto const bytes = made_bytes(4 << 20);
  origin.on("/a", paused(bytes, 3 << 20, latch));
  open();
  auto const job = start({file("a")});
  std::promise<void> enough;
  std::once_flag once;
  auto watching = client->watch([&](JobEvent const& event) {
    if (event.job.progress.bytes_done >= (2 << 20)) {
      std::call_once(once, [&] { enough.set_value(); });
    }
  });
  REQUIRE(enough.get_future().wait_for(std::chrono::seconds{10}) == std::future_status::ready);
  watching.reset();
  REQUIRE(client->suspend(job));
  latch.open();

  reopen();

  CHECK(client->job(job)->state == JobState::suspended);
  CHECK(client->job(job)->progress.bytes_done >= 1 << 20);
}

TEST_CASE_METHOD(ClientFixture, "what a piece hash file judges it judges after a restart too",
                 "[client][embedded]") {
  auto const bytes = made_bytes(4 << 20);
  auto wrong = bytes;
  wrong[1000] ^= 1;
  auto const hashes = piece_hashes_of(bytes);
  origin.on("/a", paused(wrong, 2 << 20, latch));
  origin.serve_file("/a.phf", write_piece_hash_file(hashes));
  open();
  auto wanted = file("a");
  wanted.manifest = origin.url("/a.phf");
  wanted.hash_of_hashes = hashes.hash_of_hashes;
  auto const job = start({wanted});
  wait_for_bytes(*client, job, 1 << 20);
  close();
  latch.open();
  origin.serve_file("/a", bytes);

  open();
  CHECK(settled(job).state == JobState::transferred);
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
}
