// Both managers of the COM shape on an engine and an origin of their own. One test uses it.
#pragma once

#include <catch2/catch.hpp>

#include <Deliveryoptimization.h>
#include <bits.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/com/object.h"
#include "freshet/client.h"
#include "freshet/com/host.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temp_folder.h"

namespace freshet::test {

using com::query;
using com::Ref;

inline std::wstring wide(std::string const& ascii) {
  return {ascii.begin(), ascii.end()};
}
// A text that a getter gave, freed.
inline std::wstring taken(LPWSTR text) {
  std::wstring made(text == nullptr ? L"" : text);
  CoTaskMemFree(text);
  return made;
}
template <typename T>
std::wstring text_of(T& object, HRESULT (T::*get)(LPWSTR*)) {
  LPWSTR text = nullptr;
  REQUIRE((object.*get)(&text) == S_OK);
  return taken(text);
}

class Text {
 public:
  explicit Text(std::wstring const& text) {
    value_.vt = VT_BSTR;
    value_.bstrVal = SysAllocString(text.c_str());
  }
  Text(Text const&) = delete;
  Text& operator=(Text const&) = delete;
  ~Text() { VariantClear(&value_); }
  [[nodiscard]] VARIANT const* get() const { return &value_; }

 private:
  VARIANT value_{};
};
inline VARIANT flag(bool on) {
  VARIANT value{};
  value.vt = VT_BOOL;
  value.boolVal = on ? VARIANT_TRUE : VARIANT_FALSE;
  return value;
}
inline VARIANT number(ULONG number) {
  VARIANT value{};
  value.vt = VT_UI4;
  value.ulVal = number;
  return value;
}
inline VARIANT object(IUnknown* object) {
  VARIANT value{};
  value.vt = VT_UNKNOWN;
  value.punkVal = object;
  return value;
}

// What callbacks tell; a test waits for what it expects.
class Heard {
 public:
  void tell(std::string what) {
    std::lock_guard const lock(mutex_);
    all_.push_back(std::move(what));
    more_.notify_all();
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, std::chrono::seconds{20}, [&] { return all_.size() >= count; });
  }
  [[nodiscard]] std::vector<std::string> all() {
    std::lock_guard const lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> all_;
};

// Notes every call; answers each of the first calls as a script says, then S_OK.
class Listener final
    : public com::Object<com::Versions<IBackgroundCopyCallback3, IBackgroundCopyCallback2,
                                       IBackgroundCopyCallback>> {
 public:
  Heard heard;
  std::vector<HRESULT> answers;
  std::function<void(IBackgroundCopyJob&)> on_transferred = [](auto&) {};

  HRESULT JobTransferred(IBackgroundCopyJob* job) override {
    on_transferred(*job);
    return told("transferred");
  }
  HRESULT JobError(IBackgroundCopyJob*, IBackgroundCopyError* error) override {
    BG_ERROR_CONTEXT context{};
    HRESULT code = S_OK;
    error->GetError(&context, &code);
    return told("error " + std::to_string(context));
  }
  HRESULT JobModification(IBackgroundCopyJob*, DWORD) override { return S_OK; }
  HRESULT FileTransferred(IBackgroundCopyJob*, IBackgroundCopyFile* file) override {
    LPWSTR name = nullptr;
    file->GetLocalName(&name);
    auto const path = taken(name);
    return told("file " + std::string(1, static_cast<char>(path.back())));
  }
  HRESULT FileRangesTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*, DWORD count,
                                BG_FILE_RANGE const*) override {
    return told("ranges " + std::to_string(count));
  }

 private:
  HRESULT told(std::string what) {
    auto const call = calls_++;
    heard.tell(std::move(what));
    return call < answers.size() ? answers[call] : S_OK;
  }

  std::atomic<std::size_t> calls_{0};
};

// Keeps what is written to it.
class Sink final : public com::Object<com::Versions<IStream, ISequentialStream>> {
 public:
  std::function<HRESULT()> on_write = [] { return S_OK; };

  [[nodiscard]] std::string bytes() const {
    std::lock_guard const lock(mutex_);
    return bytes_;
  }
  HRESULT Write(void const* buffer, ULONG size, ULONG* written) override {
    {
      std::lock_guard const lock(mutex_);
      bytes_.append(static_cast<char const*>(buffer), size);
    }
    if (written != nullptr) *written = size;
    return on_write();
  }
  HRESULT Read(void*, ULONG, ULONG*) override { return E_NOTIMPL; }
  HRESULT Seek(LARGE_INTEGER, DWORD, ULARGE_INTEGER*) override { return E_NOTIMPL; }
  HRESULT SetSize(ULARGE_INTEGER) override { return E_NOTIMPL; }
  HRESULT CopyTo(IStream*, ULARGE_INTEGER, ULARGE_INTEGER*, ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  HRESULT Commit(DWORD) override { return E_NOTIMPL; }
  HRESULT Revert() override { return E_NOTIMPL; }
  HRESULT LockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override { return E_NOTIMPL; }
  HRESULT UnlockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override { return E_NOTIMPL; }
  HRESULT Stat(STATSTG*, DWORD) override { return E_NOTIMPL; }
  HRESULT Clone(IStream**) override { return E_NOTIMPL; }

 private:
  mutable std::mutex mutex_;
  std::string bytes_;
};

struct ComFixture {
  TempFolder folder;
  TempFolder home;
  Latch latch;
  ScriptedOrigin origin;
  std::optional<Client> engine;  // That of both managers.
  Ref<IBackgroundCopyManager> bits;
  Ref<IBackgroundCopyManager> delivery;
  Ref<IDOManager> downloads;

  explicit ComFixture(Options options = {}) {
    REQUIRE(CoInitializeEx(nullptr, COINIT_MULTITHREADED) == S_OK);
    options.data_dir = home / "data";
    options.jobs.retry_delay_min = std::chrono::milliseconds{20};
    auto opened = Client::open(std::move(options));
    REQUIRE(opened);
    engine.emplace(std::move(*opened));
    auto const user = static_cast<std::uint32_t>(::geteuid());
    com::use_client(engine->as({user, user == 0}));
    bits = made<IBackgroundCopyManager>(CLSID_BackgroundCopyManager);
    delivery = made<IBackgroundCopyManager>(CLSID_DeliveryOptimization);
    downloads = made<IDOManager>(CLSID_DeliveryOptimization);
  }
  ~ComFixture() {
    bits = delivery = {};
    downloads = {};
    CoUninitialize();
  }

  template <typename T>
  static Ref<T> made(REFCLSID id) {
    void* object = nullptr;
    REQUIRE(CoCreateInstance(id, nullptr, CLSCTX_LOCAL_SERVER, com::uuid_of<T>(), &object) == S_OK);
    return Ref(static_cast<T*>(object));
  }
  static Ref<IBackgroundCopyJob5> create(Ref<IBackgroundCopyManager> const& manager) {
    GUID id{};
    IBackgroundCopyJob* job = nullptr;
    REQUIRE(manager->CreateJob(L"test", BG_JOB_TYPE_DOWNLOAD, &id, &job) == S_OK);
    Ref const held(job);
    return query<IBackgroundCopyJob5>(job);
  }
  [[nodiscard]] std::wstring url(std::string const& name) const {
    return wide(origin.url("/" + name));
  }
  [[nodiscard]] std::wstring path(std::string const& name) const { return wide(folder / name); }
  // Until it has this state; within the deadline.
  static BG_JOB_STATE waited(IBackgroundCopyJob& job, BG_JOB_STATE wanted) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    BG_JOB_STATE state{};
    do {
      REQUIRE(job.GetState(&state) == S_OK);
      if (state == wanted) break;
      std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < deadline);
    return state;
  }
  static std::vector<Ref<IBackgroundCopyFile6>> files(IBackgroundCopyJob& job) {
    IEnumBackgroundCopyFiles* walk = nullptr;
    REQUIRE(job.EnumFiles(&walk) == S_OK);
    Ref const held(walk);
    std::vector<Ref<IBackgroundCopyFile6>> found;
    IBackgroundCopyFile* next = nullptr;
    while (held->Next(1, &next, nullptr) == S_OK) {
      Ref const file(next);
      found.push_back(query<IBackgroundCopyFile6>(next));
    }
    return found;
  }
};

}  // namespace freshet::test
