// BSTR and VARIANT: the values of the property calls, and their functions.
//
// Any thread. A BSTR is counted: four bytes before its first character hold its length in bytes.
// A VARIANT owns what it holds: end it with VariantClear.
#pragma once

#include "freshet/com/unknown.h"

using BSTR = wchar_t*;
using VARTYPE = std::uint16_t;
using VARIANT_BOOL = std::int16_t;

inline constexpr VARIANT_BOOL VARIANT_TRUE = -1;
inline constexpr VARIANT_BOOL VARIANT_FALSE = 0;

enum VARENUM : std::uint16_t {
  VT_EMPTY = 0,
  VT_NULL = 1,
  VT_I2 = 2,
  VT_I4 = 3,
  VT_BSTR = 8,
  VT_DISPATCH = 9,
  VT_BOOL = 11,
  VT_UNKNOWN = 13,
  VT_UI1 = 17,
  VT_UI2 = 18,
  VT_UI4 = 19,
  VT_I8 = 20,
  VT_UI8 = 21,
  VT_INT = 22,
  VT_UINT = 23,
  VT_ARRAY = 0x2000,
  VT_BYREF = 0x4000,
};

struct SAFEARRAY;

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"  // Its shape is as old as it is.
#endif
struct VARIANT {
  VARTYPE vt;
  WORD wReserved1;
  WORD wReserved2;
  WORD wReserved3;
  union {
    LONGLONG llVal;
    LONG lVal;
    BYTE bVal;
    SHORT iVal;
    VARIANT_BOOL boolVal;
    BSTR bstrVal;
    IUnknown* punkVal;
    IDispatch* pdispVal;
    SAFEARRAY* parray;
    void* byref;
    USHORT uiVal;
    ULONG ulVal;
    ULONGLONG ullVal;
    INT intVal;
    UINT uintVal;
    struct {
      void* pvRecord;
      void* pRecInfo;
    } brecVal;
  };
};
#ifdef __clang__
#pragma clang diagnostic pop
#endif

// Null: there is no memory, or nothing was given.
FRESHET_COM_API BSTR SysAllocString(OLECHAR const* text);
// `length` characters; they are zero when `text` is null.
FRESHET_COM_API BSTR SysAllocStringLen(OLECHAR const* text, UINT length);
FRESHET_COM_API INT SysReAllocString(BSTR* string, OLECHAR const* text);
FRESHET_COM_API void SysFreeString(BSTR string);
FRESHET_COM_API UINT SysStringLen(BSTR string);
FRESHET_COM_API UINT SysStringByteLen(BSTR string);

FRESHET_COM_API void VariantInit(VARIANT* variant);
// Frees its string or releases its object. DISP_E_BADVARTYPE for kinds that are not listed above:
// then nothing is freed.
FRESHET_COM_API HRESULT VariantClear(VARIANT* variant);
// Clears `to` first; strings and arrays are copied and objects get a reference.
FRESHET_COM_API HRESULT VariantCopy(VARIANT* to, VARIANT const* from);
