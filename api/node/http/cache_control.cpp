#include "api/node/http/cache_control.h"

#include <algorithm>

#include "api/node/http/structured.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr Seconds kDeltaMax{1LL << 31};
constexpr std::size_t kDirectivesMax = 128;

struct FlagRow {
  std::string_view name;
  bool CacheControl::*flag;
};
constexpr FlagRow kFlags[]{{"no-store", &CacheControl::no_store},
                           {"public", &CacheControl::is_public},
                           {"must-revalidate", &CacheControl::must_revalidate},
                           {"proxy-revalidate", &CacheControl::proxy_revalidate},
                           {"must-understand", &CacheControl::must_understand},
                           {"no-transform", &CacheControl::no_transform},
                           {"only-if-cached", &CacheControl::only_if_cached}};

struct FieldsRow {
  std::string_view name;
  bool CacheControl::*all;
  std::vector<std::string> CacheControl::*some;
};
constexpr FieldsRow kWithFields[]{
    {"no-cache", &CacheControl::no_cache, &CacheControl::no_cache_fields},
    {"private", &CacheControl::is_private, &CacheControl::private_fields}};

struct TimeRow {
  std::string_view name;
  std::optional<Seconds> CacheControl::*time;
  bool shortest = false;  // Malformed, it means no time; otherwise it says nothing.
};
constexpr TimeRow kTimes[]{{"max-age", &CacheControl::max_age, true},
                           {"s-maxage", &CacheControl::s_maxage, true},
                           {"min-fresh", &CacheControl::min_fresh},
                           {"max-stale", &CacheControl::max_stale},
                           {"stale-while-revalidate", &CacheControl::stale_while_revalidate},
                           {"stale-if-error", &CacheControl::stale_if_error}};

template <std::size_t N, typename Row>
Row const* row_of(Row const (&rows)[N], std::string_view name) {
  auto const* const found = std::ranges::find(rows, name, &Row::name);
  return found == std::end(rows) ? nullptr : found;
}

// The names in `argument`; none when it names none properly.
std::vector<std::string> field_names(std::string_view argument) {
  std::vector<std::string> names;
  ListReader list(argument);
  while (auto const name = list.next()) {
    if (!is_token(*name)) return {};
    names.push_back(lowered(*name));
  }
  return names;
}

void take_names(CacheControl& to, FieldsRow const& row, std::vector<std::string> names) {
  if (names.empty()) to.*row.all = true;
  for (auto& name : names) (to.*row.some).push_back(std::move(name));
}

void take_time(CacheControl& to, TimeRow const& row, std::optional<Seconds> value) {
  auto& time = to.*row.time;
  if (row.shortest && (!value || (time && *time != *value))) {
    time = Seconds{0};  // RFC 9111 §4.2.1: stale, as one of two may be meant.
  } else if (!time) {
    time = value;
  }
}

struct Directive {
  std::string name;
  std::optional<std::string> argument;  // Without quotes.
  bool broken = false;                  // It has an argument that cannot be read.
};

Directive read_directive(std::string_view text) {
  auto const equals = text.find('=');
  Directive directive{lowered(trimmed(text.substr(0, equals)))};
  if (equals == std::string_view::npos) return directive;
  auto const argument = text.substr(equals + 1);
  directive.argument = argument.starts_with('"') ? unquoted(argument) : std::string(argument);
  directive.broken = !directive.argument || text[equals - (equals > 0 ? 1 : 0)] == ' ';
  return directive;
}

void take(CacheControl& to, Directive const& directive) {
  if (auto const* const flag = row_of(kFlags, directive.name)) {
    to.*flag->flag = true;
  } else if (auto const* const fields = row_of(kWithFields, directive.name)) {
    bool const named = directive.argument && !directive.broken;
    take_names(to, *fields, named ? field_names(*directive.argument) : std::vector<std::string>{});
  } else if (auto const* const time = row_of(kTimes, directive.name)) {
    bool const given = directive.argument && !directive.broken;
    if (directive.name == "max-stale" && !directive.argument) to.max_stale_any = true;
    take_time(to, *time, given ? parse_delta_seconds(*directive.argument) : std::nullopt);
  }
}

// A member of CDN-Cache-Control; of a type that the directive has not, it says nothing (RFC 9213
// §2.1).
void take(CacheControl& to, SfMember const& member) {
  auto const* const truth = std::get_if<bool>(&member.value);
  auto const* const number = std::get_if<std::int64_t>(&member.value);
  auto const* const text = std::get_if<std::string>(&member.value);
  if (auto const* const flag = row_of(kFlags, member.key)) {
    if (truth != nullptr && *truth) to.*flag->flag = true;
  } else if (auto const* const fields = row_of(kWithFields, member.key)) {
    if (truth != nullptr && *truth) to.*fields->all = true;
    if (text != nullptr) take_names(to, *fields, field_names(*text));
  } else if (auto const* const time = row_of(kTimes, member.key)) {
    if (number == nullptr || *number < 0) return;
    take_time(to, *time, std::min(Seconds{*number}, kDeltaMax));
  }
}

}  // namespace

std::optional<Seconds> parse_delta_seconds(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  auto const value = parse_number(text);
  if (!value || *value > static_cast<std::uint64_t>(kDeltaMax.count())) return kDeltaMax;
  return Seconds{*value};
}

CacheControl parse_cache_control(std::string_view list) {
  CacheControl control;
  ListReader directives(list);
  std::size_t count = 0;
  while (auto const text = directives.next()) {
    if (++count > kDirectivesMax) {
      control.no_store = true;
      break;
    }
    take(control, read_directive(*text));
  }
  return control;
}

CacheControl request_cache_control(Fields const& fields) {
  if (auto const list = fields.joined("Cache-Control")) return parse_cache_control(*list);
  CacheControl control;
  auto const pragma = fields.joined("Pragma");
  control.no_cache = pragma && lists_word(*pragma, "no-cache");
  return control;
}

ResponseControl response_cache_control(Fields const& fields) {
  ResponseControl control;
  auto const targeted = fields.joined("CDN-Cache-Control");
  auto const members = targeted ? parse_dictionary(*targeted) : std::nullopt;
  if (members && !members->empty()) {
    control.targeted = true;
    for (auto const& member : *members) take(control.directives, member);
  } else if (auto const list = fields.joined("Cache-Control")) {
    control.directives = parse_cache_control(*list);
  }
  return control;
}

}  // namespace freshet::node
