// The base types and macros that COM programs are written in, with their Windows sizes.
//
// `LONG` and `DWORD` have 32 bits. `WCHAR` is `wchar_t`, which has 32 bits here, so that L""
// literals work; one holds a whole character (UTF-32).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cwchar>

using BYTE = std::uint8_t;
using UCHAR = std::uint8_t;
using SHORT = std::int16_t;
using USHORT = std::uint16_t;
using WORD = std::uint16_t;
using INT = std::int32_t;
using UINT = std::uint32_t;
using LONG = std::int32_t;
using ULONG = std::uint32_t;
using DWORD = std::uint32_t;
using BOOL = std::int32_t;
using INT64 = std::int64_t;
using UINT64 = std::uint64_t;
using LONGLONG = std::int64_t;
using ULONGLONG = std::uint64_t;
using ULONG64 = std::uint64_t;
using DWORD64 = std::uint64_t;
using SIZE_T = std::size_t;
using HRESULT = std::int32_t;
using LCID = std::uint32_t;
using LANGID = std::uint16_t;

using WCHAR = wchar_t;
using OLECHAR = wchar_t;
using LPWSTR = wchar_t*;
using PWSTR = wchar_t*;
using LPOLESTR = wchar_t*;
using LPCWSTR = wchar_t const*;
using PCWSTR = wchar_t const*;
using LPCOLESTR = wchar_t const*;
using PVOID = void*;
using LPVOID = void*;
using LPCVOID = void const*;
using HANDLE = void*;

// 100 ns since 1601-01-01 UTC.
struct FILETIME {
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
};

union LARGE_INTEGER {
  LONGLONG QuadPart;
};
union ULARGE_INTEGER {
  ULONGLONG QuadPart;
};

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef MAX_PATH
#define MAX_PATH 260
#endif
#ifndef INFINITE
#define INFINITE 0xFFFFFFFFU
#endif

// There is one calling convention.
#ifndef __stdcall
#define __stdcall
#endif
#define STDMETHODCALLTYPE
#define STDAPICALLTYPE
#define WINAPI
#define APIENTRY
#define STDMETHOD(method) virtual HRESULT method
#define STDMETHOD_(type, method) virtual type method
#define STDMETHODIMP HRESULT
#define STDMETHODIMP_(type) type
#define UNREFERENCED_PARAMETER(name) static_cast<void>(name)

#define FRESHET_COM_API extern "C" __attribute__((visibility("default")))

inline LONG InterlockedIncrement(LONG volatile* value) {
  return __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST);
}
inline LONG InterlockedDecrement(LONG volatile* value) {
  return __atomic_sub_fetch(value, 1, __ATOMIC_SEQ_CST);
}
inline LONG InterlockedExchange(LONG volatile* value, LONG next) {
  return __atomic_exchange_n(value, next, __ATOMIC_SEQ_CST);
}

// Texts are in English; these name it as programs that ask for their own language do.
inline constexpr LANGID LANG_NEUTRAL = 0x00;
inline constexpr LANGID LANG_ENGLISH = 0x09;
inline constexpr LANGID SUBLANG_DEFAULT = 0x01;
inline constexpr LANGID SUBLANG_ENGLISH_US = 0x01;
constexpr LANGID MAKELANGID(LANGID primary, LANGID sub) {
  return static_cast<LANGID>((sub << 10) | primary);
}
constexpr LANGID LANGIDFROMLCID(LCID locale) {
  return static_cast<LANGID>(locale & 0xFFFF);
}
constexpr LCID GetThreadLocale() {
  return 0x0409;
}
constexpr LANGID GetUserDefaultUILanguage() {
  return 0x0409;
}
