// A real nginx on loopback, with a configuration written for it, for as long as the object lives.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/tls_files.h"

namespace freshet::test {

class Nginx {
  struct Unstarted {};

 public:
  struct Options {
    std::string directory;    // Holds configuration, logs and files ("files/"); must exist.
    std::string certificate;  // PEM; empty: plain HTTP.
    std::string key;
    std::string extra;  // Lines for its server block.
  };

  [[nodiscard]] static bool installed();
  // Connections are accepted from now on. Null when it could not be started.
  [[nodiscard]] static std::unique_ptr<Nginx> start(Options const& options);
  explicit Nginx(Unstarted) {}
  ~Nginx();
  Nginx(Nginx const&) = delete;
  Nginx& operator=(Nginx const&) = delete;

  [[nodiscard]] std::string url(std::string const& path) const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  pid_t pid_ = -1;
  int log_ = -1;
  std::uint16_t port_ = 0;
  bool tls_ = false;
};

}  // namespace freshet::test
