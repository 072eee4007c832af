// Writes JSON text, one value after the other. Strings of any bytes give valid JSON.
//
// A value; keys and values come in the order of the calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace freshet {

// Whether every byte belongs to a well-formed sequence.
[[nodiscard]] bool is_utf8(std::string_view text);

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(char const* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(bool truth);
  JsonWriter& null();
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  // Key and value in one.
  template <typename T>
  JsonWriter& field(std::string_view name, T const& of) {
    return key(name).value(of);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view text);

  std::string text_;
  bool first_ = true;  // Nothing stands before the next value in its object or array.
};

}  // namespace freshet
