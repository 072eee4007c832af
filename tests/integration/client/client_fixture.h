// A client, whatever its calls go to, with an engine and an origin of its own. One test uses it;
// call `open` first.
#pragma once

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/hash.h"
#include "freshet/client.h"
#include "tests/support/com_backend.h"
#include "tests/support/daemon_process.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temp_folder.h"

namespace freshet::test {

inline std::string made_bytes(std::size_t size, unsigned seed = 1) {
  std::string bytes(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// What a client's calls go to: FRESHET_TEST_BACKEND is `embedded` (default), `connected` (a daemon
// of the same user), `stranger` (one of another user, who may not reach what is the test's), or
// `bits` or `do` (through the COM shape, by the class of that name).
enum class Way { embedded, connected, stranger, bits, delivery_optimization };
[[nodiscard]] inline Way way() {
  auto const* const given = std::getenv("FRESHET_TEST_BACKEND");
  std::string const name = given == nullptr ? "embedded" : given;
  if (name == "bits") return Way::bits;
  if (name == "do") return Way::delivery_optimization;
  return name == "stranger" ? Way::stranger : name == "connected" ? Way::connected : Way::embedded;
}
[[nodiscard]] inline bool through_com() {
  return way() == Way::bits || way() == Way::delivery_optimization;
}
[[nodiscard]] inline com::Family family() {
  return way() == Way::bits ? com::Family::bits : com::Family::delivery_optimization;
}
// COM has one HRESULT for several codes: then the first of them.
[[nodiscard]] inline Errc told(Errc code) {
  return through_com() ? as_com_tells(code, family()) : code;
}

struct ClientFixture {
  TempFolder folder;
  Latch latch;  // Before the origin, whose threads may wait for it to the end.
  ScriptedOrigin origin;
  TempFolder state;  // Of the engine.
  std::optional<DaemonProcess> daemon;
  std::optional<Client> client;

  [[nodiscard]] Options options() const {
    Options made;
    made.data_dir = state / "data";
    return made;
  }
  [[nodiscard]] std::string socket() const { return state / "s"; }
  void open() {
    if (way() == Way::stranger && ::geteuid() != 0) {
      std::puts("SKIPPED: needs root, to run a daemon as another user");
      std::exit(0);
    }
    bool const own = way() == Way::embedded || through_com();
    auto opened = own ? Client::open(options()) : connect();
    REQUIRE(opened);
    client.emplace(through_com() ? client_through_com(std::move(*opened), family())
                                 : std::move(*opened));
  }
  void close() {
    client.reset();
    if (daemon) CHECK(daemon->stop() == 0);
  }
  void reopen() {
    close();
    open();
  }
  void start_daemon() {
    DaemonProcess::Spec spec{FRESHETD_PROGRAM, options().data_dir, socket()};
    constexpr unsigned kNobody = 65534;
    if (way() == Way::stranger) {
      spec.user = kNobody;
      REQUIRE(::chown(state.path().c_str(), kNobody, kNobody) == 0);
    }
    if (!daemon) daemon.emplace(std::move(spec));
    daemon->start();
  }
  [[nodiscard]] Result<Client> connect() {
    if (!daemon || !daemon->runs()) start_daemon();
    return Client::connect({.socket = socket(), .connect_timeout = std::chrono::seconds{30}});
  }
  [[nodiscard]] FileSpec file(std::string const& name) const {
    FileSpec made;
    made.urls = {origin.url("/" + name)};
    made.path = folder / name;
    return made;
  }
  // Started; settles within ten seconds or fails the test.
  JobId start(std::vector<FileSpec> files) {
    auto const job = client->start({.name = "test"}, std::move(files));
    REQUIRE(job);
    return *job;
  }
  JobInfo settled(JobId job) {
    auto const info = client->wait(job, std::chrono::seconds{20});
    REQUIRE(info);
    if (info->error) UNSCOPED_INFO(describe(info->error->error));
    return *info;
  }
  [[nodiscard]] bool exists(std::string const& name) const {
    return std::filesystem::exists(folder / name);
  }
};

[[nodiscard]] inline Digest sha256_of(std::string const& bytes) {
  return sha256(std::as_bytes(std::span(bytes)));
}

}  // namespace freshet::test
