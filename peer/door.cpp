#include "peer/door.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace freshet::peer {

void Door::post(std::function<void()> task) {
  std::lock_guard const lock(mutex_);
  if (context_ != nullptr) boost::asio::post(*context_, std::move(task));
}

void Door::open(boost::asio::io_context& context) {
  std::lock_guard const lock(mutex_);
  context_ = &context;
}

void Door::close() {
  std::lock_guard const lock(mutex_);
  context_ = nullptr;
}

}  // namespace freshet::peer
