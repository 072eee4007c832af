#include "engine/transfer/why_advice.h"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet {

namespace {

struct Row {
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array<Row, kWhyAdvices> kRows{{
    {"heal_disk", "Free space or repair the disk that the error names, then resume the job."},
    {"name_content",
     "Give the file's SHA-256 or a manifest: then peers and all mirrors can be asked for it."},
    {"allow_peers", "Turn peers on: DODownloadMode, or --peers lan."},
    {"change_policy", "Change the policy that is named, or what it is about, if peers shall help."},
    {"check_group",
     "Give both sides the same group name and the same secret; freshet doctor shows ours."},
    {"widen_networks",
     "Name the networks of these peers as local_networks, or use mode group or internet."},
    {"open_port",
     "Let TCP port 7680 (or the one that listens) through the firewalls on both sides; freshet "
     "doctor checks ours."},
    {"find_holders",
     "Let a machine nearby keep the content, name peers or a tracker, and check with freshet "
     "doctor that multicast passes."},
    {"widen_uploads",
     "Raise the upload limits of the machines that hold the content, or let more of them keep it."},
    {"serve_ranges",
     "Let the server answer Range with 206 and give an ETag: then several connections, resuming "
     "and mirrors work."},
    {"align_mirror", "Let the mirror serve the same bytes, with the same length and strong ETag."},
    {"report_liar", "Tell whoever runs the source that sent wrong bytes, or stop naming it."},
    {"keep_content_still", "Publish changed files under new names, or serve them with a manifest."},
    {"shorten_delay", "Shorten the delay that policy puts before this source."},
    {"raise_limit", "Raise the bandwidth limit of the job, the program or the policy."},
}};

constexpr std::array<std::pair<WhyCode, WhyAdvice>, 20> kFollows{{
    {WhyCode::store_failed, WhyAdvice::heal_disk},
    {WhyCode::identity_unknown, WhyAdvice::name_content},
    {WhyCode::peers_need_identity, WhyAdvice::name_content},
    {WhyCode::peers_off, WhyAdvice::allow_peers},
    {WhyCode::peers_forbidden, WhyAdvice::change_policy},
    {WhyCode::serving_forbidden, WhyAdvice::change_policy},
    {WhyCode::peer_not_of_group, WhyAdvice::check_group},
    {WhyCode::peer_not_local, WhyAdvice::widen_networks},
    {WhyCode::peer_unreachable, WhyAdvice::open_port},
    {WhyCode::no_peer_found, WhyAdvice::find_holders},
    {WhyCode::peers_slow, WhyAdvice::widen_uploads},
    {WhyCode::source_without_ranges, WhyAdvice::serve_ranges},
    {WhyCode::source_refused, WhyAdvice::align_mirror},
    {WhyCode::source_banned, WhyAdvice::report_liar},
    {WhyCode::peer_banned, WhyAdvice::report_liar},
    {WhyCode::digest_mismatch, WhyAdvice::report_liar},
    {WhyCode::digest_lie, WhyAdvice::report_liar},
    {WhyCode::content_changed, WhyAdvice::keep_content_still},
    {WhyCode::source_held, WhyAdvice::shorten_delay},
    {WhyCode::rate_limited, WhyAdvice::raise_limit},
}};

}  // namespace

std::string_view name(WhyAdvice advice) {
  return kRows.at(static_cast<std::size_t>(advice)).name;
}

std::string_view sentence(WhyAdvice advice) {
  return kRows.at(static_cast<std::size_t>(advice)).sentence;
}

std::vector<WhyAdvice> advise(WhyCodes const& seen) {
  std::vector<WhyAdvice> advices;
  for (auto const& [code, advice] : kFollows) {
    bool const new_one = std::ranges::find(advices, advice) == advices.end();
    if (seen.test(static_cast<std::size_t>(code)) && new_one) advices.push_back(advice);
  }
  std::ranges::sort(advices);
  return advices;
}

}  // namespace freshet
