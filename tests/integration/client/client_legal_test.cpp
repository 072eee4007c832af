// Which call is legal in which state, and what it answers (docs/api.md, "States"): every cell,
// through the whole client.
#include <unistd.h>

#include <functional>

#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

using Expected = std::optional<Errc>;  // Absent: it succeeds.
constexpr Expected kOk = std::nullopt;

struct Row {
  char const* call;
  std::function<Expected(Client&, JobId)> run;
  Expected suspended, running, transient_error, error, transferred, ended;
};

template <typename T>
Expected outcome(Result<T> const& result) {
  return result ? kOk : Expected(told(result.error().code));
}

struct LegalFixture : ClientFixture {
  std::string const bytes = made_bytes(200'000);

  void open_all() {
    open();
    origin.serve_file("/a", bytes);
    origin.serve_file("/b", bytes);
    origin.serve_status("/gone", 410);
    origin.serve_until("/slow", bytes, 1000, latch);
  }

  // Another job each time; its file is `name`.
  JobId made(std::string const& name, bool start) {
    static int count = 0;
    auto wanted = file(name);
    wanted.path += std::to_string(++count);
    auto const job = start ? client->start({.name = "test"}, {wanted})
                           : client->create({.name = "test"}, {wanted});
    REQUIRE(job);
    return *job;
  }
  JobId suspended() { return made("a", false); }
  JobId running() {
    auto const job = made("slow", true);
    CHECK_FALSE(is_settled(client->job(job)->state));
    return job;
  }
  JobId transient_error() {
    REQUIRE(client->set_conditions({.network = false}));
    auto const job = made("a", true);
    CHECK(client->job(job)->state == JobState::transient_error);
    return job;
  }
  JobId error() {
    auto const job = made("gone", true);
    CHECK(settled(job).state == JobState::error);
    return job;
  }
  JobId transferred() {
    auto const job = made("a", true);
    CHECK(settled(job).state == JobState::transferred);
    return job;
  }
  JobId ended() {
    auto const job = suspended();
    REQUIRE(client->cancel(job));
    return job;
  }
  static bool is_settled(JobState state) {
    return state == JobState::transferred || state == JobState::error || is_final(state);
  }

  [[nodiscard]] std::vector<Row> table() const;
  void try_all(JobId (LegalFixture::*make)(), Expected Row::*expected) {
    for (auto const& row : table()) {
      auto const job = (this->*make)();
      INFO(row.call);
      auto const wanted = row.*expected;
      CHECK(row.run(*client, job) == (wanted ? Expected(told(*wanted)) : kOk));
    }
  }
};

// What a change of a job's settings answers.
template <typename Change>
Expected changed(Client& client, JobId job, Change change) {
  auto const info = client.job(job);
  if (!info) return Expected(told(info.error().code));
  auto spec = info->spec;
  change(spec);
  return outcome(client.configure(job, spec));
}

std::vector<Row> settings_rows() {
  auto const gone = Expected(Errc::job_not_found);
  auto const fixed = Expected(Errc::fixed_after_resume);
  auto const added = Expected(Errc::fixed_after_add);
  return {
      {"configure",
       [](Client& c, JobId job) {
         return changed(c, job, [](JobSpec& spec) {
           spec.priority = Priority::low;
           spec.description = "another";
         });
       },
       kOk, kOk, kOk, kOk, kOk, gone},
      {"configure of size_max",
       [](Client& c, JobId job) {
         return changed(c, job, [](JobSpec& spec) { spec.size_max = 1 << 30; });
       },
       kOk, fixed, fixed, fixed, fixed, gone},
      {"configure of validate_first",
       [](Client& c, JobId job) {
         return changed(c, job, [](JobSpec& spec) { spec.validate_first = true; });
       },
       added, added, added, added, added, gone},
  };
}

std::vector<Row> LegalFixture::table() const {
  auto const gone = Expected(Errc::job_not_found);
  auto const another = [this] {
    auto wanted = file("b");
    wanted.path += "-added";
    return std::vector{wanted};
  };
  auto const not_yet = Expected(Errc::not_yet);
  auto const closed = Expected(Errc::invalid_state);
  auto const no_error = Expected(Errc::error_unavailable);
  auto rows = settings_rows();
  std::vector<Row> const others{
      {"add_files",
       [another](Client& c, JobId job) { return outcome(c.add_files(job, another())); }, kOk, kOk,
       kOk, kOk, kOk, gone},
      {"resume", [](Client& c, JobId job) { return outcome(c.resume(job)); }, kOk, kOk, kOk, kOk,
       Errc::job_empty, gone},
      {"suspend", [](Client& c, JobId job) { return outcome(c.suspend(job)); }, kOk, kOk, kOk, kOk,
       kOk, gone},
      {"cancel", [](Client& c, JobId job) { return outcome(c.cancel(job)); }, kOk, kOk, kOk, kOk,
       kOk, gone},
      {"complete", [](Client& c, JobId job) { return outcome(c.complete(job)); }, kOk, kOk, kOk,
       kOk, kOk, gone},
      {"error", [](Client& c, JobId job) { return outcome(c.error(job)); }, no_error, no_error, kOk,
       kOk, no_error, gone},
      {"notify",
       [](Client& c, JobId job) {
         return outcome(c.notify(job, [](Notice const&, Client::Accept accept) { accept(true); }));
       },
       kOk, kOk, kOk, kOk, kOk, gone},
      {"set_urls",
       [this](Client& c, JobId job) { return outcome(c.set_urls(job, 0, {origin.url("/b")})); },
       kOk, kOk, kOk, kOk, kOk, gone},
      {"change_file",
       [this](Client& c, JobId job) {
         return outcome(c.change_file(job, 0, {.path = folder / "changed"}));
       },
       kOk, closed, closed, closed, closed, gone},
      {"replace_prefix",
       [this](Client& c, JobId job) {
         return outcome(c.replace_prefix(job, origin.url("/"), origin.url("/other/")));
       },
       kOk, kOk, kOk, kOk, kOk, gone},
      {"validate", [](Client& c, JobId job) { return outcome(c.validate(job, 0, true)); }, not_yet,
       not_yet, not_yet, not_yet, kOk, gone},
  };
  rows.insert(rows.end(), others.begin(), others.end());
  if (::geteuid() == 0) {
    rows.push_back({"take_ownership",
                    [](Client& c, JobId job) { return outcome(c.take_ownership(job)); }, kOk, kOk,
                    kOk, kOk, kOk, gone});
  }
  return rows;
}

}  // namespace

TEST_CASE_METHOD(LegalFixture, "every call on a suspended job", "[client]") {
  open_all();
  try_all(&LegalFixture::suspended, &Row::suspended);
  auto const empty = client->create({.name = "empty"});
  CHECK(client->resume(*empty).error().code == Errc::job_empty);
  CHECK(client->job(*empty)->state == JobState::suspended);
  CHECK(client->complete(*empty) == Completion{});
}

TEST_CASE_METHOD(LegalFixture, "every call on a job that runs", "[client]") {
  open_all();
  try_all(&LegalFixture::running, &Row::running);
}

TEST_CASE_METHOD(LegalFixture, "every call on a job that waits after an error", "[client]") {
  open_all();
  try_all(&LegalFixture::transient_error, &Row::transient_error);
}

TEST_CASE_METHOD(LegalFixture, "every call on a job in error", "[client]") {
  open_all();
  try_all(&LegalFixture::error, &Row::error);
}

TEST_CASE_METHOD(LegalFixture, "every call on a transferred job", "[client]") {
  open_all();
  try_all(&LegalFixture::transferred, &Row::transferred);
}

TEST_CASE_METHOD(LegalFixture, "every call on a job that has ended", "[client]") {
  open_all();
  try_all(&LegalFixture::ended, &Row::ended);
}

TEST_CASE_METHOD(LegalFixture, "what is asked for wrongly is refused with its own code",
                 "[client]") {
  open_all();
  auto const with_file = [&](auto change) {
    auto wanted = file("a");
    change(wanted);
    return outcome(client->create({.name = "test"}, {wanted}));
  };
  auto const with_spec = [&](JobSpec spec) { return outcome(client->create(std::move(spec), {})); };

  CHECK(with_spec({}) == told(Errc::invalid_argument));
  CHECK(with_spec({.name = std::string(257, 'x')}) == told(Errc::invalid_argument));
  CHECK(with_spec({.name = "x", .headers = {{"no token", "x"}}}) == told(Errc::invalid_argument));
  CHECK(with_spec({.name = "x", .headers = {{"A", std::string(20'000, 'x')}}}) ==
        Errc::limit_reached);
  CHECK(with_spec({.name = "x", .no_progress_timeout = -1s}) == told(Errc::invalid_argument));
  CHECK(with_spec({.name = "x", .notify_command = {"relative"}}) == told(Errc::invalid_argument));
  CHECK(with_file([](FileSpec& f) { f.urls = {"ftp://host/a"}; }) ==
        told(Errc::unsupported_scheme));
  CHECK(with_file([](FileSpec& f) { f.urls.clear(); }) == told(Errc::invalid_argument));
  CHECK(with_file([](FileSpec& f) { f.path = "a"; }) == told(Errc::path_invalid));
  CHECK(with_file([](FileSpec& f) { f.ranges = {{5, 5}}; }) == told(Errc::invalid_range));
  CHECK(with_file([](FileSpec& f) {
          f.ranges = {{0, 10}, {5, 20}};
        }) == told(Errc::overlapping_ranges));
  CHECK(outcome(client->start({.name = "x"}, {})) == told(Errc::job_empty));
  CHECK(outcome(client->verify(ContentId{7, {}})) == told(Errc::not_found));
  CHECK(outcome(client->unshare(ContentId{7, {}})) == told(Errc::not_found));
  CHECK(outcome(client->peer_port()) == told(Errc::policy_refused));
  CHECK(outcome(client->set_urls(suspended(), 7, {origin.url("/b")})) == told(Errc::not_found));
  CHECK(outcome(client->change_file(suspended(), 7, {.path = folder / "x"})) ==
        told(Errc::not_found));
  CHECK(outcome(client->change_file(suspended(), 0, {.path = "x"})) == told(Errc::path_invalid));
  CHECK(client->error(suspended()).error().code == told(Errc::error_unavailable));
}
