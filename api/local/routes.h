// What the local API has: the one table of its methods and paths. Plain values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/error.h"

namespace freshet::local {

// Named as `operationId` in openapi.json.
enum class Operation : std::uint8_t {
  health,
  metrics,
  openapi,
  version,
  list_jobs,
  create_job,
  show_job,
  configure_job,
  list_files,
  add_files,
  read_file,
  set_urls,
  change_file,
  prefer_ranges,
  validate_file,
  resume_job,
  suspend_job,
  cancel_job,
  place_files,
  complete_job,
  replace_prefix,
  take_ownership,
  show_error,
  show_pieces,
  show_answer,
  explain_job,
  wait_for_job,
  list_contents,
  verify_content,
  share_content,
  unshare_content,
  pin_content,
  unpin_content,
  purge_content,
  show_cache,
  list_sources,
  list_peers,
  show_peer_port,
  show_limits,
  set_limits,
  show_conditions,
  set_conditions,
  show_policy,
  reload_policy,
  show_status,
  show_perf,
  make_page_code,
  redeem_page_code,
  show_node,
  list_allowed,
  allow_origin,
  disallow_origin,
  list_pins,
  pin_url,
  unpin_url,
  warm_urls,
  show_node_keys,
  rotate_node_key,
  retire_node_key,
  purge_urls,
  follow_events,
  follow_notices,
  attach_notices,
  detach_notices,
  answer_notice,
};

// What an operation waits for, before it answers or goes on as a stream.
enum class Runs : std::uint8_t {
  quick,  // The engine's next turn, or one write of the ledger.
  slow,   // As long as a content is large.
};

struct Route {
  Operation operation;
  std::string_view name;
  std::string_view method;
  std::string_view path;  // Parts in braces stand for any value.
  Runs runs = Runs::quick;
  bool open = false;         // Without a token too.
  bool descriptors = false;  // Takes open files.
};

[[nodiscard]] std::span<Route const> routes();

struct Match {
  Route const* route = nullptr;
  std::vector<std::string> values;  // Of the parts in braces, decoded.
};
// Nothing: no such path. A null route: not this method; `allowed` lists those that are.
[[nodiscard]] std::optional<Match> find_route(std::string_view method, std::string_view path,
                                              std::string& allowed);

// With "%41" decoded; nothing when it cannot be, or holds a zero byte.
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text);

using Query = std::map<std::string, std::string, std::less<>>;
// "a=1&b=x%20y"; invalid_argument.
[[nodiscard]] Result<Query> parse_query(std::string_view text);

}  // namespace freshet::local
