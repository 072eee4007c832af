// What a daemon tells of itself as a whole: policies and monitoring.
#include "api/remote/connected_backend.h"
#include "api/remote/parsed.h"

namespace freshet::remote {

Result<std::vector<PolicyEntry>> ConnectedBackend::policies() const {
  auto shown = parsed<wire::PolicyShown>(call({.target = "/v1/policy"}).body);
  if (!shown) return tl::unexpected(shown.error());
  return std::move(shown->policies);
}

Result<PolicyVerdict> ConnectedBackend::verdict() const {
  auto shown = parsed<wire::PolicyShown>(call({.target = "/v1/policy"}).body);
  if (!shown) return tl::unexpected(shown.error());
  return std::move(shown->verdict);
}

Result<void> ConnectedBackend::reload_policies() {
  auto const reply = call({.method = "POST", .target = "/v1/policy/reload"});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<std::vector<FileStatus>> ConnectedBackend::status() const {
  auto list = parsed<wire::StatusList>(call({.target = "/v1/status"}).body);
  if (!list) return tl::unexpected(list.error());
  return std::move(list->files);
}

Result<PerfSnapshot> ConnectedBackend::perf(bool month) const {
  return parsed<PerfSnapshot>(call({.target = month ? "/v1/perf?month=true" : "/v1/perf"}).body);
}

Result<std::string> ConnectedBackend::page_url() const {
  auto page = parsed<wire::PageUrl>(call({.method = "POST", .target = "/v1/page/code"}).body);
  if (!page) return tl::unexpected(page.error());
  return std::move(page->url);
}

}  // namespace freshet::remote
