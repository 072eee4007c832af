// Publishing files on disk.
#include "api/publish.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "api/small_file.h"
#include "engine/content/magnet.h"
#include "engine/content/merkle.h"
#include "engine/content/torrent_file.h"
#include "tests/support/temp_folder.h"

using namespace freshet;

namespace {

std::string random_text(std::size_t size) {
  std::mt19937 random(static_cast<std::uint32_t>(size));
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::size_t files_in(TempFolder const& folder) {
  auto const files = std::filesystem::directory_iterator(folder.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

Digest root_of(std::string_view text) {
  std::vector<Digest> leaves((text.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(std::as_bytes(std::span(text)), leaves);
  return merkle_root(leaves);
}

}  // namespace

TEST_CASE("a published file can be verified by its torrent", "[publish][integration]") {
  auto const size = GENERATE(as<std::size_t>{}, 0, 1, 1'048'576, 9'000'000);
  TempFolder const folder;
  auto const text = random_text(size);
  write_file(folder / "file", text);

  auto const published = publish({.file = folder / "file", .urls = {"HTTPS://Origin.example/f"}});

  REQUIRE(published);
  CHECK(published->content == ContentId{size, root_of(text)});
  CHECK(published->torrent == folder / "file.torrent");
  CHECK(published->signature.empty());
  CHECK(parse_magnet(published->magnet)->content == published->content);
  auto const torrent = read_torrent(read_file(published->torrent));
  REQUIRE(torrent);
  CHECK(torrent->canonical);
  CHECK(torrent->info_hash == published->info_hash);
  CHECK(torrent->urls == std::vector<std::string>{"https://origin.example/f"});
  CHECK(files_in(folder) == 2);
}

TEST_CASE("a signature is written beside the torrent", "[publish][integration]") {
  TempFolder const folder;
  write_file(folder / "file", "bytes");
  std::array<std::byte, 40> const entropy{std::byte{7}};
  auto const key = SecretKey::make(entropy);

  auto const published = publish({.file = folder / "file",
                                  .out = folder / "out.torrent",
                                  .key = &key,
                                  .now = WallTime(std::chrono::seconds(1'700'000'000))});

  REQUIRE(published);
  CHECK(published->signature == folder / "out.torrent.minisig");
  auto const signature = parse_signature(read_file(published->signature));
  REQUIRE(signature);
  CHECK(signature->trusted_comment == "timestamp:1700000000\tfile:out.torrent\thashed");
  auto const torrent = read_file(published->torrent);
  CHECK(verify(key.public_key(), *signature, std::as_bytes(std::span(torrent))));
}

TEST_CASE("progress reaches the end and can stop the work", "[publish][integration]") {
  TempFolder const folder;
  write_file(folder / "file", random_text(5'000'000));

  Bytes last = 0;
  auto const watched = publish({.file = folder / "file"}, [&](Bytes done, Bytes total) {
    CHECK(total == 5'000'000);
    CHECK(done >= last);
    last = done;
    return true;
  });
  std::filesystem::remove(folder / "file.torrent");
  auto const stopped = publish({.file = folder / "file"}, [](Bytes, Bytes) { return false; });

  CHECK(watched);
  CHECK(last == 5'000'000);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Errc::cancelled);
  CHECK(files_in(folder) == 1);
}

TEST_CASE("what cannot be published is refused and leaves nothing", "[publish][integration]") {
  TempFolder const folder;
  write_file(folder / "file", "bytes");
  auto const refusal = [](PublishSpec const& spec) { return publish(spec).error(); };

  CHECK(refusal({.file = folder / "absent"}).code == Errc::not_found);
  CHECK(refusal({.file = folder.path()}).code == Errc::path_invalid);
  CHECK(refusal({.file = folder / "file", .out = folder / "no/out.torrent"}).code ==
        Errc::not_found);
  auto const with_url = [&](std::string url) {
    return refusal({.file = folder / "file", .urls = {std::move(url)}});
  };
  CHECK(with_url("http://user:secret@h/f").code == Errc::invalid_argument);
  CHECK(with_url("http://user:secret@h/f").where == "http://h/f");
  CHECK(with_url("http://h/folder/").code == Errc::invalid_argument);
  CHECK(with_url("file:///etc/passwd").code == Errc::invalid_argument);
  CHECK(with_url("ftp://h/f").code == Errc::unsupported_scheme);
  CHECK(files_in(folder) == 1);
}

TEST_CASE("a file that changes while it is hashed is not published", "[publish][integration]") {
  TempFolder const folder;
  auto const path = folder / "file";
  write_file(path, random_text(3'000'000));

  bool touched = false;
  auto const published = publish({.file = path}, [&](Bytes, Bytes) {
    if (!touched) std::filesystem::last_write_time(path, std::filesystem::file_time_type::min());
    return touched = true;
  });

  REQUIRE_FALSE(published);
  CHECK(published.error().code == Errc::file_changed);
}

TEST_CASE("a small file is replaced whole and keeps to the umask", "[small_file][integration]") {
  TempFolder const folder;
  auto const path = folder / "small";
  REQUIRE(write_small_file(path, "one"));
  REQUIRE(write_small_file(path, "two"));

  CHECK(read_small_file(path, 3) == std::string("two"));
  CHECK(read_small_file(path, 2).error().code == Errc::limit_reached);
  CHECK(read_small_file(folder / "absent", 2).error().code == Errc::not_found);
  CHECK(files_in(folder) == 1);
  auto const mask = ::umask(0);
  ::umask(mask);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == (0666 & ~mask));
}
