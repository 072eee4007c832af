// Connections that others open with us: who has not said yet which content it wants, and how many
// an address has. libtorrent counts the former with all others, and refuses whoever comes when
// there are too many: a few hundred that say nothing, and come again, would keep everybody out.
//
// Pure: time comes in with each call. Thread: libtorrent's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "freshet/units.h"

namespace freshet::peer {

class Doorway {
 public:
  struct Limits {
    std::size_t strangers_max = 200;
    Duration patience = std::chrono::seconds{5};
    std::size_t per_address_max = 200;
  };

  explicit Doorway(Limits limits) : limits_(limits) {}

  // "192.0.2.1:51000" is at the door. Those that have to go for it: the older half of too many.
  [[nodiscard]] std::vector<std::string> came(std::string remote, TimePoint now);
  // It has said what it wants.
  void named(std::string const& remote);
  // Those that have stood there for too long: they have to go.
  [[nodiscard]] std::vector<std::string> overdue(TimePoint now);

  // A connection that has said what it wants, counted as long as this lives.
  class Entry {
   public:
    Entry(Doorway* doorway, std::string address)
        : doorway_(doorway), address_(std::move(address)) {}
    Entry(Entry&& other) noexcept
        : doorway_(std::exchange(other.doorway_, nullptr)), address_(std::move(other.address_)) {}
    Entry& operator=(Entry&&) = delete;
    ~Entry() {
      if (doorway_ != nullptr) doorway_->leave(address_);
    }

   private:
    Doorway* doorway_;
    std::string address_;
  };
  // Nothing when its address has too many already. Those that we opened are not counted.
  [[nodiscard]] std::optional<Entry> enter(std::string const& address, bool we_opened);

 private:
  struct Stranger {
    std::string remote;
    TimePoint since;
  };
  void leave(std::string const& address);
  [[nodiscard]] std::vector<std::string> turn_away(std::size_t count);

  Limits limits_;
  std::vector<Stranger> strangers_;  // Oldest first.
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace freshet::peer
