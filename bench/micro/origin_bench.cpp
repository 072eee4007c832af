// What the origin adapter costs beside the curl program: CPU for a gibibyte and for a small file,
// from nginx on loopback. Every byte fetched over HTTP and every file of a job passes through it
// once.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/support/nginx.h"
#include "tests/support/origin_probe.h"
#include "tests/support/temporary_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr Bytes kLarge = 1_GiB;
constexpr int kSmallFiles = 1000;
constexpr int kRounds = 5;

struct Cost {
  double wall = 0;
  double user = 0;
  double kernel = 0;
};

double seconds(timeval const& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Cost used(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return {.user = seconds(usage.ru_utime), .kernel = seconds(usage.ru_stime)};
}

// The round with the median wall time.
Cost measure(int who, std::function<void()> const& work) {
  std::vector<Cost> rounds;
  for (int i = 0; i < kRounds; ++i) {
    auto const before = used(who);
    auto const start = std::chrono::steady_clock::now();
    work();
    auto const wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
    auto const after = used(who);
    rounds.push_back({wall.count(), after.user - before.user, after.kernel - before.kernel});
  }
  std::ranges::sort(rounds, {}, &Cost::wall);
  return rounds[kRounds / 2];
}

void print(char const* what, Cost const& cost) {
  std::printf("%-42s wall %7.3f s  user %7.3f s  kernel %7.3f s\n", what, cost.wall, cost.user,
              cost.kernel);
}

// Fetches `orders` with at most `parallel` at once and drops the bytes.
void fetch_all(OriginProbe& probe, std::vector<FetchOrder> const& orders, std::size_t parallel) {
  std::vector<FetchId> running;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    running.push_back(probe.start(orders[i]));
    if (i + 1 >= parallel) REQUIRE(probe.wait(running[i + 1 - parallel]));
  }
  for (auto const fetch : running) REQUIRE_FALSE(probe.wait(fetch)->error());
}

void run_curl(std::string const& arguments) {
  REQUIRE(std::system(("curl -s " + arguments + " >/dev/null").c_str()) == 0);
}

std::vector<FetchOrder> parts(std::string const& url, std::string const& ca, std::uint64_t count) {
  std::vector<FetchOrder> orders;
  for (std::uint64_t i = 0; i < count; ++i) {
    orders.push_back(OriginProbe::order(url, kLarge / count * i, kLarge / count * (i + 1)));
    orders.back().origin.ca_file = ca;
  }
  return orders;
}

void compare_large(char const* scheme, Nginx::Options const& options, std::string const& ca) {
  REQUIRE(truncate((options.directory + "/files/large").c_str(), static_cast<off_t>(kLarge)) == 0);
  auto const nginx = Nginx::start(options);
  REQUIRE(nginx);
  auto const url = nginx->url("/large");
  auto const trust = ca.empty() ? std::string() : "--cacert " + ca + " ";
  auto const name = [scheme](char const* who) { return std::string(scheme) + who; };
  print(name(": curl").c_str(),
        measure(RUSAGE_CHILDREN, [&] { run_curl(trust + "-o /dev/null " + url); }));
  if (!ca.empty()) {
    print(name(": curl --http1.1").c_str(), measure(RUSAGE_CHILDREN, [&] {
            run_curl("--http1.1 " + trust + "-o /dev/null " + url);
          }));
  }
  for (bool const http2 : {true, false}) {
    if (ca.empty() && http2) continue;
    for (std::uint64_t const count : {1U, 4U}) {
      OriginProbe probe({.http2 = http2, .http1_from = kLarge * 2});
      probe.gate.drop_bytes();
      auto const label = name(http2 ? ": ours, HTTP/2" : ": ours, HTTP/1.1") + ", " +
                         std::to_string(count) + " fetches";
      print(label.c_str(),
            measure(RUSAGE_SELF, [&] { fetch_all(probe, parts(url, ca, count), count); }));
    }
  }
}

}  // namespace

TEST_CASE("a gibibyte from nginx over loopback", "[bench]") {
  TemporaryFolder const folder;
  folder.write("files/large", "");
  compare_large("1 GiB http", {.directory = folder.path()}, {});
  auto const tls = make_certificate(folder.path(), "127.0.0.1");
  compare_large("1 GiB https",
                {.directory = folder.path(), .certificate = tls.certificate, .key = tls.key},
                tls.ca);
}

TEST_CASE("a thousand files of 4 KiB from nginx over loopback", "[bench]") {
  TemporaryFolder const folder;
  for (int i = 0; i < kSmallFiles; ++i) {
    folder.write("files/" + std::to_string(i), patterned(4096));
  }
  auto const nginx = Nginx::start({.directory = folder.path()});
  REQUIRE(nginx);
  std::vector<FetchOrder> orders;
  {
    std::ofstream list(folder.path() + "/list");
    for (int i = 0; i < kSmallFiles; ++i) {
      auto const url = nginx->url("/" + std::to_string(i));
      list << "url = " << url << "\noutput = /dev/null\n";
      orders.push_back(OriginProbe::order(url));
    }
  }
  auto const list = "-K " + folder.path() + "/list";
  print("1000 files: curl", measure(RUSAGE_CHILDREN, [&] { run_curl(list); }));
  print("1000 files: curl --parallel", measure(RUSAGE_CHILDREN, [&] { run_curl("-Z " + list); }));
  for (std::size_t const parallel : {1U, 8U, 32U}) {
    OriginProbe probe;
    probe.gate.drop_bytes();
    auto const label = "1000 files: ours, " + std::to_string(parallel) + " at once";
    print(label.c_str(), measure(RUSAGE_SELF, [&] { fetch_all(probe, orders, parallel); }));
  }
}
