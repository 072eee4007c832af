// BSTR, VARIANT and task memory: what programs and this library give each other to free.
#include "freshet/com/variant.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "freshet/com/objbase.h"
#include "freshet/com/safe_array.h"

namespace {

// Before the characters, which stay aligned: room, then their length in bytes.
struct StringHead {
  std::uint32_t room;
  std::uint32_t bytes;
};

StringHead* head_of(BSTR string) {
  return reinterpret_cast<StringHead*>(string) - 1;
}

constexpr VARTYPE kBytes = VT_ARRAY | VT_UI1;

SAFEARRAY* copy_of(SAFEARRAY const& from) {
  auto const& bound = from.rgsabound[0];
  auto* const copy = SafeArrayCreateVector(VT_UI1, bound.lLbound, bound.cElements);
  if (copy != nullptr) std::memcpy(copy->pvData, from.pvData, bound.cElements);
  return copy;
}

constexpr UINT kLengthMax = 0x1FFFFFFF;

bool is_plain(VARTYPE type) {
  switch (type) {
    case VT_EMPTY:
    case VT_NULL:
    case VT_I2:
    case VT_I4:
    case VT_BOOL:
    case VT_UI1:
    case VT_UI2:
    case VT_UI4:
    case VT_I8:
    case VT_UI8:
    case VT_INT:
    case VT_UINT:
      return true;
    default:
      return (type & VT_BYREF) != 0 && (type & VT_ARRAY) == 0;
  }
}

}  // namespace

void* CoTaskMemAlloc(SIZE_T size) {
  return std::malloc(size == 0 ? 1 : size);
}

void* CoTaskMemRealloc(void* memory, SIZE_T size) {
  if (size > 0 || memory == nullptr) return std::realloc(memory, size == 0 ? 1 : size);
  std::free(memory);
  return nullptr;
}

void CoTaskMemFree(void* memory) {
  std::free(memory);
}

BSTR SysAllocStringLen(OLECHAR const* text, UINT length) {
  if (length > kLengthMax) return nullptr;
  auto const bytes = static_cast<std::size_t>(length) * sizeof(OLECHAR);
  auto* const head =
      static_cast<StringHead*>(std::calloc(1, sizeof(StringHead) + bytes + sizeof(OLECHAR)));
  if (head == nullptr) return nullptr;
  head->bytes = static_cast<std::uint32_t>(bytes);
  auto* const string = reinterpret_cast<BSTR>(head + 1);
  if (text != nullptr) std::copy_n(text, length, string);
  return string;
}

BSTR SysAllocString(OLECHAR const* text) {
  if (text == nullptr) return nullptr;
  auto const length = std::wcslen(text);
  return length > kLengthMax ? nullptr : SysAllocStringLen(text, static_cast<UINT>(length));
}

INT SysReAllocString(BSTR* string, OLECHAR const* text) {
  auto* const made = SysAllocString(text);
  if (string == nullptr || made == nullptr) {
    SysFreeString(made);
    return FALSE;
  }
  SysFreeString(*string);
  *string = made;
  return TRUE;
}

void SysFreeString(BSTR string) {
  if (string != nullptr) std::free(head_of(string));
}

UINT SysStringByteLen(BSTR string) {
  return string == nullptr ? 0 : head_of(string)->bytes;
}

UINT SysStringLen(BSTR string) {
  return SysStringByteLen(string) / UINT{sizeof(OLECHAR)};
}

void VariantInit(VARIANT* variant) {
  *variant = VARIANT{};
}

HRESULT VariantClear(VARIANT* variant) {
  if (variant == nullptr) return E_INVALIDARG;
  if (variant->vt == VT_BSTR) {
    SysFreeString(variant->bstrVal);
  } else if (variant->vt == VT_UNKNOWN) {
    if (variant->punkVal != nullptr) variant->punkVal->Release();
  } else if (variant->vt == kBytes) {
    if (auto const gone = SafeArrayDestroy(variant->parray); FAILED(gone)) return gone;
  } else if (!is_plain(variant->vt)) {
    return DISP_E_BADVARTYPE;
  }
  VariantInit(variant);
  return S_OK;
}

HRESULT VariantCopy(VARIANT* to, VARIANT const* from) {
  if (to == nullptr || from == nullptr) return E_INVALIDARG;
  bool const known =
      from->vt == VT_BSTR || from->vt == VT_UNKNOWN || from->vt == kBytes || is_plain(from->vt);
  if (!known) return DISP_E_BADVARTYPE;
  if (to == from) return S_OK;
  if (auto const cleared = VariantClear(to); FAILED(cleared)) return cleared;
  auto copy = *from;
  if (from->vt == VT_BSTR && from->bstrVal != nullptr) {
    copy.bstrVal = SysAllocStringLen(from->bstrVal, SysStringLen(from->bstrVal));
    if (copy.bstrVal == nullptr) return E_OUTOFMEMORY;
  }
  if (from->vt == kBytes && from->parray != nullptr) {
    copy.parray = copy_of(*from->parray);
    if (copy.parray == nullptr) return E_OUTOFMEMORY;
  }
  if (from->vt == VT_UNKNOWN && from->punkVal != nullptr) from->punkVal->AddRef();
  *to = copy;
  return S_OK;
}
