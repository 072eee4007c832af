// Files that callers place themselves, with rights of their own.
#include <algorithm>

#include "engine/job/job_book.h"

namespace freshet {

void JobBook::lend(Caller const& caller, JobId id, std::uint32_t index, ContentStore::Lent answer) {
  auto const job = find(caller, id);
  if (!job) return answer(tl::unexpected(job.error()));
  auto const file = file_of(**job, index);
  if (!file) return answer(tl::unexpected(file.error()));
  auto const& record = (*file)->record;
  // The rule is that of looking at a file: it is there.
  auto const allowed = allow(**job, JobCall::validate, record.transferred);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto done = [this, alive = std::weak_ptr(alive_), id, index,
               answer = std::move(answer)](Result<std::shared_ptr<LentContent>> lent) {
    auto* const still = alive.expired() ? nullptr : table_.find(id);
    if (!lent && still != nullptr && !still->ending && still->files[index].record.transferred) {
      lose_if_gone(*still, {lent.error(), index});
    }
    answer(std::move(lent));
  };
  ports_.store.lend(record.spool, placement_of(record), std::move(done));
}

namespace {

// What of the content stands at this place of the file, up to the end of its range.
std::optional<ByteRange> content_at(std::vector<ByteRange> const& ranges, Bytes length, Bytes at) {
  if (ranges.empty()) return at < length ? std::optional(ByteRange{at, length}) : std::nullopt;
  for (auto const& range : ranges) {
    if (at < range.size()) return ByteRange{range.begin + at, range.end};
    at -= range.size();
  }
  return std::nullopt;
}

}  // namespace

Result<ReadyPart> JobBook::ready_part(JobEntry& job, FileEntry& file, Bytes begin,
                                      Placement& placement) const {
  auto const& record = file.record;
  ReadyPart part{{begin, begin}, nullptr, wanted_bytes(record.spec, record.length), record.spool};
  if (part.length && begin > *part.length) {
    return fail(Errc::invalid_range, record.spec.path,
                "has " + std::to_string(*part.length) + " bytes");
  }
  if (part.length == begin) return part;
  placement = placement_of(record);
  auto wanted = record.length ? content_at(placement.ranges, *record.length, begin) : std::nullopt;
  if (wanted && !record.transferred) {
    auto const ready = file.wish == WishId::none ? ByteRange{wanted->begin, wanted->begin}
                                                 : ports_.transfers.ready(file.wish, wanted->begin);
    wanted->end = std::min(wanted->end, ready.end);
  }
  if (wanted && !wanted->empty()) {
    part.range.end += wanted->size();
    placement.ranges = {*wanted};
  } else if (job.record.state == JobState::error && job.record.error) {
    return tl::unexpected(job.record.error->error);
  }
  return part;
}

void JobBook::lend_ready(Caller const& caller, JobId id, std::uint32_t index, Bytes begin,
                         Answer<ReadyPart> answer) {
  auto const job = find(caller, id);
  if (!job) return answer(tl::unexpected(job.error()));
  auto const file = file_of(**job, index);
  if (!file) return answer(tl::unexpected(file.error()));
  Placement placement;
  auto part = ready_part(**job, **file, begin, placement);
  if (!part || part->range.empty()) return answer(std::move(part));
  ports_.store.lend(part->spool, std::move(placement),
                    [part = *part, answer = std::move(answer)](
                        Result<std::shared_ptr<LentContent>> lent) mutable {
                      if (!lent) return answer(tl::unexpected(lent.error()));
                      part.bytes = std::move(*lent);
                      answer(std::move(part));
                    });
}

Result<void> JobBook::check_placed(JobEntry& job, std::vector<std::uint32_t> const& placed) const {
  std::vector<bool> named(job.files.size());
  for (auto const index : placed) {
    auto const file = file_of(job, index);
    if (!file) return tl::unexpected(file.error());
    named[index] = true;
    if ((*file)->record.transferred) continue;
    return fail(Errc::not_yet, "file " + std::to_string(index), "is not transferred");
  }
  for (auto const& file : job.files) {
    auto const& record = file.record;
    if (!record.transferred || record.placed || named[record.index]) continue;
    return fail(Errc::not_yet, "file " + std::to_string(record.index),
                "is transferred, and not placed");
  }
  return {};
}

void JobBook::complete_placed(Caller const& caller, JobId id,
                              std::vector<std::uint32_t> const& placed, Answer<Completion> answer) {
  auto const allowed = allow(caller, id, JobCall::complete);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  if (auto checked = check_placed(job, placed); !checked) {
    return answer(tl::unexpected(checked.error()));
  }
  runner_.halt(job);
  for (auto const index : placed) job.files[index].record.placed = true;
  this->placed(job, {}, answer);
}

}  // namespace freshet
