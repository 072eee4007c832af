// Messages between apt and its methods: a number with words, fields, an empty line.
//
// Pure; any thread. What is not understood is kept as it is, so that it can be passed on.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::apt {

struct Message {
  int code = 0;
  std::string words;  // "URI Acquire"
  std::vector<std::pair<std::string, std::string>> fields;

  // The first of this name, in any letter case; empty when it is absent.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  void set(std::string_view name, std::string value);
};

[[nodiscard]] std::string to_text(Message const& message);

// Reads messages from bytes as they come.
class MessageReader {
 public:
  static constexpr std::size_t kMessageBytesMax = 4U << 20;  // Settings are sent as one.

  void feed(std::string_view bytes);
  // The next that is whole. Lines that are no message are passed over.
  [[nodiscard]] bool take(Message& message);
  // One was larger than any may be; nothing more is read.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string in_;
  std::size_t seen_ = 0;  // Up to here no message ends.
  bool broken_ = false;
};

}  // namespace freshet::apt
