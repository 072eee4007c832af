// Files read while they arrive: in order, only what is right, and no faster than their reader.
#include <condition_variable>
#include <future>
#include <mutex>

#include "api/publish.h"
#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr Bytes kMiB = 1 << 20;

// Keeps what it is given, for the thread that streams.
struct Collected {
  std::string bytes;
  std::size_t largest = 0;

  [[nodiscard]] Client::Sink sink() {
    return [this](std::span<std::byte const> part) -> Result<void> {
      bytes.append(reinterpret_cast<char const*>(part.data()), part.size());
      largest = std::max(largest, part.size());
      return {};
    };
  }
};

struct StreamFixture : ClientFixture {
  // Served as far as `first`, the rest when the latch opens.
  void serve_slowly(std::string const& name, std::string const& bytes, Bytes first) {
    origin.on("/" + name, [this, bytes, first](SeenRequest const&) {
      Reply reply;
      reply.body = bytes;
      reply.pause_after = first;
      reply.latch = &latch;
      return reply;
    });
  }
};

}  // namespace

TEST_CASE_METHOD(StreamFixture, "a stream hands on all bytes in order and then ends",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(5 * kMiB + 77);
  origin.serve_file("/a", bytes);
  auto const job = start({file("a")});

  Collected got;
  auto const count = client->stream(job, 0, got.sink(), {.patience = 20s});

  REQUIRE(count);
  CHECK(*count == bytes.size());
  CHECK(got.bytes == bytes);
  CHECK(got.largest <= kMiB);
  CHECK(settled(job).state == JobState::transferred);
  CHECK(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
}

TEST_CASE_METHOD(StreamFixture, "what is preferred is asked for first and the answer is told",
                 "[client][stream]") {
  open();
  origin.serve_file("/a", made_bytes(8 * kMiB));
  auto const job = client->create({.name = "test"}, {file("a")});
  REQUIRE(job);
  CHECK(client->answer(*job, 0).error().code == Errc::not_yet);

  REQUIRE(client->prefer(*job, 0, {{6 * kMiB, kToEnd}}));
  REQUIRE(client->resume(*job));

  REQUIRE(settled(*job).state == JobState::transferred);
  // The first MiB is asked for before the size is known, and may be asked for in parts.
  std::vector<Bytes> later;
  for (auto const& request : origin.requests()) {
    auto const begin = std::stoull(request.header("Range").substr(std::string("bytes=").size()));
    if (begin >= kMiB) later.push_back(begin);
  }
  REQUIRE_FALSE(later.empty());
  // Several connections may begin at once.
  CHECK(later.front() >= 6 * kMiB);
  auto const answer = client->answer(*job, 0);
  REQUIRE(answer);
  CHECK(answer->status == 206);
  CHECK(answer->head.starts_with("HTTP/1.1 206"));
  CHECK(answer->url == origin.url("/a"));
  CHECK(answer->address == "127.0.0.1");
  CHECK(client->prefer(*job, 0, {{8 * kMiB, kToEnd}}).error().code == told(Errc::invalid_range));
}

TEST_CASE_METHOD(StreamFixture, "a stream waits for a job in error to be resumed if asked to",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(kMiB);
  Reply gone;
  gone.status = 410;
  origin.reply_once("/a", gone);
  origin.serve_file("/a", bytes);
  auto const job = start({file("a")});
  REQUIRE(settled(job).state == JobState::error);
  Collected got;
  CHECK_FALSE(client->stream(job, 0, got.sink(), {.patience = 20s}));
  auto streaming = std::async(std::launch::async, [&] {
    return client->stream(job, 0, got.sink(), {.patience = 20s, .through_errors = true});
  });

  REQUIRE(client->resume(job));

  auto const count = streaming.get();
  REQUIRE(count);
  CHECK(got.bytes == bytes);
}

TEST_CASE_METHOD(StreamFixture, "bytes are handed on while the rest is still on its way",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(4 * kMiB);
  serve_slowly("a", bytes, 2 * kMiB);
  auto const job = start({file("a")});

  std::string got;
  auto const count =
      client->stream(job, 0,
                     [&](std::span<std::byte const> part) -> Result<void> {
                       got.append(reinterpret_cast<char const*>(part.data()), part.size());
                       // The origin goes on only because the beginning was seen here.
                       latch.open();
                       return {};
                     },
                     {.patience = 20s});

  REQUIRE(count);
  CHECK(got == bytes);
}

TEST_CASE_METHOD(StreamFixture, "a range is streamed without the rest of the file",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(2 * kMiB);
  origin.serve_file("/a", bytes);
  auto const job = start({file("a")});

  Collected got;
  auto const count = client->stream(job, 0, got.sink(), {{1'000'000, 1'000'100}, 20s});
  CHECK(count == Bytes{100});
  CHECK(got.bytes == bytes.substr(1'000'000, 100));

  // To the end, and beyond it.
  Collected tail;
  CHECK(client->stream(job, 0, tail.sink(), {{2 * kMiB - 5, 3 * kMiB}, 20s}) == Bytes{5});
  CHECK(tail.bytes == bytes.substr(2 * kMiB - 5));
  CHECK(client->stream(job, 0, tail.sink(), {{2 * kMiB, kToEnd}, 20s}) == Bytes{0});
  CHECK(client->stream(job, 0, tail.sink(), {{2 * kMiB + 1, kToEnd}, 20s}).error().code ==
        Errc::invalid_range);
}

TEST_CASE_METHOD(StreamFixture, "a file of ranges is streamed as it will be placed",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(2 * kMiB);
  origin.serve_file("/a", bytes);
  auto wanted = file("a");
  wanted.ranges = {{1'500'000, 1'500'010}, {10, 20}, {2 * kMiB - 3, kToEnd}};
  auto const job = start({wanted});

  Collected got;
  REQUIRE(client->stream(job, 0, got.sink(), {.patience = 20s}) == Bytes{23});
  auto const expected =
      bytes.substr(1'500'000, 10) + bytes.substr(10, 10) + bytes.substr(2 * kMiB - 3);
  CHECK(got.bytes == expected);

  Collected middle;
  CHECK(client->stream(job, 0, middle.sink(), {{5, 15}, 20s}) == Bytes{10});
  CHECK(middle.bytes == expected.substr(5, 10));
}

TEST_CASE_METHOD(StreamFixture, "an empty file is an empty stream", "[client][stream]") {
  open();
  origin.serve_file("/empty", "");
  auto const job = start({file("empty")});
  Collected got;
  CHECK(client->stream(job, 0, got.sink(), {.patience = 20s}) == Bytes{0});
}

TEST_CASE_METHOD(StreamFixture, "nothing is handed on before the digest of the whole is right",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(3 * kMiB);
  serve_slowly("a", bytes, 2 * kMiB);
  auto wanted = file("a");
  wanted.sha256 = sha256_of(bytes);
  auto const job = start({wanted});

  Collected got;
  CHECK(client->stream(job, 0, got.sink(), {.patience = 1500ms}).error().code == Errc::timed_out);
  CHECK(got.bytes.empty());
  latch.open();

  CHECK(client->stream(job, 0, got.sink(), {.patience = 20s}) == Bytes{bytes.size()});
  CHECK(got.bytes == bytes);
}

TEST_CASE_METHOD(StreamFixture, "wrong bytes never reach the sink", "[client][stream]") {
  open();
  auto bytes = made_bytes(3 * kMiB);
  auto const right = bytes;
  bytes[2 * kMiB + 5] ^= 1;  // In the third mebibyte.
  origin.serve_file("/a", bytes);
  auto const original = folder / "original";
  write_file(original, right);
  auto const published = publish({.file = original, .urls = {origin.url("/a")}});
  REQUIRE(published);
  auto wanted = file("a");
  wanted.manifest = published->torrent;
  auto const job = start({wanted});

  Collected got;
  auto const ended = client->stream(job, 0, got.sink(), {.patience = 3s});

  CHECK_FALSE(ended);
  CHECK(got.bytes.size() <= 2 * kMiB);
  CHECK(got.bytes == right.substr(0, got.bytes.size()));
}

TEST_CASE_METHOD(StreamFixture, "a sink that takes its time holds nobody else up",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(4 * kMiB);
  origin.serve_file("/a", bytes);
  auto const job = start({file("a")});
  std::promise<void> began;
  std::promise<void> go_on;
  auto const goes_on = go_on.get_future().share();

  std::string got;
  auto streaming = std::async(std::launch::async, [&] {
    bool first = true;
    return client->stream(job, 0,
                          [&](std::span<std::byte const> part) -> Result<void> {
                            if (std::exchange(first, false)) {
                              began.set_value();
                              goes_on.wait();
                            }
                            got.append(reinterpret_cast<char const*>(part.data()), part.size());
                            return {};
                          },
                          {.patience = 20s});
  });
  began.get_future().wait();

  // The job ends, and other calls are answered, while the sink has not taken its first bytes.
  CHECK(settled(job).state == JobState::transferred);
  CHECK(client->jobs()->size() == 1);
  CHECK(got.empty());
  go_on.set_value();
  CHECK(streaming.get() == Bytes{bytes.size()});
  CHECK(got == bytes);
}

TEST_CASE_METHOD(StreamFixture, "a stream ends with what its sink or its job says",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(2 * kMiB);
  origin.serve_file("/a", bytes);
  serve_slowly("slow", bytes, 100);
  auto const job = start({file("a")});
  REQUIRE(settled(job).state == JobState::transferred);

  auto const full = client->stream(
      job, 0, [](auto) -> Result<void> { return fail(Errc::disk_full, "sink", "is full"); });
  CHECK(full.error() == Error{Errc::disk_full, "sink", "is full"});
  Collected got;
  CHECK(client->stream(job, 7, got.sink()).error().code == Errc::not_found);
  CHECK(client->stream(JobId{}, 0, got.sink()).error().code == Errc::job_not_found);

  auto const gone = start({file("gone")});
  CHECK(settled(gone).state == JobState::error);
  CHECK(client->stream(gone, 0, got.sink()).error().code == Errc::http_not_found);

  auto const slow = start({file("slow")});
  auto streaming =
      std::async(std::launch::async, [&] { return client->stream(slow, 0, got.sink()); });
  CHECK(client->cancel(slow));
  CHECK(streaming.get().error().code == Errc::job_not_found);
  CHECK(got.bytes.empty());
}

TEST_CASE_METHOD(StreamFixture, "single reads take what is there and do not wait",
                 "[client][stream]") {
  open();
  auto const bytes = made_bytes(kMiB);
  origin.serve_file("/a", bytes);
  auto const suspended = client->create({.name = "test"}, {file("a")});
  std::array<std::byte, 1000> into;

  auto const nothing = client->read(*suspended, 0, 0, into);
  REQUIRE(nothing);
  CHECK(nothing->size == 0);
  CHECK_FALSE(nothing->length);

  REQUIRE(client->resume(*suspended));
  settled(*suspended);
  auto const end = client->read(*suspended, 0, kMiB - 10, into);
  REQUIRE(end);
  CHECK(end->size == 10);
  CHECK(end->length == kMiB);
  auto const at_end = client->read(*suspended, 0, kMiB, into);
  REQUIRE(at_end);
  CHECK(at_end->size == 0);
  CHECK(at_end->length == kMiB);
  CHECK(client->read(*suspended, 0, kMiB + 1, into).error().code == Errc::invalid_range);
  CHECK(client->read(*suspended, 0, 0, {}).error().code == Errc::invalid_argument);
}
