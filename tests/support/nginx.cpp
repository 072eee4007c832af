#include "tests/support/nginx.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/support/wire.h"

namespace freshet::test {

namespace {

constexpr char const* kProgram = "/usr/sbin/nginx";
constexpr int kAttemptsMax = 5;

std::string configuration(Nginx::Options const& options, std::uint16_t port) {
  bool const tls = !options.certificate.empty();
  auto const at = [&](char const* name) { return options.directory + "/" + name; };
  auto text =
      "daemon off; master_process off; pid " + at("nginx.pid") +
      "; error_log stderr notice;\nevents { worker_connections 256; }\nhttp {\n access_log off;\n";
  for (auto const* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += std::string(" ") + kind + "_temp_path " + at(kind) + ";\n";
  }
  text += " sendfile on; keepalive_requests 100000;\n server {\n  listen 127.0.0.1:" +
          std::to_string(port) + (tls ? " ssl http2;\n" : ";\n") + "  root " + at("files") + ";\n";
  if (tls) {
    text +=
        "  ssl_certificate " + options.certificate + "; ssl_certificate_key " + options.key + ";\n";
  }
  return text + "  " + options.extra + "\n }\n}\n";
}

// In the child. What it has to say goes to `log`.
[[noreturn]] void become_nginx(std::string const& directory, int log) {
  auto const config = directory + "/nginx.conf";
  dup2(log, STDERR_FILENO);
  execl(kProgram, kProgram, "-p", directory.c_str(), "-c", config.c_str(), "-e", "stderr", nullptr);
  _exit(127);
}

// It says this once its sockets are open, and nothing when they cannot be.
bool says_it_listens(int log) {
  std::string said;
  std::array<char, 4096> buffer;
  while (said.find("getrlimit") == std::string::npos) {
    auto const got = read(log, buffer.data(), buffer.size());
    if (got <= 0) return false;
    said.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

std::uint16_t free_port() {
  std::uint16_t port = 0;
  close(listen_on("127.0.0.1", port));
  return port;
}

}  // namespace

bool Nginx::installed() {
  return access(kProgram, X_OK) == 0;
}

std::unique_ptr<Nginx> Nginx::start(Options const& options) {
  std::filesystem::create_directories(options.directory + "/files");
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {  // Another may take the port first.
    auto nginx = std::make_unique<Nginx>(Unstarted{});
    nginx->port_ = free_port();
    nginx->tls_ = !options.certificate.empty();
    std::ofstream(options.directory + "/nginx.conf") << configuration(options, nginx->port_);
    std::array<int, 2> log{};
    if (pipe2(log.data(), O_CLOEXEC) != 0) return nullptr;
    nginx->pid_ = fork();
    if (nginx->pid_ == 0) become_nginx(options.directory, log[1]);
    close(log[1]);
    nginx->log_ = log[0];
    if (says_it_listens(log[0])) return nginx;
  }
  return nullptr;
}

Nginx::~Nginx() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(log_);
}

std::string Nginx::url(std::string const& path) const {
  return std::string(tls_ ? "https" : "http") + "://127.0.0.1:" + std::to_string(port_) + path;
}

}  // namespace freshet::test
