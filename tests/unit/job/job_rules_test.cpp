// Whose jobs are whose, how many there may be, and when they must wait or end.
#include <catch2/catch.hpp>

#include <fstream>

#include "engine/job/job_book.h"
#include "engine/job/job_conditions.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_files.h"
#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

template <typename T>
using Answer = JobBook::Answer<T>;

Result<void> configure(JobWorld& world, Caller const& caller, JobId id,
                       std::function<void(JobSpec&)> const& change) {
  auto spec = world.book->job(kAdministrator, id)->spec;
  change(spec);
  return world.ask<void>([&](auto answer) { world.book->configure(caller, id, spec, answer); });
}

// A certificate and its key, newly made.
std::string client_pem() {
  TemporaryFolder const folder;
  auto const files = make_certificate(folder.path(), "a client");
  std::string pem;
  for (auto const& path : {files.certificate, files.key}) {
    std::ifstream in(path);
    pem.append(std::istreambuf_iterator<char>(in), {});
  }
  return pem;
}

Result<JobId> create(JobWorld& world, Caller const& caller) {
  NewJob job{.spec = {.name = "job"}, .files = {}, .start = false};
  return world.ask<JobId>([&](auto answer) { world.book->create(caller, job, answer); });
}

Result<void> validate(JobWorld& world, JobId id, std::uint32_t file, bool right) {
  return world.ask<void>(
      [&](auto answer) { world.book->validate(kUser, id, file, right, answer); });
}

}  // namespace

TEST_CASE("a job is for its owner and administrators alone", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  auto& book = *world.book;
  std::vector<Errc> codes;
  auto const note = [&](auto const& result) {
    codes.push_back(result ? Errc::internal : result.error().code);
  };

  book.add_files(kOther, id, {file_at("/tmp/b")}, note);
  book.resume(kOther, id, note);
  book.suspend(kOther, id, note);
  book.cancel(kOther, id, note);
  book.complete(kOther, id, note);
  book.configure(kOther, id, {.name = "x"}, note);
  book.set_urls(kOther, id, 0, {"http://host/b"}, note);
  book.change_file(kOther, id, 0, {.path = "/tmp/c"}, note);
  book.replace_prefix(kOther, id, "http", "https", note);
  book.validate(kOther, id, 0, true, note);
  book.take_ownership(kOther, id, note);
  note(book.set_handler(kOther, id, {}));
  note(book.job(kOther, id));
  note(book.files(kOther, id));
  note(book.why(kOther, id));
  note(book.error(kOther, id));
  note(book.all_jobs(kOther));
  world.settle();

  CHECK(codes == std::vector(17, Errc::access_denied));
  CHECK(book.jobs(kOther).empty());
  CHECK(book.jobs(kAdministrator).empty());
  CHECK(book.all_jobs(kAdministrator)->size() == 1);
  CHECK(book.job(kAdministrator, id));
}

TEST_CASE("headers are shown to the owner alone and survive what an administrator sets",
          "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  REQUIRE(configure(world, kUser, id, [](JobSpec& spec) { spec.headers = {{"Cookie", "x"}}; }));
  CHECK(world.book->job(kUser, id)->spec.headers.size() == 1);
  CHECK(world.book->job(kAdministrator, id)->spec.headers.empty());
  CHECK(world.book->all_jobs(kAdministrator)->at(0).spec.headers.empty());

  REQUIRE(configure(world, kAdministrator, id, [](JobSpec& spec) { spec.name = "other"; }));
  CHECK(world.book->job(kUser, id)->spec.name == "other");
  CHECK(world.book->job(kUser, id)->spec.headers.size() == 1);
}

TEST_CASE("nobody is shown the key of a job's certificate and only the owner the certificate",
          "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  auto const pem = client_pem();
  auto const certificate = [&](Caller const& caller) {
    return world.book->job(caller, id)->spec.http.client_certificate;
  };
  REQUIRE(configure(world, kUser, id, [&](JobSpec& spec) { spec.http.client_certificate = pem; }));
  CHECK(certificate(kUser).starts_with("-----BEGIN CERTIFICATE-----"));
  CHECK(certificate(kUser).find("KEY") == std::string::npos);
  CHECK(certificate(kAdministrator).empty());

  // Who gives back what was shown changes nothing.
  auto shown = world.book->job(kUser, id)->spec;
  shown.name = "other";
  REQUIRE(world.ask<void>([&](auto answer) { world.book->configure(kUser, id, shown, answer); }));
  REQUIRE(configure(world, kAdministrator, id, [](JobSpec& spec) { spec.name = "third"; }));
  CHECK(world.ledger.jobs[id].spec.http.client_certificate == pem);

  auto const wrong = [&](std::string const& text) {
    auto const set =
        configure(world, kUser, id, [&](JobSpec& spec) { spec.http.client_certificate = text; });
    return set ? Errc::internal : set.error().code;
  };
  CHECK(wrong("no certificate") == Errc::invalid_argument);
  CHECK(wrong(certificate(kUser) + client_pem()) == Errc::invalid_argument);
  CHECK(wrong(std::string(70'000, 'x')) == Errc::invalid_argument);
}

TEST_CASE("a new owner gets the job without the secrets of the old one", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  REQUIRE(configure(world, kUser, id, [](JobSpec& spec) {
    spec.headers = {{"Cookie", "x"}};
    spec.notify_command = {"/bin/true"};
    spec.http.client_certificate = client_pem();
  }));
  REQUIRE(world.ask<void>([&](auto answer) {
    world.book->set_urls(kUser, id, 0, {"http://me:secret@host/tmp/a"}, answer);
  }));
  REQUIRE(world.ask<void>(
      [&](auto answer) { world.book->take_ownership(kAdministrator, id, answer); }));
  world.settle();

  auto const job = world.book->job(kAdministrator, id);
  REQUIRE(job);
  CHECK(job->owner == kAdministrator.uid);
  CHECK(job->spec.headers.empty());
  CHECK(job->spec.notify_command.empty());
  CHECK(world.ledger.files[{id, 0}].spec.urls.front() == "http://host/tmp/a");
  CHECK(world.book->job(kUser, id).error().code == Errc::access_denied);
  CHECK(world.desk->open.at(world.desk->wish_for("/tmp/a")).wish.headers.empty());
}

TEST_CASE("jobs are limited for each user and for all but administrators", "[rules]") {
  JobOptions options;
  options.jobs_per_user_max = 2;
  options.jobs_max = 3;
  JobWorld world(options);

  REQUIRE(create(world, kUser));
  REQUIRE(create(world, kUser));
  CHECK(create(world, kUser).error().code == Errc::too_many_jobs_of_user);
  REQUIRE(create(world, kOther));
  CHECK(create(world, kOther).error().code == Errc::too_many_jobs);
  CHECK(create(world, kAdministrator));
}

TEST_CASE("without network every job waits and goes on when it is back", "[rules]") {
  JobWorld world;
  auto const running = world.start({"/tmp/a"});
  auto const failed = world.start({"/tmp/b"});
  world.desk->fail("/tmp/b", Errc::http_server_error);
  world.settle();
  world.book->set_conditions({.network = false});
  world.settle();

  CHECK(world.state(running) == JobState::transient_error);
  CHECK(world.book->error(kUser, running)->error.error.code == Errc::network_absent);
  CHECK(world.book->error(kUser, running)->context == ErrorContext::transport);
  CHECK(world.desk->open.empty());
  world.loop.run_for(3h);
  CHECK(world.desk->open.empty());
  // A call does not bring the network back.
  REQUIRE(world.resume(running));
  world.settle();
  CHECK(world.state(running) == JobState::transient_error);

  world.book->set_conditions({});
  world.settle();
  CHECK(world.desk->wanted("/tmp/a"));
  CHECK(world.desk->wanted("/tmp/b"));
  CHECK(world.state(failed) == JobState::connecting);
}

TEST_CASE("a job waits while the network costs more than it allows", "[rules]") {
  JobWorld world;
  auto const cheap = world.start({"/tmp/a"});
  world.start({"/tmp/b"});
  REQUIRE(configure(world, kUser, cheap, [](JobSpec& spec) { spec.costs = cost::standard; }));
  world.settle();
  CHECK(world.desk->wanted("/tmp/a"));

  world.book->set_conditions({.costs = cost::near_cap});
  world.settle();
  CHECK(world.state(cheap) == JobState::transient_error);
  CHECK(world.book->error(kUser, cheap)->error.error.code == Errc::cost_refused);
  CHECK(world.desk->wanted("/tmp/b"));

  world.book->set_conditions({.costs = cost::below_cap});
  world.settle();
  CHECK(world.desk->wanted("/tmp/a"));
}

TEST_CASE("each cost policy runs in the states its name says", "[rules]") {
  struct Row {
    std::uint32_t policy;
    std::string_view runs;  // In the order of the bits, from unrestricted to roaming.
  };
  for (auto const& row : {Row{cost::always, "yyyyyyyy"}, Row{cost::not_roaming, "yyyyyyyn"},
                          Row{cost::no_surcharge, "yyyynyyn"}, Row{cost::standard, "yyynnyyn"},
                          Row{cost::only_unrestricted, "ynnnnynn"}}) {
    JobSpec spec;
    spec.costs = row.policy;
    std::string runs;
    for (int bit = 0; bit < 8; ++bit) {
      auto const costs = (1U << bit) | cost::ignore_congestion;
      runs += why_blocked(spec, {.network = true, .costs = costs}) ? 'n' : 'y';
    }
    INFO(std::hex << row.policy);
    CHECK(runs == row.runs);
  }
}

TEST_CASE("a job that transfers longer than it may is in error until it is resumed", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  REQUIRE(configure(world, kUser, id, [](JobSpec& spec) {
    spec.transfer_time_max = 2h;
    spec.no_progress_timeout = 24h;
  }));
  world.settle();
  world.desk->answer("/tmp/a", SpoolId{1}, 1000);
  world.loop.run_for(90min);
  // Suspended time does not count, and time before a resume neither.
  world.desk->fail("/tmp/a", Errc::connection_lost);
  world.loop.run_for(7s);
  REQUIRE(world.desk->wanted("/tmp/a"));
  world.loop.run_for(29min);
  CHECK(is_running(world.state(id)));
  world.loop.run_for(2min);

  CHECK(world.state(id) == JobState::error);
  CHECK(world.book->error(kUser, id)->error.error.code == Errc::transfer_time_over);
  REQUIRE(world.resume(id));
  world.loop.run_for(1h);
  CHECK(is_running(world.state(id)));
}

TEST_CASE("files that are larger together than allowed stop the job", "[rules]") {
  JobWorld world;
  NewJob job{.spec = {.name = "job", .size_max = 150},
             .files = {file_at("/tmp/a"), file_at("/tmp/b")},
             .start = true};
  auto const id = world.ask<JobId>([&](auto answer) { world.book->create(kUser, job, answer); });
  REQUIRE(id);
  world.settle();
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  CHECK(is_running(world.state(*id)));
  world.desk->answer("/tmp/b", SpoolId{2}, 100);

  CHECK(world.state(*id) == JobState::error);
  CHECK(world.book->error(kUser, *id)->error.error.code == Errc::size_limit_reached);
}

TEST_CASE("some settings are fixed by the first file and some by the first resume", "[rules]") {
  JobWorld world;
  auto const id = create(world, kUser);
  REQUIRE(id);
  auto const limit = [](JobSpec& spec) { spec.size_max = 5; };
  auto const other_limit = [](JobSpec& spec) { spec.size_max = 500; };
  auto const look = [](JobSpec& spec) { spec.validate_first = true; };
  auto const trust = [](JobSpec& spec) { spec.validate_first = false; };
  CHECK(configure(world, kUser, *id, limit));
  CHECK(configure(world, kUser, *id, look));
  REQUIRE(world.ask<void>(
      [&](auto answer) { world.book->add_files(kUser, *id, {file_at("/tmp/a")}, answer); }));
  CHECK(configure(world, kUser, *id, trust).error().code == Errc::fixed_after_add);
  CHECK(configure(world, kUser, *id, other_limit));
  REQUIRE(world.resume(*id));
  REQUIRE(world.suspend(*id));
  CHECK(configure(world, kUser, *id, limit).error().code == Errc::fixed_after_resume);
  CHECK(configure(world, kUser, *id, other_limit));
}

TEST_CASE("background jobs take turns when there are more than may run", "[rules]") {
  JobOptions options;
  options.background_jobs_max = 1;
  JobWorld world(options);
  auto const first = world.start({"/tmp/a"}, Priority::normal);
  auto const second = world.start({"/tmp/b"}, Priority::normal);
  auto const low = world.start({"/tmp/c"}, Priority::low);
  auto const urgent = world.start({"/tmp/d"}, Priority::foreground);
  CHECK(world.desk->open.size() == 2);
  CHECK(world.state(first) == JobState::connecting);
  CHECK(world.state(urgent) == JobState::connecting);

  world.loop.run_for(5min);
  CHECK(world.state(first) == JobState::queued);
  CHECK(world.state(second) == JobState::connecting);
  world.loop.run_for(5min);
  CHECK(world.state(first) == JobState::connecting);
  CHECK(world.state(second) == JobState::queued);

  world.desk->fail("/tmp/a", Errc::http_gone);
  world.settle();
  CHECK(world.state(second) == JobState::connecting);
  world.desk->finish("/tmp/b", SpoolId{1}, 1);
  world.settle();
  CHECK(world.state(low) == JobState::connecting);
}

TEST_CASE("a new URL goes on with what is there and finished files keep theirs", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  world.desk->finish("/tmp/b", SpoolId{2}, 10);
  world.settle();

  REQUIRE(world.ask<void>(
      [&](auto answer) { world.book->set_urls(kUser, id, 0, {"https://other/a"}, answer); }));
  world.settle();
  auto const& wish = world.desk->open.at(world.desk->wish_for("/tmp/a")).wish;
  CHECK(wish.file.urls == std::vector<std::string>{"https://other/a"});
  CHECK(wish.spool == SpoolId{1});

  auto const replace = [&](std::string const& from, std::string const& to) {
    return world.ask<std::uint32_t>(
        [&](auto answer) { world.book->replace_prefix(kUser, id, from, to, answer); });
  };
  CHECK(replace("https://other/", "http://third/") == 1U);
  CHECK(replace("HTTP://THIRD/", "http://fourth/") == 0U);
  CHECK(replace("http://host/", "http://fourth/") == 0U);
  CHECK(replace("", "x").error().code == Errc::invalid_argument);
  CHECK(replace("http://", "ftp://").error().code == Errc::unsupported_scheme);
  CHECK((*world.book->files(kUser, id))[0].spec.urls.front() == "http://third/a");
  CHECK((*world.book->files(kUser, id))[1].spec.urls.front() == "http://host/tmp/b");
  auto const bad = world.ask<void>(
      [&](auto answer) { world.book->set_urls(kUser, id, 7, {"http://host/"}, answer); });
  CHECK(bad.error().code == Errc::not_found);
}

TEST_CASE("a file that the application refuses is fetched again after resume", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  CHECK(validate(world, id, 0, true).error().code == Errc::not_yet);
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.settle();
  REQUIRE(validate(world, id, 0, false));

  CHECK(world.state(id) == JobState::error);
  CHECK(world.book->error(kUser, id)->error.error.code == Errc::validation_failed);
  CHECK(world.book->job(kUser, id)->progress.bytes_done == 0);
  CHECK(world.store.discarded == std::vector{SpoolId{1}});
  CHECK(world.store.released == std::vector{SpoolId{1}});
  REQUIRE(world.resume(id));
  world.settle();
  CHECK(world.desk->open.at(world.desk->wish_for("/tmp/a")).wish.spool == SpoolId::none);
  world.desk->finish("/tmp/a", SpoolId{3}, 10);
  world.settle();
  REQUIRE(validate(world, id, 0, true));
  CHECK((*world.book->files(kUser, id))[0].validated);
}

TEST_CASE("a refused file that peers sent comes from the origin at once", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  auto const wish = world.desk->wish_for("/tmp/a");
  world.desk->open[wish].progress.from_peers = 5;
  WishResult result;
  result.spool = SpoolId{1};
  result.length = 10;
  world.desk->open[wish].listener->on_transferred(wish, result);
  world.settle();
  REQUIRE(world.state(id) == JobState::transferred);
  REQUIRE(validate(world, id, 0, false));
  world.settle();

  CHECK(world.state(id) == JobState::connecting);
  CHECK_FALSE(world.desk->open.at(world.desk->wish_for("/tmp/a")).wish.peers);
  world.desk->finish("/tmp/a", SpoolId{2}, 10);
  world.settle();
  REQUIRE(validate(world, id, 0, false));
  CHECK(world.state(id) == JobState::error);
}

TEST_CASE("an error is told with its place and its context while it lasts", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  CHECK(world.book->error(kUser, id).error().code == Errc::error_unavailable);
  world.desk->fail("/tmp/a", Errc::http_forbidden);
  world.settle();

  auto const report = world.book->error(kUser, id);
  REQUIRE(report);
  CHECK(report->context == ErrorContext::remote_file);
  CHECK(report->protocol == "http");
  CHECK(report->url == "http://host/tmp/a");
  CHECK(report->path == "/tmp/a");
  REQUIRE(world.resume(id));
  CHECK(world.book->error(kUser, id).error().code == Errc::error_unavailable);
}

TEST_CASE("every error has a context", "[rules]") {
  CHECK(context_of(Errc::connect_failed) == ErrorContext::transport);
  CHECK(context_of(Errc::network_absent) == ErrorContext::transport);
  CHECK(context_of(Errc::http_not_found) == ErrorContext::remote_file);
  CHECK(context_of(Errc::digest_mismatch) == ErrorContext::remote_file);
  CHECK(context_of(Errc::disk_full) == ErrorContext::local_file);
  CHECK(context_of(Errc::cost_refused) == ErrorContext::queue);
  CHECK(context_of(Errc::internal) == ErrorContext::unknown);
}

TEST_CASE("a delay that is longer than the timeout leaves nothing to wait for", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  REQUIRE(configure(world, kUser, id, [](JobSpec& spec) { spec.no_progress_timeout = 3s; }));
  world.settle();
  world.desk->fail("/tmp/a", Errc::connect_failed);
  world.settle();
  CHECK(world.state(id) == JobState::error);
}

TEST_CASE("the last attempt is made when the timeout runs out", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  REQUIRE(configure(world, kUser, id, [](JobSpec& spec) { spec.no_progress_timeout = 60s; }));
  world.settle();
  auto const begun = world.loop.elapsed();
  Duration last{};
  while (world.state(id) != JobState::error && world.loop.elapsed() - begun < 3h) {
    if (world.desk->wanted("/tmp/a")) {
      last = world.loop.elapsed() - begun;
      world.desk->fail("/tmp/a", Errc::connect_failed);
    }
    world.loop.run_for(100ms);
  }
  CHECK(last > 59s);
  CHECK(last < 61s);
}

TEST_CASE("a job that nothing happens to is cancelled and one that moves is not", "[rules]") {
  JobOptions options;
  options.retention = 24h * 1000;
  options.inactivity = 24h * 10;
  JobWorld world(options);
  auto const idle = world.start({"/tmp/a"});
  auto const touched = world.start({"/tmp/b"});
  REQUIRE(world.suspend(idle));
  REQUIRE(world.suspend(touched));
  world.loop.run_for(24h * 9);
  REQUIRE(configure(world, kUser, touched, [](JobSpec& spec) { spec.description = "still"; }));
  world.loop.run_for(24h * 3);

  CHECK(world.book->job(kUser, idle).error().code == Errc::job_not_found);
  CHECK(world.book->job(kUser, touched));
  auto const ended = std::ranges::find_if(world.events, [&](JobEvent const& event) {
    return event.kind == JobEvent::Kind::removed && event.job.id == idle;
  });
  REQUIRE(ended != world.events.end());
  CHECK(ended->job.error->error.code == Errc::job_too_old);
}

TEST_CASE("a range to the end counts once the length is known", "[rules]") {
  JobWorld world;
  auto file = file_at("/tmp/a");
  file.ranges = {{10, 20}, {90, kToEnd}};
  NewJob job{.spec = {.name = "job"}, .files = {file}, .start = true};
  auto const id = world.ask<JobId>([&](auto answer) { world.book->create(kUser, job, answer); });
  REQUIRE(id);
  world.settle();
  CHECK_FALSE(world.book->job(kUser, *id)->progress.bytes_total);
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  CHECK(world.book->job(kUser, *id)->progress.bytes_total == 20U);
}
