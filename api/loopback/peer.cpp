#include "api/loopback/peer.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "api/descriptor.h"

namespace freshet::loopback {

namespace {

constexpr std::uint8_t kTcp = IPPROTO_TCP;
constexpr timeval kPatience{1, 0};

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

std::optional<sockaddr_in> address(int socket, decltype(&::getpeername) get) {
  sockaddr_storage any{};
  socklen_t length = sizeof any;
  void* const generic = &any;
  if (get(socket, static_cast<sockaddr*>(generic), &length) != 0) return std::nullopt;
  if (any.ss_family != AF_INET) return std::nullopt;
  sockaddr_in v4{};
  std::memcpy(&v4, &any, sizeof v4);
  return v4;
}

// The socket at the other end: what is remote here is its own address.
Question question_about(sockaddr_in const& its, sockaddr_in const& ours) {
  Question question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = AF_INET;
  question.request.sdiag_protocol = kTcp;
  question.request.idiag_states = ~0U;
  question.request.id.idiag_sport = its.sin_port;
  question.request.id.idiag_dport = ours.sin_port;
  question.request.id.idiag_src[0] = its.sin_addr.s_addr;
  question.request.id.idiag_dst[0] = ours.sin_addr.s_addr;
  question.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

std::optional<std::uint32_t> ask(Question const& question) {
  local::Descriptor const netlink(
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return std::nullopt;
  static_cast<void>(
      ::setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience));
  if (::send(netlink.get(), &question, sizeof question, 0) < 0) return std::nullopt;
  std::array<char, 4096> answer{};
  auto const got = ::recv(netlink.get(), answer.data(), answer.size(), 0);
  nlmsghdr header{};
  inet_diag_msg found{};
  if (got < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof found)) return std::nullopt;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
  // Of a socket that its process has closed nothing is known any more.
  if (found.idiag_inode == 0) return std::nullopt;
  return found.idiag_uid;
}

// As /proc/net/tcp writes an address, which is where kernels without sock_diag tell it.
std::string in_table(sockaddr_in const& address) {
  std::array<char, 16> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%08X:%04X", address.sin_addr.s_addr,
                                  unsigned{ntohs(address.sin_port)}));
  return text.data();
}

std::optional<std::uint32_t> look_up(sockaddr_in const& its, sockaddr_in const& ours) {
  std::ifstream table("/proc/net/tcp");
  std::string line;
  auto const wanted = in_table(its) + " " + in_table(ours);
  while (std::getline(table, line)) {
    if (line.find(wanted) == std::string::npos) continue;
    std::istringstream words(line);
    std::string skipped;
    for (int i = 0; i < 7; ++i) words >> skipped;
    std::uint32_t uid = 0;
    std::uint64_t inode = 0;
    words >> uid >> skipped >> inode;
    if (words && inode != 0) return uid;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Peer> peer_of(int socket) {
  auto const its = address(socket, &::getpeername);
  auto const ours = address(socket, &::getsockname);
  if (!its || !ours) return std::nullopt;
  auto uid = ask(question_about(*its, *ours));
  if (!uid) uid = look_up(*its, *ours);
  if (!uid) return std::nullopt;
  return Peer{*uid, (ntohl(its->sin_addr.s_addr) >> 24) == 127};
}

}  // namespace freshet::loopback
