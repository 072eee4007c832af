// COM itself: threads that come and go, the engine between the first and the last of them, and the
// objects of the two classes.
#include <cstdlib>
#include <mutex>

#include "api/com/app_data.h"
#include "api/com/default_client.h"
#include "api/com/download_core.h"
#include "api/com/include/Deliveryoptimization.h"
#include "api/com/include/bits.h"
#include "api/com/manager.h"
#include "freshet/com/host.h"

namespace freshet::com {

namespace {

// Of the process. One object that never ends: the last thread may come late.
struct Process {
  std::mutex mutex;
  std::size_t initialized = 0;
  std::shared_ptr<Host> host;
  bool closes_at_exit = false;
};

Process& process() {
  static auto* const only = std::make_unique<Process>().release();
  return *only;
}

struct Thread {
  ULONG count = 0;
  DWORD model = 0;
};
thread_local Thread this_thread;

void close_host() {
  std::shared_ptr<Host> host;
  {
    std::lock_guard const lock(process().mutex);
    host.swap(process().host);
  }
  if (host) host->close();
}

// Downloads that were to outlive their process go on; the others end with it, unless another
// process may have them.
void take_up_downloads(std::shared_ptr<Host> const& host, Client& client, bool only_ours) {
  auto const jobs = client.jobs();
  if (!jobs) return;
  for (auto const& job : *jobs) {
    auto const data = AppData::parse(job.spec.app_data);
    if (data.get("queue") != "ido") continue;
    auto const download = std::make_shared<DownloadCore>(host, job);
    VARIANT stays{};
    static_cast<void>(download->get(DODownloadProperty_NonVolatile, &stays));
    if (stays.boolVal == VARIANT_FALSE) {
      if (only_ours) static_cast<void>(client.cancel(job.id));
      continue;
    }
    host->add_download(download);
    host->courier().wake(download);
  }
}

std::shared_ptr<Host> make_host(Client client, bool only_ours) {
  auto const shared = std::make_shared<Client>(std::move(client));
  auto host = Host::make(shared);
  take_up_downloads(host, *shared, only_ours);
  return host;
}

// Programs often end without their last CoUninitialize. Registered after the engine was opened, so
// that it is closed before what it uses.
void close_at_exit() {
  if (!std::exchange(process().closes_at_exit, true)) static_cast<void>(std::atexit(close_host));
}

Result<std::shared_ptr<Host>> host_of_process() {
  std::lock_guard const lock(process().mutex);
  auto& host = process().host;
  if (host) return host;
  auto client = open_default_client();
  if (!client) return tl::unexpected(client.error());
  host = make_host(std::move(client->client), client->embedded);
  close_at_exit();
  return host;
}

bool is_bits(REFCLSID id) {
  return id == CLSID_BackgroundCopyManager || id == CLSID_BackgroundCopyManager1_5 ||
         id == CLSID_BackgroundCopyManager2_0 || id == CLSID_BackgroundCopyManager2_5 ||
         id == CLSID_BackgroundCopyManager3_0 || id == CLSID_BackgroundCopyManager4_0 ||
         id == CLSID_BackgroundCopyManager5_0 || id == CLSID_BackgroundCopyManager10_1 ||
         id == CLSID_BackgroundCopyManager10_2 || id == CLSID_BackgroundCopyManager10_3;
}

HRESULT enter(DWORD model) {
  auto const chosen = model & COINIT_APARTMENTTHREADED;
  if (this_thread.count > 0 && this_thread.model != chosen) return RPC_E_CHANGED_MODE;
  this_thread.model = chosen;
  std::lock_guard const lock(process().mutex);
  ++process().initialized;
  return this_thread.count++ == 0 ? S_OK : S_FALSE;
}

}  // namespace

void use_client(Client client) {
  close_host();
  auto host = make_host(std::move(client), false);
  std::lock_guard const lock(process().mutex);
  process().host = std::move(host);
  close_at_exit();
}

}  // namespace freshet::com

using namespace freshet::com;

HRESULT CoInitialize(void* reserved) {
  return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

HRESULT CoInitializeEx(void* reserved, DWORD model) {
  return reserved == nullptr ? enter(model) : E_INVALIDARG;
}

void CoUninitialize() {
  if (this_thread.count == 0) return;
  --this_thread.count;
  bool last = false;
  {
    std::lock_guard const lock(process().mutex);
    last = --process().initialized == 0;
  }
  if (last) close_host();
}

HRESULT CoInitializeSecurity(void*, LONG, void*, void*, DWORD, DWORD, void*, DWORD, void*) {
  return S_OK;
}

HRESULT CoSetProxyBlanket(IUnknown* proxy, DWORD, DWORD, OLECHAR*, DWORD, DWORD, void*, DWORD) {
  return proxy == nullptr ? E_INVALIDARG : S_OK;
}

HRESULT CoCreateInstance(REFCLSID class_id, IUnknown* outer, DWORD, REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  {
    std::lock_guard const lock(process().mutex);
    if (process().initialized == 0) return CO_E_NOTINITIALIZED;
  }
  bool const bits = is_bits(class_id);
  if (!bits && !(class_id == CLSID_DeliveryOptimization)) return REGDB_E_CLASSNOTREG;
  if (outer != nullptr) return CLASS_E_NOAGGREGATION;
  auto const host = host_of_process();
  if (!host) return to_hresult(host, bits ? Family::bits : Family::delivery_optimization);
  if (bits) return make<BitsManager>(*host)->QueryInterface(riid, object);
  return make<DoManager>(*host)->QueryInterface(riid, object);
}
