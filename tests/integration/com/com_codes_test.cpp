// How downloads fail, and the HRESULT that each class has for it.
#include <array>

#include "tests/integration/com/com_fixture.h"
#include "tests/support/tls_files.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct Way {
  std::string url;
  bool lasting;  // Else it is tried again.
  HRESULT bits;
  HRESULT delivery;
};

struct CodeFixture : ComFixture {
  Ref<IBackgroundCopyJob5> started(Ref<IBackgroundCopyManager> const& manager, Way const& way) {
    auto job = create(manager);
    BG_FILE_RANGE range{10, 10};
    REQUIRE(job->SetMinimumRetryDelay(600) == S_OK);
    REQUIRE(job->AddFileWithRanges(wide(way.url).c_str(), path("a").c_str(), 1, &range) == S_OK);
    REQUIRE(job->Resume() == S_OK);
    return job;
  }
  // Its first error.
  static HRESULT code_of(IBackgroundCopyJob5& job, bool lasting) {
    auto const wanted = lasting ? BG_JOB_STATE_ERROR : BG_JOB_STATE_TRANSIENT_ERROR;
    REQUIRE(waited(job, wanted) == wanted);
    BG_ERROR_CONTEXT context{};
    HRESULT code = S_OK;
    CHECK(error(job)->GetError(&context, &code) == S_OK);
    return code;
  }
  static HRESULT resumed(IBackgroundCopyJob5& job, bool lasting) {
    REQUIRE(job.Resume() == S_OK);
    return code_of(job, lasting);
  }
  static Ref<IBackgroundCopyError> error(IBackgroundCopyJob5& job) {
    IBackgroundCopyError* made = nullptr;
    REQUIRE(job.GetError(&made) == S_OK);
    return Ref(made);
  }
};

}  // namespace

TEST_CASE_METHOD(CodeFixture, "each failure of a server has its published code", "[com]") {
  auto const certificate = make_certificate(folder.path(), "127.0.0.1");
  ScriptedOrigin untrusted({.certificate = certificate.certificate, .key = certificate.key});
  origin.serve_file("/short", "x");
  origin.serve_status("/unavailable", 503);
  for (int const status : {401, 403, 404, 410}) {
    origin.serve_status("/" + std::to_string(status), status);
  }
  auto const http = [](unsigned status) { return static_cast<HRESULT>(0x80190000U + status); };
  Way const ways[] = {
      {"http://127.0.0.1:1/a", false, BG_E_CONNECT_FAILURE, HRESULT_FROM_WIN32(12029)},
      {untrusted.url("/a"), true, BG_E_TRUST_FAILURE, DO_E_HTTP_CERT_VALIDATION},
      {origin.url("/short"), true, BG_E_INVALID_RANGE, DO_E_INVALID_RANGE},
      {origin.url("/unavailable"), false, http(503), http(503)},
      {origin.url("/401"), true, http(401), http(401)},
      {origin.url("/403"), true, http(403), http(403)},
      {origin.url("/404"), true, http(404), http(404)},
      {origin.url("/410"), true, http(410), http(410)},
  };
  // Together, since each source is given some time.
  std::vector<std::array<Ref<IBackgroundCopyJob5>, 2>> jobs;
  for (auto const& way : ways) jobs.push_back({started(bits, way), started(delivery, way)});
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    INFO(ways[i].url);
    CHECK(code_of(*jobs[i][0].get(), ways[i].lasting) == ways[i].bits);
    CHECK(code_of(*jobs[i][1].get(), ways[i].lasting) == ways[i].delivery);
  }
}

TEST_CASE_METHOD(CodeFixture, "an error that is no file's says so", "[com]") {
  REQUIRE(engine->set_conditions({.network = false}));
  for (auto const& manager : {bits, delivery}) {
    bool const by_bits = manager.get() == bits.get();
    auto const job = create(manager);
    REQUIRE(job->AddFile(url("a").c_str(), path("a").c_str()) == S_OK);
    CHECK(resumed(*job.get(), false) ==
          (by_bits ? BG_E_NETWORK_DISCONNECTED : DO_E_BLOCKED_BY_NO_NETWORK));
    IBackgroundCopyFile* file = nullptr;
    LPWSTR protocol = nullptr;
    auto const told = error(*job.get());
    CHECK(told->GetFile(&file) == (by_bits ? BG_E_FILE_NOT_AVAILABLE : DO_E_FILE_NOT_AVAILABLE));
    CHECK(file == nullptr);
    CHECK(told->GetProtocol(&protocol) == BG_E_PROTOCOL_NOT_AVAILABLE);
  }
}

TEST_CASE_METHOD(CodeFixture, "what the administrator and the job forbid has its code", "[com]") {
  origin.serve_file("/a", std::string(1000, 'a'));
  auto const with_limit = [&](BITS_JOB_PROPERTY_ID id, DWORD number, bool lasting) {
    auto const job = create(bits);
    BITS_JOB_PROPERTY_VALUE value{};
    value.Uint64 = number;
    REQUIRE(job->SetProperty(id, value) == S_OK);
    REQUIRE(job->AddFile(url("a").c_str(), path("a").c_str()) == S_OK);
    return resumed(*job.get(), lasting);
  };
  CHECK(with_limit(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, 999, true) ==
        BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED);
  REQUIRE(engine->set_conditions({.costs = BITS_COST_STATE_ROAMING}));
  CHECK(with_limit(BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_JOB_TRANSFER_POLICY_UNRESTRICTED, false) ==
        BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
}

TEST_CASE_METHOD(CodeFixture, "without progress in time a job and a download end so", "[com]") {
  auto const job = create(bits);
  REQUIRE(job->SetNoProgressTimeout(0) == S_OK);
  REQUIRE(job->AddFile(L"http://127.0.0.1:1/a", path("a").c_str()) == S_OK);
  REQUIRE(job->Resume() == S_OK);

  IDODownload* made = nullptr;
  REQUIRE(downloads->CreateDownload(&made) == S_OK);
  Ref const download(made);
  Text const from(L"http://127.0.0.1:1/a");
  Text const to(path("b"));
  REQUIRE(download->SetProperty(DODownloadProperty_Uri, from.get()) == S_OK);
  REQUIRE(download->SetProperty(DODownloadProperty_LocalPath, to.get()) == S_OK);
  REQUIRE(download->Start(nullptr) == S_OK);
  auto const jobs = engine->jobs();
  REQUIRE(jobs);
  auto const of_download = jobs->back();
  auto spec = of_download.spec;
  spec.no_progress_timeout = std::chrono::milliseconds{1};
  REQUIRE(engine->configure(of_download.id, spec));
  DO_DOWNLOAD_STATUS status{};
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  do {
    REQUIRE(download->GetStatus(&status) == S_OK);
    std::this_thread::yield();
  } while (status.State != DODownloadState_Paused && std::chrono::steady_clock::now() < deadline);
  CHECK(status.Error == DO_E_DOWNLOAD_NO_PROGRESS);
  CHECK(status.ExtendedError == HRESULT_FROM_WIN32(12029));
  CHECK(code_of(*job.get(), true) == BG_E_CONNECT_FAILURE);
}
