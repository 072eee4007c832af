#include "api/com/error_object.h"

#include "api/com/file_object.h"
#include "api/com/hresult_text.h"
#include "api/com/integrity_info.h"
#include "api/com/text.h"
#include "freshet/com/bg_hresults.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

// Delivery Optimization knows two contexts only.
BG_ERROR_CONTEXT ErrorObject::context() const {
  if (core_->family() == Family::bits) return static_cast<BG_ERROR_CONTEXT>(report_.context);
  bool const forbidden = report_.error.error.code == Errc::http_forbidden;
  return forbidden ? BG_ERROR_CONTEXT_REMOTE_FILE : BG_ERROR_CONTEXT_NONE;
}

bool ErrorObject::lacks_check_info() const {
  if (core_->family() == Family::bits || !report_.error.file) return false;
  auto const file = core_->file(*report_.error.file);
  return file && is_unavailable(file->spec.manifest, report_.error.error);
}

HRESULT ErrorObject::GetError(BG_ERROR_CONTEXT* context_out, HRESULT* code) {
  if (context_out == nullptr || code == nullptr) return E_POINTER;
  *context_out = context();
  *code = lacks_check_info() ? DO_E_INTEGRITYCHECKINFO_UNAVAILABLE
                             : to_hresult(report_.error.error.code, core_->family());
  return S_OK;
}

HRESULT ErrorObject::GetFile(IBackgroundCopyFile** file) {
  if (file == nullptr) return E_POINTER;
  *file = nullptr;
  if (!report_.error.file) {
    return core_->family() == Family::bits ? BG_E_FILE_NOT_AVAILABLE : DO_E_FILE_NOT_AVAILABLE;
  }
  *file = static_cast<IBackgroundCopyFile6*>(make<FileObject>(core_, *report_.error.file).give());
  return S_OK;
}

HRESULT ErrorObject::GetErrorDescription(DWORD language, LPWSTR* text) {
  if (text == nullptr) return E_POINTER;
  *text = nullptr;
  if (auto const known = check_language(language); FAILED(known)) return known;
  return give_text(describe(report_.error.error), text);
}

HRESULT ErrorObject::GetErrorContextDescription(DWORD language, LPWSTR* text) {
  if (text == nullptr) return E_POINTER;
  *text = nullptr;
  if (auto const known = check_language(language); FAILED(known)) return known;
  return give_text(context_text(context()), text);
}

HRESULT ErrorObject::GetProtocol(LPWSTR* protocol) {
  if (protocol == nullptr) return E_POINTER;
  *protocol = nullptr;
  if (report_.protocol.empty()) return BG_E_PROTOCOL_NOT_AVAILABLE;
  return give_text(std::string_view("http"), protocol);
}

}  // namespace freshet::com
