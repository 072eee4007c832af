// Streams of applications of the COM shape: they get bytes while the rest is still on its way.
#include <filesystem>

#include "tests/integration/com/com_fixture.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr std::size_t kSize = 4U << 20;

struct StreamFixture : ComFixture {
  std::string const bytes = [] {
    std::string made(kSize, ' ');
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(i * 131 >> 8);
    return made;
  }();
  Ref<Sink> sink = com::make<Sink>();

  StreamFixture() {
    origin.serve_file("/a", bytes);
    // In one stream whose second half waits for the latch.
    origin.on("/slow", [this](SeenRequest const&) {
      Reply reply;
      reply.body = bytes;
      reply.pause_after = kSize / 2;
      reply.latch = &latch;
      return reply;
    });
  }
  Ref<IDODownload> download(std::string const& name) {
    IDODownload* made = nullptr;
    REQUIRE(downloads->CreateDownload(&made) == S_OK);
    Ref download(made);
    Text const from(url(name));
    auto const stream = object(static_cast<IStream*>(sink.get()));
    REQUIRE(download->SetProperty(DODownloadProperty_Uri, from.get()) == S_OK);
    REQUIRE(download->SetProperty(DODownloadProperty_StreamInterface, &stream) == S_OK);
    return download;
  }
  static DO_DOWNLOAD_STATUS waited_for(IDODownload& download, DODownloadState wanted) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    DO_DOWNLOAD_STATUS now{};
    do {
      REQUIRE(download.GetStatus(&now) == S_OK);
      std::this_thread::yield();
    } while (now.State != wanted && std::chrono::steady_clock::now() < deadline);
    REQUIRE(now.State == wanted);
    return now;
  }
  [[nodiscard]] bool wait_for_bytes(std::size_t count) const {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (sink->bytes().size() < count && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    return sink->bytes().size() >= count;
  }
  // A job of Delivery Optimization with one file that goes to the stream.
  Ref<IBackgroundCopyJob5> job(std::string const& name) {
    auto made = create(delivery);
    void* file = nullptr;
    REQUIRE(query<IDeliveryOptimizationJob2>(made.get())
                ->AddFile(L"id", url(name).c_str(), 0, nullptr, IID_IDeliveryOptimizationFile2,
                          &file) == S_OK);
    Ref const held(static_cast<IDeliveryOptimizationFile2*>(file));
    auto const stream = object(static_cast<IStream*>(sink.get()));
    REQUIRE(held->SetProperty(DOFilePropertyId_DownloadSinkInterface, &stream) == S_OK);
    return made;
  }
};

}  // namespace

TEST_CASE_METHOD(StreamFixture, "a download's stream gets bytes while the rest is on its way",
                 "[com][ido]") {
  // The origin goes on only because the beginning was written.
  sink->on_write = [this] { return latch.open(), S_OK; };
  auto const slow = download("slow");

  REQUIRE(slow->Start(nullptr) == S_OK);

  waited_for(*slow.get(), DODownloadState_Transferred);
  CHECK(sink->bytes() == bytes);
}

TEST_CASE_METHOD(StreamFixture, "a download is aborted from within its stream", "[com][ido]") {
  auto slow = download("slow");
  sink->on_write = [&] { return slow->Abort(); };

  REQUIRE(slow->Start(nullptr) == S_OK);

  waited_for(*slow.get(), DODownloadState_Aborted);
  slow = {};
}

TEST_CASE_METHOD(StreamFixture, "a stream that fails pauses its download with its own error",
                 "[com][ido]") {
  sink->on_write = [] { return STG_E_MEDIUMFULL; };
  auto const full = download("slow");
  REQUIRE(full->Start(nullptr) == S_OK);

  CHECK(waited_for(*full.get(), DODownloadState_Paused).Error == STG_E_MEDIUMFULL);

  CHECK(engine->jobs()->empty());
  CHECK(full->Abort() == S_OK);
}

TEST_CASE_METHOD(StreamFixture, "a download that is paused goes on in its stream where it was",
                 "[com][ido]") {
  REQUIRE(engine->set_download_limit(BytesPerSecond{kSize}));
  auto const slow = download("a");
  REQUIRE(slow->Start(nullptr) == S_OK);
  REQUIRE(wait_for_bytes(1));
  REQUIRE(slow->Pause() == S_OK);
  CHECK(sink->bytes().size() < kSize);
  REQUIRE(engine->set_download_limit({}));

  REQUIRE(slow->Start(nullptr) == S_OK);

  auto const now = waited_for(*slow.get(), DODownloadState_Transferred);
  CHECK(now.Error == S_OK);
  CHECK(sink->bytes() == bytes);
}

TEST_CASE_METHOD(StreamFixture, "a stream does not go on with a content that began anew",
                 "[com][ido]") {
  // Nothing tells that what comes after a pause belongs to what came before.
  auto const slow = download("slow");
  REQUIRE(slow->Start(nullptr) == S_OK);
  REQUIRE(wait_for_bytes(1));
  REQUIRE(slow->Pause() == S_OK);
  latch.open();

  REQUIRE(slow->Start(nullptr) == S_OK);

  CHECK(waited_for(*slow.get(), DODownloadState_Paused).Error == DO_E_HTTP_BLOCKSIZE_MISMATCH);
  CHECK(sink->bytes().size() < kSize);
}

TEST_CASE_METHOD(StreamFixture, "a size that is not as expected keeps every byte from the stream",
                 "[com][ido]") {
  auto const other = download("a");
  VARIANT size{};
  size.vt = VT_UI8;
  size.ullVal = kSize - 1;
  REQUIRE(other->SetProperty(DODownloadProperty_TotalSizeBytes, &size) == S_OK);

  REQUIRE(other->Start(nullptr) == S_OK);

  CHECK(FAILED(waited_for(*other.get(), DODownloadState_Paused).Error));
  CHECK(sink->bytes().empty());
}

TEST_CASE_METHOD(StreamFixture, "a job's stream gets bytes while the rest is on its way", "[com]") {
  sink->on_write = [this] { return latch.open(), S_OK; };
  auto const slow = job("slow");
  REQUIRE(slow->Resume() == S_OK);
  REQUIRE(waited(*slow.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);

  REQUIRE(slow->Complete() == S_OK);

  CHECK(sink->bytes() == bytes);
}

TEST_CASE_METHOD(StreamFixture, "a job's stream gets its bytes although nobody keeps the job",
                 "[com]") {
  sink->on_write = [this] { return latch.open(), S_OK; };
  REQUIRE(job("slow")->Resume() == S_OK);

  CHECK(wait_for_bytes(kSize));
  CHECK(sink->bytes() == bytes);
}

TEST_CASE_METHOD(StreamFixture, "Complete tells how a stream failed and ends the job", "[com]") {
  sink->on_write = [] { return E_ACCESSDENIED; };
  auto const denied = job("a");
  REQUIRE(denied->Resume() == S_OK);
  REQUIRE(waited(*denied.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);

  CHECK(denied->Complete() == E_ACCESSDENIED);

  BG_JOB_STATE state{};
  CHECK(denied->GetState(&state) == S_OK);
  CHECK(state == BG_JOB_STATE_ACKNOWLEDGED);
}
