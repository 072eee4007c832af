// What calls of an application cost, through a client in its own process and through a daemon's
// socket. Update clients poll, and must not be felt.
#include <catch2/catch.hpp>

#include "freshet/client.h"
#include "tests/support/daemon_process.h"
#include "tests/support/temp_folder.h"

using namespace freshet;

namespace {

void measure(Client& client, TempFolder const& folder) {
  FileSpec file;
  file.urls = {"http://127.0.0.1:1/file"};
  file.path = folder / "file";
  auto const job = client.create({.name = "waits"}, {file});
  REQUIRE(job);
  BENCHMARK("the state of a job") {
    return client.job(*job).has_value();
  };
  BENCHMARK("the list of jobs") {
    return client.jobs()->size();
  };
  BENCHMARK("a job is changed, durably") {
    return client.configure(*job, {.name = "waits on"}).has_value();
  };
  BENCHMARK("a job is made, durably, and cancelled") {
    auto const made = client.create({.name = "short"}, {file});
    return made && client.cancel(*made);
  };
}

}  // namespace

TEST_CASE("calls of an embedded client", "[bench]") {
  TempFolder const folder;
  auto client = Client::open({.data_dir = folder / "data", .log = {}});
  REQUIRE(client);
  measure(*client, folder);
}

TEST_CASE("calls of a client that is connected to a daemon", "[bench]") {
  TempFolder const folder;
  DaemonProcess daemon({FRESHETD_PROGRAM, folder / "data", folder / "socket"});
  daemon.start();
  auto client = Client::connect({.socket = folder / "socket"});
  REQUIRE(client);
  measure(*client, folder);
}
