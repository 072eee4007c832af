#include "tests/integration/peer/mute_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
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

// BEP 6 "have none", then BEP 3 "interested".
std::string nothing() {
  return std::string("\0\0\0\1\x0f", 5) + std::string("\0\0\0\1\2", 5);
}

constexpr std::size_t kHandshakeBytes = 68;
constexpr char kUnchoke = 1;

bool readable(int socket) {
  pollfd waiting{socket, POLLIN, 0};
  return poll(&waiting, 1, 50) == 1;
}

}  // namespace

MutePeer::MutePeer(Digest const& info_hash, Has has)
    : greeting_(handshake(info_hash) + (has == Has::everything ? everything() : nothing())) {
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

bool MutePeer::wait_for_unchokes(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return unchokes_ >= count; });
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

void MutePeer::talk(int connection) {
  if (send(connection, greeting_.data(), greeting_.size(), MSG_NOSIGNAL) < 0) return;
  std::array<char, 4096> heard{};
  std::string stream;
  bool greeted = false;
  while (!stopping_) {
    if (!readable(connection)) continue;
    auto const size = recv(connection, heard.data(), heard.size(), 0);
    if (size <= 0) return;
    stream.append(heard.data(), static_cast<std::size_t>(size));
    if (!greeted && stream.size() >= kHandshakeBytes) {
      stream.erase(0, kHandshakeBytes);
      greeted = true;
    }
    if (greeted) hear(stream);
  }
}

// Takes the whole messages off the stream.
void MutePeer::hear(std::string& stream) {
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(stream[at]); };
  while (stream.size() >= 4) {
    std::size_t const size = std::size_t{byte(0)} << 24 | std::size_t{byte(1)} << 16 |
                             std::size_t{byte(2)} << 8 | byte(3);
    if (stream.size() < 4 + size) return;
    if (size == 1 && stream[4] == kUnchoke) {
      std::lock_guard const lock(mutex_);
      ++unchokes_;
      changed_.notify_all();
    }
    stream.erase(0, 4 + size);
  }
}

}  // namespace freshet::test
