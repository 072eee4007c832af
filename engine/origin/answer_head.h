// The head of one HTTP answer, read line by line as it comes.
//
// Pure; hostile input. Interim answers (1xx) and earlier answers of the same request
// (authentication) are replaced by what follows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet {

struct AnswerHead {
  struct Field {
    std::string name;  // Lower case.
    std::string value;
  };

  int status = 0;
  std::string version;  // "1.1", "2".
  std::vector<Field> fields;
  std::string text{};  // Its first lines as they came, with their ends; `kTextBytesMax` at most.

  [[nodiscard]] bool has(std::string_view name) const;
  // Values of all fields of this name, joined by ", ". Empty when absent.
  [[nodiscard]] std::string get(std::string_view name) const;
};

class HeadReader {
 public:
  static constexpr std::size_t kHeadBytesMax = 256 * 1024;
  static constexpr std::size_t kTextBytesMax = 8 * 1024;

  // One line with its end. An error when the answer is not HTTP or passes the limit.
  [[nodiscard]] Result<void> line(std::string_view text);
  // The blank line after a final status was seen. Lines after it are trailers and ignored, unless
  // they start another answer.
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] AnswerHead const& head() const { return head_; }
  void reset() { *this = HeadReader(); }

 private:
  [[nodiscard]] Result<void> status_line(std::string_view text);
  [[nodiscard]] Result<void> field_line(std::string_view text);
  void keep(std::string_view text);

  AnswerHead head_;
  std::size_t bytes_ = 0;
  bool text_full_ = false;
  bool complete_ = false;
};

}  // namespace freshet
