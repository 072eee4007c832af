// What settings, files and downloads of the COM shape answer, value by value.
#include <filesystem>

#include "engine/base/base64.h"
#include "tests/integration/com/com_fixture.h"
#include "tests/support/piece_hashes.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct ValueFixture : ComFixture {
  std::string const bytes = std::string(1000, 'a');
  PieceHashes const hashes = piece_hashes_of(bytes);
  ValueFixture() {
    origin.serve_file("/a", bytes);
    origin.serve_file("/right", write_piece_hash_file(hashes));
    origin.serve_file("/wrong", "{}");
  }
  // What IntegrityCheckInfo says of a piece hash file.
  [[nodiscard]] Text check_info(std::string const& name) const {
    return Text(L"{\"PiecesHashFileUrl\": \"" + url(name) + L"\", \"HashOfHashes\": \"" +
                wide(to_base64(hashes.hash_of_hashes.bytes)) + L"\"}");
  }
  // The code of the job's error, or why it tells none.
  static HRESULT error_of(IBackgroundCopyJob& job) {
    IBackgroundCopyError* made = nullptr;
    auto const got = job.GetError(&made);
    Ref const held(made);
    BG_ERROR_CONTEXT context{};
    HRESULT code = got;
    if (made != nullptr) CHECK(made->GetError(&context, &code) == S_OK);
    return code;
  }
  Ref<IBackgroundCopyJob5> with_file(Ref<IBackgroundCopyManager> const& manager) {
    auto job = create(manager);
    REQUIRE(job->AddFile(url("a").c_str(), path("a").c_str()) == S_OK);
    return job;
  }
};

HRESULT set_credentials(IBackgroundCopyJob5& job, int target, int scheme, std::wstring user,
                        std::wstring password) {
  BG_AUTH_CREDENTIALS credentials{};
  credentials.Target = static_cast<BG_AUTH_TARGET>(target);
  credentials.Scheme = static_cast<BG_AUTH_SCHEME>(scheme);
  credentials.Credentials.Basic = {user.data(), password.data()};
  return job.SetCredentials(&credentials);
}

// A limited user, as limits bind no administrator.
struct LimitFixture : ComFixture {
  LimitFixture() : ComFixture(limited()) {
    com::use_client(engine->as({kUser, false}));
    bits = made<IBackgroundCopyManager>(CLSID_BackgroundCopyManager);
  }
  static Options limited() {
    Options options;
    options.jobs = {
        .jobs_max = 3, .jobs_per_user_max = 2, .files_per_job_max = 2, .ranges_per_file_max = 2};
    return options;
  }
  HRESULT try_create() {
    GUID id{};
    IBackgroundCopyJob* job = nullptr;
    auto const hr = bits->CreateJob(L"test", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    Ref const held(job);
    return hr;
  }

  static constexpr std::uint32_t kUser = 54'321;
};

struct BypassFixture : ComFixture {
  BypassFixture() : ComFixture(bypassing()) {}
  static Options bypassing() {
    Options options;
    options.policies = {{"DODownloadMode", "100"}};
    return options;
  }
};

}  // namespace

TEST_CASE_METHOD(BypassFixture, "with mode 100 only BITS downloads", "[com]") {
  GUID id{};
  IBackgroundCopyJob* job = nullptr;
  IDODownload* download = nullptr;
  CHECK(delivery->CreateJob(L"test", BG_JOB_TYPE_DOWNLOAD, &id, &job) ==
        DO_E_NO_DOWNLOAD_EXTSETTINGS);
  CHECK(downloads->CreateDownload(&download) == DO_E_NO_DOWNLOAD_EXTSETTINGS);
  origin.serve_file("/a", "bytes");
  auto const by_bits = create(bits);
  REQUIRE(by_bits->AddFile(url("a").c_str(), path("a").c_str()) == S_OK);
  REQUIRE(by_bits->Resume() == S_OK);
  CHECK(waited(*by_bits.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
}

TEST_CASE_METHOD(ValueFixture, "proxies are kept and lists of them are bounded", "[com]") {
  auto const job = create(bits);
  auto const set = [&](int usage, LPCWSTR list, LPCWSTR bypass) {
    return job->SetProxySettings(static_cast<BG_JOB_PROXY_USAGE>(usage), list, bypass);
  };
  auto const none = BG_JOB_PROXY_USAGE_NO_PROXY;
  auto const own = BG_JOB_PROXY_USAGE_OVERRIDE;
  std::wstring const overlong(4001, L'x');
  BG_JOB_PROXY_USAGE usage{};
  LPWSTR list = nullptr;
  LPWSTR bypass = nullptr;

  CHECK(set(9, nullptr, nullptr) == E_NOTIMPL);
  CHECK(set(own, nullptr, nullptr) == E_INVALIDARG);
  CHECK(set(none, L"proxy:80", nullptr) == E_INVALIDARG);
  CHECK(set(none, nullptr, L"host") == E_INVALIDARG);
  CHECK(set(own, overlong.c_str(), nullptr) == BG_E_PROXY_LIST_TOO_LARGE);
  CHECK(set(own, L"proxy:80", overlong.c_str()) == BG_E_PROXY_BYPASS_LIST_TOO_LARGE);
  CHECK(job->GetProxySettings(&usage, &list, &bypass) == S_OK);
  CHECK(usage == BG_JOB_PROXY_USAGE_PRECONFIG);
  CHECK(list == nullptr);
  REQUIRE(set(own, L"one:80 two:80", std::wstring(4000, L'x').c_str()) == S_OK);
  CHECK(job->GetProxySettings(&usage, &list, &bypass) == S_OK);
  CHECK(usage == own);
  CHECK(taken(list) == L"one:80 two:80");
  CHECK(taken(bypass) == std::wstring(4000, L'x'));
}

TEST_CASE_METHOD(ValueFixture, "credentials are sent and those that cannot be are refused",
                 "[com]") {
  auto const job = with_file(bits);
  auto const server = BG_AUTH_TARGET_SERVER;
  auto const basic = BG_AUTH_SCHEME_BASIC;
  CHECK(job->SetCredentials(nullptr) == E_INVALIDARG);
  CHECK(set_credentials(*job.get(), 3, basic, L"u", L"p") == BG_E_INVALID_AUTH_TARGET);
  CHECK(set_credentials(*job.get(), server, 6, L"u", L"p") == BG_E_INVALID_AUTH_SCHEME);
  CHECK(set_credentials(*job.get(), server, BG_AUTH_SCHEME_NTLM, L"u", L"p") == E_NOTIMPL);
  CHECK(set_credentials(*job.get(), server, basic, std::wstring(301, L'u'), L"p") ==
        BG_E_USERNAME_TOO_LARGE);
  CHECK(set_credentials(*job.get(), server, basic, L"u", std::wstring(65'536, L'p')) ==
        BG_E_PASSWORD_TOO_LARGE);
  CHECK(set_credentials(*job.get(), BG_AUTH_TARGET_PROXY, basic, L"u", L"p") == E_INVALIDARG);
  BG_AUTH_CREDENTIALS empty{server, basic, {}};
  CHECK(job->SetCredentials(&empty) == BG_E_INVALID_CREDENTIALS);
  CHECK(job->RemoveCredentials(static_cast<BG_AUTH_TARGET>(3), basic) == BG_E_INVALID_AUTH_TARGET);
  CHECK(job->RemoveCredentials(server, static_cast<BG_AUTH_SCHEME>(6)) == BG_E_INVALID_AUTH_SCHEME);
  CHECK(job->RemoveCredentials(server, basic) == S_FALSE);

  REQUIRE(set_credentials(*job.get(), server, basic, L"me", L"secret") == S_OK);
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  CHECK(origin.requests().front().header("Authorization") == "Basic bWU6c2VjcmV0");
  CHECK(job->RemoveCredentials(server, basic) == S_OK);
}

TEST_CASE_METHOD(ValueFixture, "properties of a BITS job have their published rules", "[com]") {
  auto const job = create(bits);
  BITS_JOB_PROPERTY_VALUE value{};
  auto const set = [&](BITS_JOB_PROPERTY_ID id) { return job->SetProperty(id, value); };
  auto const get = [&](BITS_JOB_PROPERTY_ID id) { return job->GetProperty(id, &value); };

  CHECK(set(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE) == BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE);
  CHECK(set(BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS) == BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED);
  CHECK(set(static_cast<BITS_JOB_PROPERTY_ID>(99)) == BG_E_UNKNOWN_PROPERTY_ID);
  CHECK(set(BITS_JOB_PROPERTY_NOTIFICATION_CLSID) == S_OK);  // None.
  value.ClsID = CLSID_DeliveryOptimization;
  CHECK(set(BITS_JOB_PROPERTY_NOTIFICATION_CLSID) == REGDB_E_CLASSNOTREG);
  CHECK(get(BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS) == S_OK);
  CHECK(value.Dword == 500);
  CHECK(get(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE) == S_OK);
  CHECK(value.Uint64 == BG_SIZE_UNKNOWN);
  value.Uint64 = 999;
  REQUIRE(set(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE) == S_OK);
  CHECK(get(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE) == S_OK);
  CHECK(value.Uint64 == 999);
  value = {};
  value.Dword = BITS_COST_STATE_UNRESTRICTED;
  REQUIRE(set(BITS_JOB_PROPERTY_ID_COST_FLAGS) == S_OK);
  CHECK(get(BITS_JOB_PROPERTY_ID_COST_FLAGS) == S_OK);
  CHECK(value.Dword == BITS_COST_STATE_UNRESTRICTED);
  CHECK(get(BITS_JOB_PROPERTY_ON_DEMAND_MODE) == S_OK);
  CHECK(value.Enable == FALSE);
}

TEST_CASE_METHOD(ValueFixture, "a file that has no sink yet takes its properties until Resume",
                 "[com]") {
  auto const job = create(delivery);
  void* made = nullptr;
  REQUIRE(query<IDeliveryOptimizationJob2>(job.get())->AddFile(
              L"the id", url("a").c_str(), 0, nullptr, IID_IDeliveryOptimizationFile2, &made) ==
          S_OK);
  Ref const file(static_cast<IDeliveryOptimizationFile2*>(made));
  Text const to(path("a"));
  Text const text(L"x");
  auto const mandatory = flag(true);
  VARIANT size{};
  size.vt = VT_UI8;
  size.ullVal = 1000;
  VARIANT value{};
  auto const set = [&](DOFilePropertyId id, VARIANT const* what) {
    return file->SetProperty(id, what);
  };

  CHECK(set(DOFilePropertyId_DecryptionInfo, text.get()) == E_NOTIMPL);
  CHECK(set(DOFilePropertyId_DownloadSinkMemoryStream, text.get()) ==
        DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED);
  CHECK(set(static_cast<DOFilePropertyId>(9), text.get()) == DO_E_UNKNOWN_PROPERTY_ID);
  CHECK(set(DOFilePropertyId_IntegrityCheckInfo, text.get()) == E_INVALIDARG);
  CHECK(file->GetProperty(DOFilePropertyId_IntegrityCheckInfo, &value) == DO_E_WRITE_ONLY_PROPERTY);
  CHECK(file->GetProperty(DOFilePropertyId_DownloadSinkFilePath, &value) == E_NOT_SET);
  CHECK(set(DOFilePropertyId_IntegrityCheckMandatory, &mandatory) == S_OK);
  CHECK(file->GetProperty(DOFilePropertyId_IntegrityCheckMandatory, &value) == S_OK);
  CHECK(value.boolVal == VARIANT_TRUE);
  CHECK(set(DOFilePropertyId_TotalSizeBytes, &size) == S_OK);
  CHECK(file->GetProperty(DOFilePropertyId_TotalSizeBytes, &value) == S_OK);
  CHECK(value.ullVal == 1000);
  REQUIRE(set(DOFilePropertyId_DownloadSinkFilePath, to.get()) == S_OK);
  auto const sink = com::make<Sink>();
  auto const stream = object(static_cast<IStream*>(sink.get()));
  CHECK(set(DOFilePropertyId_DownloadSinkInterface, &stream) == DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
  CHECK(job->Resume() == DO_E_INTEGRITYCHECKINFO_UNSPECIFIED);
  auto const optional = flag(false);
  CHECK(set(DOFilePropertyId_IntegrityCheckMandatory, &optional) == S_OK);
  REQUIRE(job->Resume() == S_OK);
  CHECK(set(DOFilePropertyId_IntegrityCheckMandatory, &mandatory) == DO_E_INVALID_STATE);
}

TEST_CASE_METHOD(ValueFixture, "a file that the engine has takes its properties while suspended",
                 "[com]") {
  for (auto const& manager : {bits, delivery}) {
    auto const job = with_file(manager);
    auto const file = query<IDeliveryOptimizationFile2>(files(*job.get()).at(0).get());
    auto const set = [&](DOFilePropertyId id, VARIANT const* what) {
      return file->SetProperty(id, what);
    };
    Text const elsewhere(path("b"));
    auto const sink = com::make<Sink>();
    auto const stream = object(static_cast<IStream*>(sink.get()));
    auto const mandatory = flag(true);
    VARIANT size{};
    size.vt = VT_UI8;
    size.ullVal = 1000;
    VARIANT value{};

    CHECK(set(DOFilePropertyId_TotalSizeBytes, &size) == S_OK);
    CHECK(file->GetProperty(DOFilePropertyId_TotalSizeBytes, &value) == S_OK);
    CHECK(value.ullVal == 1000);
    CHECK(set(DOFilePropertyId_IntegrityCheckMandatory, &mandatory) == S_OK);
    CHECK(file->GetProperty(DOFilePropertyId_IntegrityCheckMandatory, &value) == S_OK);
    CHECK(value.boolVal == VARIANT_TRUE);
    CHECK(job->Resume() == DO_E_INTEGRITYCHECKINFO_UNSPECIFIED);
    CHECK(set(DOFilePropertyId_DownloadSinkInterface, &stream) ==
          DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
    CHECK(set(DOFilePropertyId_DownloadSinkFilePath, elsewhere.get()) == S_OK);
    CHECK(text_of<IBackgroundCopyFile>(*files(*job.get()).at(0).get(),
                                       &IBackgroundCopyFile::GetLocalName) == path("b"));
    CHECK(set(DOFilePropertyId_IntegrityCheckInfo, check_info("wrong").get()) == S_OK);
    CHECK(job->Resume() == S_OK);
    CHECK(waited(*job.get(), BG_JOB_STATE_ERROR) == BG_JOB_STATE_ERROR);
    CHECK(set(DOFilePropertyId_IntegrityCheckInfo, check_info("right").get()) ==
          DO_E_INVALID_STATE);
    CHECK(job->Suspend() == S_OK);
    CHECK(set(DOFilePropertyId_IntegrityCheckInfo, check_info("right").get()) == S_OK);
    CHECK(job->Resume() == S_OK);
    CHECK(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
    CHECK(job->Cancel() == S_OK);
  }
}

TEST_CASE_METHOD(ValueFixture, "a job's piece hash file that cannot be had ends it if it must be",
                 "[com]") {
  for (bool const must : {false, true}) {
    auto const job = with_file(delivery);
    auto const file = query<IDeliveryOptimizationFile2>(files(*job.get()).at(0).get());
    auto const mandatory = flag(must);
    REQUIRE(file->SetProperty(DOFilePropertyId_IntegrityCheckInfo, check_info("absent").get()) ==
            S_OK);
    REQUIRE(file->SetProperty(DOFilePropertyId_IntegrityCheckMandatory, &mandatory) == S_OK);
    REQUIRE(job->Resume() == S_OK);
    auto const wanted = must ? BG_JOB_STATE_ERROR : BG_JOB_STATE_TRANSFERRED;
    CHECK(waited(*job.get(), wanted) == wanted);
    CHECK(error_of(*job.get()) ==
          (must ? DO_E_INTEGRITYCHECKINFO_UNAVAILABLE : DO_E_ERROR_INFORMATION_UNAVAILABLE));
    CHECK(job->Cancel() == S_OK);
  }
}

TEST_CASE_METHOD(ValueFixture, "what a job is told is what it tells", "[com]") {
  auto const job = create(bits);
  DWORD number = 0;
  ULONG seconds = 0;
  LPWSTR one = nullptr;
  LPWSTR two = nullptr;
  BG_JOB_TYPE type{};
  BOOL elevated = FALSE;
  bool const root = ::geteuid() == 0;

  CHECK(job->GetType(&type) == S_OK);
  CHECK(type == BG_JOB_TYPE_DOWNLOAD);
  CHECK(job->GetOwnerElevationState(&elevated) == S_OK);
  CHECK((elevated == TRUE) == root);
  CHECK(job->GetOwnerIntegrityLevel(&seconds) == S_OK);
  CHECK(seconds == (root ? 0x3000 : 0x2000));
  CHECK(text_of<IBackgroundCopyJob>(*job.get(), &IBackgroundCopyJob::GetOwner) ==
        L"S-1-22-1-" + std::to_wstring(::geteuid()));
  REQUIRE(job->SetDescription(L"described") == S_OK);
  CHECK(text_of<IBackgroundCopyJob>(*job.get(), &IBackgroundCopyJob::GetDescription) ==
        L"described");
  CHECK(job->SetPeerCachingFlags(8) == E_INVALIDARG);
  REQUIRE(job->SetPeerCachingFlags(BG_JOB_DISABLE_BRANCH_CACHE) == S_OK);
  CHECK(job->GetPeerCachingFlags(&number) == S_OK);
  CHECK(number == BG_JOB_DISABLE_BRANCH_CACHE);
  CHECK(job->SetFileACLFlags(16) == E_INVALIDARG);
  REQUIRE(job->SetFileACLFlags(BG_COPY_FILE_ALL) == S_OK);
  CHECK(job->GetFileACLFlags(&number) == S_OK);
  CHECK(number == BG_COPY_FILE_ALL);
  REQUIRE(job->SetMaximumDownloadTime(77) == S_OK);
  CHECK(job->GetMaximumDownloadTime(&seconds) == S_OK);
  CHECK(seconds == 77);
  CHECK(job->GetNotifyCmdLine(&one, &two) == S_OK);
  CHECK(one == nullptr);
  REQUIRE(job->SetNotifyCmdLine(L"/bin/echo", L"echo \"a b\"") == S_OK);
  CHECK(job->GetNotifyCmdLine(&one, &two) == S_OK);
  CHECK(taken(one) == L"/bin/echo");
  CHECK(taken(two) == L"echo \"a b\"");
  CHECK(job->SetNotifyCmdLine(nullptr, nullptr) == S_OK);
  CHECK(job->GetNotifyCmdLine(&one, &two) == S_OK);
  CHECK(one == nullptr);
}

TEST_CASE_METHOD(ValueFixture, "what nothing here does is refused", "[com]") {
  auto const job = create(bits);
  auto const http = query<IBackgroundCopyJobHttpOptions3>(job.get());
  LPWSTR text = nullptr;
  UINT64 length = 0;
  BYTE* data = nullptr;
  CHECK(job->GetReplyProgress(nullptr) == E_NOTIMPL);
  CHECK(job->GetReplyData(&data, &length) == E_NOTIMPL);
  CHECK(job->SetReplyFileName(L"/tmp/reply") == E_NOTIMPL);
  CHECK(job->GetReplyFileName(&text) == E_NOTIMPL);
  CHECK(http->SetHttpMethod(nullptr) == E_INVALIDARG);
  CHECK(http->SetHttpMethod(L"POST") == E_NOTIMPL);
  CHECK(http->SetHttpMethod(L"GET") == S_OK);
  CHECK(http->GetHttpMethod(&text) == S_OK);
  CHECK(taken(text) == L"GET");
  CHECK(http->SetServerCertificateValidationInterface(bits.get()) == E_NOTIMPL);
  CHECK(http->SetServerCertificateValidationInterface(nullptr) == S_OK);
}

TEST_CASE_METHOD(ValueFixture, "a file tells where it lies and where it came from", "[com]") {
  auto const job = with_file(bits);
  auto const file = files(*job.get()).at(0);
  LPWSTR name = nullptr;
  BOOL from_peer = TRUE;
  DWORD count = 9;
  BG_FILE_RANGE* ranges = nullptr;
  BITS_FILE_PROPERTY_VALUE value{};

  CHECK(file->GetTemporaryName(&name) == E_NOT_SET);
  CHECK(file->SetRemoteName(L"no address") == E_INVALIDARG);
  CHECK(file->SetRemoteName(nullptr) == E_INVALIDARG);
  CHECK(file->GetFileRanges(&count, &ranges) == S_FALSE);
  CHECK(count == 0);
  CHECK(ranges == nullptr);
  CHECK(file->SetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, value) ==
        BG_E_READ_ONLY_PROPERTY);
  CHECK(file->GetProperty(static_cast<BITS_FILE_PROPERTY_ID>(9), &value) ==
        BG_E_UNKNOWN_PROPERTY_ID);
  REQUIRE(job->Resume() == S_OK);
  REQUIRE(waited(*job.get(), BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED);
  REQUIRE(file->GetTemporaryName(&name) == S_OK);
  auto const temporary = taken(name);
  CHECK(std::filesystem::file_size(temporary) == 1000);
  CHECK(file->IsDownloadedFromPeer(&from_peer) == S_OK);
  CHECK(from_peer == FALSE);
}

TEST_CASE_METHOD(ValueFixture, "jobs of others are out of reach for who is no administrator",
                 "[com]") {
  auto const job = create(bits);
  GUID id{};
  REQUIRE(job->GetId(&id) == S_OK);
  com::use_client(engine->as({54'321, false}));
  auto const stranger = made<IBackgroundCopyManager>(CLSID_BackgroundCopyManager);
  IBackgroundCopyJob* found = nullptr;
  IEnumBackgroundCopyJobs* walk = nullptr;
  CHECK(stranger->GetJob(id, &found) == E_ACCESSDENIED);
  CHECK(stranger->EnumJobs(BG_JOB_ENUM_ALL_USERS, &walk) == E_ACCESSDENIED);
  auto const own = create(stranger);
  CHECK(own->TakeOwnership() == E_ACCESSDENIED);
}

TEST_CASE_METHOD(LimitFixture, "how much there may be is bounded by BITS' codes", "[com]") {
  auto const job = create(bits);
  BG_FILE_RANGE ranges[] = {{0, 1}, {2, 1}, {4, 1}};
  CHECK(job->AddFileWithRanges(url("a").c_str(), path("a").c_str(), 3, ranges) ==
        BG_E_TOO_MANY_RANGES_IN_FILE);
  auto from = url("a");
  std::wstring to[] = {path("a"), path("b"), path("c")};
  BG_FILE_INFO set[] = {
      {from.data(), to[0].data()}, {from.data(), to[1].data()}, {from.data(), to[2].data()}};
  CHECK(job->AddFileSet(3, set) == BG_E_TOO_MANY_FILES_IN_JOB);
  CHECK(files(*job.get()).empty());  // All or nothing.
  CHECK(job->AddFileSet(2, set) == S_OK);

  CHECK(try_create() == S_OK);
  CHECK(try_create() == BG_E_TOO_MANY_JOBS_PER_USER);
  REQUIRE(engine->as({kUser + 1, false}).create({.name = "of another"}));
  REQUIRE(job->Cancel() == S_OK);
  REQUIRE(engine->as({kUser + 1, false}).create({.name = "of another"}));
  CHECK(try_create() == BG_E_TOO_MANY_JOBS_PER_MACHINE);
}

TEST_CASE_METHOD(ValueFixture, "once the engine is let go calls say that there is no service",
                 "[com]") {
  auto const job = with_file(delivery);
  IDODownload* made = nullptr;
  REQUIRE(downloads->CreateDownload(&made) == S_OK);
  Ref const download(made);
  CoUninitialize();
  GUID id{};
  IBackgroundCopyJob* none = nullptr;
  DO_DOWNLOAD_STATUS status{};

  CHECK(delivery->CreateJob(L"test", BG_JOB_TYPE_DOWNLOAD, &id, &none) == DO_E_NO_SERVICE);
  CHECK(job->Suspend() == DO_E_NO_SERVICE);
  CHECK(downloads->CreateDownload(&made) == DO_E_NO_SERVICE);
  CHECK(download->GetStatus(&status) == S_OK);
  CHECK(status.Error == DO_E_NO_SERVICE);
  REQUIRE(CoInitializeEx(nullptr, COINIT_MULTITHREADED) == S_OK);  // The fixture ends it.
}
