// What an engine in this process tells of itself as a whole: policies and monitoring.
#include "api/client/embedded_backend.h"
#include "api/client/monitor.h"

namespace freshet {

Result<std::vector<PolicyEntry>> EmbeddedBackend::policies() const {
  return look<std::vector<PolicyEntry>>([&] { return engine_->policies().entries(); });
}

Result<PolicyVerdict> EmbeddedBackend::verdict() const {
  return look<PolicyVerdict>([&] { return engine_->verdict(); });
}

Result<void> EmbeddedBackend::reload_policies() {
  return look<Result<void>>([&] { return engine_->reload_policies(); });
}

Result<std::vector<FileStatus>> EmbeddedBackend::status() const {
  return look<std::vector<FileStatus>>([&] { return status_of(*engine_, caller_); });
}

Result<EngineCounters> EmbeddedBackend::counters() const {
  return look<EngineCounters>([&] { return engine_->counters(); });
}

Result<PerfSnapshot> EmbeddedBackend::perf(bool month) const {
  return look<PerfSnapshot>([&] {
    auto perf = perf_of(*engine_);
    if (month) perf.moved = engine_->keeper().this_month();
    return perf;
  });
}

Result<std::string> EmbeddedBackend::page_url() const {
  return fail(Errc::not_supported, "page", "is freshetd's; this engine runs in its own process");
}

}  // namespace freshet
