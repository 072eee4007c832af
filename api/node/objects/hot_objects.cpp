#include "api/node/objects/hot_objects.h"

#include <algorithm>
#include <utility>

namespace freshet::node {

namespace {

Bytes memory_of(Shelf const& shelf) {
  Bytes memory = 1_KiB;
  for (auto const& object : shelf.variants) {
    if (object->body && object->record.spool == SpoolId::none) {
      memory += object->record.length.value_or(0);
    }
  }
  return memory;
}

bool arrives(Shelf const& shelf) {
  return std::ranges::any_of(shelf.variants, [](ObjectPtr const& object) {
    return object->body && !object->body->complete() && !object->body->failure();
  });
}

}  // namespace

HotObjects::Part& HotObjects::part_of(std::string const& url) {
  return parts_[std::hash<std::string>()(url) % kParts];
}

ShelfPtr HotObjects::find(std::string const& url) {
  auto& part = part_of(url);
  std::lock_guard const lock(part.mutex);
  auto const found = part.by_url.find(url);
  if (found == part.by_url.end()) return nullptr;
  part.entries.splice(part.entries.begin(), part.entries, found->second);
  found->second->used = true;
  return found->second->shelf;
}

void HotObjects::put(std::string const& url, ShelfPtr shelf) {
  auto& part = part_of(url);
  std::lock_guard const lock(part.mutex);
  auto const found = part.by_url.find(url);
  if (found != part.by_url.end()) erase(part, found->second);
  auto const memory = memory_of(*shelf);
  part.entries.push_front({nullptr, std::move(shelf), memory, true});
  ++version_;
  auto const placed = part.by_url.emplace(url, part.entries.begin()).first;
  part.entries.front().url = &placed->first;
  part.memory += memory;
  trim(part);
}

void HotObjects::erase(Part& part, Entries::iterator entry) {
  part.memory -= entry->memory;
  part.by_url.erase(part.by_url.find(*entry->url));
  part.entries.erase(entry);
}

void HotObjects::trim(Part& part) {
  auto const too_much = [&] {
    return part.entries.size() > limits_.urls_max / kParts ||
           part.memory > limits_.memory_max / kParts;
  };
  auto at = part.entries.end();
  while (too_much() && at != part.entries.begin()) {
    auto const last = std::prev(at);
    if (last == part.entries.begin()) return;  // The newest stays.
    if (arrives(*last->shelf)) {
      at = last;
      continue;
    }
    erase(part, last);
  }
}

void HotObjects::remove(std::string const& url) {
  auto& part = part_of(url);
  std::lock_guard const lock(part.mutex);
  auto const found = part.by_url.find(url);
  if (found == part.by_url.end()) return;
  erase(part, found->second);
  ++version_;
}

HotObjects::Used HotObjects::take_used() {
  Used used;
  for (auto& part : parts_) {
    std::lock_guard const lock(part.mutex);
    for (auto& entry : part.entries) {
      if (std::exchange(entry.used, false)) used.emplace_back(*entry.url, entry.shelf);
    }
  }
  return used;
}

void HotObjects::clear() {
  ++version_;
  for (auto& part : parts_) {
    std::lock_guard const lock(part.mutex);
    part.by_url.clear();
    part.entries.clear();
    part.memory = 0;
  }
}

}  // namespace freshet::node
