#include "tests/integration/peer/raw_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "peer/endpoint.h"

namespace freshet::test {

namespace {

sockaddr_in address_of(std::string const& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &result.sin_addr);
  return result;
}

sockaddr const* generic(sockaddr_in const& address) {
  return reinterpret_cast<sockaddr const*>(&address);
}

// Reads what there is; false once the other side has ended it.
bool drain(int socket) {
  std::array<char, 65536> heard{};
  auto const size = recv(socket, heard.data(), heard.size(), MSG_DONTWAIT);
  return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

RawPeer::RawPeer(std::string const& from, std::string const& endpoint)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto const to = peer::parse_endpoint(endpoint);
  auto const ours = address_of(from, 0);
  auto const theirs = address_of(to->address, to->port);
  if (bind(socket_, generic(ours), sizeof ours) != 0 ||
      connect(socket_, generic(theirs), sizeof theirs) != 0) {
    throw std::runtime_error("cannot connect to " + endpoint);
  }
}

RawPeer::RawPeer(RawPeer&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

RawPeer::~RawPeer() {
  if (socket_ >= 0) close(socket_);
}

bool RawPeer::say(std::string const& bytes) const {
  return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

bool RawPeer::wait_for_end(std::chrono::milliseconds most) const {
  while (drain(socket_)) {
    pollfd waiting{socket_, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(most.count())) != 1) return false;
  }
  return true;
}

std::string handshake(Digest const& info_hash, std::string const& peer_id) {
  std::string result =
      "\x13"
      "BitTorrent protocol";
  result += std::string(5, '\0') + std::string("\x10\0\x14", 3);
  result.append(reinterpret_cast<char const*>(info_hash.bytes.data()), 20);
  return result + (peer_id + std::string(20, '-')).substr(0, 20);
}

std::string peer_message(char kind, std::string const& body) {
  auto const size = static_cast<std::uint32_t>(body.size() + 1);
  std::string result;
  for (int shift = 24; shift >= 0; shift -= 8) result += static_cast<char>(size >> shift & 0xff);
  return result + kind + body;
}

std::string extension_handshake(std::string const& dictionary) {
  return peer_message(20, '\0' + dictionary);
}

}  // namespace freshet::test
