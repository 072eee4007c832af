// Texts, BSTR, VARIANT, GUIDs as text, events and the threads that come and go.
#include <catch2/catch.hpp>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "api/com/guid_text.h"
#include "api/com/include/Deliveryoptimization.h"
#include "api/com/text.h"

using namespace freshet;
using namespace freshet::com;

namespace {

// An object that counts the references others have to it.
struct Counted final : IUnknown {
  HRESULT QueryInterface(REFIID, void**) override { return E_NOINTERFACE; }
  ULONG AddRef() override { return ++references; }
  ULONG Release() override { return --references; }
  ULONG references = 1;
};

std::wstring wide(std::initializer_list<std::uint32_t> values) {
  std::wstring text;
  for (auto const value : values) text += static_cast<wchar_t>(value);
  return text;
}

}  // namespace

TEST_CASE("texts of all planes come through both ways", "[com]") {
  auto const text = wide({'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0x10000, 0x10FFFF});

  auto const utf8 = to_utf8(text);

  REQUIRE(utf8);
  CHECK(*utf8 == "a\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBD\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
  CHECK(to_wide(*utf8) == text);
}

TEST_CASE("what is no character is refused both ways", "[com]") {
  for (auto const value : {0xD800U, 0xDFFFU, 0x110000U, 0xFFFFFFFFU}) {
    CHECK_FALSE(to_utf8(wide({value})));
  }
  for (auto const* const bytes :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xC3(", "\xFF"}) {
    CHECK_FALSE(to_wide(bytes));
  }
}

TEST_CASE("a BSTR knows its length and may hold zeros", "[com]") {
  auto* const plain = SysAllocString(L"abc");
  auto* const zeros = SysAllocStringLen(L"a\0b", 3);
  auto* const blank = SysAllocStringLen(nullptr, 5);

  CHECK(SysStringLen(plain) == 3);
  CHECK(SysStringByteLen(plain) == 3 * sizeof(wchar_t));
  CHECK(std::wstring(plain) == L"abc");
  CHECK(std::wstring(zeros, SysStringLen(zeros)) == std::wstring(L"a\0b", 3));
  CHECK(std::wstring(blank, 5) == std::wstring(5, L'\0'));
  CHECK(SysAllocString(nullptr) == nullptr);
  CHECK(SysStringLen(nullptr) == 0);
  auto* changed = plain;
  CHECK(SysReAllocString(&changed, L"longer") == TRUE);
  CHECK(std::wstring(changed) == L"longer");
  SysFreeString(changed);
  SysFreeString(zeros);
  SysFreeString(blank);
  SysFreeString(nullptr);
}

TEST_CASE("a VARIANT owns its string and its object", "[com]") {
  Counted object;
  VARIANT value;
  VariantInit(&value);
  CHECK(value.vt == VT_EMPTY);
  value.vt = VT_UNKNOWN;
  value.punkVal = &object;

  VARIANT copy;
  VariantInit(&copy);
  REQUIRE(VariantCopy(&copy, &value) == S_OK);
  CHECK(object.references == 2);
  value.vt = VT_BSTR;
  value.bstrVal = SysAllocString(L"text");
  REQUIRE(VariantCopy(&copy, &value) == S_OK);

  CHECK(object.references == 1);
  CHECK(copy.bstrVal != value.bstrVal);
  CHECK(std::wstring(copy.bstrVal) == L"text");
  CHECK(VariantClear(&copy) == S_OK);
  CHECK(copy.vt == VT_EMPTY);
  CHECK(VariantClear(&value) == S_OK);
  value.vt = VT_ARRAY | VT_UI2;
  CHECK(VariantClear(&value) == DISP_E_BADVARTYPE);
}

TEST_CASE("a VARIANT owns its array of bytes", "[com]") {
  CHECK(SafeArrayCreateVector(VT_UI2, 0, 1) == nullptr);
  VARIANT value{};
  value.vt = VT_ARRAY | VT_UI1;
  value.parray = SafeArrayCreateVector(VT_UI1, 5, 3);
  void* bytes = nullptr;
  REQUIRE(SafeArrayAccessData(value.parray, &bytes) == S_OK);
  std::memcpy(bytes, "abc", 3);
  CHECK(VariantClear(&value) == DISP_E_ARRAYISLOCKED);
  CHECK(SafeArrayUnaccessData(value.parray) == S_OK);
  CHECK(SafeArrayUnaccessData(value.parray) == E_UNEXPECTED);

  VARIANT copy{};
  REQUIRE(VariantCopy(&copy, &value) == S_OK);
  REQUIRE(VariantClear(&value) == S_OK);

  LONG first = 0;
  LONG last = 0;
  CHECK(SafeArrayGetLBound(copy.parray, 1, &first) == S_OK);
  CHECK(SafeArrayGetUBound(copy.parray, 1, &last) == S_OK);
  CHECK(SafeArrayGetUBound(copy.parray, 2, &last) == DISP_E_BADINDEX);
  CHECK((first == 5 && last == 7));
  REQUIRE(SafeArrayAccessData(copy.parray, &bytes) == S_OK);
  CHECK(std::memcmp(bytes, "abc", 3) == 0);
  REQUIRE(SafeArrayUnaccessData(copy.parray) == S_OK);
  CHECK(VariantClear(&copy) == S_OK);
}

TEST_CASE("a GUID and its text are the same thing and so is the id of a job", "[com]") {
  constexpr auto kText = L"{4991D34B-80A1-4291-83B6-3328366B9097}";
  GUID guid{};
  REQUIRE(CLSIDFromString(kText, &guid) == S_OK);

  CHECK(guid.Data1 == 0x4991d34b);
  CHECK(guid.Data3 == 0x4291);
  CHECK(guid.Data4[7] == 0x97);
  wchar_t text[39];
  CHECK(StringFromGUID2(guid, text, 39) == 39);
  CHECK(std::wstring(text) == kText);
  CHECK(StringFromGUID2(guid, text, 38) == 0);
  CHECK(to_string(to_job_id(guid)) == "4991d34b-80a1-4291-83b6-3328366b9097");
  CHECK(to_guid(to_job_id(guid)) == guid);
  LPOLESTR allocated = nullptr;
  REQUIRE(StringFromCLSID(guid, &allocated) == S_OK);
  CHECK(std::wstring(allocated) == kText);
  CoTaskMemFree(allocated);
}

TEST_CASE("text that is no GUID in braces is refused", "[com]") {
  for (auto const* const text :
       {L"", L"{}", L"4991D34B-80A1-4291-83B6-3328366B9097",
        L"{4991D34B-80A1-4291-83B6-3328366B909}", L"{4991D34B-80A1-4291-83B6-3328366B909G}",
        L"{4991D34B080A1-4291-83B6-3328366B9097}", L"{4991D34B-80A1-4291-83B6-3328366B9097} "}) {
    GUID guid = IID_IUnknown;
    CHECK(CLSIDFromString(text, &guid) == CO_E_CLASSSTRING);
    CHECK(guid == GUID_NULL);
  }
  CHECK(CLSIDFromString(L"{4991D34B-80A1-4291-83B6-3328366B9097}", nullptr) == E_INVALIDARG);
}

TEST_CASE("made GUIDs differ and say how they were made", "[com]") {
  GUID first{};
  GUID second{};
  REQUIRE(CoCreateGuid(&first) == S_OK);
  REQUIRE(CoCreateGuid(&second) == S_OK);

  CHECK_FALSE(first == second);
  CHECK((first.Data3 & 0xF000) == 0x4000);
  CHECK((first.Data4[0] & 0xC0) == 0x80);
}

TEST_CASE("an event is set once for one thread or until it is reset for all", "[com]") {
  auto* const once = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  auto* const stays = CreateEvent(nullptr, TRUE, TRUE, nullptr);

  CHECK(WaitForSingleObject(once, 0) == WAIT_TIMEOUT);
  std::thread setter([&] { SetEvent(once); });
  CHECK(WaitForSingleObject(once, INFINITE) == WAIT_OBJECT_0);
  CHECK(WaitForSingleObject(once, 1) == WAIT_TIMEOUT);
  CHECK(WaitForSingleObject(stays, 0) == WAIT_OBJECT_0);
  CHECK(WaitForSingleObject(stays, 0) == WAIT_OBJECT_0);
  ResetEvent(stays);
  CHECK(WaitForSingleObject(stays, 0) == WAIT_TIMEOUT);
  setter.join();
  CHECK(CloseHandle(once) == TRUE);
  CHECK(CloseHandle(stays) == TRUE);
  CHECK(CloseHandle(nullptr) == FALSE);
  CHECK(WaitForSingleObject(nullptr, 0) == WAIT_FAILED);
  CHECK(CreateEventW(nullptr, FALSE, FALSE, L"named") == nullptr);
}

TEST_CASE("a thread chooses its model once and pairs its calls", "[com]") {
  int thread_mark = 0;
  CHECK(CoInitializeEx(nullptr, COINIT_MULTITHREADED) == S_OK);
  CHECK(CoInitializeEx(nullptr, COINIT_MULTITHREADED) == S_FALSE);
  CHECK(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) == RPC_E_CHANGED_MODE);
  CHECK(CoInitializeEx(&thread_mark, COINIT_MULTITHREADED) == E_INVALIDARG);
  CoUninitialize();
  CoUninitialize();
  CHECK(CoInitialize(nullptr) == S_OK);
  CoUninitialize();
  CoUninitialize();  // One too many does nothing.
}

TEST_CASE("a class is made only between CoInitialize and CoUninitialize", "[com]") {
  void* object = &object;

  CHECK(CoCreateInstance(CLSID_DeliveryOptimization, nullptr, CLSCTX_ALL, IID_IUnknown, &object) ==
        CO_E_NOTINITIALIZED);
  CHECK(object == nullptr);
  REQUIRE(CoInitialize(nullptr) == S_OK);
  Counted outer;
  CHECK(CoCreateInstance(IID_IUnknown, nullptr, CLSCTX_ALL, IID_IUnknown, &object) ==
        REGDB_E_CLASSNOTREG);
  CHECK(CoCreateInstance(CLSID_DeliveryOptimization, &outer, CLSCTX_ALL, IID_IUnknown, &object) ==
        CLASS_E_NOAGGREGATION);
  CHECK(CoCreateInstance(CLSID_DeliveryOptimization, nullptr, CLSCTX_ALL, IID_IUnknown, nullptr) ==
        E_POINTER);
  CoUninitialize();
}
