#include "engine/transfer/piece_senders.h"

#include <algorithm>
#include <map>

namespace freshet {

void PieceSenders::sent(PieceIndex piece, SourceId who) {
  if (to_number(piece) < senders_.size()) senders_[to_number(piece)] = who;
}

// Among equals the one whose number is least; whoever it is before nobody.
SourceId PieceSenders::most_of(std::size_t begin, std::size_t end) const {
  std::map<SourceId, std::size_t> counts;
  for (auto i = begin; i < end; ++i) {
    if (senders_[i] != SourceId::none) ++counts[senders_[i]];
  }
  auto const most = std::ranges::max_element(counts, {}, [](auto const& of) { return of.second; });
  return most == counts.end() ? SourceId::none : most->first;
}

void PieceSenders::write(JsonWriter& json) const {
  if (senders_.empty()) return;
  auto const parts = std::min<std::size_t>(senders_.size(), kPartsMax);
  json.key("pieces").begin_object().field("parts", std::uint64_t{parts});
  json.key("senders").begin_array();
  std::uint64_t run = 0;
  for (std::size_t part = 0; part < parts; part += run) {
    auto const sender = [&](std::size_t at) {
      return most_of(at * senders_.size() / parts, (at + 1) * senders_.size() / parts);
    };
    auto const who = sender(part);
    for (run = 1; part + run < parts && sender(part + run) == who;) ++run;
    json.value(static_cast<std::uint64_t>(who)).value(run);
  }
  json.end_array().end_object();
}

}  // namespace freshet
