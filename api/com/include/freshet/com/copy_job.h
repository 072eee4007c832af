// The manager and the jobs of the job API, every method in the documented order.
#pragma once

#include "freshet/com/copy_types.h"
#include "freshet/com/unknown.h"

struct IBackgroundCopyError;
struct IEnumBackgroundCopyFiles;
struct IEnumBackgroundCopyJobs;

struct IBackgroundCopyJob : IUnknown {
  virtual HRESULT AddFileSet(ULONG count, BG_FILE_INFO* files) = 0;
  virtual HRESULT AddFile(LPCWSTR remote_url, LPCWSTR local_name) = 0;
  virtual HRESULT EnumFiles(IEnumBackgroundCopyFiles** files) = 0;
  virtual HRESULT Suspend() = 0;
  virtual HRESULT Resume() = 0;
  virtual HRESULT Cancel() = 0;
  virtual HRESULT Complete() = 0;
  virtual HRESULT GetId(GUID* id) = 0;
  virtual HRESULT GetType(BG_JOB_TYPE* type) = 0;
  virtual HRESULT GetProgress(BG_JOB_PROGRESS* progress) = 0;
  virtual HRESULT GetTimes(BG_JOB_TIMES* times) = 0;
  virtual HRESULT GetState(BG_JOB_STATE* state) = 0;
  virtual HRESULT GetError(IBackgroundCopyError** error) = 0;
  virtual HRESULT GetOwner(LPWSTR* sid) = 0;
  virtual HRESULT SetDisplayName(LPCWSTR name) = 0;
  virtual HRESULT GetDisplayName(LPWSTR* name) = 0;
  virtual HRESULT SetDescription(LPCWSTR text) = 0;
  virtual HRESULT GetDescription(LPWSTR* text) = 0;
  virtual HRESULT SetPriority(BG_JOB_PRIORITY priority) = 0;
  virtual HRESULT GetPriority(BG_JOB_PRIORITY* priority) = 0;
  virtual HRESULT SetNotifyFlags(ULONG flags) = 0;
  virtual HRESULT GetNotifyFlags(ULONG* flags) = 0;
  virtual HRESULT SetNotifyInterface(IUnknown* callback) = 0;
  virtual HRESULT GetNotifyInterface(IUnknown** callback) = 0;
  virtual HRESULT SetMinimumRetryDelay(ULONG seconds) = 0;
  virtual HRESULT GetMinimumRetryDelay(ULONG* seconds) = 0;
  virtual HRESULT SetNoProgressTimeout(ULONG seconds) = 0;
  virtual HRESULT GetNoProgressTimeout(ULONG* seconds) = 0;
  virtual HRESULT GetErrorCount(ULONG* count) = 0;
  virtual HRESULT SetProxySettings(BG_JOB_PROXY_USAGE usage, WCHAR const* list,
                                   WCHAR const* bypass) = 0;
  virtual HRESULT GetProxySettings(BG_JOB_PROXY_USAGE* usage, LPWSTR* list, LPWSTR* bypass) = 0;
  virtual HRESULT TakeOwnership() = 0;

 protected:
  ~IBackgroundCopyJob() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJob, "37668d37-507e-4160-9316-26306d150b12");

struct IBackgroundCopyJob2 : IBackgroundCopyJob {
  virtual HRESULT SetNotifyCmdLine(LPCWSTR program, LPCWSTR parameters) = 0;
  virtual HRESULT GetNotifyCmdLine(LPWSTR* program, LPWSTR* parameters) = 0;
  virtual HRESULT GetReplyProgress(BG_JOB_REPLY_PROGRESS* progress) = 0;
  virtual HRESULT GetReplyData(BYTE** buffer, UINT64* length) = 0;
  virtual HRESULT SetReplyFileName(LPCWSTR name) = 0;
  virtual HRESULT GetReplyFileName(LPWSTR* name) = 0;
  virtual HRESULT SetCredentials(BG_AUTH_CREDENTIALS* credentials) = 0;
  virtual HRESULT RemoveCredentials(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme) = 0;

 protected:
  ~IBackgroundCopyJob2() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJob2, "54b50739-686f-45eb-9dff-d6a9a0faa9af");

struct IBackgroundCopyJob3 : IBackgroundCopyJob2 {
  virtual HRESULT ReplaceRemotePrefix(LPCWSTR old_prefix, LPCWSTR new_prefix) = 0;
  virtual HRESULT AddFileWithRanges(LPCWSTR remote_url, LPCWSTR local_name, DWORD range_count,
                                    BG_FILE_RANGE ranges[]) = 0;
  virtual HRESULT SetFileACLFlags(DWORD flags) = 0;
  virtual HRESULT GetFileACLFlags(DWORD* flags) = 0;

 protected:
  ~IBackgroundCopyJob3() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJob3, "443c8934-90ff-48ed-bcde-26f5c7450042");

struct IBackgroundCopyJob4 : IBackgroundCopyJob3 {
  virtual HRESULT SetPeerCachingFlags(DWORD flags) = 0;
  virtual HRESULT GetPeerCachingFlags(DWORD* flags) = 0;
  virtual HRESULT GetOwnerIntegrityLevel(ULONG* level) = 0;
  virtual HRESULT GetOwnerElevationState(BOOL* elevated) = 0;
  virtual HRESULT SetMaximumDownloadTime(ULONG seconds) = 0;
  virtual HRESULT GetMaximumDownloadTime(ULONG* seconds) = 0;

 protected:
  ~IBackgroundCopyJob4() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJob4, "659cdeae-489e-11d9-a9cd-000d56965251");

struct IBackgroundCopyJob5 : IBackgroundCopyJob4 {
  virtual HRESULT SetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value) = 0;
  virtual HRESULT GetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE* value) = 0;

 protected:
  ~IBackgroundCopyJob5() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJob5, "e847030c-bbba-4657-af6d-484aa42bf1fe");

struct IBackgroundCopyManager : IUnknown {
  virtual HRESULT CreateJob(LPCWSTR display_name, BG_JOB_TYPE type, GUID* id,
                            IBackgroundCopyJob** job) = 0;
  virtual HRESULT GetJob(REFGUID id, IBackgroundCopyJob** job) = 0;
  virtual HRESULT EnumJobs(DWORD flags, IEnumBackgroundCopyJobs** jobs) = 0;
  virtual HRESULT GetErrorDescription(HRESULT hr, DWORD language, LPWSTR* text) = 0;

 protected:
  ~IBackgroundCopyManager() = default;
};
FRESHET_UUID(IID, IBackgroundCopyManager, "5ce34c0d-0dc9-4c1f-897c-daa1b78cee7c");
