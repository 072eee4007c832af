#include "api/local/routes.h"

#include <array>

namespace freshet::local {

namespace {

constexpr auto kQuick = Runs::quick;
constexpr auto kSlow = Runs::slow;

using enum Operation;

constexpr std::array kRoutes{
    Route{health, "health", "GET", "/healthz", kQuick, true},
    Route{metrics, "metrics", "GET", "/metrics", kQuick},
    Route{openapi, "openapi", "GET", "/v1/openapi.json", kQuick, true},
    Route{version, "version", "GET", "/v1/version", kQuick},

    Route{list_jobs, "list_jobs", "GET", "/v1/jobs", kQuick},
    Route{create_job, "create_job", "POST", "/v1/jobs", kQuick},
    Route{show_job, "show_job", "GET", "/v1/jobs/{job}", kQuick},
    Route{configure_job, "configure_job", "PUT", "/v1/jobs/{job}/spec", kQuick},
    Route{list_files, "list_files", "GET", "/v1/jobs/{job}/files", kQuick},
    Route{add_files, "add_files", "POST", "/v1/jobs/{job}/files", kQuick},
    Route{read_file, "read_file", "GET", "/v1/jobs/{job}/files/{file}/bytes", kQuick},
    Route{set_urls, "set_urls", "PUT", "/v1/jobs/{job}/files/{file}/urls", kQuick},
    Route{change_file, "change_file", "PATCH", "/v1/jobs/{job}/files/{file}", kQuick},
    Route{prefer_ranges, "prefer_ranges", "PUT", "/v1/jobs/{job}/files/{file}/preferred", kQuick},
    Route{validate_file, "validate_file", "POST", "/v1/jobs/{job}/files/{file}/validate", kQuick},
    Route{resume_job, "resume_job", "POST", "/v1/jobs/{job}/resume", kQuick},
    Route{suspend_job, "suspend_job", "POST", "/v1/jobs/{job}/suspend", kQuick},
    Route{cancel_job, "cancel_job", "POST", "/v1/jobs/{job}/cancel", kQuick},
    Route{place_files, "place_files", "POST", "/v1/jobs/{job}/place", kSlow, false, true},
    Route{complete_job, "complete_job", "POST", "/v1/jobs/{job}/complete", kSlow},
    Route{replace_prefix, "replace_prefix", "POST", "/v1/jobs/{job}/replace-prefix", kQuick},
    Route{take_ownership, "take_ownership", "POST", "/v1/jobs/{job}/take-ownership", kQuick},
    Route{show_error, "show_error", "GET", "/v1/jobs/{job}/error", kQuick},
    Route{show_pieces, "show_pieces", "GET", "/v1/jobs/{job}/files/{file}/pieces", kQuick},
    Route{show_answer, "show_answer", "GET", "/v1/jobs/{job}/files/{file}/answer", kQuick},
    Route{explain_job, "explain_job", "GET", "/v1/jobs/{job}/why", kQuick},
    Route{wait_for_job, "wait_for_job", "GET", "/v1/jobs/{job}/wait", kQuick},

    Route{list_contents, "list_contents", "GET", "/v1/contents", kQuick},
    Route{verify_content, "verify_content", "POST", "/v1/contents/{content}/verify", kSlow},
    Route{share_content, "share_content", "POST", "/v1/contents/{content}/share", kSlow},
    Route{unshare_content, "unshare_content", "POST", "/v1/contents/{content}/unshare", kQuick},
    Route{pin_content, "pin_content", "POST", "/v1/contents/{content}/pin", kSlow},
    Route{unpin_content, "unpin_content", "POST", "/v1/contents/{content}/unpin", kQuick},
    Route{purge_content, "purge_content", "POST", "/v1/contents/{content}/purge", kQuick},

    Route{show_cache, "show_cache", "GET", "/v1/cache", kQuick},
    Route{list_sources, "list_sources", "GET", "/v1/sources", kQuick},
    Route{list_peers, "list_peers", "GET", "/v1/peers", kQuick},
    Route{show_peer_port, "show_peer_port", "GET", "/v1/peers/port", kSlow},
    Route{show_limits, "show_limits", "GET", "/v1/limits", kQuick},
    Route{set_limits, "set_limits", "PUT", "/v1/limits", kQuick},
    Route{show_conditions, "show_conditions", "GET", "/v1/conditions", kQuick},
    Route{set_conditions, "set_conditions", "PUT", "/v1/conditions", kQuick},
    Route{show_policy, "show_policy", "GET", "/v1/policy", kQuick},
    Route{reload_policy, "reload_policy", "POST", "/v1/policy/reload", kQuick},
    Route{show_status, "show_status", "GET", "/v1/status", kQuick},
    Route{show_perf, "show_perf", "GET", "/v1/perf", kQuick},
    Route{make_page_code, "make_page_code", "POST", "/v1/page/code", kQuick},
    Route{redeem_page_code, "redeem_page_code", "POST", "/v1/page/token", kQuick, true},

    Route{show_node, "show_node", "GET", "/v1/node", kQuick},
    Route{list_allowed, "list_allowed", "GET", "/v1/node/allow", kQuick},
    Route{allow_origin, "allow_origin", "POST", "/v1/node/allow", kQuick},
    Route{disallow_origin, "disallow_origin", "DELETE", "/v1/node/allow", kQuick},
    Route{list_pins, "list_pins", "GET", "/v1/node/pins", kQuick},
    Route{pin_url, "pin_url", "POST", "/v1/node/pins", kQuick},
    Route{unpin_url, "unpin_url", "DELETE", "/v1/node/pins", kQuick},
    Route{warm_urls, "warm_urls", "POST", "/v1/node/warm", kQuick},
    Route{show_node_keys, "show_node_keys", "GET", "/v1/node/key", kQuick},
    Route{rotate_node_key, "rotate_node_key", "POST", "/v1/node/key/rotate", kSlow},
    Route{retire_node_key, "retire_node_key", "POST", "/v1/node/key/retire", kSlow},
    Route{purge_urls, "purge_urls", "POST", "/v1/node/purge", kSlow},

    Route{follow_events, "follow_events", "GET", "/v1/events", kQuick},
    Route{follow_notices, "follow_notices", "GET", "/v1/notices", kQuick},
    Route{attach_notices, "attach_notices", "PUT", "/v1/notices/{stream}/jobs/{job}", kQuick},
    Route{detach_notices, "detach_notices", "DELETE", "/v1/notices/{stream}/jobs/{job}", kQuick},
    Route{answer_notice, "answer_notice", "POST", "/v1/notices/{stream}/{notice}", kQuick},
};

constexpr std::size_t kQueryMax = 16;

std::string_view next_part(std::string_view& path) {
  auto const slash = path.find('/', 1);
  auto const part = path.substr(1, slash == std::string_view::npos ? slash : slash - 1);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  return part;
}

// The values of the parts in braces, when the path is of that form.
std::optional<std::vector<std::string>> values_of(std::string_view form, std::string_view path) {
  std::vector<std::string> values;
  while (!form.empty() && path.starts_with('/')) {
    auto const wanted = next_part(form);
    auto const part = next_part(path);
    if (!wanted.starts_with('{')) {
      if (wanted != part) return std::nullopt;
      continue;
    }
    auto value = decode_percent(part);
    if (!value || value->empty()) return std::nullopt;
    values.push_back(std::move(*value));
  }
  if (!form.empty() || !path.empty()) return std::nullopt;
  return values;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::span<Route const> routes() {
  return kRoutes;
}

std::optional<Match> find_route(std::string_view method, std::string_view path,
                                std::string& allowed) {
  bool known = false;
  allowed.clear();
  for (auto const& route : kRoutes) {
    auto values = values_of(route.path, path);
    if (!values) continue;
    if (route.method == method) return Match{&route, std::move(*values)};
    known = true;
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  if (!known) return std::nullopt;
  return Match{};
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    auto const high = hex_digit(text[i + 1]);
    auto const low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

Result<Query> parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    auto const part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    auto const equals = part.find('=');
    auto name = decode_percent(part.substr(0, equals));
    auto value = decode_percent(equals == part.npos ? "" : part.substr(equals + 1));
    bool const right = name && value && query.size() < kQueryMax;
    if (!right || !query.emplace(std::move(*name), std::move(*value)).second) {
      return fail(Errc::invalid_argument, "?" + std::string(part), "cannot be understood");
    }
  }
  return query;
}

}  // namespace freshet::local
