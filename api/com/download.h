// A download as COM programs see it. Any thread; several objects may be about one download.
#pragma once

#include "api/com/download_core.h"
#include "api/com/object.h"

namespace freshet::com {

class Download final : public Object<Versions<IDODownload>> {
 public:
  explicit Download(std::shared_ptr<DownloadCore> core) : core_(std::move(core)) {}

  HRESULT Start(DO_DOWNLOAD_RANGES_INFO const* ranges) override;
  HRESULT Pause() override { return core_->pause(); }
  HRESULT Abort() override { return core_->abort(); }
  HRESULT Finalize() override { return core_->finalize(); }
  HRESULT GetStatus(DO_DOWNLOAD_STATUS* status) override;
  HRESULT GetProperty(DODownloadProperty id, VARIANT* value) override;
  HRESULT SetProperty(DODownloadProperty id, VARIANT const* value) override;

 private:
  std::shared_ptr<DownloadCore> core_;
};

}  // namespace freshet::com
