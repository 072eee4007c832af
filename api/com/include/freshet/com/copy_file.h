// The files of jobs, their errors and the enumerators, every method in the documented order.
#pragma once

#include "freshet/com/copy_job.h"

struct IBackgroundCopyFile : IUnknown {
  virtual HRESULT GetRemoteName(LPWSTR* name) = 0;
  virtual HRESULT GetLocalName(LPWSTR* name) = 0;
  virtual HRESULT GetProgress(BG_FILE_PROGRESS* progress) = 0;

 protected:
  ~IBackgroundCopyFile() = default;
};
FRESHET_UUID(IID, IBackgroundCopyFile, "01b7bd23-fb88-4a77-8490-5891d3e4653a");

struct IBackgroundCopyFile2 : IBackgroundCopyFile {
  virtual HRESULT GetFileRanges(DWORD* count, BG_FILE_RANGE** ranges) = 0;
  virtual HRESULT SetRemoteName(LPCWSTR name) = 0;

 protected:
  ~IBackgroundCopyFile2() = default;
};
FRESHET_UUID(IID, IBackgroundCopyFile2, "83e81b93-0873-474d-8a8c-f2018b1a939c");

struct IBackgroundCopyFile3 : IBackgroundCopyFile2 {
  virtual HRESULT GetTemporaryName(LPWSTR* name) = 0;
  virtual HRESULT SetValidationState(BOOL state) = 0;
  virtual HRESULT GetValidationState(BOOL* state) = 0;
  virtual HRESULT IsDownloadedFromPeer(BOOL* from_peer) = 0;

 protected:
  ~IBackgroundCopyFile3() = default;
};
FRESHET_UUID(IID, IBackgroundCopyFile3, "659cdeaa-489e-11d9-a9cd-000d56965251");

struct IBackgroundCopyFile4 : IBackgroundCopyFile3 {
  virtual HRESULT GetPeerDownloadStats(UINT64* from_origin, UINT64* from_peers) = 0;

 protected:
  ~IBackgroundCopyFile4() = default;
};
FRESHET_UUID(IID, IBackgroundCopyFile4, "ef7e0655-7888-4960-b0e5-730846e03492");

struct IBackgroundCopyFile5 : IBackgroundCopyFile4 {
  virtual HRESULT SetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE value) = 0;
  virtual HRESULT GetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE* value) = 0;

 protected:
  ~IBackgroundCopyFile5() = default;
};
FRESHET_UUID(IID, IBackgroundCopyFile5, "85c1657f-dafc-40e8-8834-df18ea25717e");

struct IBackgroundCopyFile6 : IBackgroundCopyFile5 {
  virtual HRESULT UpdateDownloadPosition(UINT64 offset) = 0;
  virtual HRESULT RequestFileRanges(DWORD count, BG_FILE_RANGE ranges[]) = 0;
  virtual HRESULT GetFilledFileRanges(DWORD* count, BG_FILE_RANGE** ranges) = 0;

 protected:
  ~IBackgroundCopyFile6() = default;
};
FRESHET_UUID(IID, IBackgroundCopyFile6, "cf6784f7-d677-49fd-9368-cb47aee9d1ad");

struct IBackgroundCopyError : IUnknown {
  virtual HRESULT GetError(BG_ERROR_CONTEXT* context, HRESULT* code) = 0;
  virtual HRESULT GetFile(IBackgroundCopyFile** file) = 0;
  virtual HRESULT GetErrorDescription(DWORD language, LPWSTR* text) = 0;
  virtual HRESULT GetErrorContextDescription(DWORD language, LPWSTR* text) = 0;
  virtual HRESULT GetProtocol(LPWSTR* protocol) = 0;

 protected:
  ~IBackgroundCopyError() = default;
};
FRESHET_UUID(IID, IBackgroundCopyError, "19c613a0-fcb8-4f28-81ae-897c3d078f81");

struct IEnumBackgroundCopyFiles : IUnknown {
  virtual HRESULT Next(ULONG celt, IBackgroundCopyFile** rgelt, ULONG* fetched) = 0;
  virtual HRESULT Skip(ULONG celt) = 0;
  virtual HRESULT Reset() = 0;
  virtual HRESULT Clone(IEnumBackgroundCopyFiles** copy) = 0;
  virtual HRESULT GetCount(ULONG* count) = 0;

 protected:
  ~IEnumBackgroundCopyFiles() = default;
};
FRESHET_UUID(IID, IEnumBackgroundCopyFiles, "ca51e165-c365-424c-8d41-24aaa4ff3c40");

struct IEnumBackgroundCopyJobs : IUnknown {
  virtual HRESULT Next(ULONG celt, IBackgroundCopyJob** rgelt, ULONG* fetched) = 0;
  virtual HRESULT Skip(ULONG celt) = 0;
  virtual HRESULT Reset() = 0;
  virtual HRESULT Clone(IEnumBackgroundCopyJobs** copy) = 0;
  virtual HRESULT GetCount(ULONG* count) = 0;

 protected:
  ~IEnumBackgroundCopyJobs() = default;
};
FRESHET_UUID(IID, IEnumBackgroundCopyJobs, "1af4f612-3b71-466f-8f58-7b6f73ac57ad");
