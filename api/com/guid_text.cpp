#include "api/com/guid_text.h"

#include <sys/random.h>

#include <algorithm>

#include "api/com/text.h"
#include "freshet/com/objbase.h"

namespace freshet::com {

GUID to_guid(JobId const& id) {
  auto const byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(id.bytes[at]); };
  GUID guid{};
  guid.Data1 = (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3);
  guid.Data2 = static_cast<std::uint16_t>((byte(4) << 8) | byte(5));
  guid.Data3 = static_cast<std::uint16_t>((byte(6) << 8) | byte(7));
  for (std::size_t i = 0; i < 8; ++i) guid.Data4[i] = static_cast<std::uint8_t>(byte(8 + i));
  return guid;
}

JobId to_job_id(REFGUID guid) {
  JobId id;
  auto const put = [&](std::size_t at, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      id.bytes[at + i] = static_cast<std::byte>((value >> (8 * (size - 1 - i))) & 0xFF);
    }
  };
  put(0, guid.Data1, 4);
  put(4, guid.Data2, 2);
  put(6, guid.Data3, 2);
  for (std::size_t i = 0; i < 8; ++i) id.bytes[8 + i] = std::byte{guid.Data4[i]};
  return id;
}

std::wstring to_text(REFGUID guid) {
  auto text = to_string(to_job_id(guid));
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return L"{" + std::wstring(text.begin(), text.end()) + L"}";
}

std::optional<GUID> guid_from_text(std::wstring_view text) {
  if (text.size() != 38 || text.front() != L'{' || text.back() != L'}') return std::nullopt;
  auto const inner = to_utf8(text.substr(1, 36));
  auto const id = inner ? job_id_from_string(*inner) : std::nullopt;
  if (!id) return std::nullopt;
  return to_guid(*id);
}

}  // namespace freshet::com

using freshet::com::guid_from_text;
using freshet::com::to_text;

HRESULT CoCreateGuid(GUID* guid) {
  if (guid == nullptr) return E_INVALIDARG;
  freshet::JobId id;
  if (::getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<long>(id.bytes.size())) {
    return E_UNEXPECTED;
  }
  id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // RFC 9562 §5.4.
  id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  *guid = freshet::com::to_guid(id);
  return S_OK;
}

INT StringFromGUID2(REFGUID guid, OLECHAR* text, INT text_max) {
  auto const made = to_text(guid);
  auto const needed = static_cast<INT>(made.size()) + 1;
  if (text == nullptr || text_max < needed) return 0;
  *std::ranges::copy(made, text).out = L'\0';
  return needed;
}

HRESULT StringFromCLSID(REFCLSID class_id, LPOLESTR* text) {
  return freshet::com::give_text(std::wstring_view(to_text(class_id)), text);
}

HRESULT StringFromIID(REFIID iid, LPOLESTR* text) {
  return StringFromCLSID(iid, text);
}

HRESULT CLSIDFromString(LPCOLESTR text, CLSID* class_id) {
  if (class_id == nullptr) return E_INVALIDARG;
  *class_id = CLSID_NULL;
  if (text == nullptr) return S_OK;
  auto const guid = guid_from_text(text);
  if (!guid) return CO_E_CLASSSTRING;
  *class_id = *guid;
  return S_OK;
}

HRESULT IIDFromString(LPCOLESTR text, IID* iid) {
  return CLSIDFromString(text, iid);
}
