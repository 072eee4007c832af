// What each operation does: one function for each row of the table in routes.cpp.
//
// Threads of the pool; may wait.
#pragma once

#include "api/local/call.h"
#include "api/local/context.h"

namespace freshet::local {

using Handler = Result<Answer> (*)(Context& context, Call& call);
[[nodiscard]] Handler handler_of(Operation operation);

// By file: node_operations.cpp, monitor_operations.cpp, page_operations.cpp, keeper_operations.cpp,
// job_operations.cpp, cache_operations.cpp, file_operations.cpp, reading_operations.cpp,
// placing_operations.cpp, content_operations.cpp, stream_operations.cpp.
namespace operations {

Result<Answer> health(Context& context, Call& call);
Result<Answer> metrics(Context& context, Call& call);
Result<Answer> openapi(Context& context, Call& call);
Result<Answer> version(Context& context, Call& call);
Result<Answer> show_limits(Context& context, Call& call);
Result<Answer> set_limits(Context& context, Call& call);
Result<Answer> show_conditions(Context& context, Call& call);
Result<Answer> set_conditions(Context& context, Call& call);

Result<Answer> show_policy(Context& context, Call& call);
Result<Answer> reload_policy(Context& context, Call& call);
Result<Answer> show_status(Context& context, Call& call);
Result<Answer> show_perf(Context& context, Call& call);

Result<Answer> make_page_code(Context& context, Call& call);
Result<Answer> redeem_page_code(Context& context, Call& call);

Result<Answer> show_node(Context& context, Call& call);
Result<Answer> show_node_keys(Context& context, Call& call);
Result<Answer> rotate_node_key(Context& context, Call& call);
Result<Answer> retire_node_key(Context& context, Call& call);
Result<Answer> list_allowed(Context& context, Call& call);
Result<Answer> allow_origin(Context& context, Call& call);
Result<Answer> disallow_origin(Context& context, Call& call);
Result<Answer> list_pins(Context& context, Call& call);
Result<Answer> pin_url(Context& context, Call& call);
Result<Answer> unpin_url(Context& context, Call& call);
Result<Answer> warm_urls(Context& context, Call& call);
Result<Answer> purge_urls(Context& context, Call& call);

Result<Answer> list_jobs(Context& context, Call& call);
Result<Answer> create_job(Context& context, Call& call);
Result<Answer> show_job(Context& context, Call& call);
Result<Answer> configure_job(Context& context, Call& call);
Result<Answer> resume_job(Context& context, Call& call);
Result<Answer> suspend_job(Context& context, Call& call);
Result<Answer> cancel_job(Context& context, Call& call);
Result<Answer> take_ownership(Context& context, Call& call);
Result<Answer> show_error(Context& context, Call& call);
Result<Answer> show_pieces(Context& context, Call& call);
Result<Answer> show_answer(Context& context, Call& call);
Result<Answer> explain_job(Context& context, Call& call);

Result<Answer> list_files(Context& context, Call& call);
Result<Answer> add_files(Context& context, Call& call);
Result<Answer> read_file(Context& context, Call& call);
Result<Answer> set_urls(Context& context, Call& call);
Result<Answer> change_file(Context& context, Call& call);
Result<Answer> prefer_ranges(Context& context, Call& call);
Result<Answer> validate_file(Context& context, Call& call);
Result<Answer> replace_prefix(Context& context, Call& call);

Result<Answer> place_files(Context& context, Call& call);
Result<Answer> complete_job(Context& context, Call& call);

Result<Answer> list_contents(Context& context, Call& call);
Result<Answer> verify_content(Context& context, Call& call);
Result<Answer> share_content(Context& context, Call& call);
Result<Answer> unshare_content(Context& context, Call& call);
Result<Answer> pin_content(Context& context, Call& call);
Result<Answer> unpin_content(Context& context, Call& call);
Result<Answer> purge_content(Context& context, Call& call);
Result<Answer> show_cache(Context& context, Call& call);
Result<Answer> list_sources(Context& context, Call& call);
Result<Answer> list_peers(Context& context, Call& call);
Result<Answer> show_peer_port(Context& context, Call& call);

Result<Answer> wait_for_job(Context& context, Call& call);
Result<Answer> follow_events(Context& context, Call& call);
Result<Answer> follow_notices(Context& context, Call& call);
Result<Answer> attach_notices(Context& context, Call& call);
Result<Answer> detach_notices(Context& context, Call& call);
Result<Answer> answer_notice(Context& context, Call& call);

}  // namespace operations
}  // namespace freshet::local
