#include "peer/link_listener.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cstring>
#include <set>
#include <utility>

#include "peer/endpoint.h"
#include "peer/link_announce.h"

namespace freshet::peer {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr std::uint16_t kPort = 6771;
constexpr char const* kGroupV4 = "239.192.152.143";
constexpr char const* kGroupV6 = "ff15::efc0:988f";

struct Interfaces {
  std::set<asio::ip::address_v4> v4;
  std::set<unsigned> v6;  // Indices.
};

Interfaces multicast_interfaces() {
  Interfaces found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> const owner(list, &freeifaddrs);
  for (auto const* entry = list; entry != nullptr; entry = entry->ifa_next) {
    bool const usable = entry->ifa_addr != nullptr && (entry->ifa_flags & IFF_UP) != 0 &&
                        (entry->ifa_flags & (IFF_MULTICAST | IFF_LOOPBACK)) != 0;
    if (!usable) continue;
    if (entry->ifa_addr->sa_family == AF_INET) {
      sockaddr_in address{};
      std::memcpy(&address, entry->ifa_addr, sizeof address);
      found.v4.insert(asio::ip::address_v4(ntohl(address.sin_addr.s_addr)));
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      found.v6.insert(if_nametoindex(entry->ifa_name));
    }
  }
  return found;
}

}  // namespace

class LinkListener::Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(asio::io_context& context, Heard heard) : socket_(context), heard_(std::move(heard)) {}

  void open(udp const& protocol, Interfaces const& interfaces) {
    boost::system::error_code error;
    socket_.open(protocol, error);
    if (error) return;
    socket_.set_option(udp::socket::reuse_address(true), error);
    bool const v6 = protocol == udp::v6();
    if (v6) socket_.set_option(asio::ip::v6_only(true), error);
    socket_.bind(udp::endpoint(protocol, kPort), error);
    if (error) return;
    v6 ? join_v6(interfaces) : join_v4(interfaces);
    receive();
  }
  void close() {
    heard_ = nullptr;
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  // An interface that cannot is left out.
  void join_v4(Interfaces const& interfaces) {
    boost::system::error_code ignored;
    auto const group = asio::ip::make_address_v4(kGroupV4);
    for (auto const& local : interfaces.v4) {
      socket_.set_option(asio::ip::multicast::join_group(group, local), ignored);
    }
  }
  void join_v6(Interfaces const& interfaces) {
    boost::system::error_code ignored;
    auto const group = asio::ip::make_address_v6(kGroupV6);
    for (auto const index : interfaces.v6) {
      socket_.set_option(asio::ip::multicast::join_group(group, index), ignored);
    }
  }

  void receive() {
    socket_.async_receive_from(
        asio::buffer(buffer_), sender_,
        [self = shared_from_this()](boost::system::error_code const& error, std::size_t size) {
          if (!self->heard_ || error == asio::error::operation_aborted) return;
          if (!error) self->take({self->buffer_.data(), size});
          if (self->heard_) self->receive();
        });
  }

  void take(std::string_view datagram) {
    auto const announce = parse_link_announce(datagram);
    if (!announce) return;
    auto address = sender_.address();
    if (address.is_v6()) {
      // The interface that it came from is no part of what peers are called.
      auto plain = address.to_v6();
      plain.scope_id(0);
      address = plain;
    }
    auto const where = to_string(Endpoint{address.to_string(), announce->port});
    for (auto const& hash : announce->short_hashes) {
      if (heard_) heard_(hash, where);
    }
  }

  udp::socket socket_;
  udp::endpoint sender_;
  std::array<char, kAnnounceBytesMax> buffer_{};
  Heard heard_;
};

LinkListener::LinkListener(asio::io_context& context, Heard heard)
    : v4_(std::make_shared<Socket>(context, heard)),
      v6_(std::make_shared<Socket>(context, std::move(heard))) {
  auto const interfaces = multicast_interfaces();
  v4_->open(udp::v4(), interfaces);
  v6_->open(udp::v6(), interfaces);
}

LinkListener::~LinkListener() {
  v4_->close();
  v6_->close();
}

}  // namespace freshet::peer
