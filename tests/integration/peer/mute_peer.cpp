#include "tests/integration/peer/mute_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace freshet::test {

namespace {

// BEP 3: protocol name, reserved bytes (BEP 6 fast extension, BEP 52 v2), info-hash, peer id.
std::string handshake(Digest const& info_hash) {
  std::string result =
      "\x13"
      "BitTorrent protocol";
  result += std::string(7, '\0') + std::string(1, '\x14');
  result.append(reinterpret_cast<char const*>(info_hash.bytes.data()), 20);
  return result + "-MU0001-abcdefghijkl";
}

// BEP 6 "have all", then BEP 3 "unchoke".
std::string everything() {
  return std::string("\0\0\0\1\x0e", 5) + std::string("\0\0\0\1\1", 5);
}

bool readable(int socket) {
  pollfd waiting{socket, POLLIN, 0};
  return poll(&waiting, 1, 50) == 1;
}

}  // namespace

MutePeer::MutePeer(Digest const& info_hash) : greeting_(handshake(info_hash) + everything()) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto const* generic = reinterpret_cast<sockaddr const*>(&address);
  if (bind(listener_, generic, sizeof address) != 0 || listen(listener_, 8) != 0) {
    throw std::runtime_error("cannot listen");
  }
  thread_ = std::thread([this] { serve(); });
}

MutePeer::~MutePeer() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

std::string MutePeer::endpoint() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

void MutePeer::serve() {
  while (!stopping_) {
    if (!readable(listener_)) continue;
    int const connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    talk(connection);
    close(connection);
  }
}

void MutePeer::talk(int connection) const {
  if (send(connection, greeting_.data(), greeting_.size(), MSG_NOSIGNAL) < 0) return;
  std::array<char, 4096> heard{};
  while (!stopping_) {
    if (readable(connection) && recv(connection, heard.data(), heard.size(), 0) <= 0) return;
  }
}

}  // namespace freshet::test
