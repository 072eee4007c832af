// Random values of every type survive the way out and back.
#include <catch2/catch.hpp>

#include <cmath>
#include <random>

#include "api/wire/monitor_shapes.h"
#include "api/wire/node_shapes.h"
#include "api/wire/wire.h"
#include "engine/base/error_table.h"

using namespace freshet;
using namespace freshet::wire;

namespace {

// The number of members a type has; each of these lines fails to compile when one is added, and
// then it belongs into the type's shape too.
template <typename T>
std::size_t members_of(T const& value);
template <>
std::size_t members_of(JobSpec const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = value;
  return 20;
}
template <>
std::size_t members_of(HttpTerms const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e] = value;
  return 5;
}
template <>
std::size_t members_of(FileSpec const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
  return 12;
}
template <>
std::size_t members_of(FileIdentity const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g] = value;
  return 7;
}
template <>
std::size_t members_of(FileChange const& value) {
  [[maybe_unused]] auto const& [a, b, c, d] = value;
  return 4;
}
template <>
std::size_t members_of(JobInfo const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j] = value;
  return 10;
}
template <>
std::size_t members_of(FileInfo const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
  return 14;
}
template <>
std::size_t members_of(Progress const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h] = value;
  return 8;
}
template <>
std::size_t members_of(PeerStatus const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
  return 12;
}
template <>
std::size_t members_of(ContentInfo const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g] = value;
  return 7;
}
template <>
std::size_t members_of(NodeShown const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] =
      value;
  return 21;
}
template <>
std::size_t members_of(PolicyEntry const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e] = value;
  return 5;
}
template <>
std::size_t members_of(PolicyVerdict const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h] = value;
  return 8;
}
template <>
std::size_t members_of(MovedBytes const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e] = value;
  return 5;
}
template <>
std::size_t members_of(FileStatus const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = value;
  return 20;
}
template <>
std::size_t members_of(PerfSnapshot const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w,
                                x, y] = value;
  return 25;
}
template <>
std::size_t members_of(ErrorReport const& value) {
  [[maybe_unused]] auto const& [a, b, c, d, e] = value;
  return 5;
}

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  template <HasShape T>
  void make(T& value) {
    std::apply([&](auto const&... member) { (make(value.*member.place), ...); }, Shape<T>::members);
  }
  void make(std::string& text) {
    // Letters, quotes, controls, zero bytes, and sequences that are no UTF-8.
    constexpr std::string_view kBytes{"ab\"\\/\0\n\x7f\xc3\xa4\xff\xe2\x82\xac", 14};
    text.clear();
    for (auto left = random_() % 12; left > 0; --left) text += kBytes[random_() % kBytes.size()];
  }
  void make(bool& truth) { truth = random_() % 2 == 0; }
  template <std::unsigned_integral T>
  void make(T& number) {
    number = static_cast<T>(random_() % 4 == 0 ? ~std::uint64_t{0} : random_());
  }
  void make(JobState& state) { state = static_cast<JobState>(random_() % 9); }
  void make(Priority& priority) { priority = static_cast<Priority>(random_() % 4); }
  void make(Trust& trust) { trust = static_cast<Trust>(random_() % 4); }
  void make(ErrorContext& context) { context = static_cast<ErrorContext>(random_() % 7); }
  void make(JobEvent::Kind& kind) { kind = static_cast<JobEvent::Kind>(random_() % 4); }
  void make(Notice::Kind& kind) { kind = static_cast<Notice::Kind>(random_() % 4); }
  void make(PeerClass& peer_class) { peer_class = static_cast<PeerClass>(random_() % 4); }
  void make(PolicyOrigin& origin) { origin = static_cast<PolicyOrigin>(random_() % 3); }
  void make(FileState& state) { state = static_cast<FileState>(random_() % 4); }
  void make(DownloadMode& mode) {
    constexpr DownloadMode kModes[] = {DownloadMode::http_only, DownloadMode::lan,
                                       DownloadMode::group,     DownloadMode::internet,
                                       DownloadMode::simple,    DownloadMode::bypass};
    mode = kModes[random_() % std::size(kModes)];
  }
  void make(double& number) { number = std::ldexp(static_cast<double>(random_()), -40); }
  void make(Errc& code) { code = error_table()[random_() % error_table().size()].code; }
  void make(BytesPerSecond& rate) { make(rate.value); }
  void make(Duration& span) {
    span = std::chrono::milliseconds{static_cast<std::int64_t>(random_() % 9'000'000'000'000)};
    if (random_() % 8 == 0) span = -span;
  }
  void make(WallTime& time) {
    time = WallTime{std::chrono::milliseconds{random_() % 250'000'000'000'000}};
  }
  void make(Digest& digest) { make_bytes(digest.bytes); }
  void make(JobId& id) { make_bytes(id.bytes); }
  void make(ContentId& id) {
    make(id.length);
    make(id.root);
  }
  void make(ByteRange& range) {
    make(range.begin);
    make(range.end);
  }
  void make(Error& error) {
    make(error.code);
    make(error.where);
    make(error.why);
  }
  void make(JobError& error) {
    make(error.error);
    make(error.file);
  }
  template <typename T>
  void make(std::optional<T>& value) {
    value.reset();
    if (random_() % 2 == 0) make(value.emplace());
  }
  template <typename T>
  void make(std::vector<T>& values) {
    values.clear();
    for (auto left = random_() % 4; left > 0; --left) make(values.emplace_back());
  }

 private:
  template <std::size_t size>
  void make_bytes(std::array<std::byte, size>& bytes) {
    for (auto& byte : bytes) byte = static_cast<std::byte>(random_());
  }

  std::mt19937_64 random_;
};

}  // namespace

TEMPLATE_TEST_CASE("random values come back as they were", "[wire]", JobSpec, FileSpec, JobInfo,
                   FileInfo, JobEvent, Notice, ContentInfo, PeerStatus, ErrorReport, Completion,
                   PolicyEntry, PolicyVerdict, FileStatus, PerfSnapshot, Conditions, Caller,
                   Error) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Maker maker(seed);
    TestType value;
    maker.make(value);

    auto const text = write(value);
    auto const back = read<TestType>(text);

    INFO(text);
    REQUIRE(back);
    REQUIRE(*back == value);
    REQUIRE(write(*back) == text);
  }
}

TEMPLATE_TEST_CASE("random documents come back as they were written", "[wire]", NewJobRequest,
                   FilesRequest, UrlsRequest, PrefixRequest, ValidationRequest, PlaceRequest,
                   Placed, CompleteRequest, Limits, JobCreated, JobList, FileList, ContentList,
                   PeerList, PolicyShown, StatusList, ShareRequest, PinRequest, HttpAnswer,
                   RangesRequest, FileChange, FilesChanged, WrongBytes, Purged, PiecesShown,
                   PageUrl, PageCode, PageToken, Port, Waited, EventsReady, NoticesReady,
                   NoticeSent, NoticeAnswer, NodeShown, PatternRequest, AllowedOrigins, UrlRequest,
                   Pins, PurgeRequest, PurgedUrls, NodeKeys) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Maker maker(seed);
    TestType value;
    maker.make(value);

    auto const text = write(value);
    auto const back = read<TestType>(text);

    REQUIRE(back);
    REQUIRE(write(*back) == text);
  }
}

TEMPLATE_TEST_CASE("no member of a type is left out", "[wire]", JobSpec, FileSpec, FileIdentity,
                   FileChange, HttpTerms, JobInfo, FileInfo, Progress, PeerStatus, ContentInfo,
                   ErrorReport, PolicyEntry, PolicyVerdict, MovedBytes, FileStatus, PerfSnapshot,
                   NodeShown) {
  CHECK(std::tuple_size_v<decltype(Shape<TestType>::members)> == members_of(TestType{}));
}
