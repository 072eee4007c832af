// Names the manager of BITS; the engine is not asked: consumer_com
#include <Deliveryoptimization.h>
#include <bits.h>

#include <cstdio>

int main() {
  if (FAILED(CoInitializeEx(nullptr, COINIT_MULTITHREADED))) return 1;
  wchar_t text[40] = {};
  int const length = StringFromGUID2(__uuidof(BackgroundCopyManager), text, 40);
  CoUninitialize();
  std::printf("%ls\n", text);
  return length == 39 ? 0 : 1;
}
