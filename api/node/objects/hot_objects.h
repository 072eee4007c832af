// Objects that were asked for lately, ready to be served from any thread: bounded by number and by
// the memory of their bodies, those go first that were not asked for longest.
//
// Any thread; locks are held for a few instructions.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/node/objects/object.h"

namespace freshet::node {

class HotObjects {
 public:
  struct Limits {
    std::size_t urls_max = 4096;  // As many files may be open for them.
    Bytes memory_max = 128_MiB;
  };
  explicit HotObjects(Limits limits) : limits_(limits) {}

  // Null when it is not here; the index may have it.
  [[nodiscard]] ShelfPtr find(std::string const& url);
  // What is stored for the URL now. Bodies that still arrive keep it here.
  void put(std::string const& url, ShelfPtr shelf);
  void remove(std::string const& url);
  void clear();
  // Changes with what is here.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  void bump() { ++version_; }
  // What was asked for since the last call.
  using Used = std::vector<std::pair<std::string, ShelfPtr>>;
  [[nodiscard]] Used take_used();

 private:
  static constexpr std::size_t kParts = 16;
  struct Entry {
    std::string const* url = nullptr;
    ShelfPtr shelf;
    Bytes memory = 0;
    bool used = true;
  };
  using Entries = std::list<Entry>;  // Asked for last comes first.
  struct Part {
    std::mutex mutex;
    Entries entries;
    std::unordered_map<std::string, Entries::iterator> by_url;
    Bytes memory = 0;
  };

  [[nodiscard]] Part& part_of(std::string const& url);
  void trim(Part& part);
  static void erase(Part& part, Entries::iterator entry);

  Limits const limits_;
  std::array<Part, kParts> parts_;
  std::atomic<std::uint64_t> version_ = 1;
};

}  // namespace freshet::node
