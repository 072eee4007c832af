// SAFEARRAY: vectors of bytes, as the property calls take them. Other elements are not made.
//
// Any thread. A VARIANT with VT_ARRAY owns its array: VariantClear destroys it.
#pragma once

#include "freshet/com/hresults.h"
#include "freshet/com/variant.h"

struct SAFEARRAYBOUND {
  ULONG cElements;
  LONG lLbound;
};

struct SAFEARRAY {
  USHORT cDims;
  USHORT fFeatures;
  ULONG cbElements;
  ULONG cLocks;
  void* pvData;
  SAFEARRAYBOUND rgsabound[1];
};

// Null for what is not VT_UI1, or when there is no memory.
FRESHET_COM_API SAFEARRAY* SafeArrayCreateVector(VARTYPE type, LONG first, ULONG count);
FRESHET_COM_API HRESULT SafeArrayDestroy(SAFEARRAY* array);
FRESHET_COM_API HRESULT SafeArrayAccessData(SAFEARRAY* array, void** data);
FRESHET_COM_API HRESULT SafeArrayUnaccessData(SAFEARRAY* array);
FRESHET_COM_API HRESULT SafeArrayGetLBound(SAFEARRAY* array, UINT dimension, LONG* bound);
FRESHET_COM_API HRESULT SafeArrayGetUBound(SAFEARRAY* array, UINT dimension, LONG* bound);
