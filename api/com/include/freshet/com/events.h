// Events and pauses, as programs use them between a callback and the thread that waits for it.
//
// Any thread. A handle ends with CloseHandle, which nobody may be waiting for then.
#pragma once

#include "freshet/com/types.h"

inline constexpr DWORD WAIT_OBJECT_0 = 0;
inline constexpr DWORD WAIT_TIMEOUT = 258;
inline constexpr DWORD WAIT_FAILED = 0xFFFFFFFF;

// `security` and `name` must be null: an event of this process. Null otherwise.
FRESHET_COM_API HANDLE CreateEventW(void* security, BOOL manual_reset, BOOL initial_state,
                                    LPCWSTR name);
FRESHET_COM_API BOOL SetEvent(HANDLE event);
FRESHET_COM_API BOOL ResetEvent(HANDLE event);
FRESHET_COM_API DWORD WaitForSingleObject(HANDLE event, DWORD milliseconds);
FRESHET_COM_API BOOL CloseHandle(HANDLE event);
FRESHET_COM_API void Sleep(DWORD milliseconds);

inline HANDLE CreateEvent(void* security, BOOL manual_reset, BOOL initial_state, LPCWSTR name) {
  return CreateEventW(security, manual_reset, initial_state, name);
}
