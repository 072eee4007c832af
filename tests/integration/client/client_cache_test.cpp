// What is stored: which pieces are there, what is kept, what is deleted.
#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSize = 3'000'000;

struct CacheFixture : ClientFixture {
  // Transferred, and not completed.
  JobId fetched(std::string const& name) {
    origin.serve_file("/" + name, made_bytes(kSize));
    auto const job = start({file(name)});
    REQUIRE(settled(job).state == JobState::transferred);
    return job;
  }
  [[nodiscard]] ContentInfo only_content() const {
    auto const contents = client->contents();
    REQUIRE(contents);
    REQUIRE(contents->size() == 1);
    return contents->front();
  }
};

// Files are removed behind a purge.
bool is_gone(std::string const& path) {
  auto const deadline = std::chrono::steady_clock::now() + 20s;
  while (std::filesystem::exists(path) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  return !std::filesystem::exists(path);
}

std::size_t count_bits(std::vector<std::byte> const& bits) {
  std::size_t count = 0;
  for (auto byte : bits) {
    for (; byte != std::byte{0}; byte >>= 1)
      count += std::to_integer<std::size_t>(byte & std::byte{1});
  }
  return count;
}

}  // namespace

TEST_CASE_METHOD(CacheFixture, "pieces are told while a file arrives and when it has arrived",
                 "[client][cache]") {
  open();
  origin.on("/a", [this](SeenRequest const&) {
    Reply reply;
    reply.body = made_bytes(kSize);
    reply.pause_after = 1'000'000;
    reply.latch = &latch;
    return reply;
  });
  auto const waiting = client->create({.name = "waits"}, {file("b")});
  REQUIRE(waiting);
  auto const none = client->pieces(*waiting, 0);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Errc::not_yet);
  CHECK(client->pieces(*waiting, 1).error().code == Errc::not_found);

  auto const job = start({file("a")});
  Result<FilePieces> some = fail(Errc::not_yet);
  auto const deadline = std::chrono::steady_clock::now() + 20s;
  while (!some || some->present == 0) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    some = client->pieces(job, 0);
  }
  CHECK(some->length == kSize);
  CHECK(some->present < some->pieces);
  CHECK(count_bits(some->bits) == some->present);

  latch.open();
  REQUIRE(settled(job).state == JobState::transferred);
  auto const all = client->pieces(job, 0);
  REQUIRE(all);
  CHECK(all->present == all->pieces);
  CHECK(count_bits(all->bits) == all->pieces);
}

TEST_CASE_METHOD(CacheFixture, "a content is purged when no job needs it and its file stays",
                 "[client][cache]") {
  open();
  auto const job = fetched("a");
  auto const content = *only_content().content;

  auto const needed = client->purge(content);
  REQUIRE_FALSE(needed);
  CHECK(needed.error().code == Errc::invalid_state);
  REQUIRE(client->complete(job));
  auto const purged = client->purge(content);
  // Files of another user are copies: for the rest this cache has no room.
  if (way() == Way::stranger) {
    REQUIRE_FALSE(purged);
    CHECK(purged.error().code == Errc::not_found);
  } else {
    CHECK(purged == 0);
  }

  CHECK(client->contents()->empty());
  CHECK(std::filesystem::file_size(folder / "a") == kSize);
  auto const gone = client->purge(content);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == Errc::not_found);
}

TEST_CASE_METHOD(CacheFixture, "a pin without peers keeps what the cache has no room for",
                 "[client][cache][embedded]") {
  open();
  auto const job = fetched("a");
  auto const content = *only_content().content;
  REQUIRE(client->pin(content));
  REQUIRE(client->cancel(job));

  auto const spool = only_content();
  CHECK(spool.shared);
  CHECK_FALSE(spool.shared_until);
  reopen();
  CHECK(only_content().content == content);
  REQUIRE(client->purge(content).value() == kSize);
  CHECK(client->contents()->empty());
  CHECK(is_gone(spool.path));
}

TEST_CASE_METHOD(CacheFixture, "a pin ends on its day", "[client][cache]") {
  open();
  auto const job = fetched("a");
  auto const content = *only_content().content;
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto const day = now + std::chrono::hours{24};

  REQUIRE(client->pin(content, day));

  CHECK(only_content().shared_until == day);
  auto const status = client->status();
  REQUIRE(status);
  CHECK(std::ranges::any_of(*status, [&](FileStatus const& file) { return file.expires == day; }));
  CHECK(client->pin(content, now - std::chrono::hours{1}).error().code == Errc::invalid_argument);
  CHECK(client->complete(job));
}

TEST_CASE_METHOD(CacheFixture, "what is unpinned goes by the limits of the cache",
                 "[client][cache][embedded]") {
  open();
  auto const job = fetched("a");
  auto const content = *only_content().content;
  REQUIRE(client->pin(content));
  REQUIRE(client->cancel(job));
  reopen();

  REQUIRE(client->unpin(content));
  reopen();  // The cache has no room at all.
  CHECK(client->contents()->empty());
  CHECK(client->unpin(content).error().code == Errc::not_found);
  CHECK(client->pin(content).error().code == Errc::not_found);
}
