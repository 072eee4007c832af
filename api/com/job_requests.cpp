// Ranges that an application asks for ahead of the rest of a file (IBackgroundCopyFile6).
#include <algorithm>

#include "api/com/job_core.h"
#include "api/com/job_post.h"

namespace freshet::com {

namespace {

bool has_piece(FilePieces const& pieces, std::uint32_t piece) {
  return (std::to_integer<unsigned>(pieces.bits[piece / 8]) >> (piece % 8) & 1U) != 0;
}

// What is there, in order.
std::vector<ByteRange> present(FilePieces const& pieces) {
  std::vector<ByteRange> ranges;
  for (std::uint32_t piece = 0; piece < pieces.pieces; ++piece) {
    if (!has_piece(pieces, piece)) continue;
    auto const begin = piece * pieces.piece_length;
    auto const end = std::min(begin + pieces.piece_length, pieces.length);
    if (!ranges.empty() && ranges.back().end == begin) {
      ranges.back().end = end;
    } else {
      ranges.push_back({begin, end});
    }
  }
  return ranges;
}

bool covered(ByteRange wanted, std::vector<ByteRange> const& by, Bytes length) {
  wanted.end = std::min(wanted.end, length);
  return wanted.empty() || std::ranges::any_of(by, [&](ByteRange const& range) {
           return range.begin <= wanted.begin && wanted.end <= range.end;
         });
}

}  // namespace

std::vector<ByteRange> JobCore::Request::all() const {
  auto in_order = ranges;
  if (position) in_order.push_back({*position, kToEnd});
  return in_order;
}

HRESULT JobCore::prefer(std::uint32_t file, Request const& request) {
  return hresult(
      ask<void>([&](Client& client) { return client.prefer(id_, file, request.all()); }));
}

HRESULT JobCore::request_ranges(std::uint32_t file, std::vector<ByteRange> ranges) {
  std::lock_guard const changing(changing_);
  Request request;
  {
    std::lock_guard const lock(mutex_);
    request = requests_[file];
  }
  request.ranges.insert(request.ranges.end(), ranges.begin(), ranges.end());
  if (auto const hr = prefer(file, request); FAILED(hr)) return hr;
  {
    std::lock_guard const lock(mutex_);
    requests_[file] = std::move(request);
  }
  auto const now = info();
  bool const on_demand = now && AppData::parse(now->spec.app_data).number("on_demand", 0) != 0;
  if (on_demand && now->state == JobState::suspended) {
    auto const resumed = ask<void>([&](Client& client) { return client.resume(id_); });
    if (!resumed) return hresult(resumed);
  }
  // They may be there already.
  host_->courier().wake(shared_from_this());
  return S_OK;
}

HRESULT JobCore::prefer_from(std::uint32_t file, Bytes position) {
  std::lock_guard const changing(changing_);
  Request request;
  {
    std::lock_guard const lock(mutex_);
    request = requests_[file];
  }
  request.position = position;
  if (auto const hr = prefer(file, request); FAILED(hr)) return hr;
  std::lock_guard const lock(mutex_);
  requests_[file] = std::move(request);
  return S_OK;
}

bool JobCore::has_requests() const {
  std::lock_guard const lock(mutex_);
  return std::ranges::any_of(requests_, [](auto const& of) { return !of.second.ranges.empty(); });
}

std::vector<ByteRange> JobCore::filled(std::uint32_t file) {
  auto const pieces = ask<FilePieces>([&](Client& client) { return client.pieces(id_, file); });
  std::lock_guard const lock(mutex_);
  if (pieces) filled_[file] = present(*pieces);
  return filled_[file];
}

void JobCore::on_event() {
  if (has_requests()) host_->courier().wake(shared_from_this());
}

void JobCore::run() {
  std::lock_guard const changing(changing_);
  std::map<std::uint32_t, Request> waiting;
  {
    std::lock_guard const lock(mutex_);
    waiting = requests_;
  }
  auto const now = info();
  if (!now || is_final(now->state)) return;
  bool any_done = false;
  bool all_done = true;
  for (auto& [index, request] : waiting) {
    if (request.ranges.empty()) continue;
    auto const known = file(index);
    auto const there = filled(index);
    auto const length = known ? known->length.value_or(kToEnd) : kToEnd;
    // With everything there the file is about to be transferred, and its job not to be suspended.
    bool const ends_soon = there == std::vector{ByteRange{0, length}};
    auto const is_there = [&](ByteRange const& range) {
      return known && (known->transferred || (!ends_soon && covered(range, there, length)));
    };
    std::vector<ByteRange> done;
    std::ranges::copy_if(request.ranges, std::back_inserter(done), is_there);
    std::erase_if(request.ranges, is_there);
    all_done = all_done && request.ranges.empty();
    if (done.empty()) continue;
    any_done = true;
    if (auto const post = host_->post(id_)) post->take_ranges(index, std::move(done));
    std::lock_guard const lock(mutex_);
    requests_[index] = request;
  }
  if (any_done && all_done && now->state != JobState::transferred) {
    static_cast<void>(ask<void>([&](Client& client) { return client.suspend(id_); }));
  }
}

}  // namespace freshet::com
