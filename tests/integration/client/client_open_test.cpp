// Opening, and what is refused before anything begins.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;

namespace {

std::optional<Errc> refusal(Result<JobId> const& job) {
  return job ? std::nullopt : std::optional(job.error().code);
}

}  // namespace

TEST_CASE_METHOD(ClientFixture, "one client at a time has a data directory", "[client][embedded]") {
  open();

  auto const second = Client::open(options());

  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::store_locked);
  client.reset();
  CHECK(Client::open(options()));
}

TEST_CASE("a data directory that cannot be is named", "[client][embedded]") {
  Options options;
  options.data_dir = "relative/path";
  CHECK(Client::open(options).error().code == Errc::path_invalid);
  options.data_dir = "/dev/null/data";
  auto const refused = Client::open(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where.find("/dev/null") != std::string::npos);
}

TEST_CASE("options that cannot be are named", "[client][embedded]") {
  TempFolder folder;
  Options options;
  options.data_dir = folder / "data";
  options.workers = 0;

  auto const refused = Client::open(options);

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid_argument);
  CHECK(refused.error().where == "workers");
}

TEST_CASE_METHOD(ClientFixture, "places that cannot take a file are refused at once", "[client]") {
  open();
  std::filesystem::create_directory(folder / "there");
  write_file(folder / "plain", "x");
  auto const with_path = [&](std::string path) {
    auto wanted = file("a");
    wanted.path = std::move(path);
    return refusal(client->create({.name = "test"}, {wanted}));
  };

  CHECK(with_path("relative") == told(Errc::path_invalid));
  CHECK(with_path(folder / "absent/a") == told(Errc::path_invalid));
  CHECK(with_path(folder / "plain/a") == told(Errc::path_invalid));
  CHECK(with_path(folder / "there") == told(Errc::path_invalid));
  CHECK(with_path(folder / "there/../a") == told(Errc::path_invalid));
  CHECK(client->jobs()->empty());
}

TEST_CASE_METHOD(ClientFixture, "a directory without the right to write is refused", "[client]") {
  if (::geteuid() == 0) return;  // Root may write anywhere.
  open();
  std::filesystem::create_directory(folder / "locked");
  ::chmod((folder / "locked").c_str(), 0500);
  auto wanted = file("a");
  wanted.path = folder / "locked/a";

  CHECK(refusal(client->create({.name = "test"}, {wanted})) == Errc::permission_denied);
}

TEST_CASE_METHOD(ClientFixture, "a manifest that cannot be read is refused at once", "[client]") {
  open();
  auto wanted = file("a");
  wanted.manifest = folder / "absent.torrent";

  auto const refused = client->create({.name = "test"}, {wanted});

  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == wanted.manifest);
}

TEST_CASE_METHOD(ClientFixture, "calls answer for jobs that are not known", "[client]") {
  open();

  CHECK(client->resume(JobId{}).error().code == Errc::job_not_found);
  CHECK(client->wait(JobId{}).error().code == Errc::job_not_found);
  CHECK(client->files(JobId{}).error().code == Errc::job_not_found);
  CHECK(client->verify(ContentId{}).error().code == Errc::not_found);
}

TEST_CASE("log lines reach the application", "[client][embedded]") {
  TempFolder folder;
  ScriptedOrigin origin;
  std::mutex mutex;
  std::string lines;
  Options options;
  options.data_dir = folder / "data";
  options.log = [&](LogSeverity, std::string_view line) {
    std::lock_guard const lock(mutex);
    lines += std::string(line) + "\n";
  };
  {
    auto client = Client::open(options);
    REQUIRE(client);
    FileSpec file;
    file.urls = {origin.url("/absent?token=secret")};
    file.path = folder / "a";
    auto const job = client->start({.name = "test"}, {file});
    REQUIRE(job);
    REQUIRE(client->wait(*job, std::chrono::seconds{20}));
  }

  CHECK(lines.find("job stopped by an error") != std::string::npos);
  CHECK(lines.find("secret") == std::string::npos);
}
