#include "api/node/server/address_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace freshet::node {

std::string address_text(sockaddr_storage const& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  void const* const generic = &address;
  if (address.ss_family == AF_INET) {
    auto const& v4 = static_cast<sockaddr_in const*>(generic)->sin_addr;
    return ::inet_ntop(AF_INET, &v4, text.data(), text.size()) != nullptr ? text.data() : "";
  }
  auto const& v6 = static_cast<sockaddr_in6 const*>(generic)->sin6_addr;
  if (::inet_ntop(AF_INET6, &v6, text.data(), text.size()) == nullptr) return {};
  std::string const whole = text.data();
  return whole.starts_with("::ffff:") ? whole.substr(7) : whole;
}

std::string local_end(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  void* const generic = &address;
  if (::getsockname(socket, static_cast<sockaddr*>(generic), &length) != 0) return {};
  auto const port = address.ss_family == AF_INET
                        ? static_cast<sockaddr_in const*>(generic)->sin_port
                        : static_cast<sockaddr_in6 const*>(generic)->sin6_port;
  auto const text = address_text(address);
  bool const plain = text.find(':') == std::string::npos;
  return (plain ? text : "[" + text + "]") + ":" + std::to_string(ntohs(port));
}

}  // namespace freshet::node
