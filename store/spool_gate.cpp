#include "store/spool_gate.h"

#include "engine/base/assert.h"
#include "store/spool_stream.h"

namespace freshet::store {

std::unique_ptr<GateStream> SpoolGate::open(SpoolId spool, SourceId who, Bytes begin,
                                            std::function<void()> room) {
  FRESHET_ASSERT(begin % kBlockBytes == 0);
  return std::make_unique<SpoolStream>(shared_from_this(), find(spool), who, begin,
                                       std::move(room));
}

std::shared_ptr<Spool> SpoolGate::find(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  auto const at = spools_.find(static_cast<std::uint64_t>(spool));
  return at == spools_.end() ? nullptr : at->second;
}

void SpoolGate::add(std::shared_ptr<Spool> spool) {
  std::lock_guard const lock(mutex_);
  spools_[static_cast<std::uint64_t>(spool->id())] = std::move(spool);
}

void SpoolGate::remove(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  spools_.erase(static_cast<std::uint64_t>(spool));
}

void SpoolGate::close() {
  std::lock_guard const lock(mutex_);
  intake_ = nullptr;
  spools_.clear();
}

void SpoolGate::submit(std::shared_ptr<Spool> spool, std::shared_ptr<Buffer> buffer, Bytes offset,
                       SourceId who) {
  std::lock_guard const lock(mutex_);
  if (intake_ != nullptr) intake_->submit(std::move(spool), std::move(buffer), offset, who);
}

void SpoolGate::submit_end(std::shared_ptr<Spool> spool, Bytes length, SourceId who) {
  std::lock_guard const lock(mutex_);
  if (intake_ != nullptr) intake_->submit_end(std::move(spool), length, who);
}

}  // namespace freshet::store
