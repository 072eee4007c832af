// The functions of COM that programs call: threads, objects, memory, GUIDs as text.
//
// Any thread. There is one apartment: objects may be used from all threads, and callbacks come on
// threads of this library.
#pragma once

#include "freshet/com/unknown.h"

enum COINIT : std::uint32_t {
  COINIT_MULTITHREADED = 0x0,
  COINIT_APARTMENTTHREADED = 0x2,
  COINIT_DISABLE_OLE1DDE = 0x4,
  COINIT_SPEED_OVER_MEMORY = 0x8,
};

enum CLSCTX : std::uint32_t {
  CLSCTX_INPROC_SERVER = 0x1,
  CLSCTX_INPROC_HANDLER = 0x2,
  CLSCTX_LOCAL_SERVER = 0x4,
  CLSCTX_REMOTE_SERVER = 0x10,
  CLSCTX_SERVER = 0x15,
  CLSCTX_ALL = 0x17,
};

inline constexpr DWORD RPC_C_AUTHN_DEFAULT = 0xFFFFFFFF;
inline constexpr DWORD RPC_C_AUTHN_WINNT = 10;
inline constexpr DWORD RPC_C_AUTHZ_NONE = 0;
inline constexpr DWORD RPC_C_AUTHZ_DEFAULT = 0xFFFFFFFF;
inline constexpr DWORD RPC_C_AUTHN_LEVEL_DEFAULT = 0;
inline constexpr DWORD RPC_C_AUTHN_LEVEL_CONNECT = 2;
inline constexpr DWORD RPC_C_AUTHN_LEVEL_PKT = 4;
inline constexpr DWORD RPC_C_AUTHN_LEVEL_PKT_PRIVACY = 6;
inline constexpr DWORD RPC_C_IMP_LEVEL_IDENTIFY = 2;
inline constexpr DWORD RPC_C_IMP_LEVEL_IMPERSONATE = 3;
inline constexpr DWORD EOAC_NONE = 0;
inline constexpr DWORD EOAC_STATIC_CLOAKING = 0x20;
inline constexpr DWORD EOAC_DYNAMIC_CLOAKING = 0x40;
inline constexpr DWORD EOAC_DEFAULT = 0x800;

// S_OK for the first call of a thread, S_FALSE for later ones, RPC_E_CHANGED_MODE when it chose the
// other model before. Each that succeeds is paired with a CoUninitialize. With the last of the
// process the engine is let go: calls of objects that are left fail as if there were no service.
FRESHET_COM_API HRESULT CoInitialize(void* reserved);
FRESHET_COM_API HRESULT CoInitializeEx(void* reserved, DWORD model);
FRESHET_COM_API void CoUninitialize();

// Callers are known by their user: these check nothing and change nothing.
FRESHET_COM_API HRESULT CoInitializeSecurity(void* descriptor, LONG count, void* services,
                                             void* reserved1, DWORD authentication, DWORD level,
                                             void* list, DWORD capabilities, void* reserved3);
FRESHET_COM_API HRESULT CoSetProxyBlanket(IUnknown* proxy, DWORD authentication,
                                          DWORD authorization, OLECHAR* server, DWORD level,
                                          DWORD impersonation, void* identity, DWORD capabilities);

// CO_E_NOTINITIALIZED, REGDB_E_CLASSNOTREG, CLASS_E_NOAGGREGATION, E_NOINTERFACE, or why the engine
// cannot be had (docs/com.md, "Which engine").
FRESHET_COM_API HRESULT CoCreateInstance(REFCLSID class_id, IUnknown* outer, DWORD context,
                                         REFIID riid, void** object);

FRESHET_COM_API void* CoTaskMemAlloc(SIZE_T size);
FRESHET_COM_API void* CoTaskMemRealloc(void* memory, SIZE_T size);
FRESHET_COM_API void CoTaskMemFree(void* memory);

FRESHET_COM_API HRESULT CoCreateGuid(GUID* guid);
// "{4991D34B-80A1-4291-83B6-3328366B9097}". How many characters with the end; 0: no room for 39.
FRESHET_COM_API INT StringFromGUID2(REFGUID guid, OLECHAR* text, INT text_max);
FRESHET_COM_API HRESULT StringFromCLSID(REFCLSID class_id, LPOLESTR* text);
FRESHET_COM_API HRESULT StringFromIID(REFIID iid, LPOLESTR* text);
// With braces. CO_E_CLASSSTRING for anything else.
FRESHET_COM_API HRESULT CLSIDFromString(LPCOLESTR text, CLSID* class_id);
FRESHET_COM_API HRESULT IIDFromString(LPCOLESTR text, IID* iid);
