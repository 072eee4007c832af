#include "api/com/text.h"

#include <algorithm>

#include "freshet/com/objbase.h"

namespace freshet::com {

namespace {

bool is_character(std::uint32_t value) {
  return value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF);
}

void append(std::string& out, std::uint32_t value) {
  auto const tail = [&](int shift) { out += static_cast<char>(0x80 | ((value >> shift) & 0x3F)); };
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0 | (value >> 6));
    tail(0);
  } else if (value < 0x10000) {
    out += static_cast<char>(0xE0 | (value >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (value >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

struct Sequence {
  std::size_t size = 0;  // 0: not the first byte of a character.
  std::uint32_t value = 0;
  std::uint32_t least = 0;  // A smaller value has a shorter form.
};

Sequence sequence_of(std::uint8_t first) {
  if (first < 0x80) return {1, first, 0};
  if (first >= 0xC2 && first < 0xE0) return {2, first & 0x1FU, 0x80};
  if (first >= 0xE0 && first < 0xF0) return {3, first & 0x0FU, 0x800};
  if (first >= 0xF0 && first < 0xF5) return {4, first & 0x07U, 0x10000};
  return {};
}

}  // namespace

std::optional<std::string> to_utf8(std::wstring_view text) {
  std::string out;
  out.reserve(text.size());
  for (auto const letter : text) {
    auto const value = static_cast<std::uint32_t>(letter);
    if (!is_character(value)) return std::nullopt;
    append(out, value);
  }
  return out;
}

std::optional<std::wstring> to_wide(std::string_view text) {
  std::wstring out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto sequence = sequence_of(static_cast<std::uint8_t>(text[at]));
    if (sequence.size == 0 || text.size() - at < sequence.size) return std::nullopt;
    for (std::size_t i = 1; i < sequence.size; ++i) {
      auto const byte = static_cast<std::uint8_t>(text[at + i]);
      if ((byte & 0xC0) != 0x80) return std::nullopt;
      sequence.value = (sequence.value << 6) | (byte & 0x3FU);
    }
    if (sequence.value < sequence.least || !is_character(sequence.value)) return std::nullopt;
    out += static_cast<wchar_t>(sequence.value);
    at += sequence.size;
  }
  return out;
}

std::wstring to_letters(std::string_view text) {
  if (auto wide = to_wide(text)) return std::move(*wide);
  std::wstring letters;
  for (auto const letter : text) letters += static_cast<unsigned char>(letter);
  return letters;
}

HRESULT give_text(std::wstring_view text, LPWSTR* out) {
  if (out == nullptr) return E_POINTER;
  *out = static_cast<LPWSTR>(CoTaskMemAlloc((text.size() + 1) * sizeof(wchar_t)));
  if (*out == nullptr) return E_OUTOFMEMORY;
  *std::ranges::copy(text, *out).out = L'\0';
  return S_OK;
}

HRESULT give_text(std::string_view utf8, LPWSTR* out) {
  if (out == nullptr) return E_POINTER;
  *out = nullptr;
  auto const wide = to_wide(utf8);
  return wide ? give_text(std::wstring_view(*wide), out) : kNoTranslation;
}

HRESULT give_text(std::string_view utf8, VARIANT* out) {
  auto const wide = to_wide(utf8);
  if (!wide) return kNoTranslation;
  out->bstrVal = SysAllocStringLen(wide->data(), static_cast<UINT>(wide->size()));
  if (out->bstrVal == nullptr) return E_OUTOFMEMORY;
  out->vt = VT_BSTR;
  return S_OK;
}

}  // namespace freshet::com
