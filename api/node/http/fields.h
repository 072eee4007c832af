// The fields of a head or of trailers, in their order; names in any case (RFC 9110 §5).
//
// All text lies in one buffer, so that a head costs two allocations. A plain value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::node {

// Views into the fields, until these change.
struct Field {
  std::string_view name;
  std::string_view value;
  bool operator==(Field const&) const = default;
};

class Fields {
 public:
  // `name` is a token and `value` has no line ends: the caller looked.
  void add(std::string_view name, std::string_view value);
  // In the place of all fields of that name.
  void set(std::string_view name, std::string_view value);
  // How many there were.
  std::size_t remove(std::string_view name);
  void clear();

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  // Of the first one.
  [[nodiscard]] std::optional<std::string_view> first(std::string_view name) const;
  // Of a field that is there exactly once.
  [[nodiscard]] std::optional<std::string_view> only(std::string_view name) const;
  // All values of that name as one list; nothing when there is none (RFC 9110 §5.3).
  [[nodiscard]] std::optional<std::string> joined(std::string_view name) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] Field operator[](std::size_t index) const;
  // As they are sent, each with its line end.
  void append_to(std::string& out) const;
  // Same names in any case, same values, same order.
  bool operator==(Fields const& other) const;

  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Fields const* fields, std::size_t index) : fields_(fields), index_(index) {}
    Field operator*() const { return (*fields_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      auto const before = *this;
      ++index_;
      return before;
    }
    bool operator==(Iterator const& other) const { return index_ == other.index_; }

   private:
    Fields const* fields_ = nullptr;
    std::size_t index_ = 0;
  };
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size()}; }

 private:
  struct Entry {
    std::uint32_t hash = 0;  // Of the name in lower case.
    std::uint32_t name_at = 0;
    std::uint32_t name_size = 0;
    std::uint32_t value_at = 0;
    std::uint32_t value_size = 0;
  };
  [[nodiscard]] bool named(Entry const& entry, std::uint32_t hash, std::string_view name) const;
  [[nodiscard]] std::string_view text(std::uint32_t at, std::uint32_t size) const;

  std::string text_;
  std::vector<Entry> entries_;
};

}  // namespace freshet::node
