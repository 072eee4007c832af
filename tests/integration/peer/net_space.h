// A network namespace of its own in a test, with links to others.
//
// Used on the test's thread. Threads that `enter` it make their sockets there.
#pragma once

#include <memory>
#include <string>

namespace freshet::test {

class NetSpace {
 public:
  // Null where this process may not make any.
  [[nodiscard]] static std::unique_ptr<NetSpace> make();
  class Key;  // Only `make` has one.
  NetSpace(Key, int descriptor);
  ~NetSpace();
  NetSpace(NetSpace const&) = delete;
  NetSpace& operator=(NetSpace const&) = delete;

  // The calling thread is in it from now on.
  void enter() const;
  // Runs a command of `ip` in it; throws when that fails.
  void ip(std::string const& words) const;
  // A cable to the other one, up, with these addresses ("10.1.0.1/24") at its ends.
  void connect(NetSpace const& other, std::string const& name, std::string const& here,
               std::string const& there) const;

 private:
  [[nodiscard]] std::string path() const;
  [[nodiscard]] bool try_run(std::string const& command) const;
  void wait_for_carrier(std::string const& name) const;

  int descriptor_;
};

}  // namespace freshet::test
