// What went wrong with a job, as it was when it was asked for. Any thread.
#pragma once

#include "api/com/job_core.h"
#include "api/com/object.h"
#include "freshet/com/copy_file.h"

namespace freshet::com {

class ErrorObject final : public Object<Versions<IBackgroundCopyError>> {
 public:
  ErrorObject(std::shared_ptr<JobCore> core, ErrorReport report)
      : core_(std::move(core)), report_(std::move(report)) {}

  HRESULT GetError(BG_ERROR_CONTEXT* context, HRESULT* code) override;
  HRESULT GetFile(IBackgroundCopyFile** file) override;
  HRESULT GetErrorDescription(DWORD language, LPWSTR* text) override;
  HRESULT GetErrorContextDescription(DWORD language, LPWSTR* text) override;
  HRESULT GetProtocol(LPWSTR* protocol) override;

 private:
  [[nodiscard]] BG_ERROR_CONTEXT context() const;
  // Whether a piece hash file could not be had; Delivery Optimization has a code for that.
  [[nodiscard]] bool lacks_check_info() const;

  std::shared_ptr<JobCore> core_;
  ErrorReport report_;
};

}  // namespace freshet::com
