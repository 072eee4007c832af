#include "api/node/http/hops.h"

#include <algorithm>
#include <string>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::string_view kHopFields[]{"Connection",
                                        "Keep-Alive",
                                        "Proxy-Connection",
                                        "Proxy-Authenticate",
                                        "Proxy-Authentication-Info",
                                        "Proxy-Authorization",
                                        "TE",
                                        "Trailer",
                                        "Transfer-Encoding",
                                        "Upgrade"};
// Named in Connection, these would change what the message means.
constexpr std::string_view kEndToEnd[]{"Cache-Control", "Content-Length", "Content-Range",
                                       "Content-Type",  "Host",           "Date",
                                       "Authorization", "Vary",           "Age"};

}  // namespace

void remove_hop_fields(Fields& fields) {
  if (auto const options = fields.joined("Connection")) {
    ListReader names(*options);
    while (auto const name = names.next()) {
      bool const kept = std::ranges::any_of(
          kEndToEnd, [&](std::string_view other) { return same_word(*name, other); });
      if (!kept) fields.remove(*name);
    }
  }
  for (auto const name : kHopFields) fields.remove(name);
}

void add_via(Fields& fields, std::string_view name, unsigned minor) {
  auto via = fields.joined("Via").value_or("");
  if (!via.empty()) via += ", ";
  via.append("1.").append(std::to_string(minor)).append(" ").append(name);
  fields.set("Via", via);
}

bool came_by(Fields const& fields, std::string_view name) {
  auto const via = fields.joined("Via");
  if (!via) return false;
  ListReader hops(*via);
  while (auto const hop = hops.next()) {
    auto const blank = hop->find_first_of(" \t");
    if (blank == std::string_view::npos) continue;
    auto const rest = trimmed(hop->substr(blank));
    if (same_word(rest.substr(0, rest.find_first_of(" \t(")), name)) return true;
  }
  return false;
}

bool is_last_hop(Fields& request) {
  auto const value = request.only("Max-Forwards");
  auto const hops = value ? parse_number(*value) : std::nullopt;
  if (!hops) return false;
  if (*hops == 0) return true;
  request.set("Max-Forwards", std::to_string(*hops - 1));
  return false;
}

}  // namespace freshet::node
