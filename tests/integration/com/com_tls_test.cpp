// Certificates of clients, security flags and proxies of jobs and downloads.
#include <filesystem>
#include <fstream>

#include "api/com/certificate_store.h"
#include "tests/integration/com/com_fixture.h"
#include "tests/support/nginx.h"

using namespace freshet;
using namespace freshet::test;

namespace {

std::string text_of_file(std::string const& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// An origin with TLS that is not trusted, a user with one certificate in the store MY.
struct TlsFixture : ComFixture {
  TlsFixture() {
    ::setenv("XDG_CONFIG_HOME", home.path().c_str(), 1);
    auto const store = home / "freshet/certificates/MY";
    std::filesystem::create_directories(store);
    std::filesystem::create_directories(folder / "client");
    client = make_certificate(folder / "client", "a client");
    pem = text_of_file(client.certificate) + text_of_file(client.key);
    std::ofstream(store + "/mine.pem") << pem;
    server = make_certificate(folder.path(), "127.0.0.1");
    secure.emplace(ServerOptions{.certificate = server.certificate, .key = server.key});
    secure->serve_file("/a", "content");
  }
  ~TlsFixture() { ::unsetenv("XDG_CONFIG_HOME"); }

  Ref<IBackgroundCopyJob5> job_for(std::string const& address) {
    auto job = create(bits);
    REQUIRE(job->AddFile(wide(address).c_str(), path("file").c_str()) == S_OK);
    return job;
  }
  static bool transfers(IBackgroundCopyJob& job) {
    REQUIRE(job.Resume() == S_OK);
    return waited(job, BG_JOB_STATE_TRANSFERRED) == BG_JOB_STATE_TRANSFERRED;
  }
  // For now or for good.
  static bool fails(IBackgroundCopyJob& job) {
    REQUIRE(job.Resume() == S_OK);
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    BG_JOB_STATE state{};
    do {
      REQUIRE(job.GetState(&state) == S_OK);
      if (state == BG_JOB_STATE_ERROR || state == BG_JOB_STATE_TRANSIENT_ERROR) return true;
      std::this_thread::yield();
    } while (state != BG_JOB_STATE_TRANSFERRED && std::chrono::steady_clock::now() < deadline);
    return false;
  }
  // Lets nobody in but who has the certificate; its own is not looked at by who asks for that.
  std::unique_ptr<Nginx> strict_server() {
    std::filesystem::create_directories(folder / "nginx/files");
    std::ofstream(folder / "nginx/files/a") << "content";
    return Nginx::start(
        {.directory = folder / "nginx",
         .certificate = server.certificate,
         .key = server.key,
         .extra = "ssl_client_certificate " + client.ca + "; ssl_verify_client on;"});
  }

  TlsFiles client;
  TlsFiles server;
  std::string pem;
  std::optional<ScriptedOrigin> secure;
};

using Http = IBackgroundCopyJobHttpOptions;
constexpr auto kUser = BG_CERT_STORE_LOCATION_CURRENT_USER;

}  // namespace

TEST_CASE_METHOD(TlsFixture, "a certificate of the user's store is found and told and removed",
                 "[com][tls]") {
  auto const job = job_for(secure->url("/a"));
  auto const http = query<Http>(job.get());
  BG_CERT_STORE_LOCATION location{};
  LPWSTR store = nullptr;
  LPWSTR subject = nullptr;
  BYTE* hash = nullptr;
  CHECK(http->GetClientCertificate(&location, &store, &hash, &subject) == RPC_X_BAD_STUB_DATA);
  CHECK(http->RemoveClientCertificate() == S_FALSE);
  REQUIRE(http->SetClientCertificateByName(kUser, L"MY", L"A CLIENT") == S_OK);

  REQUIRE(http->GetClientCertificate(&location, &store, &hash, &subject) == S_OK);
  CHECK(location == kUser);
  CHECK(taken(store) == L"MY");
  CHECK(taken(subject) == L"a client");
  REQUIRE(hash != nullptr);

  CHECK(http->RemoveClientCertificate() == S_OK);
  CHECK(http->SetClientCertificateByID(kUser, L"MY", hash) == S_OK);
  hash[0] ^= 1;
  CHECK(http->SetClientCertificateByID(kUser, L"MY", hash) == CRYPT_E_NOT_FOUND);
  CoTaskMemFree(hash);
  hash = nullptr;
  CHECK(http->GetClientCertificate(nullptr, &store, &hash, &subject) == RPC_X_NULL_REF_POINTER);
}

TEST_CASE_METHOD(TlsFixture, "certificates that are not there are refused with what is missing",
                 "[com][tls]") {
  auto const job = job_for(secure->url("/a"));
  auto const http = query<Http>(job.get());
  auto const by_name = [&](int location, LPCWSTR store, LPCWSTR subject) {
    return http->SetClientCertificateByName(static_cast<BG_CERT_STORE_LOCATION>(location), store,
                                            subject);
  };
  auto constexpr kNoStore = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
  std::wstring const overlong(256, L'x');
  CHECK(by_name(8, L"MY", L"a client") == E_NOTIMPL);
  CHECK(by_name(kUser, L"CA", L"a client") == kNoStore);
  CHECK(by_name(kUser, L"../MY", L"a client") == kNoStore);
  CHECK(by_name(BG_CERT_STORE_LOCATION_SERVICES, L"MY", L"a client") == kNoStore);
  CHECK(by_name(kUser, L"MY", L"another") == CRYPT_E_NOT_FOUND);
  CHECK(by_name(kUser, L"MY", L"") == E_INVALIDARG);
  CHECK(by_name(kUser, nullptr, L"a client") == RPC_X_NULL_REF_POINTER);
  CHECK(by_name(kUser, L"MY", nullptr) == RPC_X_NULL_REF_POINTER);
  CHECK(by_name(kUser, overlong.c_str(), L"a client") == BG_E_STRING_TOO_LONG);
  CHECK(by_name(kUser, L"MY", overlong.c_str()) == BG_E_STRING_TOO_LONG);
  REQUIRE(job->Cancel() == S_OK);
  CHECK(by_name(kUser, L"MY", L"a client") == BG_E_INVALID_STATE);
}

TEST_CASE("a subject is asked for by adjacent parts of it", "[com][tls]") {
  com::CertificateName const name{{}, {"name3", "name2", "name1"}};
  CHECK(name.subject_text() == "name3, name2, name1");
  for (auto const* const right : {"name1", "NAME3,name2", "name2, name1", "name3,name2,name1"}) {
    CHECK(name.is_called(right));
  }
  for (auto const* const wrong : {"name", "name1,name2", "name3,name1", "name1,name1", ","}) {
    CHECK_FALSE(name.is_called(wrong));
  }
}

TEST_CASE_METHOD(TlsFixture, "a job with a certificate gets what nobody else gets",
                 "[com][tls][nginx]") {
  if (!Nginx::installed()) return;
  auto const strict = strict_server();
  REQUIRE(strict);
  for (bool const known : {false, true}) {
    auto const job = job_for(strict->url("/a"));
    auto const http = query<Http>(job.get());
    REQUIRE(http->SetSecurityFlags(BG_SSL_IGNORE_UNKNOWN_CA) == S_OK);
    if (known) REQUIRE(http->SetClientCertificateByName(kUser, L"MY", L"a client") == S_OK);
    CHECK((known ? transfers(*job.get()) : fails(*job.get())));
    CHECK(job->Cancel() == S_OK);
  }
}

TEST_CASE_METHOD(TlsFixture, "a download shows its security context and puts up with its flags",
                 "[com][tls][nginx]") {
  if (!Nginx::installed()) return;
  auto const strict = strict_server();
  REQUIRE(strict);
  IDODownload* made = nullptr;
  REQUIRE(downloads->CreateDownload(&made) == S_OK);
  Ref const download(made);
  auto const set = [&](DODownloadProperty id, VARIANT const& value) {
    return download->SetProperty(id, &value);
  };
  VARIANT context{};
  context.vt = VT_ARRAY | VT_UI1;
  context.parray = SafeArrayCreateVector(VT_UI1, 0, static_cast<ULONG>(pem.size()));
  REQUIRE(context.parray != nullptr);
  CHECK(set(DODownloadProperty_SecurityContext, context) == E_INVALIDARG);  // All zero.
  void* bytes = nullptr;
  REQUIRE(SafeArrayAccessData(context.parray, &bytes) == S_OK);
  std::ranges::copy(pem, static_cast<char*>(bytes));
  REQUIRE(SafeArrayUnaccessData(context.parray) == S_OK);
  REQUIRE(set(DODownloadProperty_SecurityContext, context) == S_OK);
  VARIANT told{};
  CHECK(download->GetProperty(DODownloadProperty_SecurityContext, &told) ==
        DO_E_WRITE_ONLY_PROPERTY);
  CHECK(VariantClear(&context) == S_OK);
  CHECK(set(DODownloadProperty_SecurityFlags, number(1)) == E_NOTIMPL);  // Revocation.
  REQUIRE(set(DODownloadProperty_SecurityFlags, number(SECURITY_FLAG_IGNORE_UNKNOWN_CA)) == S_OK);
  REQUIRE(set(DODownloadProperty_BlockingMode, flag(true)) == S_OK);
  REQUIRE(download->SetProperty(DODownloadProperty_Uri, Text(wide(strict->url("/a"))).get()) ==
          S_OK);
  REQUIRE(download->SetProperty(DODownloadProperty_LocalPath, Text(path("file")).get()) == S_OK);

  CHECK(download->Start(nullptr) == S_OK);
  CHECK(text_of_file(folder / "file") == "content");
}

TEST_CASE_METHOD(TlsFixture, "security flags say what a server's certificate may lack",
                 "[com][tls]") {
  auto const job = job_for(secure->url("/a"));
  auto const http = query<Http>(job.get());
  CHECK(http->SetSecurityFlags(BG_SSL_ENABLE_CRL_CHECK) == E_NOTIMPL);
  CHECK(http->SetSecurityFlags(BG_HTTP_REDIRECT_POLICY_MASK) == E_NOTIMPL);
  constexpr auto kAll = BG_SSL_IGNORE_CERT_CN_INVALID | BG_SSL_IGNORE_CERT_DATE_INVALID |
                        BG_SSL_IGNORE_UNKNOWN_CA | BG_SSL_IGNORE_CERT_WRONG_USAGE |
                        BG_HTTP_REDIRECT_POLICY_DISALLOW |
                        BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;
  REQUIRE(http->SetSecurityFlags(kAll) == S_OK);
  ULONG flags = 0;
  CHECK(http->GetSecurityFlags(&flags) == S_OK);
  CHECK(flags == kAll);

  REQUIRE(http->SetSecurityFlags(BG_SSL_IGNORE_CERT_DATE_INVALID) == S_OK);
  CHECK(fails(*job.get()));
  REQUIRE(http->SetSecurityFlags(BG_SSL_IGNORE_UNKNOWN_CA) == S_OK);
  CHECK(transfers(*job.get()));
}

TEST_CASE_METHOD(TlsFixture, "redirects that are not allowed end the job", "[com][tls]") {
  origin.serve_file("/a", "content");
  origin.on("/moved", [this](SeenRequest const&) { return redirect(origin.url("/a")); });
  auto const job = job_for(origin.url("/moved"));
  auto const http = query<Http>(job.get());
  REQUIRE(http->SetSecurityFlags(BG_HTTP_REDIRECT_POLICY_DISALLOW) == S_OK);
  CHECK(fails(*job.get()));
  REQUIRE(http->SetSecurityFlags(BG_HTTP_REDIRECT_POLICY_ALLOW_SILENT) == S_OK);
  CHECK(transfers(*job.get()));
}

TEST_CASE_METHOD(TlsFixture, "credentials for Digest are used for nothing else", "[com][tls]") {
  origin.on("/a", [](SeenRequest const& request) {
    Reply reply;
    reply.body = "content";
    if (request.header("Authorization").starts_with("Digest username=\"me\"")) return reply;
    reply.status = 401;
    reply.headers = {{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\""}};
    return reply;
  });
  auto const job = job_for(origin.url("/a"));
  std::wstring user = L"me";
  std::wstring password = L"secret";
  BG_AUTH_CREDENTIALS credentials{};
  credentials.Target = BG_AUTH_TARGET_SERVER;
  credentials.Scheme = BG_AUTH_SCHEME_DIGEST;
  credentials.Credentials.Basic = {user.data(), password.data()};
  CHECK(job->RemoveCredentials(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_DIGEST) == S_FALSE);
  REQUIRE(job->SetCredentials(&credentials) == S_OK);
  CHECK(transfers(*job.get()));
  CHECK(job->RemoveCredentials(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_DIGEST) == S_OK);
  credentials.Target = BG_AUTH_TARGET_PROXY;
  CHECK(job->SetCredentials(&credentials) == E_NOTIMPL);
}

TEST_CASE_METHOD(TlsFixture, "hosts that a proxy is not for are asked themselves", "[com][tls]") {
  origin.serve_file("/a", "content");
  auto const job = job_for(origin.url("/a"));
  auto const set = [&](LPCWSTR bypass) {
    return job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, L"127.0.0.1:9", bypass);
  };
  REQUIRE(set(nullptr) == S_OK);
  CHECK(fails(*job.get()));
  REQUIRE(set(L"*.example.org;127.0.0.1 <local>") == S_OK);
  CHECK(transfers(*job.get()));
}
