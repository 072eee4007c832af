// What an application implements to be told of its jobs, every method in the documented order.
//
// Calls come on threads of this library, one at a time for each job; jobs and files may be called
// from within. Arguments belong to the caller: release none of them.
#pragma once

#include "freshet/com/copy_file.h"

struct IBackgroundCopyCallback : IUnknown {
  virtual HRESULT JobTransferred(IBackgroundCopyJob* job) = 0;
  virtual HRESULT JobError(IBackgroundCopyJob* job, IBackgroundCopyError* error) = 0;
  virtual HRESULT JobModification(IBackgroundCopyJob* job, DWORD reserved) = 0;

 protected:
  ~IBackgroundCopyCallback() = default;
};
FRESHET_UUID(IID, IBackgroundCopyCallback, "97ea99c7-0186-4ad4-8df9-c5b4e0ed6b22");

struct IBackgroundCopyCallback2 : IBackgroundCopyCallback {
  virtual HRESULT FileTransferred(IBackgroundCopyJob* job, IBackgroundCopyFile* file) = 0;

 protected:
  ~IBackgroundCopyCallback2() = default;
};
FRESHET_UUID(IID, IBackgroundCopyCallback2, "659cdeac-489e-11d9-a9cd-000d56965251");

struct IBackgroundCopyCallback3 : IBackgroundCopyCallback2 {
  virtual HRESULT FileRangesTransferred(IBackgroundCopyJob* job, IBackgroundCopyFile* file,
                                        DWORD range_count, BG_FILE_RANGE const ranges[]) = 0;

 protected:
  ~IBackgroundCopyCallback3() = default;
};
FRESHET_UUID(IID, IBackgroundCopyCallback3, "98c97bd2-e32b-4ad8-a528-95fd8b16bd42");
