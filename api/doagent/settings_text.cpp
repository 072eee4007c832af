#include "api/doagent/settings_text.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "api/doagent/words.h"

namespace freshet::doagent {

namespace {

using Json = nlohmann::json;

Json object_in(std::string_view text) {
  if (text.size() > kSettingsBytesMax) return Json::object();
  auto parsed = Json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : Json::object();
}

std::optional<std::string> text_at(Json const& from, char const* key) {
  auto const found = from.find(key);
  if (found == from.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// Numbers and truths may be written as strings.
std::optional<std::int64_t> number_at(Json const& from, char const* key) {
  auto const found = from.find(key);
  if (found == from.end()) return std::nullopt;
  if (found->is_number_integer()) return found->get<std::int64_t>();
  auto const text = text_at(from, key);
  std::int64_t number = 0;
  if (!text || text->empty()) return std::nullopt;
  auto const end = text->data() + text->size();
  auto const parsed = std::from_chars(text->data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::optional<bool> truth_at(Json const& from, char const* key) {
  auto const found = from.find(key);
  if (found == from.end()) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  auto const text = text_at(from, key);
  if (text && (same_letters(*text, "true") || *text == "1")) return true;
  if (text && (same_letters(*text, "false") || *text == "0")) return false;
  return std::nullopt;
}

std::optional<Duration> delay_in(Json const& from) {
  for (auto const* const key :
       {"DODelayCacheServerFallbackBackground", "DODelayCacheServerFallbackForeground"}) {
    auto const seconds = number_at(from, key);
    if (!seconds) continue;
    if (*seconds == -1) return Duration::max();
    if (*seconds >= 0 && *seconds <= UINT32_MAX) return std::chrono::seconds{*seconds};
  }
  return std::nullopt;
}

}  // namespace

AdminSettings read_admin_settings(std::string_view text) {
  auto const from = object_in(text);
  AdminSettings settings;
  settings.cache_host = text_at(from, "DOCacheHost");
  settings.fallback_delay = delay_in(from);
  settings.validate_address = truth_at(from, "RestControllerValidateRemoteAddr").value_or(true);
  return settings;
}

std::string read_gateway(std::string_view text) {
  constexpr std::string_view kName = "GatewayHostName=";
  auto const connection = text_at(object_in(text), "ADUC_IoTConnectionString");
  if (!connection) return {};
  std::string_view rest = *connection;
  while (!rest.empty()) {
    auto const pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (same_letters(pair.substr(0, kName.size()), kName)) {
      return std::string(pair.substr(kName.size()));
    }
  }
  return {};
}

}  // namespace freshet::doagent
