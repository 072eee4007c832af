#include "api/local/operations.h"

#include <array>
#include <utility>

namespace freshet::local {

namespace {

constexpr std::array kHandlers{
    std::pair{Operation::health, &operations::health},
    std::pair{Operation::metrics, &operations::metrics},
    std::pair{Operation::openapi, &operations::openapi},
    std::pair{Operation::version, &operations::version},
    std::pair{Operation::list_jobs, &operations::list_jobs},
    std::pair{Operation::create_job, &operations::create_job},
    std::pair{Operation::show_job, &operations::show_job},
    std::pair{Operation::configure_job, &operations::configure_job},
    std::pair{Operation::list_files, &operations::list_files},
    std::pair{Operation::add_files, &operations::add_files},
    std::pair{Operation::read_file, &operations::read_file},
    std::pair{Operation::set_urls, &operations::set_urls},
    std::pair{Operation::change_file, &operations::change_file},
    std::pair{Operation::prefer_ranges, &operations::prefer_ranges},
    std::pair{Operation::validate_file, &operations::validate_file},
    std::pair{Operation::resume_job, &operations::resume_job},
    std::pair{Operation::suspend_job, &operations::suspend_job},
    std::pair{Operation::cancel_job, &operations::cancel_job},
    std::pair{Operation::place_files, &operations::place_files},
    std::pair{Operation::complete_job, &operations::complete_job},
    std::pair{Operation::replace_prefix, &operations::replace_prefix},
    std::pair{Operation::take_ownership, &operations::take_ownership},
    std::pair{Operation::show_error, &operations::show_error},
    std::pair{Operation::show_pieces, &operations::show_pieces},
    std::pair{Operation::show_answer, &operations::show_answer},
    std::pair{Operation::explain_job, &operations::explain_job},
    std::pair{Operation::wait_for_job, &operations::wait_for_job},
    std::pair{Operation::list_contents, &operations::list_contents},
    std::pair{Operation::verify_content, &operations::verify_content},
    std::pair{Operation::share_content, &operations::share_content},
    std::pair{Operation::unshare_content, &operations::unshare_content},
    std::pair{Operation::pin_content, &operations::pin_content},
    std::pair{Operation::unpin_content, &operations::unpin_content},
    std::pair{Operation::purge_content, &operations::purge_content},
    std::pair{Operation::show_cache, &operations::show_cache},
    std::pair{Operation::list_sources, &operations::list_sources},
    std::pair{Operation::list_peers, &operations::list_peers},
    std::pair{Operation::show_peer_port, &operations::show_peer_port},
    std::pair{Operation::show_limits, &operations::show_limits},
    std::pair{Operation::set_limits, &operations::set_limits},
    std::pair{Operation::show_conditions, &operations::show_conditions},
    std::pair{Operation::set_conditions, &operations::set_conditions},
    std::pair{Operation::show_policy, &operations::show_policy},
    std::pair{Operation::reload_policy, &operations::reload_policy},
    std::pair{Operation::show_status, &operations::show_status},
    std::pair{Operation::show_perf, &operations::show_perf},
    std::pair{Operation::make_page_code, &operations::make_page_code},
    std::pair{Operation::redeem_page_code, &operations::redeem_page_code},
    std::pair{Operation::show_node, &operations::show_node},
    std::pair{Operation::list_allowed, &operations::list_allowed},
    std::pair{Operation::allow_origin, &operations::allow_origin},
    std::pair{Operation::disallow_origin, &operations::disallow_origin},
    std::pair{Operation::list_pins, &operations::list_pins},
    std::pair{Operation::pin_url, &operations::pin_url},
    std::pair{Operation::unpin_url, &operations::unpin_url},
    std::pair{Operation::warm_urls, &operations::warm_urls},
    std::pair{Operation::show_node_keys, &operations::show_node_keys},
    std::pair{Operation::rotate_node_key, &operations::rotate_node_key},
    std::pair{Operation::retire_node_key, &operations::retire_node_key},
    std::pair{Operation::purge_urls, &operations::purge_urls},
    std::pair{Operation::follow_events, &operations::follow_events},
    std::pair{Operation::follow_notices, &operations::follow_notices},
    std::pair{Operation::attach_notices, &operations::attach_notices},
    std::pair{Operation::detach_notices, &operations::detach_notices},
    std::pair{Operation::answer_notice, &operations::answer_notice},
};

// In the order of the enumeration, so that none is missing.
constexpr bool in_order() {
  for (std::size_t i = 0; i < kHandlers.size(); ++i) {
    if (kHandlers[i].first != static_cast<Operation>(i)) return false;
  }
  return kHandlers.size() == static_cast<std::size_t>(Operation::answer_notice) + 1;
}
static_assert(in_order());

}  // namespace

Handler handler_of(Operation operation) {
  return kHandlers[static_cast<std::size_t>(operation)].second;
}

}  // namespace freshet::local
