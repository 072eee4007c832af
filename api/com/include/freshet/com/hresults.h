// HRESULTs that every COM program knows, and how they are made.
#pragma once

#include "freshet/com/types.h"

constexpr bool SUCCEEDED(HRESULT hr) {
  return hr >= 0;
}
constexpr bool FAILED(HRESULT hr) {
  return hr < 0;
}
constexpr HRESULT MAKE_HRESULT(unsigned severity, unsigned facility, unsigned code) {
  return static_cast<HRESULT>((severity << 31) | (facility << 16) | code);
}
constexpr unsigned HRESULT_CODE(HRESULT hr) {
  return static_cast<unsigned>(hr) & 0xFFFFU;
}
constexpr unsigned HRESULT_FACILITY(HRESULT hr) {
  return (static_cast<unsigned>(hr) >> 16) & 0x1FFFU;
}

inline constexpr unsigned FACILITY_WIN32 = 7;
inline constexpr unsigned FACILITY_BACKGROUNDCOPY = 0x20;
inline constexpr unsigned FACILITY_DELIVERY_OPTIMIZATION = 0xD0;

constexpr HRESULT HRESULT_FROM_WIN32(unsigned error) {
  return error == 0 ? 0 : MAKE_HRESULT(1, FACILITY_WIN32, error & 0xFFFFU);
}

inline constexpr unsigned ERROR_SUCCESS = 0;
inline constexpr unsigned ERROR_FILE_NOT_FOUND = 2;
inline constexpr unsigned ERROR_PATH_NOT_FOUND = 3;
inline constexpr unsigned ERROR_ACCESS_DENIED = 5;
inline constexpr unsigned ERROR_NOT_FOUND = 1168;
inline constexpr unsigned ERROR_RESOURCE_LANG_NOT_FOUND = 1815;

inline constexpr HRESULT S_OK = 0;
inline constexpr HRESULT S_FALSE = 1;
inline constexpr HRESULT E_NOTIMPL = MAKE_HRESULT(1, 0, 0x4001);
inline constexpr HRESULT E_NOINTERFACE = MAKE_HRESULT(1, 0, 0x4002);
inline constexpr HRESULT E_POINTER = MAKE_HRESULT(1, 0, 0x4003);
inline constexpr HRESULT E_ABORT = MAKE_HRESULT(1, 0, 0x4004);
inline constexpr HRESULT E_FAIL = MAKE_HRESULT(1, 0, 0x4005);
inline constexpr HRESULT E_PENDING = MAKE_HRESULT(1, 0, 0x000A);
inline constexpr HRESULT E_UNEXPECTED = MAKE_HRESULT(1, 0, 0xFFFF);
inline constexpr HRESULT E_ACCESSDENIED = HRESULT_FROM_WIN32(5);
inline constexpr HRESULT E_OUTOFMEMORY = HRESULT_FROM_WIN32(14);
inline constexpr HRESULT E_INVALIDARG = HRESULT_FROM_WIN32(87);
inline constexpr HRESULT E_NOT_SET = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
inline constexpr HRESULT INET_E_INVALID_URL = MAKE_HRESULT(1, 0xC, 2);
inline constexpr HRESULT DISP_E_TYPEMISMATCH = MAKE_HRESULT(1, 2, 5);
inline constexpr HRESULT DISP_E_BADVARTYPE = MAKE_HRESULT(1, 2, 8);
inline constexpr HRESULT DISP_E_BADINDEX = MAKE_HRESULT(1, 2, 0xB);
inline constexpr HRESULT DISP_E_ARRAYISLOCKED = MAKE_HRESULT(1, 2, 0xD);
inline constexpr HRESULT CLASS_E_NOAGGREGATION = MAKE_HRESULT(1, 4, 0x110);
inline constexpr HRESULT REGDB_E_CLASSNOTREG = MAKE_HRESULT(1, 4, 0x154);
inline constexpr HRESULT CO_E_NOTINITIALIZED = MAKE_HRESULT(1, 4, 0x1F0);
inline constexpr HRESULT CO_E_CLASSSTRING = MAKE_HRESULT(1, 4, 0x1F3);
inline constexpr HRESULT RPC_E_CHANGED_MODE = MAKE_HRESULT(1, 1, 0x106);
inline constexpr HRESULT RPC_E_DISCONNECTED = MAKE_HRESULT(1, 1, 0x108);
inline constexpr HRESULT RPC_X_NULL_REF_POINTER = HRESULT_FROM_WIN32(1780);
inline constexpr HRESULT RPC_X_BAD_STUB_DATA = HRESULT_FROM_WIN32(1783);
inline constexpr HRESULT CRYPT_E_NOT_FOUND = MAKE_HRESULT(1, 9, 0x2004);
inline constexpr HRESULT STG_E_MEDIUMFULL = MAKE_HRESULT(1, 3, 0x70);
