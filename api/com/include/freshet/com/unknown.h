// IUnknown and the standard interfaces that jobs and downloads use.
//
// Destructors are protected: an interface ends by Release. They have no place in the vtable.
#pragma once

#include "freshet/com/guid.h"
#include "freshet/com/hresults.h"

struct IUnknown {
  virtual HRESULT QueryInterface(REFIID riid, void** object) = 0;
  virtual ULONG AddRef() = 0;
  virtual ULONG Release() = 0;

 protected:
  ~IUnknown() = default;
};
FRESHET_UUID(IID, IUnknown, "00000000-0000-0000-c000-000000000046");

struct IEnumUnknown : IUnknown {
  virtual HRESULT Next(ULONG celt, IUnknown** rgelt, ULONG* fetched) = 0;
  virtual HRESULT Skip(ULONG celt) = 0;
  virtual HRESULT Reset() = 0;
  virtual HRESULT Clone(IEnumUnknown** copy) = 0;

 protected:
  ~IEnumUnknown() = default;
};
FRESHET_UUID(IID, IEnumUnknown, "00000100-0000-0000-c000-000000000046");

struct ISequentialStream : IUnknown {
  virtual HRESULT Read(void* buffer, ULONG size, ULONG* read) = 0;
  virtual HRESULT Write(void const* buffer, ULONG size, ULONG* written) = 0;

 protected:
  ~ISequentialStream() = default;
};
FRESHET_UUID(IID, ISequentialStream, "0c733a30-2a1c-11ce-ade5-00aa0044773d");

struct STATSTG {
  LPOLESTR pwcsName;
  DWORD type;
  ULARGE_INTEGER cbSize;
  FILETIME mtime;
  FILETIME ctime;
  FILETIME atime;
  DWORD grfMode;
  DWORD grfLocksSupported;
  CLSID clsid;
  DWORD grfStateBits;
  DWORD reserved;
};

struct IStream : ISequentialStream {
  virtual HRESULT Seek(LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER* position) = 0;
  virtual HRESULT SetSize(ULARGE_INTEGER size) = 0;
  virtual HRESULT CopyTo(IStream* stream, ULARGE_INTEGER size, ULARGE_INTEGER* read,
                         ULARGE_INTEGER* written) = 0;
  virtual HRESULT Commit(DWORD flags) = 0;
  virtual HRESULT Revert() = 0;
  virtual HRESULT LockRegion(ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type) = 0;
  virtual HRESULT UnlockRegion(ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type) = 0;
  virtual HRESULT Stat(STATSTG* stat, DWORD flag) = 0;
  virtual HRESULT Clone(IStream** copy) = 0;

 protected:
  ~IStream() = default;
};
FRESHET_UUID(IID, IStream, "0000000c-0000-0000-c000-000000000046");

// Named by VARIANT; nothing here implements or uses it.
struct IDispatch;
