#include "peer/intake.h"

namespace freshet::peer {

bool BlockIntake::take(SourceId who, Bytes begin, std::span<std::byte const> block) {
  auto& open = streams_[who];
  if (!open.stream || open.next != begin) {
    if (open.stream) open.stream->finish();
    open = {begin, begin, gate_.open(spool_, who, begin, room_)};
  }
  auto const taken = open.stream->write(block);
  if (!taken) {
    streams_.erase(who);
    return true;
  }
  if (*taken == GateStream::Taken::all) open.next += block.size();
  return *taken == GateStream::Taken::all;
}

bool BlockIntake::put(SourceId who, Bytes begin, std::span<std::byte const> block,
                      std::function<void()> taken) {
  if (waiting_.empty() && take(who, begin, block)) return true;
  waiting_.push_back({who, begin, {block.begin(), block.end()}, std::move(taken)});
  return false;
}

void BlockIntake::retry() {
  while (!waiting_.empty()) {
    auto& first = waiting_.front();
    if (!take(first.who, first.begin, first.block)) return;
    auto const taken = std::move(first.taken);
    waiting_.pop_front();
    taken();
  }
}

void BlockIntake::finish_streams() {
  // The stream of the block that waits stays: its gate calls back through it.
  auto const keep = waiting_.empty() ? SourceId::none : waiting_.front().who;
  for (auto next = streams_.begin(); next != streams_.end();) {
    if (next->first == keep) {
      ++next;
      continue;
    }
    if (next->second.stream) next->second.stream->finish();
    next = streams_.erase(next);
  }
}

void BlockIntake::finish_streams(ByteRange range) {
  for (auto next = streams_.begin(); next != streams_.end();) {
    auto const& stream = next->second;
    bool const inside = stream.begin < range.end && stream.next > range.begin;
    bool const waits = !waiting_.empty() && waiting_.front().who == next->first;
    if (!inside || waits) {
      ++next;
      continue;
    }
    if (stream.stream) stream.stream->finish();
    next = streams_.erase(next);
  }
}

}  // namespace freshet::peer
