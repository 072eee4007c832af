// Writing values as JSON.
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <span>
#include <type_traits>

#include "api/wire/monitor_shapes.h"
#include "api/wire/names.h"
#include "api/wire/node_shapes.h"
#include "api/wire/times.h"
#include "api/wire/types.h"
#include "api/wire/wire.h"
#include "engine/base/base64.h"
#include "engine/transfer/json_writer.h"

namespace freshet::wire {

namespace {

// Overloads that others use are declared before them: none is found through its arguments.
void put(JsonWriter& to, std::string const& text);
void put(JsonWriter& to, bool truth) {
  to.value(truth);
}
template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) void put(JsonWriter& to, T number) {
  to.value(std::uint64_t{number});
}
// JSON has no infinity.
void put(JsonWriter& to, double number) {
  std::array<char, 32> text{};
  auto const finite = std::isfinite(number) ? number : 0;
  auto const end = std::to_chars(text.data(), text.data() + text.size(), finite).ptr;
  to.raw({text.data(), static_cast<std::size_t>(end - text.data())});
}
template <typename E>
requires std::is_enum_v<E>
void put(JsonWriter& to, E value) {
  to.value(name_of(value));
}
void put(JsonWriter& to, BytesPerSecond rate) {
  to.value(rate.value);
}
void put(JsonWriter& to, Duration span) {
  auto const ms = span < Duration::zero() ? std::chrono::floor<std::chrono::milliseconds>(span)
                                          : std::chrono::ceil<std::chrono::milliseconds>(span);
  to.raw(std::to_string(ms.count()));
}
void put(JsonWriter& to, WallTime time) {
  to.value(time_text(time));
}
void put(JsonWriter& to, Digest const& digest) {
  to.value(to_hex(digest));
}
void put(JsonWriter& to, ContentId const& id) {
  to.value(to_string(id));
}
void put(JsonWriter& to, JobId const& id) {
  to.value(to_string(id));
}
void put(JsonWriter& to, ByteRange const& range) {
  to.begin_object().field("begin", range.begin).key("end");
  range.end == kToEnd ? to.null() : to.value(range.end);
  to.end_object();
}
void put_members(JsonWriter& to, Error const& error) {
  to.key("code");
  put(to, error.code);
  to.key("where");
  put(to, error.where);
  to.key("why");
  put(to, error.why);
  to.field("advice", advice(error.code)).field("transient", is_transient(error.code));
}
void put(JsonWriter& to, Error const& error) {
  to.begin_object();
  put_members(to, error);
  to.end_object();
}
void put(JsonWriter& to, JobError const& error) {
  to.begin_object();
  put_members(to, error.error);
  to.key("file");
  error.file ? to.value(std::uint64_t{*error.file}) : to.null();
  to.end_object();
}
template <typename T>
void put(JsonWriter& to, std::optional<T> const& value);
template <typename T>
void put(JsonWriter& to, std::vector<T> const& values);

template <HasShape T>
void put(JsonWriter& to, T const& value) {
  to.begin_object();
  std::apply([&](auto const&... member) { (put(to.key(member.name), value.*member.place), ...); },
             Shape<T>::members);
  to.end_object();
}

template <typename T>
void put(JsonWriter& to, std::optional<T> const& value) {
  if (value) return put(to, *value);
  to.null();
}

template <typename T>
void put(JsonWriter& to, std::vector<T> const& values) {
  to.begin_array();
  for (auto const& value : values) put(to, value);
  to.end_array();
}

void put(JsonWriter& to, std::string const& text) {
  if (is_utf8(text)) {
    to.value(text);
    return;
  }
  to.begin_object().field("base64", to_base64(std::as_bytes(std::span(text)))).end_object();
}

}  // namespace

template <typename T>
std::string write(T const& value) {
  JsonWriter to;
  put(to, value);
  return to.take();
}

#define FRESHET_WRITE(type) template std::string write(type const&);
FRESHET_WIRE_TYPES(FRESHET_WRITE)
#undef FRESHET_WRITE

}  // namespace freshet::wire
