// Jobs of the COM shape: what calls return, what callbacks hear, and what is left at the end.
#include <filesystem>

#include "tests/integration/com/com_fixture.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct JobFixture : ComFixture {
  JobFixture() {
    origin.serve_file("/a", std::string(100'000, 'a'));
    origin.serve_file("/b", std::string(50'000, 'b'));
    origin.serve_status("/gone", 410);
    origin.serve_status("/secret", 403);
  }
  Ref<IBackgroundCopyJob5> with(Ref<IBackgroundCopyManager> const& manager,
                                std::vector<std::string> const& names) {
    auto job = create(manager);
    for (auto const& name : names) {
      REQUIRE(job->AddFile(url(name).c_str(), path(name).c_str()) == S_OK);
    }
    return job;
  }
  [[nodiscard]] bool exists(std::string const& name) const {
    return std::filesystem::exists(folder / name);
  }
};

std::vector<std::wstring> names_of(IEnumBackgroundCopyFiles& walk, ULONG count) {
  std::vector<IBackgroundCopyFile*> found(count);
  ULONG fetched = 0;
  auto const hr = walk.Next(count, found.data(), &fetched);
  CHECK(hr == (fetched == count ? S_OK : S_FALSE));
  std::vector<std::wstring> names;
  for (ULONG i = 0; i < fetched; ++i) {
    Ref const held(found[i]);
    auto const name = text_of(*held.get(), &IBackgroundCopyFile::GetLocalName);
    names.push_back(name.substr(name.rfind(L'/') + 1));
  }
  return names;
}

}  // namespace

TEST_CASE_METHOD(JobFixture, "Complete keeps what has arrived and says so by BITS' code", "[com]") {
  for (auto const& manager : {bits, delivery}) {
    Latch arrived;
    origin.on("/late", [&](SeenRequest const&) {
      Reply reply;
      reply.status = 410;
      reply.latch = &arrived;
      return reply;
    });
    auto const job = with(manager, {"a", "late"});
    REQUIRE(job->Resume() == S_OK);
    BG_JOB_PROGRESS progress{};
    while (progress.FilesTransferred == 0) REQUIRE(job->GetProgress(&progress) == S_OK);
    arrived.open();
    REQUIRE(waited(*job.get(), BG_JOB_STATE_ERROR) == BG_JOB_STATE_ERROR);

    CHECK(job->Complete() == (manager.get() == bits.get() ? BG_S_PARTIAL_COMPLETE : S_OK));

    CHECK(exists("a"));
    CHECK_FALSE(exists("late"));
    std::filesystem::remove(folder / "a");
  }
}

TEST_CASE_METHOD(JobFixture, "an error object tells code context file and texts", "[com]") {
  for (auto const& manager : {bits, delivery}) {
    bool const by_bits = manager.get() == bits.get();
    auto const job = with(manager, {"secret"});
    REQUIRE(job->Resume() == S_OK);
    REQUIRE(waited(*job.get(), BG_JOB_STATE_ERROR) == BG_JOB_STATE_ERROR);
    IBackgroundCopyError* made = nullptr;
    REQUIRE(job->GetError(&made) == S_OK);
    Ref const error(made);
    BG_ERROR_CONTEXT context{};
    HRESULT code = S_OK;
    IBackgroundCopyFile* file = nullptr;
    LPWSTR text = nullptr;
    ULONG count = 0;

    CHECK(error->GetError(&context, &code) == S_OK);
    CHECK(code == static_cast<HRESULT>(0x80190193));
    CHECK(context == BG_ERROR_CONTEXT_REMOTE_FILE);
    REQUIRE(error->GetFile(&file) == S_OK);
    CHECK(text_of(*Ref(file).get(), &IBackgroundCopyFile::GetLocalName) == path("secret"));
    CHECK(error->GetErrorDescription(0, &text) == E_INVALIDARG);
    CHECK(error->GetErrorDescription(0x407, &text) ==
          HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND));
    CHECK(error->GetErrorDescription(0x409, &text) == S_OK);
    CHECK_FALSE(taken(text).empty());
    CHECK(error->GetErrorContextDescription(0x409, &text) == S_OK);
    CHECK_FALSE(taken(text).empty());
    CHECK(error->GetProtocol(&text) == S_OK);
    CHECK(taken(text) == L"http");
    CHECK(job->GetErrorCount(&count) == S_OK);
    CHECK(count == 1);
    VARIANT more{};
    auto const extended = query<IDeliveryOptimizationJob2>(job.get());
    CHECK(extended->GetProperty(DOJobPropertyId_ExtendedErrorInfo, &more) == S_OK);
    CHECK(more.vt == VT_BSTR);
    VariantClear(&more);
    CHECK(manager->GetErrorDescription(code, 0x409, &text) == S_OK);
    CHECK_FALSE(taken(text).empty());
    REQUIRE(job->Cancel() == S_OK);
    CHECK(job->GetError(&made) ==
          (by_bits ? BG_E_ERROR_INFORMATION_UNAVAILABLE : DO_E_ERROR_INFORMATION_UNAVAILABLE));
  }
}

TEST_CASE_METHOD(JobFixture, "files are walked over skipped begun anew and cloned", "[com]") {
  auto const job = with(bits, {"a", "b", "gone"});
  IEnumBackgroundCopyFiles* made = nullptr;
  REQUIRE(job->EnumFiles(&made) == S_OK);
  Ref const walk(made);
  ULONG count = 0;

  CHECK(walk->GetCount(&count) == S_OK);
  CHECK(count == 3);
  CHECK(names_of(*walk.get(), 2) == std::vector<std::wstring>{L"a", L"b"});
  IEnumBackgroundCopyFiles* copy = nullptr;
  REQUIRE(walk->Clone(&copy) == S_OK);
  Ref const clone(copy);
  CHECK(names_of(*walk.get(), 2) == std::vector<std::wstring>{L"gone"});
  CHECK(names_of(*clone.get(), 1) == std::vector<std::wstring>{L"gone"});
  CHECK(walk->Reset() == S_OK);
  CHECK(walk->Skip(2) == S_OK);
  CHECK(walk->Skip(2) == S_FALSE);
  IBackgroundCopyFile* none[2]{};
  CHECK(walk->Next(2, none, nullptr) == E_INVALIDARG);
}

TEST_CASE_METHOD(JobFixture, "each class has a queue of its own", "[com]") {
  auto const by_bits = create(bits);
  auto const by_delivery = create(delivery);
  auto const elsewhere = engine->create({.name = "elsewhere"});
  REQUIRE(elsewhere);
  auto const count_of = [](IBackgroundCopyManager& manager) {
    IEnumBackgroundCopyJobs* made = nullptr;
    REQUIRE(manager.EnumJobs(0, &made) == S_OK);
    Ref const walk(made);
    ULONG count = 0;
    CHECK(walk->GetCount(&count) == S_OK);
    return count;
  };
  GUID id{};
  IBackgroundCopyJob* found = nullptr;
  REQUIRE(by_bits->GetId(&id) == S_OK);

  CHECK(count_of(*bits.get()) == 2);
  CHECK(count_of(*delivery.get()) == 2);
  CHECK(delivery->GetJob(id, &found) == DO_E_JOB_NOT_FOUND);
  REQUIRE(bits->GetJob(id, &found) == S_OK);
  Ref const held(found);
  CHECK(bits->GetJob(GUID{}, &found) == BG_E_NOT_FOUND);
  IEnumBackgroundCopyJobs* everyone = nullptr;
  auto const all = bits->EnumJobs(BG_JOB_ENUM_ALL_USERS, &everyone);
  CHECK(all == (::geteuid() == 0 ? S_OK : E_ACCESSDENIED));
  Ref const walk(everyone);
  CHECK(bits->EnumJobs(4, &everyone) == E_INVALIDARG);
}

TEST_CASE_METHOD(JobFixture, "what is asked for wrongly has its published HRESULT", "[com]") {
  GUID id{};
  IBackgroundCopyJob* none = nullptr;
  auto const long_name = std::wstring(257, L'x');
  CHECK(bits->CreateJob(nullptr, BG_JOB_TYPE_DOWNLOAD, &id, &none) == E_INVALIDARG);
  CHECK(bits->CreateJob(L"", BG_JOB_TYPE_DOWNLOAD, &id, &none) == E_INVALIDARG);
  CHECK(bits->CreateJob(long_name.c_str(), BG_JOB_TYPE_DOWNLOAD, &id, &none) == E_INVALIDARG);
  CHECK(bits->CreateJob(L"up", BG_JOB_TYPE_UPLOAD, &id, &none) == E_NOTIMPL);

  auto const job = create(bits);
  auto const to = path("a");
  BG_FILE_RANGE none_of_it[] = {{0, 0}};
  BG_FILE_RANGE beyond[] = {{BG_LENGTH_TO_EOF, 5}};
  BG_FILE_RANGE twice[] = {{0, 10}, {5, 10}};
  CHECK(job->AddFile(L"ftp://host/a", to.c_str()) == E_INVALIDARG);
  CHECK(job->AddFile(L"http://host/a", L"relative") == E_INVALIDARG);
  CHECK(job->AddFile(nullptr, to.c_str()) == E_INVALIDARG);
  CHECK(job->AddFileWithRanges(url("a").c_str(), to.c_str(), 0, twice) == E_INVALIDARG);
  CHECK(job->AddFileWithRanges(url("a").c_str(), to.c_str(), 1, none_of_it) == BG_E_INVALID_RANGE);
  CHECK(job->AddFileWithRanges(url("a").c_str(), to.c_str(), 1, beyond) == BG_E_INVALID_RANGE);
  CHECK(job->AddFileWithRanges(url("a").c_str(), to.c_str(), 2, twice) == BG_E_OVERLAPPING_RANGES);
  CHECK(job->SetPriority(static_cast<BG_JOB_PRIORITY>(9)) == E_NOTIMPL);
  CHECK(job->SetNotifyFlags(0x100) == E_NOTIMPL);
  CHECK(create(delivery)->SetNotifyFlags(BG_NOTIFY_DISABLE) == E_NOTIMPL);
  CHECK(job->SetDescription(std::wstring(1025, L'x').c_str()) == BG_E_STRING_TOO_LONG);
  CHECK(job->SetNotifyCmdLine(nullptr, L"x") == E_INVALIDARG);
  CHECK(job->SetNotifyCmdLine(L"/bin/true", std::wstring(4001, L'x').c_str()) ==
        BG_E_STRING_TOO_LONG);
  CHECK(job->ReplaceRemotePrefix(L"", L"http://x/") == E_INVALIDARG);
  auto const http = query<IBackgroundCopyJobHttpOptions>(job.get());
  CHECK(http->SetCustomHeaders(std::wstring(16'384, L'x').c_str()) == BG_E_STRING_TOO_LONG);
  LPWSTR headers = nullptr;
  CHECK(http->GetCustomHeaders(&headers) == S_FALSE);
  CHECK(job->SetNotifyInterface(bits.get()) == E_NOINTERFACE);
  BITS_JOB_PROPERTY_VALUE value{};
  CHECK(job->GetProperty(static_cast<BITS_JOB_PROPERTY_ID>(99), &value) ==
        BG_E_UNKNOWN_PROPERTY_ID);
  CHECK(job->GetReplyProgress(nullptr) == E_NOTIMPL);
}

TEST_CASE_METHOD(JobFixture, "a new job has the published settings of its class", "[com]") {
  ULONG delay = 0;
  ULONG timeout = 0;
  ULONG flags = 0;
  BG_JOB_PRIORITY priority{};
  auto const by_bits = create(bits);
  CHECK(by_bits->GetMinimumRetryDelay(&delay) == S_OK);
  CHECK(delay == 600);
  CHECK(by_bits->GetNoProgressTimeout(&timeout) == S_OK);
  CHECK(timeout == 1'209'600);
  CHECK(by_bits->SetMinimumRetryDelay(1) == S_OK);
  CHECK(by_bits->GetMinimumRetryDelay(&delay) == S_OK);
  CHECK(delay == 5);
  CHECK(by_bits->GetMaximumDownloadTime(&timeout) == S_OK);
  CHECK(timeout == 7'776'000);

  auto const by_delivery = create(delivery);
  CHECK(by_delivery->GetPriority(&priority) == S_OK);
  CHECK(priority == BG_JOB_PRIORITY_NORMAL);
  CHECK(by_delivery->GetNoProgressTimeout(&timeout) == S_OK);
  CHECK(timeout == 86'400);
  CHECK(by_delivery->SetPriority(BG_JOB_PRIORITY_FOREGROUND) == S_OK);
  CHECK(by_delivery->GetNoProgressTimeout(&timeout) == S_OK);
  CHECK(timeout == 3'600);
  CHECK(by_delivery->GetNotifyFlags(&flags) == S_OK);
  CHECK(flags == (BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR));
}

TEST_CASE_METHOD(JobFixture, "files are told one by one before the job and told again if refused",
                 "[com]") {
  auto const listener = com::make<Listener>();
  listener->answers = {S_OK, E_FAIL, S_OK, S_FALSE};
  auto const job = with(delivery, {"a", "b"});
  REQUIRE(job->SetNotifyFlags(BG_NOTIFY_FILE_TRANSFERRED | BG_NOTIFY_JOB_TRANSFERRED) == S_OK);
  auto* const callback = static_cast<IBackgroundCopyCallback3*>(listener.get());
  REQUIRE(job->SetNotifyInterface(callback) == S_OK);
  IUnknown* known = nullptr;
  CHECK(job->GetNotifyInterface(&known) == S_OK);
  CHECK(query<IUnknown>(Ref(known).get()).get() == query<IUnknown>(callback).get());

  REQUIRE(job->Resume() == S_OK);
  REQUIRE(listener->heard.wait_for(5));

  auto told = listener->heard.all();
  // Which of two small files is there first is nobody's promise.
  if (told[0] == "file b") {
    for (auto& one : told) one = one == "file a" ? "file b" : one == "file b" ? "file a" : one;
  }
  // What was answered with a failure comes again; S_FALSE is one for the job alone.
  CHECK(told ==
        std::vector<std::string>{"file a", "file b", "file b", "transferred", "transferred"});
}

TEST_CASE_METHOD(JobFixture, "a callback may complete its job and hears nothing afterwards",
                 "[com]") {
  auto const listener = com::make<Listener>();
  HRESULT completed = E_FAIL;
  listener->on_transferred = [&](IBackgroundCopyJob& job) { completed = job.Complete(); };
  auto const job = with(bits, {"a"});
  REQUIRE(job->SetNotifyInterface(static_cast<IBackgroundCopyCallback3*>(listener.get())) == S_OK);

  REQUIRE(job->Resume() == S_OK);
  REQUIRE(listener->heard.wait_for(1));
  CHECK(waited(*job.get(), BG_JOB_STATE_ACKNOWLEDGED) == BG_JOB_STATE_ACKNOWLEDGED);

  CHECK(completed == S_OK);
  CHECK(exists("a"));
  CHECK(listener->heard.all() == std::vector<std::string>{"transferred"});
}

TEST_CASE_METHOD(JobFixture, "an event before the registration is told and the last caller wins",
                 "[com]") {
  auto const job = with(delivery, {"gone"});
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_ERROR) == BG_JOB_STATE_ERROR);
  auto const first = com::make<Listener>();
  auto const last = com::make<Listener>();
  first->answers = std::vector<HRESULT>(1000, E_FAIL);

  REQUIRE(job->SetNotifyInterface(static_cast<IBackgroundCopyCallback3*>(first.get())) == S_OK);
  REQUIRE(first->heard.wait_for(2));
  REQUIRE(job->SetNotifyInterface(static_cast<IBackgroundCopyCallback3*>(last.get())) == S_OK);

  REQUIRE(last->heard.wait_for(1));
  // Delivery Optimization has a context for 403 alone.
  CHECK(last->heard.all() == std::vector<std::string>{"error 0"});
}

TEST_CASE_METHOD(JobFixture, "ranges of a file are told once they are there", "[com]") {
  auto const listener = com::make<Listener>();
  auto const job = create(bits);
  BG_FILE_RANGE ranges[] = {{1000, 10}, {0, 10}};
  REQUIRE(job->AddFileWithRanges(url("a").c_str(), path("a").c_str(), 2, ranges) == S_OK);
  REQUIRE(job->SetNotifyFlags(BG_NOTIFY_FILE_RANGES_TRANSFERRED) == S_OK);
  REQUIRE(job->SetNotifyInterface(static_cast<IBackgroundCopyCallback3*>(listener.get())) == S_OK);
  DWORD count = 0;
  BG_FILE_RANGE* asked = nullptr;
  REQUIRE(files(*job.get()).at(0)->GetFileRanges(&count, &asked) == S_OK);
  CHECK(count == 2);
  CHECK(asked[0].InitialOffset == 1000);
  CoTaskMemFree(asked);

  REQUIRE(job->Resume() == S_OK);
  REQUIRE(listener->heard.wait_for(1));

  CHECK(listener->heard.all() == std::vector<std::string>{"ranges 2"});
  CHECK(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  REQUIRE(job->Complete() == S_OK);
  CHECK(std::filesystem::file_size(folder / "a") == 20);
}

TEST_CASE_METHOD(JobFixture, "a file that was refused is fetched again after a resume", "[com]") {
  auto const job = with(bits, {"a"});
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  auto const file = files(*job.get()).at(0);
  BOOL valid = TRUE;
  BG_FILE_PROGRESS progress{};
  UINT64 from_origin = 0;
  UINT64 from_peers = 1;

  CHECK(file->GetValidationState(&valid) == S_OK);
  CHECK(valid == FALSE);
  CHECK(file->GetPeerDownloadStats(&from_origin, &from_peers) == S_OK);
  CHECK(from_origin >= 100'000);
  CHECK(from_peers == 0);
  REQUIRE(file->SetValidationState(FALSE) == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_ERROR) == BG_JOB_STATE_ERROR);
  IBackgroundCopyError* made = nullptr;
  REQUIRE(job->GetError(&made) == S_OK);
  Ref const error(made);
  BG_ERROR_CONTEXT context{};
  HRESULT code = S_OK;
  CHECK(error->GetError(&context, &code) == S_OK);
  CHECK(code == BG_E_VALIDATION_FAILED);
  CHECK(file->GetProgress(&progress) == S_OK);
  CHECK(progress.BytesTransferred == 0);

  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  REQUIRE(file->SetValidationState(TRUE) == S_OK);
  CHECK(file->GetValidationState(&valid) == S_OK);
  CHECK(valid == TRUE);
}

TEST_CASE_METHOD(JobFixture, "headers are sent with every request and can be hidden", "[com]") {
  auto const job = with(bits, {"a"});
  auto const http = query<IBackgroundCopyJobHttpOptions3>(job.get());
  LPWSTR headers = nullptr;
  REQUIRE(http->SetCustomHeaders(L"X-One: 1\r\nX-Two: 2\r\n") == S_OK);
  REQUIRE(http->GetCustomHeaders(&headers) == S_OK);
  CHECK(taken(headers) == L"X-One: 1\r\nX-Two: 2\r\n");
  REQUIRE(http->MakeCustomHeadersWriteOnly() == S_OK);
  CHECK(http->GetCustomHeaders(&headers) == E_ACCESSDENIED);

  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);

  for (auto const& request : origin.requests()) {
    CHECK(request.header("X-One") == "1");
    CHECK(request.header("X-Two") == "2");
  }
}

TEST_CASE_METHOD(JobFixture, "sinks of Delivery Optimization's files", "[com]") {
  auto const job = create(delivery);
  auto const more = query<IDeliveryOptimizationJob2>(job.get());
  void* made = nullptr;
  REQUIRE(more->AddFile(L"the id", url("a").c_str(), 0, nullptr, IID_IDeliveryOptimizationFile2,
                        &made) == S_OK);
  Ref const file(static_cast<IDeliveryOptimizationFile2*>(made));
  VARIANT value{};

  CHECK(job->Resume() == DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
  CHECK(file->GetProperty(DOFilePropertyId_DecryptionInfo, &value) == DO_E_WRITE_ONLY_PROPERTY);
  CHECK(file->GetProperty(static_cast<DOFilePropertyId>(9), &value) == DO_E_UNKNOWN_PROPERTY_ID);
  CHECK(file->GetProperty(DOFilePropertyId_TotalSizeBytes, &value) == E_NOT_SET);
  auto const wrong = number(1);
  CHECK(file->SetProperty(DOFilePropertyId_DownloadSinkFilePath, &wrong) == DISP_E_TYPEMISMATCH);
  Text const to(path("a"));
  REQUIRE(file->SetProperty(DOFilePropertyId_DownloadSinkFilePath, to.get()) == S_OK);
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);

  DOSwarmStats stats{};
  REQUIRE(query<IDeliveryOptimizationFile>(file.get())->GetStats(&stats) == S_OK);
  CHECK(taken(stats.fileId) == L"the id");
  CHECK(taken(stats.sourceURL) == url("a"));
  CHECK(stats.fileSize == 100'000);
  CHECK(stats.totalBytesDownloaded >= 100'000);
  CHECK(stats.bytesFromHttp == stats.totalBytesDownloaded);
  CHECK(stats.downloadMode == DownloadMode_CdnOnly);
  CHECK(stats.status == SwarmStatus_Complete);
  CHECK(stats.isBackground == TRUE);
  REQUIRE(job->Complete() == S_OK);
  CHECK(exists("a"));
}
