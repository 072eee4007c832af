#include "engine/job/why_archive.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace freshet {

namespace {

constexpr std::string_view kPrefix = "why/";

// A number and the space after it; nothing when there is none.
template <typename T>
std::optional<T> take_number(std::string_view& text) {
  T value{};
  auto const end = text.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  auto const read = std::from_chars(text.data(), text.data() + end, value);
  if (read.ec != std::errc() || read.ptr != text.data() + end) return std::nullopt;
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string WhyArchive::name_of(JobId job) {
  return std::string(kPrefix) + to_string(job);
}

// "OWNER ENDED {...}"
std::optional<WhyArchive::Entry> WhyArchive::parse(std::string const& name, std::string text) {
  auto const job = job_id_from_string(std::string_view(name).substr(kPrefix.size()));
  std::string_view rest(text);
  auto const owner = take_number<std::uint32_t>(rest);
  auto const ended = owner ? take_number<std::int64_t>(rest) : std::nullopt;
  if (!job || !ended) return std::nullopt;
  return Entry{*job, *owner, WallTime(std::chrono::milliseconds(*ended)), std::string(rest)};
}

Result<void> WhyArchive::load(WallTime now) {
  if (notes_ == nullptr) return {};
  auto notes = notes_->load(kPrefix);
  if (!notes) return tl::unexpected(notes.error());
  for (auto& [name, text] : *notes) {
    auto entry = parse(name, std::move(text));
    if (!entry) {
      save(name, {});
      continue;
    }
    chars_ += entry->json.size();
    entries_.push_back(std::move(*entry));
  }
  std::ranges::sort(entries_, {}, &Entry::ended);
  drop_old(now);
  return {};
}

void WhyArchive::keep(JobRecord const& job, WhyLog const& why, WallTime now) {
  auto json = why.text();
  auto text =
      std::to_string(job.owner) + " " + std::to_string(now.time_since_epoch().count()) + " " + json;
  if (text.size() > kNoteBytesMax) return;
  chars_ += json.size();
  entries_.push_back({job.id, job.owner, now, std::move(json)});
  save(name_of(job.id), std::move(text));
  drop_old(now);
}

void WhyArchive::drop_old(WallTime now) {
  auto const old = [&](Entry const& entry) {
    return entries_.size() > options_.ended_jobs_kept || chars_ > options_.ended_chars_max ||
           now - entry.ended > options_.ended_kept_for;
  };
  while (!entries_.empty() && old(entries_.front())) {
    chars_ -= entries_.front().json.size();
    save(name_of(entries_.front().job), {});
    entries_.pop_front();
  }
}

void WhyArchive::save(std::string name, std::string text) {
  if (notes_ != nullptr) notes_->save(std::move(name), std::move(text), [](Result<void> const&) {});
}

std::optional<std::string> WhyArchive::find(Caller const& caller, JobId job) const {
  auto const found = std::ranges::find(entries_, job, &Entry::job);
  if (found == entries_.end()) return std::nullopt;
  if (!caller.administrator && caller.uid != found->owner) return std::nullopt;
  return found->json;
}

}  // namespace freshet
