// Many contents that are shared while nobody asks for them.
#include <malloc.h>

#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr int kContents = 1000;
constexpr std::size_t kFileBytes = 70'000;  // Just enough for peers to be asked.
constexpr std::size_t kBytesPerShareMax = 4096;

std::size_t heap_bytes() {
  return ::mallinfo2().uordblks;
}

Options sharing(ClientFixture const& fixture) {
  auto made = fixture.options();
  made.peers.mode = DownloadMode::lan;
  made.peers.listen = {"127.0.0.1:0"};
  made.peers.local_search = false;
  made.peers.shares_max = 10'000;
  return made;
}

void open(ClientFixture& fixture) {
  fixture.client.reset();
  auto opened = Client::open(sharing(fixture));
  REQUIRE(opened);
  fixture.client.emplace(std::move(*opened));
}

void fetch_and_share(ClientFixture& fixture) {
  std::vector<FileSpec> files;
  for (int i = 0; i < kContents; ++i) {
    auto const name = "f" + std::to_string(i);
    fixture.origin.serve_file("/" + name, made_bytes(kFileBytes, static_cast<unsigned>(i)));
    files.push_back(fixture.file(name));
  }
  auto const job = fixture.start(std::move(files));
  auto const info = fixture.client->wait(job, 60s);
  REQUIRE(info);
  REQUIRE(info->state == JobState::transferred);
  REQUIRE(fixture.client->complete(job));
  auto const contents = fixture.client->contents().value();
  for (auto const& content : contents) {
    REQUIRE(fixture.client->share(*content.content));
  }
}

// What a client with peers costs that has nothing.
std::size_t bytes_of_empty_client() {
  ClientFixture empty;
  auto const before = heap_bytes();
  open(empty);
  CHECK(empty.client->peer_port());
  return heap_bytes() - before;
}

}  // namespace

TEST_CASE("a client that shares a thousand contents stops at once and shares them again",
          "[client][shares]") {
  ClientFixture fixture;
  open(fixture);
  fetch_and_share(fixture);

  auto begin = std::chrono::steady_clock::now();
  fixture.client.reset();
  CHECK(std::chrono::steady_clock::now() - begin < 2s);

  auto const empty = bytes_of_empty_client();
  auto const before = heap_bytes();
  open(fixture);
  CHECK(fixture.client->peer_port());
  CHECK(fixture.client->status()->size() == kContents);
  // A sanitizer's allocator does not tell.
  if (before > 0) {
    auto const with_shares = heap_bytes() - before;
    UNSCOPED_INFO("bytes with shares " << with_shares << ", without " << empty);
    CHECK(with_shares < empty + kContents * kBytesPerShareMax);
  }
  auto const contents = fixture.client->contents().value();
  CHECK(std::ranges::count_if(contents, &ContentInfo::shared) == kContents);
  CHECK(fixture.client->peer_port());

  // One of them is wanted by a neighbour that knows our address and the content's id.
  ClientFixture neighbour;
  auto made = sharing(neighbour);
  made.peers.peers = {"127.0.0.1:" + std::to_string(*fixture.client->peer_port())};
  auto opened = Client::open(made);
  REQUIRE(opened);
  neighbour.client.emplace(std::move(*opened));
  FileSpec wanted;
  wanted.urls = {"http://127.0.0.1:1/nowhere"};
  wanted.path = neighbour.folder / "file";
  wanted.content = contents[500].content;
  auto const job = neighbour.start({wanted});
  CHECK(neighbour.settled(job).progress.from_peers == kFileBytes);

  begin = std::chrono::steady_clock::now();
  fixture.client.reset();
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}
