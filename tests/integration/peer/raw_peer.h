// A peer as bytes: what it says is up to the test.
//
// Made and used on the test's thread. Waits have a deadline of ten seconds.
#pragma once

#include <chrono>
#include <string>

#include "freshet/digest.h"

namespace freshet::test {

class RawPeer {
 public:
  // Connects from one address of the loopback network to "address:port".
  RawPeer(std::string const& from, std::string const& endpoint);
  RawPeer(RawPeer&& other) noexcept;
  RawPeer& operator=(RawPeer&&) = delete;
  ~RawPeer();

  // False when the other side has ended the connection.
  bool say(std::string const& bytes) const;
  // Whether the other side ended the connection.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds most = std::chrono::seconds{10}) const;
  [[nodiscard]] bool ended() const { return wait_for_end(std::chrono::milliseconds{0}); }

 private:
  int socket_ = -1;
};

// BEP 3, with the flags of BEP 6, 10 and 52.
[[nodiscard]] std::string handshake(Digest const& info_hash, std::string const& peer_id);
// A message of BEP 3 with its length before it.
[[nodiscard]] std::string peer_message(char kind, std::string const& body = {});
// BEP 10: the message that announces extensions, as bencoding.
[[nodiscard]] std::string extension_handshake(std::string const& dictionary);

}  // namespace freshet::test
