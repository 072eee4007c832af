#include "api/remote/destination.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::remote;

namespace {

void fill(Destination const& place, std::string const& bytes) {
  REQUIRE(::write(place.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

std::size_t entries(TempFolder const& folder) {
  std::size_t count = 0;
  for (auto const& entry : std::filesystem::directory_iterator(folder.path())) {
    count += entry.exists() || entry.is_symlink() ? 1U : 0U;
  }
  return count;
}

}  // namespace

TEST_CASE("a file appears whole and with its time when it is put into place", "[remote]") {
  TempFolder const folder;
  auto place = Destination::open(folder / "a", ".freshet-x");
  REQUIRE(place);
  fill(*place, "bytes");
  CHECK_FALSE(std::filesystem::exists(folder / "a"));

  REQUIRE(place->put(WallTime{std::chrono::seconds{1'000'000}}));
  REQUIRE(place->sync_directory());

  CHECK(read_file(folder / "a") == "bytes");
  struct stat status {};
  REQUIRE(::stat((folder / "a").c_str(), &status) == 0);
  CHECK(status.st_mtime == 1'000'000);
  CHECK(entries(folder) == 1);
}

TEST_CASE("what is not put into place leaves nothing behind", "[remote]") {
  TempFolder const folder;
  { REQUIRE(Destination::open(folder / "a", ".freshet-x")); }

  CHECK(entries(folder) == 0);
}

TEST_CASE("a link at the file's name is replaced and not followed", "[remote]") {
  TempFolder const folder;
  write_file(folder / "victim", "untouched");
  std::filesystem::create_symlink(folder / "victim", folder / "a");
  std::filesystem::create_symlink(folder / "victim", folder / ".freshet-x");
  auto place = Destination::open(folder / "a", ".freshet-x");
  REQUIRE(place);
  fill(*place, "bytes");

  REQUIRE(place->put(std::nullopt));

  CHECK(read_file(folder / "victim") == "untouched");
  CHECK(read_file(folder / "a") == "bytes");
  CHECK_FALSE(std::filesystem::is_symlink(folder / "a"));
  CHECK(entries(folder) == 2);
}

TEST_CASE("a place that cannot be is refused with its path", "[remote]") {
  TempFolder const folder;
  auto const absent = Destination::open(folder / "none/a", ".freshet-x");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().where == folder / "none/a");

  std::filesystem::create_directory(folder / "taken");
  {
    auto place = Destination::open(folder / "taken", ".freshet-x");
    REQUIRE(place);
    CHECK_FALSE(place->put(std::nullopt));
  }
  CHECK(entries(folder) == 1);
}
