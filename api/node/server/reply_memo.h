// Answers that were just given, by the bytes that asked for them: a client that asks for the same
// in the same words is answered without reading them again. What makes the answer differ, a second
// that passes among it, changes the service's stamp.
//
// Thread: its worker's. Bounded by number; heads and requests are small, bodies are shared.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "api/node/server/service.h"

namespace freshet::node {

class ReplyMemo {
 public:
  static constexpr std::size_t kRequestBytesMax = 2048;

  // Until the next call.
  [[nodiscard]] Reply const* find(std::string_view request, std::uint64_t stamp) {
    if (stamp != stamp_) replies_.clear();
    stamp_ = stamp;
    auto const found = replies_.find(request);
    return found == replies_.end() ? nullptr : &found->second;
  }
  void keep(std::string request, Reply const& reply) {
    if (reply.good_for != stamp_ || replies_.size() >= kRepliesMax) return;
    replies_.emplace(std::move(request), reply);
  }

 private:
  static constexpr std::size_t kRepliesMax = 512;
  struct HashOfText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, Reply, HashOfText, std::equal_to<>> replies_;
  std::uint64_t stamp_ = 0;
};

}  // namespace freshet::node
