#include "engine/job/wish_of.h"

#include <utility>

namespace freshet {

Wish wish_of(JobRecord const& job, FileRecord const& file) {
  auto const& spec = job.spec;
  Wish wish;
  wish.file = file.spec;
  wish.manifest_document = std::exchange(wish.file.manifest_bytes, {});
  wish.signed_by = spec.signed_by;
  for (auto const& header : spec.headers) wish.headers.push_back({header.name, header.value});
  wish.proxy = spec.proxy;
  wish.ca_file = spec.ca_file;
  wish.allow_downgrade = spec.allow_downgrade;
  wish.http = spec.http;
  wish.connections = spec.connections;
  wish.priority = spec.priority;
  if (spec.limit.value > 0) wish.limit = {LimitId{job.order}, spec.limit};
  wish.peers = !file.origin_only && (!spec.validate_first || file.validated);
  wish.spool = file.spool;
  wish.validator = file.validator;
  return wish;
}

}  // namespace freshet
