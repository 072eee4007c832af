// Parts of files that are asked for ahead of the rest, and what servers answered, in the COM shape.
#include "tests/integration/com/com_fixture.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr UINT64 kMiB = 1U << 20;
constexpr UINT64 kSize = 16 * kMiB;

// Notes which ranges it was told of.
class RangeListener final
    : public com::Object<com::Versions<IBackgroundCopyCallback3, IBackgroundCopyCallback2,
                                       IBackgroundCopyCallback>> {
 public:
  Heard heard;

  HRESULT JobTransferred(IBackgroundCopyJob*) override { return S_OK; }
  HRESULT JobError(IBackgroundCopyJob*, IBackgroundCopyError*) override { return S_OK; }
  HRESULT JobModification(IBackgroundCopyJob*, DWORD) override { return S_OK; }
  HRESULT FileTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*) override { return S_OK; }
  HRESULT FileRangesTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*, DWORD count,
                                BG_FILE_RANGE const* ranges) override {
    for (DWORD i = 0; i < count; ++i) {
      heard.tell(std::to_string(ranges[i].InitialOffset) + "+" + std::to_string(ranges[i].Length));
    }
    return S_OK;
  }
};

struct RangeFixture : ComFixture {
  RangeFixture() {
    origin.serve_file("/a", std::string(kSize, 'a'), {.headers = {{"X-Kind", "test"}}});
    // Slow enough that not everything is there at once.
    REQUIRE(engine->set_download_limit(BytesPerSecond{4 * kMiB}));
  }
  Ref<IBackgroundCopyJob5> with_file(std::string const& name, bool on_demand = false) {
    auto job = create(bits);
    BITS_JOB_PROPERTY_VALUE value{};
    value.Enable = TRUE;
    if (on_demand) REQUIRE(job->SetProperty(BITS_JOB_PROPERTY_ON_DEMAND_MODE, value) == S_OK);
    REQUIRE(job->AddFile(url(name).c_str(), path("out").c_str()) == S_OK);
    return job;
  }
  static std::vector<BG_FILE_RANGE> filled(IBackgroundCopyFile6& file) {
    DWORD count = 0;
    BG_FILE_RANGE* ranges = nullptr;
    REQUIRE(file.GetFilledFileRanges(&count, &ranges) == S_OK);
    std::vector<BG_FILE_RANGE> all(ranges, ranges + count);
    CoTaskMemFree(ranges);
    return all;
  }
  static bool has(IBackgroundCopyFile6& file, BG_FILE_RANGE const& wanted) {
    auto const all = filled(file);
    return std::ranges::any_of(all, [&](BG_FILE_RANGE const& range) {
      return range.InitialOffset <= wanted.InitialOffset &&
             wanted.InitialOffset + wanted.Length <= range.InitialOffset + range.Length;
    });
  }
  // Where the requests for the file began, but for the first, which asks what it is.
  [[nodiscard]] std::vector<std::string> later_ranges() const {
    std::vector<std::string> ranges;
    for (auto const& request : origin.requests()) ranges.push_back(request.header("Range"));
    if (!ranges.empty()) ranges.erase(ranges.begin());
    return ranges;
  }
};

}  // namespace

TEST_CASE_METHOD(RangeFixture, "a job on demand fetches what was asked for and then stands still",
                 "[com][ranges]") {
  auto const listener = com::make<RangeListener>();
  auto const job = with_file("a", true);
  REQUIRE(job->SetNotifyFlags(BG_NOTIFY_FILE_RANGES_TRANSFERRED) == S_OK);
  auto* const callback = static_cast<IBackgroundCopyCallback3*>(listener.get());
  REQUIRE(job->SetNotifyInterface(callback) == S_OK);
  BG_JOB_STATE state{};
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(job->GetState(&state) == S_OK);
  CHECK(state == BG_JOB_STATE_SUSPENDED);
  CHECK(origin.requests().empty());
  auto const file = files(*job.get()).at(0);
  CHECK(filled(*file.get()).empty());
  BG_FILE_RANGE wanted[] = {{kSize - 1000, 1000}, {kSize - 500, BG_LENGTH_TO_EOF}};

  REQUIRE(file->RequestFileRanges(2, wanted) == S_OK);

  REQUIRE(listener->heard.wait_for(2));
  CHECK(listener->heard.all().front() == std::to_string(kSize - 1000) + "+1000");
  REQUIRE(waited(*job.get(), BG_JOB_STATE_SUSPENDED) == BG_JOB_STATE_SUSPENDED);
  CHECK(has(*file.get(), wanted[0]));
  BG_FILE_PROGRESS progress{};
  REQUIRE(file->GetProgress(&progress) == S_OK);
  CHECK(progress.BytesTransferred < kSize);
  REQUIRE_FALSE(later_ranges().empty());
  // Of whole pieces; another connection may begin beside it.
  auto const tail = "bytes=" + std::to_string(kSize - kMiB / 16) + "-" + std::to_string(kSize - 1);
  auto const ranges = later_ranges();
  CHECK(std::ranges::find(ranges, tail) - ranges.begin() < 2);
  CHECK(job->Cancel() == S_OK);
}

TEST_CASE_METHOD(RangeFixture, "the whole file on demand transfers the job", "[com][ranges]") {
  REQUIRE(engine->set_download_limit({}));
  auto const job = with_file("a", true);
  auto const file = files(*job.get()).at(0);
  BG_FILE_RANGE all{0, BG_LENGTH_TO_EOF};

  REQUIRE(file->RequestFileRanges(1, &all) == S_OK);

  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  CHECK(job->Complete() == S_OK);
}

TEST_CASE_METHOD(RangeFixture, "from a position on comes first, and then the rest",
                 "[com][ranges]") {
  auto const job = with_file("a");
  auto const file = files(*job.get()).at(0);
  REQUIRE(file->UpdateDownloadPosition(8 * kMiB + 5) == S_OK);

  REQUIRE(job->Resume() == S_OK);

  REQUIRE(origin.wait_for_requests(2));
  // Several connections may begin at once.
  auto const first = later_ranges().front().substr(std::string("bytes=").size());
  CHECK(std::stoull(first) >= 8 * kMiB);
  REQUIRE(engine->set_download_limit({}));
  CHECK(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
}

TEST_CASE_METHOD(RangeFixture, "ranges that cannot be are refused by their published HRESULT",
                 "[com][ranges]") {
  REQUIRE(engine->set_download_limit({}));
  auto const job = with_file("a");
  auto const file = files(*job.get()).at(0);
  BG_FILE_RANGE none{0, 0};
  BG_FILE_RANGE beyond{kSize, 10};
  CHECK(file->RequestFileRanges(0, &none) == E_INVALIDARG);
  CHECK(file->RequestFileRanges(1, nullptr) == E_INVALIDARG);
  CHECK(file->RequestFileRanges(1, &none) == BG_E_INVALID_RANGE);
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  CHECK(file->RequestFileRanges(1, &beyond) == BG_E_INVALID_RANGE);
  CHECK(file->UpdateDownloadPosition(kSize) == BG_E_INVALID_RANGE);
  CHECK(file->UpdateDownloadPosition(0) == S_OK);
  REQUIRE(job->Complete() == S_OK);
  CHECK(file->UpdateDownloadPosition(0) == BG_E_INVALID_STATE);

  auto const dynamic = create(bits);
  BITS_JOB_PROPERTY_VALUE on{};
  on.Enable = TRUE;
  REQUIRE(dynamic->SetProperty(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, on) == S_OK);
  REQUIRE(dynamic->AddFile(url("a").c_str(), path("b").c_str()) == S_OK);
  auto const in_one = files(*dynamic.get()).at(0);
  CHECK(in_one->UpdateDownloadPosition(5) == BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
}

TEST_CASE_METHOD(RangeFixture, "the last head of a server is told whole", "[com][headers]") {
  REQUIRE(engine->set_download_limit({}));
  auto const job = with_file("a");
  auto const file = files(*job.get()).at(0);
  BITS_FILE_PROPERTY_VALUE value{};
  CHECK(file->GetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &value) == E_NOT_SET);
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);

  REQUIRE(file->GetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &value) == S_OK);

  auto const head = taken(value.String);
  CHECK(head.starts_with(L"HTTP/1.1 206"));
  CHECK(head.find(L"X-Kind: test\r\n") != std::wstring::npos);
  CHECK(file->SetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, value) ==
        BG_E_READ_ONLY_PROPERTY);
}

TEST_CASE_METHOD(RangeFixture, "files tell where redirects led if their job wants that",
                 "[com][headers]") {
  REQUIRE(engine->set_download_limit({}));
  origin.on("/moved", [this](SeenRequest const&) { return redirect(origin.url("/a")); });
  for (bool const report : {true, false}) {
    auto const job = with_file("moved");
    auto const http = query<IBackgroundCopyJobHttpOptions>(job.get());
    auto const wanted = report ? BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT : 0U;
    REQUIRE(http->SetSecurityFlags(wanted) == S_OK);
    ULONG flags = 1;
    CHECK(http->GetSecurityFlags(&flags) == S_OK);
    CHECK(flags == wanted);
    auto const file = files(*job.get()).at(0);
    CHECK(text_of<IBackgroundCopyFile>(*file.get(), &IBackgroundCopyFile::GetRemoteName) ==
          url("moved"));
    REQUIRE(job->Resume() == S_OK);
    REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);

    CHECK(text_of<IBackgroundCopyFile>(*file.get(), &IBackgroundCopyFile::GetRemoteName) ==
          url(report ? "a" : "moved"));
    CHECK(job->Cancel() == S_OK);
  }
}

TEST_CASE_METHOD(RangeFixture, "a download tells what its server answered", "[com][ido][headers]") {
  origin.on("/moved", [this](SeenRequest const&) { return redirect(origin.url("/gone")); });
  IDODownload* made = nullptr;
  REQUIRE(downloads->CreateDownload(&made) == S_OK);
  Ref const download(made);
  Text const from(url("moved"));
  Text const to(path("out"));
  auto const blocking = flag(true);
  REQUIRE(download->SetProperty(DODownloadProperty_Uri, from.get()) == S_OK);
  REQUIRE(download->SetProperty(DODownloadProperty_LocalPath, to.get()) == S_OK);
  REQUIRE(download->SetProperty(DODownloadProperty_BlockingMode, &blocking) == S_OK);
  VARIANT value{};
  CHECK(download->GetProperty(DODownloadProperty_HttpStatusCode, &value) == E_NOT_SET);

  CHECK(FAILED(download->Start(nullptr)));

  REQUIRE(download->GetProperty(DODownloadProperty_HttpStatusCode, &value) == S_OK);
  CHECK(value.ulVal == 404);
  REQUIRE(download->GetProperty(DODownloadProperty_HttpRedirectionTarget, &value) == S_OK);
  CHECK(std::wstring(value.bstrVal) == url("gone"));
  VariantClear(&value);
  REQUIRE(download->GetProperty(DODownloadProperty_HttpServerIPAddress, &value) == S_OK);
  CHECK(std::wstring(value.bstrVal) == L"127.0.0.1");
  VariantClear(&value);
  REQUIRE(download->GetProperty(DODownloadProperty_HttpResponseHeaders, &value) == S_OK);
  CHECK(std::wstring(value.bstrVal).starts_with(L"HTTP/1.1 404"));
  VariantClear(&value);
  CHECK(download->Abort() == S_OK);
}
