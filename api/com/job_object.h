// A job as COM programs see it: IBackgroundCopyJob to Job5, its HTTP options, and what Delivery
// Optimization adds.
//
// Any thread; calls wait for the engine. Several objects may be about one job. Methods stand in
// four files: job_object.cpp (its life), job_files.cpp, job_settings.cpp and job_http.cpp.
#pragma once

#include "api/com/certificate_store.h"
#include "api/com/job_core.h"
#include "api/com/object.h"
#include "freshet/com/copy_file.h"
#include "freshet/com/copy_http.h"
#include "freshet/com/do_interfaces.h"

namespace freshet::com {

class JobObject final
    : public Object<Versions<IBackgroundCopyJob5, IBackgroundCopyJob4, IBackgroundCopyJob3,
                             IBackgroundCopyJob2, IBackgroundCopyJob>,
                    Versions<IBackgroundCopyJobHttpOptions3, IBackgroundCopyJobHttpOptions2,
                             IBackgroundCopyJobHttpOptions>,
                    Versions<IDeliveryOptimizationJob>, Versions<IDeliveryOptimizationJob2>> {
 public:
  explicit JobObject(std::shared_ptr<JobCore> core) : core_(std::move(core)) {}

  // Its life.
  HRESULT Suspend() override;
  HRESULT Resume() override;
  HRESULT Cancel() override;
  HRESULT Complete() override;
  HRESULT GetId(GUID* id) override;
  HRESULT GetType(BG_JOB_TYPE* type) override;
  HRESULT GetProgress(BG_JOB_PROGRESS* progress) override;
  HRESULT GetTimes(BG_JOB_TIMES* times) override;
  HRESULT GetState(BG_JOB_STATE* state) override;
  HRESULT GetError(IBackgroundCopyError** error) override;
  HRESULT GetErrorCount(ULONG* count) override;
  HRESULT GetOwner(LPWSTR* sid) override;
  HRESULT TakeOwnership() override;
  HRESULT GetOwnerIntegrityLevel(ULONG* level) override;
  HRESULT GetOwnerElevationState(BOOL* elevated) override;
  HRESULT GetProperty(DOJobPropertyId id, VARIANT* value) override;
  HRESULT SetProperty(DOJobPropertyId id, VARIANT const* value) override;

  // Files.
  HRESULT AddFileSet(ULONG count, BG_FILE_INFO* files) override;
  HRESULT AddFile(LPCWSTR remote_url, LPCWSTR local_name) override;
  HRESULT EnumFiles(IEnumBackgroundCopyFiles** files) override;
  HRESULT ReplaceRemotePrefix(LPCWSTR old_prefix, LPCWSTR new_prefix) override;
  HRESULT AddFileWithRanges(LPCWSTR remote_url, LPCWSTR local_name, DWORD range_count,
                            BG_FILE_RANGE ranges[]) override;
  HRESULT AddFileWithRanges(LPCWSTR file_id, LPCWSTR remote_url, LPCWSTR local_name,
                            DWORD range_count, BG_FILE_RANGE ranges[], UINT64 file_size) override;
  HRESULT AddFile(LPCWSTR file_id, LPCWSTR remote_url, DWORD range_count, BG_FILE_RANGE ranges[],
                  REFIID riid, void** object) override;
  HRESULT SetFileACLFlags(DWORD flags) override;
  HRESULT GetFileACLFlags(DWORD* flags) override;
  HRESULT GetReplyProgress(BG_JOB_REPLY_PROGRESS* progress) override;
  HRESULT GetReplyData(BYTE** buffer, UINT64* length) override;
  HRESULT SetReplyFileName(LPCWSTR name) override;
  HRESULT GetReplyFileName(LPWSTR* name) override;

  // Settings.
  HRESULT SetDisplayName(LPCWSTR name) override;
  HRESULT GetDisplayName(LPWSTR* name) override;
  HRESULT SetDescription(LPCWSTR text) override;
  HRESULT GetDescription(LPWSTR* text) override;
  HRESULT SetPriority(BG_JOB_PRIORITY priority) override;
  HRESULT GetPriority(BG_JOB_PRIORITY* priority) override;
  HRESULT SetNotifyFlags(ULONG flags) override;
  HRESULT GetNotifyFlags(ULONG* flags) override;
  HRESULT SetNotifyInterface(IUnknown* callback) override;
  HRESULT GetNotifyInterface(IUnknown** callback) override;
  HRESULT SetNotifyCmdLine(LPCWSTR program, LPCWSTR parameters) override;
  HRESULT GetNotifyCmdLine(LPWSTR* program, LPWSTR* parameters) override;
  HRESULT SetMinimumRetryDelay(ULONG seconds) override;
  HRESULT GetMinimumRetryDelay(ULONG* seconds) override;
  HRESULT SetNoProgressTimeout(ULONG seconds) override;
  HRESULT GetNoProgressTimeout(ULONG* seconds) override;
  HRESULT SetMaximumDownloadTime(ULONG seconds) override;
  HRESULT GetMaximumDownloadTime(ULONG* seconds) override;
  HRESULT SetPeerCachingFlags(DWORD flags) override;
  HRESULT GetPeerCachingFlags(DWORD* flags) override;
  HRESULT SetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value) override;
  HRESULT GetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE* value) override;

  // HTTP.
  HRESULT SetProxySettings(BG_JOB_PROXY_USAGE usage, WCHAR const* list,
                           WCHAR const* bypass) override;
  HRESULT GetProxySettings(BG_JOB_PROXY_USAGE* usage, LPWSTR* list, LPWSTR* bypass) override;
  HRESULT SetCredentials(BG_AUTH_CREDENTIALS* credentials) override;
  HRESULT RemoveCredentials(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme) override;
  HRESULT SetClientCertificateByID(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                   BYTE hash[20]) override;
  HRESULT SetClientCertificateByName(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                     LPCWSTR subject) override;
  HRESULT RemoveClientCertificate() override;
  HRESULT GetClientCertificate(BG_CERT_STORE_LOCATION* location, LPWSTR* store, BYTE** hash,
                               LPWSTR* subject) override;
  HRESULT SetCustomHeaders(LPCWSTR headers) override;
  HRESULT GetCustomHeaders(LPWSTR* headers) override;
  HRESULT SetSecurityFlags(ULONG flags) override;
  HRESULT GetSecurityFlags(ULONG* flags) override;
  HRESULT SetHttpMethod(LPCWSTR method) override;
  HRESULT GetHttpMethod(LPWSTR* method) override;
  HRESULT SetServerCertificateValidationInterface(IUnknown* callback) override;
  HRESULT MakeCustomHeadersWriteOnly() override;

 private:
  [[nodiscard]] bool bits() const { return core_->family() == Family::bits; }
  [[nodiscard]] HRESULT change(JobCore::Edit const& edit);
  // Gives `read` of the job to `*out`.
  template <typename Out, typename Read>
  HRESULT tell(Out* out, Read const& read) {
    if (out == nullptr) return E_POINTER;
    auto const info = core_->info();
    if (!info) return core_->hresult(info);
    *out = read(*info);
    return S_OK;
  }
  [[nodiscard]] HRESULT set_certificate(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                        Fits const& fits);
  [[nodiscard]] HRESULT add(std::vector<FileSpec> files);
  [[nodiscard]] HRESULT set_seconds(Duration JobSpec::*member, ULONG seconds);
  [[nodiscard]] HRESULT set_bits_property(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value);

  std::shared_ptr<JobCore> core_;
};

}  // namespace freshet::com
