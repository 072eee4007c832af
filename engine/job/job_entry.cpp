#include "engine/job/job_entry.h"

#include <algorithm>

#include "engine/base/client_certificate.h"

namespace freshet {

JobFacts JobEntry::facts() const {
  return {!files.empty(), !all_transferred(), record.resumed};
}

Duration JobEntry::transfer_time(TimePoint now) const {
  return record.transfer_time + (moving_since ? now - *moving_since : Duration::zero());
}

std::optional<std::uint32_t> JobEntry::next_waiting() {
  auto const count = static_cast<std::uint32_t>(files.size());
  auto index = first_pending;
  while (index < count && (files[index].record.transferred || files[index].wish != WishId::none)) {
    ++index;
  }
  first_pending = index;
  if (index == count) return std::nullopt;
  return index;
}

bool JobEntry::all_transferred() const {
  return active.empty() && totals.progress().files_done == files.size();
}

FileShare share_of(FileEntry const& file) {
  auto const& record = file.record;
  return {wanted_bytes(record.spec, record.length),
          file.done,
          record.transferred,
          record.from_origin,
          record.from_peers,
          record.wasted};
}

FileShare share_of(FileEntry const& file, WishProgress const& live) {
  auto share = share_of(file);
  share.wanted = wanted_bytes(file.record.spec, live.length ? live.length : file.record.length);
  share.done = live.length ? live.done : std::max(file.done, live.done);
  share.from_origin += live.from_origin - file.counted.from_origin;
  share.from_peers += live.from_peers - file.counted.from_peers;
  share.wasted += live.wasted - file.counted.wasted;
  return share;
}

Progress progress_of(JobEntry const& job, TransferDesk const& desk) {
  auto totals = job.totals;
  for (auto const index : job.active) {
    auto const& file = job.files[index];
    totals.add(share_of(file, desk.progress(file.wish)));
  }
  auto progress = totals.progress();
  progress.rate = job.meter.rate();
  return progress;
}

JobInfo info_of(JobEntry const& job, TransferDesk const& desk) {
  auto const& record = job.record;
  JobInfo info;
  info.id = record.id;
  info.spec = record.spec;
  auto& certificate = info.spec.http.client_certificate;
  certificate = certificates_of(certificate);
  info.state = record.state;
  info.progress = progress_of(job, desk);
  info.error = record.error;
  info.error_count = record.error_count;
  info.owner = record.owner;
  info.created = record.created;
  info.modified = record.modified;
  info.transferred = record.transferred;
  return info;
}

FileInfo info_of(FileEntry const& file, TransferDesk const& desk) {
  auto const live =
      file.wish == WishId::none ? share_of(file) : share_of(file, desk.progress(file.wish));
  auto const& record = file.record;
  FileInfo info;
  info.spec = record.spec;
  info.spec.manifest_bytes.clear();  // May be megabytes, and the application has it.
  info.spec.manifest_signature.clear();
  info.length = record.length;
  info.bytes_done = live.done;
  info.transferred = record.transferred;
  info.placed = record.placed;
  info.content = record.content;
  info.trust = record.trust;
  info.signer = record.signer;
  info.validated = record.validated;
  info.modified = record.modified;
  info.from_origin = live.from_origin;
  info.from_peers = live.from_peers;
  info.wasted = live.wasted;
  return info;
}

}  // namespace freshet
