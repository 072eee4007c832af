// A client with a data directory and an origin of its own. One test uses it; call `open` first.
#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/hash.h"
#include "freshet/client.h"
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

struct ClientFixture {
  TempFolder folder;
  Latch latch;  // Before the origin, whose threads may wait for it to the end.
  ScriptedOrigin origin;
  std::optional<Client> client;

  [[nodiscard]] Options options() const {
    Options made;
    made.data_dir = folder / "data";
    return made;
  }
  void open() {
    auto opened = Client::open(options());
    REQUIRE(opened);
    client.emplace(std::move(*opened));
  }
  void reopen() {
    client.reset();
    open();
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
