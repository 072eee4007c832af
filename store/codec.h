// Bytes of records: little by little in, bounds-checked out. Layout: docs/store-format.md.
//
// Values; any thread. A decoder that met an error stays in error and gives zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/digest.h"
#include "freshet/error.h"

namespace freshet::store {

class Encoder {
 public:
  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void flag(bool value) { byte(value ? 1 : 0); }
  void number(std::uint64_t value);        // LEB128: 7 bits a byte, lowest first.
  void signed_number(std::int64_t value);  // Zigzag, then as `number`.
  void text(std::string_view value);       // Length, then the bytes.
  void digest(Digest const& value);
  // Whether there is one, then the value by `put`.
  template <typename T, typename Put>
  void maybe(std::optional<T> const& value, Put const& put) {
    flag(value.has_value());
    if (value) put(*value);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint8_t byte();
  [[nodiscard]] bool flag();  // Anything but 0 and 1 is an error.
  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] std::uint32_t number32();
  [[nodiscard]] std::int64_t signed_number();
  [[nodiscard]] std::string text();
  [[nodiscard]] Digest digest();
  // How many elements follow; an error when more than the bytes left can hold.
  [[nodiscard]] std::size_t count();
  template <typename Get>
  [[nodiscard]] auto maybe(Get const& get) -> std::optional<decltype(get())> {
    if (!flag()) return std::nullopt;
    return get();
  }
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  // store_corrupt unless all went well and nothing is left.
  [[nodiscard]] Result<void> finish(std::string_view what) const;

 private:
  std::string_view take(std::size_t size);

  std::string_view rest_;
  bool failed_ = false;
};

// The first byte of every record. store_too_new above `newest`, store_corrupt for 0.
[[nodiscard]] Result<std::uint8_t> record_version(Decoder& in, std::uint8_t newest,
                                                  std::string_view what);

// Big-endian numbers for keys, so that they sort.
void append_key(std::string& key, std::uint64_t value);
void append_key32(std::string& key, std::uint32_t value);
[[nodiscard]] std::optional<std::uint64_t> key_number(std::string_view key, std::size_t at);
[[nodiscard]] std::optional<std::uint32_t> key_number32(std::string_view key, std::size_t at);

}  // namespace freshet::store
