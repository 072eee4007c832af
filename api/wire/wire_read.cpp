// Reading values from JSON.
#include <algorithm>
#include <concepts>
#include <limits>
#include <memory>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "api/wire/monitor_shapes.h"
#include "api/wire/names.h"
#include "api/wire/node_shapes.h"
#include "api/wire/times.h"
#include "api/wire/types.h"
#include "api/wire/wire.h"
#include "engine/base/base64.h"

namespace freshet::wire {

namespace {

using nlohmann::json;

// What an error in JSON shows beside its members; read by nobody.
constexpr std::string_view kDerived[] = {"advice", "transient"};

tl::unexpected<Error> wrong(std::string why) {
  return fail(Errc::invalid_argument, {}, std::move(why));
}

// `error` of a part, told as one of the whole: "sha256" of "files[2]" is "files[2].sha256".
tl::unexpected<Error> within(std::string place, Error error) {
  bool const direct = error.where.empty() || error.where.starts_with('[');
  error.where = std::move(place) + (direct ? "" : ".") + error.where;
  return tl::unexpected(std::move(error));
}

class Reader {
 public:
  explicit Reader(Unknown unknown) : unknown_(unknown) {}

  Result<void> get(json const& from, std::string& text) const {
    if (from.is_string()) {
      text = from.get_ref<std::string const&>();
      return {};
    }
    if (!from.is_object() || from.size() != 1 || !from.contains("base64")) {
      return wrong("is no string");
    }
    auto const& inside = from["base64"];
    auto const bytes =
        inside.is_string() ? from_base64(inside.get_ref<std::string const&>()) : std::nullopt;
    if (!bytes) return wrong("is no base64");
    text.assign(reinterpret_cast<char const*>(bytes->data()), bytes->size());
    return {};
  }

  Result<void> get(json const& from, bool& truth) const {
    if (!from.is_boolean()) return wrong("is neither true nor false");
    truth = from.get<bool>();
    return {};
  }

  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Result<void> get(json const& from, T& number)
  const {
    if (!from.is_number_unsigned()) return wrong("is no whole number from 0 on");
    auto const value = from.get<std::uint64_t>();
    if (value > std::numeric_limits<T>::max()) return wrong("is too large");
    number = static_cast<T>(value);
    return {};
  }

  Result<void> get(json const& from, double& number) const {
    if (!from.is_number()) return wrong("is no number");
    number = from.get<double>();
    return {};
  }

  template <typename E>
  requires std::is_enum_v<E> Result<void> get(json const& from, E& value)
  const {
    if (!from.is_string()) return wrong("is no name");
    auto const known = from_name<E>(from.get_ref<std::string const&>());
    if (!known) return wrong("is none of the names it can have");
    value = *known;
    return {};
  }

  Result<void> get(json const& from, BytesPerSecond& rate) const { return get(from, rate.value); }

  Result<void> get(json const& from, Duration& span) const {
    constexpr auto kMax =
        std::chrono::duration_cast<std::chrono::milliseconds>(Duration::max()).count();
    if (!from.is_number_integer()) return wrong("is no whole number of milliseconds");
    bool const beyond =
        from.is_number_unsigned() && from.get<std::uint64_t>() > static_cast<std::uint64_t>(kMax);
    if (beyond || from.get<std::int64_t>() < -kMax) return wrong("is too long");
    span = std::chrono::milliseconds{from.get<std::int64_t>()};
    return {};
  }

  Result<void> get(json const& from, WallTime& time) const {
    return parsed(from, time, parse_time, "is no time as 2026-03-01T12:00:00.000Z");
  }
  Result<void> get(json const& from, Digest& digest) const {
    return parsed(from, digest, digest_from_hex, "is not 64 hexadecimal digits");
  }
  Result<void> get(json const& from, ContentId& id) const {
    return parsed(from, id, content_id_from_string, "is no content id (LENGTH-ROOT)");
  }
  Result<void> get(json const& from, JobId& id) const {
    return parsed(from, id, job_id_from_string, "is no job id");
  }

  Result<void> get(json const& from, ByteRange& range) const {
    std::optional<Bytes> end;
    Members members(*this, from);
    if (auto got = members.take("begin", range.begin, Need::required); !got) return got;
    if (auto got = members.take("end", end, Need::optional); !got) return got;
    range.end = end.value_or(kToEnd);
    return members.check_known();
  }

  Result<void> get(json const& from, Error& error) const {
    Members members(*this, from);
    if (auto got = get_error(members, error); !got) return got;
    return members.check_known();
  }

  Result<void> get(json const& from, JobError& error) const {
    Members members(*this, from);
    if (auto got = get_error(members, error.error); !got) return got;
    if (auto got = members.take("file", error.file, Need::optional); !got) return got;
    return members.check_known();
  }

  template <typename T>
  Result<void> get(json const& from, std::optional<T>& value) const {
    value.reset();
    if (from.is_null()) return {};
    T given{};
    auto got = get(from, given);
    if (got) value = std::move(given);
    return got;
  }

  template <typename T>
  Result<void> get(json const& from, std::vector<T>& values) const {
    if (!from.is_array()) return wrong("is no array");
    values.clear();
    values.reserve(from.size());
    for (auto const& element : from) {
      if (auto got = get(element, values.emplace_back()); !got) {
        return within("[" + std::to_string(values.size() - 1) + "]", std::move(got.error()));
      }
    }
    return {};
  }

  template <HasShape T>
  Result<void> get(json const& from, T& value) const {
    Members members(*this, from);
    Result<void> got;
    auto const take = [&](auto const& member) {
      got = members.take(member.name, value.*member.place, member.need);
      return got.has_value();
    };
    std::apply([&](auto const&... member) { static_cast<void>((take(member) && ...)); },
               Shape<T>::members);
    return got ? members.check_known() : got;
  }

 private:
  // The members of one object, of which each is to be known.
  class Members {
   public:
    Members(Reader const& reader, json const& object) : reader_(reader), object_(object) {}

    template <typename T>
    Result<void> take(std::string_view name, T& value, Need need) {
      if (!object_.is_object()) return wrong("is no object");
      taken_.push_back(name);
      auto const found = object_.find(name);
      if (found == object_.end()) {
        return need == Need::optional ? Result<void>() : within(std::string(name), missing());
      }
      auto got = reader_.get(*found, value);
      return got ? got : within(std::string(name), std::move(got.error()));
    }

    void pass(std::span<std::string_view const> names) {
      taken_.insert(taken_.end(), names.begin(), names.end());
    }

    [[nodiscard]] Result<void> check_known() const {
      if (!object_.is_object()) return wrong("is no object");
      if (reader_.unknown_ == Unknown::ignore) return {};
      for (auto const& [name, value] : object_.items()) {
        if (std::ranges::find(taken_, name) == taken_.end()) {
          return fail(Errc::invalid_argument, name.substr(0, kNameShownMax), "is not known here");
        }
      }
      return {};
    }

   private:
    static constexpr std::size_t kNameShownMax = 64;
    static Error missing() { return {Errc::invalid_argument, {}, "is missing"}; }

    Reader const& reader_;
    json const& object_;
    std::vector<std::string_view> taken_;
  };

  template <typename T, typename Parse>
  static Result<void> parsed(json const& from, T& value, Parse parse, char const* why) {
    auto const read = from.is_string() ? parse(from.get_ref<std::string const&>()) : std::nullopt;
    if (!read) return wrong(why);
    value = *read;
    return {};
  }

  Result<void> get_error(Members& members, Error& error) const {
    std::string code;
    if (auto got = members.take("code", code, Need::required); !got) return got;
    if (auto got = members.take("where", error.where, Need::optional); !got) return got;
    if (auto got = members.take("why", error.why, Need::optional); !got) return got;
    members.pass(kDerived);
    auto const known = from_name<Errc>(code);
    if (!known && unknown_ == Unknown::refuse) {
      return within("code", {Errc::invalid_argument, {}, "is no code of an error"});
    }
    if (!known) error.why = code + (error.why.empty() ? "" : ": " + error.why);
    error.code = known.value_or(Errc::internal);
    return {};
  }

  Unknown unknown_;
};

// Refuses, before anything is built of it, what would need more memory or depth than it is worth.
Result<void> check_bounds(std::string_view text) {
  if (text.size() > kTextBytesMax) return fail(Errc::limit_reached, "JSON", "is too long");
  std::size_t depth = 0;
  std::size_t values = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++values;
      if (++depth > kDepthMax) return fail(Errc::limit_reached, "JSON", "is nested too deep");
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == ',') {
      ++values;
    }
    if (values > kValuesMax) return fail(Errc::limit_reached, "JSON", "has too many values");
  }
  return {};
}

}  // namespace

template <typename T>
Result<T> read(std::string_view text, Unknown unknown) {
  if (auto checked = check_bounds(text); !checked) return tl::unexpected(checked.error());
  auto const document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return fail(Errc::invalid_argument, "JSON", "cannot be parsed");
  // On the heap: of a local one GCC 12 believes that parts of its optional members stay unset.
  auto const value = std::make_unique<T>();
  if (auto got = Reader(unknown).get(document, *value); !got) {
    if (got.error().where.empty()) got.error().where = "JSON";
    return tl::unexpected(std::move(got.error()));
  }
  return std::move(*value);
}

#define FRESHET_READ(type) template Result<type> read<type>(std::string_view, Unknown);
FRESHET_WIRE_TYPES(FRESHET_READ)
#undef FRESHET_READ

}  // namespace freshet::wire
