#include "freshet/com/safe_array.h"

#include <cstdlib>

namespace {

constexpr ULONG kBytesMax = 1UL << 30;

bool is_vector(SAFEARRAY const* array, UINT dimension) {
  return array != nullptr && dimension == 1;
}

}  // namespace

SAFEARRAY* SafeArrayCreateVector(VARTYPE type, LONG first, ULONG count) {
  if (type != VT_UI1 || count > kBytesMax) return nullptr;
  auto* const array = static_cast<SAFEARRAY*>(std::calloc(1, sizeof(SAFEARRAY)));
  auto* const data = std::calloc(count == 0 ? 1 : count, 1);
  if (array == nullptr || data == nullptr) {
    std::free(array);
    std::free(data);
    return nullptr;
  }
  *array = {1, 0, 1, 0, data, {{count, first}}};
  return array;
}

HRESULT SafeArrayDestroy(SAFEARRAY* array) {
  if (array == nullptr) return S_OK;
  if (array->cLocks != 0) return DISP_E_ARRAYISLOCKED;
  std::free(array->pvData);
  std::free(array);
  return S_OK;
}

HRESULT SafeArrayAccessData(SAFEARRAY* array, void** data) {
  if (array == nullptr || data == nullptr) return E_INVALIDARG;
  ++array->cLocks;
  *data = array->pvData;
  return S_OK;
}

HRESULT SafeArrayUnaccessData(SAFEARRAY* array) {
  if (array == nullptr) return E_INVALIDARG;
  if (array->cLocks == 0) return E_UNEXPECTED;
  --array->cLocks;
  return S_OK;
}

HRESULT SafeArrayGetLBound(SAFEARRAY* array, UINT dimension, LONG* bound) {
  if (bound == nullptr) return E_INVALIDARG;
  if (!is_vector(array, dimension)) return DISP_E_BADINDEX;
  *bound = array->rgsabound[0].lLbound;
  return S_OK;
}

HRESULT SafeArrayGetUBound(SAFEARRAY* array, UINT dimension, LONG* bound) {
  auto const first = SafeArrayGetLBound(array, dimension, bound);
  if (first == S_OK) *bound += static_cast<LONG>(array->rgsabound[0].cElements) - 1;
  return first;
}
