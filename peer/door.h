// The way onto libtorrent's network thread from any other.
//
// Shared by all who may still want to post; the disk, which libtorrent destroys last, closes it.
#pragma once

#include <functional>
#include <mutex>

namespace boost::asio {
class io_context;
}

namespace freshet::peer {

class Door {
 public:
  // Any thread. Runs `task` on the network thread; dropped once the door is closed.
  void post(std::function<void()> task);

  void open(boost::asio::io_context& context);
  void close();

 private:
  std::mutex mutex_;
  boost::asio::io_context* context_ = nullptr;
};

}  // namespace freshet::peer
