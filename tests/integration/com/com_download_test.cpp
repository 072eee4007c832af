// Downloads (IDO*) of the COM shape: their states, their properties, and where bytes go.
#include <filesystem>

#include "tests/integration/com/com_fixture.h"

using namespace freshet;
using namespace freshet::test;

namespace {

using Download = Ref<IDODownload>;

class Status final : public com::Object<com::Versions<IDODownloadStatusCallback>> {
 public:
  Heard heard;
  HRESULT OnStatusChange(IDODownload*, DO_DOWNLOAD_STATUS const* status) override {
    if (status->State != last_) heard.tell(std::to_string(status->State));
    last_ = status->State;
    return S_OK;
  }

 private:
  DODownloadState last_ = DODownloadState_Created;
};

// Ranges as the API wants them: a count and then an array.
struct Ranges {
  explicit Ranges(std::vector<DO_DOWNLOAD_RANGE> const& ranges)
      : memory(sizeof(DO_DOWNLOAD_RANGES_INFO) / 8 + ranges.size() * 2 + 1) {
    info().RangeCount = static_cast<UINT>(ranges.size());
    std::copy(ranges.begin(), ranges.end(), info().Ranges);
  }
  [[nodiscard]] DO_DOWNLOAD_RANGES_INFO& info() {
    return *reinterpret_cast<DO_DOWNLOAD_RANGES_INFO*>(memory.data());
  }
  std::vector<UINT64> memory;
};

struct DownloadFixture : ComFixture {
  std::string const bytes = [] {
    std::string made(300'000, ' ');
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>('a' + i % 26);
    return made;
  }();

  DownloadFixture() {
    origin.serve_file("/a", bytes);
    origin.serve_until("/slow", bytes, 1000, latch);
    origin.serve_status("/gone", 410);
  }
  Download create_download() {
    IDODownload* made = nullptr;
    REQUIRE(downloads->CreateDownload(&made) == S_OK);
    return Download(made);
  }
  Download ready(std::string const& name) {
    auto download = create_download();
    set(download, DODownloadProperty_Uri, url(name));
    set(download, DODownloadProperty_LocalPath, path(name));
    return download;
  }
  static void set(Download const& download, DODownloadProperty id, std::wstring const& text) {
    Text const value(text);
    REQUIRE(download->SetProperty(id, value.get()) == S_OK);
  }
  static DO_DOWNLOAD_STATUS status(Download const& download) {
    DO_DOWNLOAD_STATUS now{};
    REQUIRE(download->GetStatus(&now) == S_OK);
    return now;
  }
  static DODownloadState waited_for(Download const& download, DODownloadState wanted) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (status(download).State != wanted && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    return status(download).State;
  }
  Download in_state(DODownloadState state) {
    auto download = ready(state == DODownloadState_Transferring ? "slow" : "a");
    if (state == DODownloadState_Created) return download;
    if (state == DODownloadState_Paused) {
      set(download, DODownloadProperty_Uri, url("slow"));
    }
    REQUIRE(download->Start(nullptr) == S_OK);
    if (state == DODownloadState_Paused) REQUIRE(download->Pause() == S_OK);
    if (state == DODownloadState_Aborted) REQUIRE(download->Abort() == S_OK);
    if (state == DODownloadState_Transferred || state == DODownloadState_Finalized) {
      REQUIRE(waited_for(download, DODownloadState_Transferred) == DODownloadState_Transferred);
    }
    if (state == DODownloadState_Finalized) REQUIRE(download->Finalize() == S_OK);
    REQUIRE(status(download).State == state);
    return download;
  }
};

}  // namespace

TEST_CASE_METHOD(DownloadFixture, "calls on a download in every state", "[com][ido]") {
  struct Cell {
    HRESULT answer;
    DODownloadState after;
  };
  struct Row {
    DODownloadState state;
    Cell start, pause, finalize, abort;
  };
  auto const inv = DO_E_INVALID_STATE;
  auto const created = DODownloadState_Created;
  auto const running = DODownloadState_Transferring;
  auto const done = DODownloadState_Transferred;
  auto const paused = DODownloadState_Paused;
  auto const ended = DODownloadState_Finalized;
  auto const aborted = DODownloadState_Aborted;
  Row const rows[] = {
      {created, {S_OK, done}, {S_OK, created}, {inv, created}, {S_OK, aborted}},
      {running, {S_OK, running}, {S_OK, paused}, {inv, running}, {S_OK, aborted}},
      {done, {S_OK, done}, {S_OK, done}, {S_OK, ended}, {S_OK, aborted}},
      {paused, {S_OK, running}, {S_OK, paused}, {inv, paused}, {S_OK, aborted}},
      {ended, {inv, ended}, {inv, ended}, {S_OK, ended}, {inv, ended}},
      {aborted, {inv, aborted}, {inv, aborted}, {inv, aborted}, {S_OK, aborted}},
  };
  for (auto const& row : rows) {
    INFO("state " << row.state);
    auto const check = [&](Cell const& cell, auto const& call) {
      auto const download = in_state(row.state);
      CHECK(call(*download.get()) == cell.answer);
      CHECK(waited_for(download, cell.after) == cell.after);
      download->Abort();
      std::filesystem::remove(folder / "a");
    };
    check(row.start, [](IDODownload& download) { return download.Start(nullptr); });
    check(row.pause, [](IDODownload& download) { return download.Pause(); });
    check(row.finalize, [](IDODownload& download) { return download.Finalize(); });
    check(row.abort, [](IDODownload& download) { return download.Abort(); });
  }
}

TEST_CASE_METHOD(DownloadFixture, "a download that is transferred fetches other ranges too",
                 "[com][ido]") {
  auto const download = ready("a");
  Ranges first({{10, 5}});
  Ranges second({{0, 2}, {299'990, DO_LENGTH_TO_EOF}});
  Ranges empty({{0, 0}});

  CHECK(download->Start(&empty.info()) == DO_E_INVALID_RANGE);
  REQUIRE(download->Start(&first.info()) == S_OK);
  REQUIRE(waited_for(download, DODownloadState_Transferred) == DODownloadState_Transferred);
  CHECK(read_file(folder / "a") == bytes.substr(10, 5));
  CHECK(status(download).BytesTransferred == 5);
  REQUIRE(download->Start(&second.info()) == S_OK);
  REQUIRE(waited_for(download, DODownloadState_Transferred) == DODownloadState_Transferred);

  CHECK(read_file(folder / "a") == bytes.substr(0, 2) + bytes.substr(299'990));
  REQUIRE(download->Finalize() == S_OK);
}

TEST_CASE_METHOD(DownloadFixture, "a stream gets the bytes in order", "[com][ido]") {
  auto const download = create_download();
  auto const sink = com::make<Sink>();
  auto const stream = object(static_cast<IStream*>(sink.get()));
  auto const blocking = flag(true);
  set(download, DODownloadProperty_Uri, url("a"));
  CHECK(download->Start(nullptr) == DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
  REQUIRE(download->SetProperty(DODownloadProperty_StreamInterface, &stream) == S_OK);
  REQUIRE(download->SetProperty(DODownloadProperty_BlockingMode, &blocking) == S_OK);
  Text const to(path("a"));
  CHECK(download->SetProperty(DODownloadProperty_LocalPath, to.get()) ==
        DO_E_FILE_DOWNLOADSINK_ALREADY_SET);

  REQUIRE(download->Start(nullptr) == S_OK);

  CHECK(status(download).State == DODownloadState_Transferred);
  CHECK(sink->bytes() == bytes);
}

TEST_CASE_METHOD(DownloadFixture, "a callback hears each state", "[com][ido]") {
  auto const download = ready("a");
  auto const callback = com::make<Status>();
  auto const value = object(static_cast<IDODownloadStatusCallback*>(callback.get()));
  auto dispatch = value;
  dispatch.vt = VT_DISPATCH;
  CHECK(download->SetProperty(DODownloadProperty_CallbackInterface, &dispatch) == E_INVALIDARG);
  REQUIRE(download->SetProperty(DODownloadProperty_CallbackInterface, &value) == S_OK);

  REQUIRE(download->Start(nullptr) == S_OK);
  REQUIRE(waited_for(download, DODownloadState_Transferred) == DODownloadState_Transferred);
  REQUIRE(download->Finalize() == S_OK);
  REQUIRE(callback->heard.wait_for(2));

  auto const told = callback->heard.all();
  CHECK(told.front() == std::to_string(DODownloadState_Transferring));
  CHECK(told.back() != told.front());
}

TEST_CASE_METHOD(DownloadFixture, "a download that failed goes on with another address",
                 "[com][ido]") {
  auto const download = ready("gone");
  REQUIRE(download->Start(nullptr) == S_OK);
  REQUIRE(waited_for(download, DODownloadState_Paused) == DODownloadState_Paused);
  CHECK(status(download).Error == static_cast<HRESULT>(0x8019019A));
  Text const late(L"/elsewhere");
  CHECK(download->SetProperty(DODownloadProperty_LocalPath, late.get()) == DO_E_INVALID_STATE);

  set(download, DODownloadProperty_Uri, url("a"));
  REQUIRE(download->Start(nullptr) == S_OK);

  REQUIRE(waited_for(download, DODownloadState_Transferred) == DODownloadState_Transferred);
  CHECK(status(download).Error == S_OK);
  CHECK(read_file(folder / "gone") == bytes);
}

TEST_CASE_METHOD(DownloadFixture, "without network a download waits and says why", "[com][ido]") {
  REQUIRE(engine->set_conditions({.network = false}));
  auto const download = ready("a");
  REQUIRE(download->Start(nullptr) == S_OK);
  REQUIRE(waited_for(download, DODownloadState_Paused) == DODownloadState_Paused);
  CHECK(status(download).Error == S_OK);
  CHECK(status(download).ExtendedError == DO_E_BLOCKED_BY_NO_NETWORK);

  REQUIRE(engine->set_conditions({}));

  CHECK(waited_for(download, DODownloadState_Transferred) == DODownloadState_Transferred);
}

TEST_CASE_METHOD(DownloadFixture, "properties of a download have their published rules",
                 "[com][ido]") {
  auto const download = create_download();
  VARIANT value{};
  auto const get = [&](int id) {
    VariantClear(&value);
    return download->GetProperty(static_cast<DODownloadProperty>(id), &value);
  };
  Text const text(L"x");
  Text const empty(L"");
  Text const file(L"file:///etc/passwd");
  auto const soon = number(59);
  auto const wrong = number(7);

  CHECK(get(30) == DO_E_UNKNOWN_PROPERTY_ID);
  CHECK(get(DODownloadProperty_SecurityFlags) == DO_E_WRITE_ONLY_PROPERTY);
  CHECK(get(DODownloadProperty_Uri) == E_NOT_SET);
  CHECK(get(DODownloadProperty_Id) == S_OK);
  CHECK(value.vt == VT_BSTR);
  CHECK(get(DODownloadProperty_ForegroundPriority) == S_OK);
  CHECK(value.boolVal == VARIANT_FALSE);
  CHECK(get(DODownloadProperty_CallbackFreqSeconds) == S_OK);
  CHECK(value.ulVal == 1);
  CHECK(get(DODownloadProperty_NoProgressTimeoutSeconds) == S_OK);
  CHECK(value.ulVal == 1800);
  CHECK(download->SetProperty(DODownloadProperty_Id, text.get()) == DO_E_READ_ONLY_PROPERTY);
  CHECK(download->SetProperty(DODownloadProperty_Uri, empty.get()) == E_INVALIDARG);
  CHECK(download->SetProperty(DODownloadProperty_Uri, text.get()) == INET_E_INVALID_URL);
  CHECK(download->SetProperty(DODownloadProperty_Uri, file.get()) == INET_E_INVALID_URL);
  CHECK(download->SetProperty(DODownloadProperty_Uri, &wrong) == E_INVALIDARG);
  CHECK(download->SetProperty(DODownloadProperty_NoProgressTimeoutSeconds, &soon) == E_INVALIDARG);
  CHECK(download->SetProperty(DODownloadProperty_CostPolicy, &wrong) == E_INVALIDARG);
  CHECK(download->Start(nullptr) == DO_E_DOWNLOAD_NO_URI);
  set(download, DODownloadProperty_ContentId, L"DO-unknown");
  set(download, DODownloadProperty_LocalPath, path("a"));
  CHECK(download->Start(nullptr) == DO_E_INVALID_CONTENT_ID);
  set(download, DODownloadProperty_Uri, url("a"));
  auto const mandatory = flag(true);
  REQUIRE(download->SetProperty(DODownloadProperty_IntegrityCheckMandatory, &mandatory) == S_OK);
  CHECK(download->Start(nullptr) == DO_E_INTEGRITYCHECKINFO_UNSPECIFIED);
  VariantClear(&value);
}

TEST_CASE_METHOD(DownloadFixture, "downloads are found by what they are", "[com][ido]") {
  IEnumUnknown* made = nullptr;
  CHECK(downloads->EnumDownloads(nullptr, &made) == DO_E_NO_DOWNLOADS);
  auto const one = ready("a");
  auto const other = ready("slow");
  set(other, DODownloadProperty_DisplayName, L"named");
  DO_DOWNLOAD_ENUM_CATEGORY const named{DODownloadProperty_DisplayName, L"named"};
  DO_DOWNLOAD_ENUM_CATEGORY const costs{DODownloadProperty_CostPolicy, L"1"};
  auto const count = [&](DO_DOWNLOAD_ENUM_CATEGORY const* category) {
    REQUIRE(downloads->EnumDownloads(category, &made) == S_OK);
    Ref const walk(made);
    IUnknown* found[3]{};
    ULONG fetched = 0;
    CHECK(walk->Next(3, found, &fetched) == S_FALSE);
    for (ULONG i = 0; i < fetched; ++i) found[i]->Release();
    return fetched;
  };

  CHECK(count(nullptr) == 2);
  CHECK(count(&named) == 1);
  CHECK(downloads->EnumDownloads(&costs, &made) == E_INVALIDARG);
  REQUIRE(other->Abort() == S_OK);
  CHECK(downloads->EnumDownloads(&named, &made) == DO_E_NO_DOWNLOADS);
}

TEST_CASE_METHOD(DownloadFixture,
                 "without its piece hash file a download goes on unless it must not",
                 "[com][ido]") {
  origin.serve_file("/wrong", "{}");
  struct Case {
    char const* info;
    bool mandatory;
    DODownloadState state;
    HRESULT error;
  };
  Case const cases[] = {
      {"absent", false, DODownloadState_Transferred, S_OK},
      {"wrong", false, DODownloadState_Transferred, S_OK},
      {"absent", true, DODownloadState_Paused, DO_E_INTEGRITYCHECKINFO_UNAVAILABLE},
      {"wrong", true, DODownloadState_Paused, DO_E_METAINFO_CONTENT},
  };
  for (auto const& one : cases) {
    INFO(one.info << " " << one.mandatory);
    auto const download = ready("a");
    auto const mandatory = flag(one.mandatory);
    set(download, DODownloadProperty_IntegrityCheckInfo,
        L"{\"PiecesHashFileUrl\": \"" + url(one.info) + L"\", \"HashOfHashes\": \"" +
            std::wstring(43, L'A') + L"=\"}");
    REQUIRE(download->SetProperty(DODownloadProperty_IntegrityCheckMandatory, &mandatory) == S_OK);
    REQUIRE(download->Start(nullptr) == S_OK);
    CHECK(waited_for(download, one.state) == one.state);
    CHECK(status(download).Error == one.error);
    CHECK(std::filesystem::exists(folder / "a") == !one.mandatory);
    REQUIRE(download->Abort() == S_OK);
  }
}
