// Hears what peers on the link ask for (BEP 14), for contents that libtorrent does not know of.
//
// libtorrent's thread only; sockets of its own beside libtorrent's, on the same port. Where none
// can be had nothing is heard, and peers still find us by asking directly.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace freshet::peer {

class LinkListener {
 public:
  // `heard`: the first 20 bytes of an info-hash, and where who wants it listens.
  using Heard = std::function<void(std::string_view short_hash, std::string const& address)>;
  LinkListener(boost::asio::io_context& context, Heard heard);
  ~LinkListener();

 private:
  class Socket;
  std::shared_ptr<Socket> v4_;  // Shared with their own pending reads, which its end cancels.
  std::shared_ptr<Socket> v6_;
};

}  // namespace freshet::peer
