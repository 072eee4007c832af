// What the node holds, by URL, in the store's table of objects: nothing is loaded whole, so it
// opens at once however much there is. Layout: docs/store-format.md.
//
// One thread, the desk's; calls may wait for the disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/node/objects/object_record.h"
#include "engine/ports/clock.h"
#include "engine/ports/object_table.h"

namespace freshet::node {

struct IndexLimits {
  Bytes bytes_max = 100_GiB;
  std::uint64_t objects_max = 1'000'000;
  Duration age_max{};  // Since the last use; 0: no limit.
};

class ObjectIndex {
 public:
  [[nodiscard]] static Result<ObjectIndex> open(ObjectTable& table, Clock& clock,
                                                IndexLimits limits);

  using Records = std::vector<ObjectRecord>;
  [[nodiscard]] Result<Records> find(std::string const& url) const;
  // The bytes of an object that has no content in the store.
  [[nodiscard]] Result<std::string> body(ObjectId id) const;
  [[nodiscard]] ObjectId new_id() { return ObjectId{sums_.next_id++}; }

  struct NewBody {
    ObjectId id = ObjectId::none;
    std::string bytes;
  };
  // What is stored for the URL from now on: what is not among `now` any more goes, with its bytes.
  [[nodiscard]] Result<void> replace(std::string const& url, Records now,
                                     std::optional<NewBody> body = std::nullopt);
  // It was used: written at most once for each step of time.
  void touch(std::string const& url, ObjectId id);

  // What of this was removed is told.
  using Gone = std::function<void(std::string const& url)>;
  // Down to the limits, those first that were not used for longest; none for which `keep` says so.
  void trim(std::function<bool(std::string const& url)> const& keep, Gone const& gone);
  // Everything under URLs that begin so.
  [[nodiscard]] Result<std::size_t> purge_prefix(std::string const& prefix, Gone const& gone);
  [[nodiscard]] Result<std::vector<std::string>> urls_of(ContentId const& content) const;
  // What the content with this number is stored for; nothing for one that is not the node's.
  [[nodiscard]] Result<std::optional<std::string>> url_of(SpoolId spool) const;

  // The manifest of a content, as a torrent; it goes with the last object that has the content.
  [[nodiscard]] Result<void> keep_manifest(ContentId const& content, std::string torrent);
  [[nodiscard]] Result<std::optional<std::string>> manifest_of(ContentId const& content) const;

  [[nodiscard]] ObjectSums const& sums() const { return sums_; }
  [[nodiscard]] IndexLimits const& limits() const { return limits_; }

 private:
  ObjectIndex(ObjectTable& table, Clock& clock, IndexLimits limits, ObjectSums sums);
  [[nodiscard]] std::uint64_t step() const;
  void add_removal(ObjectBatch& batch, std::string const& url, ObjectRecord const& record);
  void add_arrival(ObjectBatch& batch, std::string const& url, ObjectRecord const& record);
  void drop_manifest(ObjectBatch& batch, ObjectRecord const& gone) const;
  [[nodiscard]] bool over_limits() const;

  ObjectTable* table_;
  Clock* clock_;
  IndexLimits limits_;
  ObjectSums sums_;
};

}  // namespace freshet::node
