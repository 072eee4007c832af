#include "api/cli/get_request.h"

#include <catch2/catch.hpp>

#include "engine/content/magnet.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tls_files.h"

using namespace freshet;
using namespace freshet::cli;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

GetRequest request(std::vector<std::string> urls) {
  GetRequest made;
  made.urls = std::move(urls);
  made.directory = "/downloads";
  return made;
}

std::optional<Errc> refusal(GetRequest const& asked) {
  auto const plan = plan_get(asked);
  return plan ? std::nullopt : std::optional(plan.error().code);
}

}  // namespace

TEST_CASE("a URL names its file", "[cli]") {
  CHECK(*file_name_of("http://host/a/b.iso") == "b.iso");
  CHECK(*file_name_of("http://host/a%20b.iso?token=1#x") == "a b.iso");
  CHECK(*file_name_of("http://host/gr%C3%B6%C3%9Fe") == "größe");
}

TEST_CASE("a URL whose last step could leave the directory or names nothing is refused", "[cli]") {
  for (std::string const url :
       {"http://host", "http://host/", "http://host/a/", "http://host/..", "http://host/a%2Fb",
        "http://host/%2e%2e", "http://host/a%00b", "http://host/a%0Ab"}) {
    INFO(url);
    CHECK_FALSE(file_name_of(url));
  }
}

TEST_CASE("a certificate is read with its key and refused without", "[cli]") {
  TempFolder const folder;
  auto const files = make_certificate(folder.path(), "a client");
  auto asked = request({"https://host/x.img"});
  asked.key = files.key;
  CHECK(refusal(asked) == Errc::invalid_argument);
  asked.certificate = files.certificate;
  asked.no_proxy = "host";

  auto const plan = plan_get(asked);

  REQUIRE(plan);
  auto const& pem = plan->job.http.client_certificate;
  CHECK(pem.find("BEGIN CERTIFICATE") != std::string::npos);
  CHECK(pem.find("PRIVATE KEY") != std::string::npos);
  CHECK(plan->job.http.no_proxy == "host");
  asked.key.clear();
  CHECK(refusal(asked) == Errc::invalid_argument);
}

TEST_CASE("every option reaches the job or the file", "[cli]") {
  auto asked = request({"http://host/x.img"});
  asked.output = "sub/y.img";
  asked.sha256 = std::string(64, 'a');
  asked.mirrors = {"http://mirror/x.img"};
  asked.ranges = {"0-9", "20-29"};
  asked.headers = {"X-One:  1", "X-Two:"};
  asked.limit_rate = "1M";
  asked.connections = 3;
  asked.proxy = "-";
  asked.manifest = "m.torrent";
  asked.give_up_seconds = 1.5;

  auto const plan = plan_get(asked);

  REQUIRE(plan);
  auto const& file = plan->files.at(0);
  CHECK(file.path == "/downloads/sub/y.img");
  CHECK(file.urls == std::vector<std::string>{"http://host/x.img", "http://mirror/x.img"});
  CHECK(file.sha256 == digest_from_hex(asked.sha256));
  CHECK(file.ranges == std::vector<ByteRange>{{0, 10}, {20, 30}});
  CHECK(file.manifest.starts_with('/'));
  CHECK(file.manifest.ends_with("/m.torrent"));
  CHECK(plan->job.name == "y.img");
  CHECK(plan->job.headers.at(0).value == "1");
  CHECK(plan->job.headers.at(1).value.empty());
  CHECK(plan->job.limit.value == 1_MiB);
  CHECK(plan->job.connections == 3);
  CHECK(plan->job.proxy == "-");
  CHECK(plan->job.no_progress_timeout == 1500ms);
}

TEST_CASE("a list of checksums gives each file its own and must know all of them", "[cli]") {
  TempFolder folder;
  auto const list = folder / "SHA256SUMS";
  write_file(list, std::string(64, 'a') + "  x.iso\n" + std::string(64, 'b') + "  y.iso\n");
  auto asked = request({"http://host/x.iso", "http://host/y.iso"});
  asked.checksums = list;
  auto const plan = plan_get(asked);
  REQUIRE(plan);
  CHECK(plan->files.at(0).sha256 == digest_from_hex(std::string(64, 'a')));
  CHECK(plan->files.at(1).sha256 == digest_from_hex(std::string(64, 'b')));

  asked.urls.push_back("http://host/z.iso");
  CHECK(refusal(asked) == Errc::invalid_argument);
  asked.urls = {"http://host/x.iso"};
  asked.sha256 = std::string(64, 'c');
  CHECK(refusal(asked) == Errc::invalid_argument);
  asked.checksums = folder / "none";
  CHECK(refusal(asked) == Errc::not_found);
}

TEST_CASE("a manifest's URL stays as it is", "[cli]") {
  auto asked = request({"http://host/x"});
  asked.manifest = "https://host/x.torrent";

  CHECK(plan_get(asked)->files[0].manifest == "https://host/x.torrent");
}

TEST_CASE("a magnet link becomes the content and the URLs it names", "[cli]") {
  ContentId const content{100'000, *digest_from_hex(std::string(64, '7'))};
  auto asked = request({"http://host/x"});
  asked.manifest = magnet_link(content, std::vector<std::string>{"http://mirror/x"});

  auto const plan = plan_get(asked);

  REQUIRE(plan);
  CHECK(plan->files[0].manifest.empty());
  CHECK(plan->files[0].content == content);
  CHECK(plan->files[0].urls == std::vector<std::string>{"http://host/x", "http://mirror/x"});
  asked.manifest = "magnet:?xt=urn:btmh:1220" + std::string(64, '7');
  CHECK(refusal(asked) == Errc::manifest_invalid);
}

TEST_CASE("a list names URLs and places and may hold comments", "[cli]") {
  TempFolder folder;
  write_file(
      folder / "list",
      "# files\nhttp://host/a\r\n\n  http://host/b   sub/other name \nhttp://host/c /abs/c\n");
  auto asked = request({});
  asked.input_file = folder / "list";

  auto const plan = plan_get(asked);

  REQUIRE(plan);
  REQUIRE(plan->files.size() == 3);
  CHECK(plan->files[0].path == "/downloads/a");
  CHECK(plan->files[1].path == "/downloads/sub/other name");
  CHECK(plan->files[2].path == "/abs/c");
  CHECK(plan->job.name == "a and 2 more");
}

TEST_CASE("options that cannot be are refused as usage", "[cli]") {
  CHECK(refusal(request({})) == Errc::invalid_argument);
  CHECK(refusal(request({"host/x"})) == Errc::invalid_argument);
  auto const with = [](auto change) {
    auto asked = request({"http://host/x"});
    change(asked);
    return refusal(asked);
  };
  CHECK(with([](GetRequest& r) { r.sha256 = "12"; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.content = "x"; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.ranges = {"5"}; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.headers = {"no colon"}; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.limit_rate = "fast"; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.limit_rate = "0"; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.give_up_seconds = 0; }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) {
          r.urls.push_back("http://host/y");
          r.output = "z";
        }) == Errc::invalid_argument);
  CHECK(with([](GetRequest& r) { r.input_file = "/not/there"; }) == Errc::not_found);
}
