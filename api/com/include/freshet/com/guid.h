// GUIDs, and the ones that belong to types: `__uuidof` and `IID_PPV_ARGS`.
#pragma once

#include <type_traits>

#include "freshet/com/types.h"

struct GUID {
  std::uint32_t Data1;
  std::uint16_t Data2;
  std::uint16_t Data3;
  std::uint8_t Data4[8];
};
using IID = GUID;
using CLSID = GUID;
using REFGUID = GUID const&;
using REFIID = IID const&;
using REFCLSID = CLSID const&;

inline constexpr GUID GUID_NULL{};
inline constexpr IID IID_NULL{};
inline constexpr CLSID CLSID_NULL{};

constexpr bool operator==(REFGUID a, REFGUID b) {
  bool same = a.Data1 == b.Data1 && a.Data2 == b.Data2 && a.Data3 == b.Data3;
  for (int i = 0; i < 8; ++i) same = same && a.Data4[i] == b.Data4[i];
  return same;
}
constexpr BOOL IsEqualGUID(REFGUID a, REFGUID b) {
  return a == b ? TRUE : FALSE;
}
constexpr BOOL IsEqualIID(REFIID a, REFIID b) {
  return IsEqualGUID(a, b);
}
constexpr BOOL IsEqualCLSID(REFCLSID a, REFCLSID b) {
  return IsEqualGUID(a, b);
}

namespace freshet::com {

template <typename T>
struct Uuid;

template <typename T>
constexpr GUID const& uuid_of() {
  return Uuid<std::remove_cvref_t<T>>::value;
}

constexpr int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return (digit | 0x20) - 'a' + 10;
}

// "4991d34b-80a1-4291-83b6-3328366b9097", of which nothing else is asked than to be right.
constexpr GUID guid(char const (&text)[37]) {
  std::uint8_t bytes[16] = {};
  int digits = 0;
  for (int i = 0; i < 36; ++i) {
    if (text[i] == '-') continue;
    bytes[digits / 2] = static_cast<std::uint8_t>(bytes[digits / 2] * 16 + hex_value(text[i]));
    ++digits;
  }
  GUID made{};
  for (int i = 0; i < 4; ++i) made.Data1 = (made.Data1 << 8) | bytes[i];
  made.Data2 = static_cast<std::uint16_t>((bytes[4] << 8) | bytes[5]);
  made.Data3 = static_cast<std::uint16_t>((bytes[6] << 8) | bytes[7]);
  for (int i = 0; i < 8; ++i) made.Data4[i] = bytes[8 + i];
  return made;
}

}  // namespace freshet::com

// Names the GUID of a type, `prefix`_`type`, and lets `__uuidof` find it.
#define FRESHET_UUID(prefix, type, text)                              \
  inline constexpr GUID prefix##_##type = ::freshet::com::guid(text); \
  template <>                                                         \
  struct freshet::com::Uuid<::type> {                                 \
    static constexpr GUID const& value = ::prefix##_##type;           \
  }

// Of a type, or of what an expression has as its type.
#ifndef __uuidof
#define __uuidof(what) (::freshet::com::uuid_of<__typeof__(what)>())
#endif
#define IID_PPV_ARGS(pointer) \
  __uuidof(**(pointer)), reinterpret_cast<void**>(::freshet::com::pointer_to_interface(pointer))

namespace freshet::com {

// Only pointers to pointers to interfaces pass.
template <typename T>
T** pointer_to_interface(T** pointer) {
  static_assert(sizeof(Uuid<T>) > 0, "is no interface");
  return pointer;
}

}  // namespace freshet::com
