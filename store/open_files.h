// How many content files are open at the same time: beyond the limit the one that was used longest
// ago is closed and opened again when it is needed.
//
// Any thread. Those who read or write at the moment keep their file open beyond it. Shared by the
// contents, which may outlive the store.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace freshet::store {

class Spool;

class OpenFiles {
 public:
  explicit OpenFiles(std::size_t open_files_max) : open_files_max_(open_files_max) {}

  // Its file is open and was used just now. Never called with a content's lock held.
  void used(std::shared_ptr<Spool> const& spool);
  void forget(Spool const* spool);

 private:
  using Order = std::list<std::weak_ptr<Spool>>;  // Used last: at the front.

  std::size_t const open_files_max_;
  std::mutex mutex_;
  Order order_;
  std::unordered_map<Spool const*, Order::iterator> places_;
};

}  // namespace freshet::store
