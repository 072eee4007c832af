#include "api/node/objects/body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace freshet::node {

ChunkSpares::Memory ChunkSpares::take(std::size_t size) {
  if (size == Body::kChunkBytes) {
    std::lock_guard const lock(mutex_);
    if (!spares_.empty()) {
      auto memory = std::move(spares_.back());
      spares_.pop_back();
      return memory;
    }
  }
  return std::make_unique_for_overwrite<std::byte[]>(size);
}

void ChunkSpares::give_back(Memory memory) {
  std::lock_guard const lock(mutex_);
  if (!closed_ && spares_.size() < kSparesMax) spares_.push_back(std::move(memory));
}

void ChunkSpares::close() {
  std::lock_guard const lock(mutex_);
  closed_ = true;
  spares_.clear();
}

BodyChunk::BodyChunk(std::size_t size, std::shared_ptr<ChunkSpares> from)
    : spares(std::move(from)), memory(spares->take(size)), room(size) {}

BodyChunk::~BodyChunk() {
  if (room == Body::kChunkBytes) spares->give_back(std::move(memory));
}

std::shared_ptr<Body> Body::of_text(std::string_view text) {
  auto body = std::make_shared<Body>(text.size());
  if (!text.empty()) {
    auto chunk = std::make_shared<BodyChunk>(text.size(), body->spares_);
    std::memcpy(chunk->memory.get(), text.data(), text.size());
    chunk->used = text.size();
    body->chunks_.emplace(0, std::move(chunk));
  }
  body->memory_ = text.size();
  body->complete_ = true;
  return body;
}

std::shared_ptr<Body> Body::of_file(BodyFile file, Bytes length) {
  auto body = std::make_shared<Body>(length);
  body->file_ = std::move(file);
  body->written_.add({0, length});
  body->complete_ = true;
  return body;
}

Body::Chunks::const_iterator Body::chunk_at(Bytes at) const {
  auto found = chunks_.upper_bound(at);
  if (found == chunks_.begin()) return chunks_.end();
  --found;
  return at < found->first + found->second->used ? found : chunks_.end();
}

Bytes Body::shown_end() const {
  return holds_back_end_ && !complete_ && length_ && *length_ > 0 ? *length_ - 1 : kToEnd;
}

Body::Look Body::look_locked(Bytes at, Bytes most, Run& run) const {
  if (length_ && at >= *length_ && (complete_ || !failure_)) return Look::end;
  auto const shown = shown_end();
  if (at >= shown) return failure_ ? Look::failed : Look::wait;
  most = std::min(most, shown - at);
  if (file_) {
    auto const part = written_.first_from(at);
    if (part && part->begin == at) {
      run.file = file_;
      run.range = {at, std::min(part->end, at + std::min(most, part->end - at))};
      return Look::ready;
    }
  }
  if (auto const found = chunk_at(at); found != chunks_.end()) {
    auto const& [begin, chunk] = *found;
    auto const from = static_cast<std::size_t>(at - begin);
    run.chunk = chunk;
    run.bytes = std::span<std::byte const>(chunk->memory.get(), chunk->used)
                    .subspan(from, std::min<Bytes>(most, chunk->used - from));
    return Look::ready;
  }
  return failure_ ? Look::failed : Look::wait;
}

Body::Look Body::look(Bytes at, Bytes most, Run& run) const {
  std::lock_guard const lock(mutex_);
  return look_locked(at, most, run);
}

std::optional<Error> Body::failure() const {
  std::lock_guard const lock(mutex_);
  return failure_;
}

std::optional<Bytes> Body::length() const {
  std::lock_guard const lock(mutex_);
  return length_;
}

bool Body::complete() const {
  std::lock_guard const lock(mutex_);
  return complete_;
}

Bytes Body::in_memory() const {
  std::lock_guard const lock(mutex_);
  return memory_;
}

std::size_t Body::readers() const {
  std::lock_guard const lock(mutex_);
  return readers_;
}

void Body::wait_for(Bytes at, Bell bell) {
  std::function<void(Bytes)> wanted;
  {
    std::lock_guard const lock(mutex_);
    Run run;
    if (look_locked(at, 1, run) == Look::wait) {
      waiters_.push_back({at, std::exchange(bell, nullptr)});
      wanted = ears_.wanted;
    }
  }
  if (bell) bell();
  if (wanted) wanted(at);
}

void Body::listen(Ears ears) {
  std::lock_guard const lock(mutex_);
  ears_ = std::move(ears);
}

void Body::enter() {
  std::lock_guard const lock(mutex_);
  ++readers_;
}

void Body::leave() {
  std::function<void()> deserted;
  {
    std::lock_guard const lock(mutex_);
    if (--readers_ == 0) deserted = ears_.deserted;
  }
  if (deserted) deserted();
}

std::vector<Body::Bell> Body::take_ready() {
  std::vector<Bell> ready;
  std::erase_if(waiters_, [&](Waiter& waiter) {
    Run run;
    if (look_locked(waiter.at, 1, run) == Look::wait) return false;
    ready.push_back(std::move(waiter.bell));
    return true;
  });
  return ready;
}

std::function<void()> Body::take_room() {
  if (!full_ || memory_ > memory_max_ / 2) return nullptr;
  full_ = false;
  return ears_.room;
}

template <typename Change>
void Body::change(Change const& change) {
  std::vector<Bell> bells;
  std::function<void()> room;
  {
    std::lock_guard const lock(mutex_);
    change();
    bells = take_ready();
    room = take_room();
  }
  for (auto const& bell : bells) bell();
  if (room) room();
}

void Body::append(Bytes at, std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    auto last = chunks_.upper_bound(at);
    auto const before = last == chunks_.begin() ? chunks_.end() : std::prev(last);
    bool const follows = before != chunks_.end() && before->first + before->second->used == at &&
                         before->second->used < before->second->room;
    auto& chunk = follows ? before->second : chunks_[at];
    // Chunks end at multiples of their size, so that the store's regions hold whole ones.
    if (!follows) chunk = std::make_shared<BodyChunk>(kChunkBytes - at % kChunkBytes, spares_);
    auto const size = std::min(bytes.size(), chunk->room - chunk->used);
    std::memcpy(chunk->memory.get() + chunk->used, bytes.data(), size);
    chunk->used += size;
    memory_ += size;
    at += size;
    bytes = bytes.subspan(size);
  }
}

bool Body::add(Bytes at, std::span<std::byte const> bytes, Bytes memory_max) {
  if (judged()) return true;
  std::lock_guard const lock(mutex_);
  memory_max_ = memory_max;
  if (memory_ > memory_max) {
    full_ = true;
    return false;
  }
  ByteRange const range{at, at + bytes.size()};
  if (written_.covers(range)) return true;
  append(at, bytes);
  drop_written(range);
  return true;
}

void Body::tell() {
  change([] {});
}

void Body::hold_back_end() {
  std::lock_guard const lock(mutex_);
  holds_back_end_ = true;
}

void Body::set_file(BodyFile file) {
  change([&] { file_ = std::move(file); });
}

void Body::drop_written(ByteRange bytes) {
  auto at = chunks_.lower_bound(bytes.begin < kChunkBytes ? 0 : bytes.begin - kChunkBytes);
  while (at != chunks_.end() && at->first < bytes.end) {
    auto const used = at->second->used;
    if (!written_.covers({at->first, at->first + used})) {
      ++at;
      continue;
    }
    memory_ -= used;
    at = chunks_.erase(at);
  }
}

void Body::written(ByteRange bytes) {
  change([&] {
    written_.add(bytes);
    drop_written(bytes);
  });
}

void Body::drop_from_memory(ByteRange bytes) {
  for (auto at = chunks_.begin(); at != chunks_.end();) {
    auto const begin = at->first;
    auto& chunk = at->second;
    Bytes const end = begin + chunk->used;
    if (end <= bytes.begin || begin >= bytes.end) {
      ++at;
      continue;
    }
    memory_ -= chunk->used;
    if (begin >= bytes.begin) {
      at = chunks_.erase(at);
      continue;
    }
    // Readers may hold the chunk: what is kept of it moves.
    auto const kept = static_cast<std::size_t>(bytes.begin - begin);
    auto shorter = std::make_shared<BodyChunk>(kept, spares_);
    std::memcpy(shorter->memory.get(), chunk->memory.get(), kept);
    shorter->used = kept;
    memory_ += kept;
    chunk = std::move(shorter);
    ++at;
  }
}

void Body::give_up(ByteRange bytes) {
  change([&] { drop_from_memory(bytes); });
}

void Body::forget_before(Bytes at) {
  if (use_ != Use::passed_on) return;
  change([&] {
    while (!chunks_.empty()) {
      auto const first = chunks_.begin();
      if (first->first + first->second->used > at) break;
      // One that still grows is gone when it is full.
      bool const grows = first->second->used < first->second->room && !complete_;
      if (grows && std::next(first) == chunks_.end()) break;
      memory_ -= first->second->used;
      chunks_.erase(first);
    }
  });
}

void Body::finish(Bytes length) {
  change([&] {
    length_ = length;
    complete_ = true;
    spares_->close();
  });
}

void Body::fail(Error error) {
  change([&] {
    if (!complete_ && !failure_) failure_ = std::move(error);
    spares_->close();
  });
}

std::string Body::text() const {
  std::lock_guard const lock(mutex_);
  std::string text;
  text.reserve(memory_);
  for (auto const& [begin, chunk] : chunks_) {
    void const* const first = chunk->memory.get();
    text.append(static_cast<char const*>(first), chunk->used);
  }
  return text;
}

bool Body::covers(ByteRange bytes) const {
  std::lock_guard const lock(mutex_);
  auto at = bytes.begin;
  while (at < bytes.end) {
    Run run;
    if (look_locked(at, bytes.end - at, run) != Look::ready) return false;
    at += run.chunk ? run.bytes.size() : run.range.size();
  }
  return true;
}

}  // namespace freshet::node
