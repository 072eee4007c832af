// References and the identity of objects, and the threads that call applications back.
#include <catch2/catch.hpp>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "api/com/courier.h"
#include "api/com/enumerator.h"
#include "api/com/object.h"
#include "freshet/com/copy_callback.h"

using namespace freshet::com;

namespace {

// Two chains of interfaces, one of them with an older version.
class Thing final : public Object<Versions<IBackgroundCopyCallback2, IBackgroundCopyCallback>,
                                  Versions<ISequentialStream>> {
 public:
  explicit Thing(bool& alive) : alive_(alive) { alive_ = true; }
  ~Thing() override { alive_ = false; }

  HRESULT JobTransferred(IBackgroundCopyJob*) override { return S_OK; }
  HRESULT JobError(IBackgroundCopyJob*, IBackgroundCopyError*) override { return S_OK; }
  HRESULT JobModification(IBackgroundCopyJob*, DWORD) override { return S_OK; }
  HRESULT FileTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*) override { return S_OK; }
  HRESULT Read(void*, ULONG, ULONG*) override { return S_OK; }
  HRESULT Write(void const*, ULONG, ULONG*) override { return S_OK; }

 private:
  bool& alive_;
};

class Numbers final : public Walk<IEnumUnknown, IUnknown, Numbers> {
 public:
  using Walk::Walk;
};

}  // namespace

TEST_CASE("all interfaces of an object lead to one identity and to each other", "[com]") {
  bool alive = false;
  auto const thing = make<Thing>(alive);
  auto* const start = static_cast<IBackgroundCopyCallback2*>(thing.get());
  auto const newest = query<IBackgroundCopyCallback2>(start);
  auto const older = query<IBackgroundCopyCallback>(start);
  auto const stream = query<ISequentialStream>(start);
  REQUIRE(newest);
  REQUIRE(older);
  REQUIRE(stream);
  IUnknown* const all[] = {newest.get(), older.get(), stream.get()};
  GUID const ids[] = {IID_IBackgroundCopyCallback2, IID_IBackgroundCopyCallback,
                      IID_ISequentialStream};

  auto const identity = query<IUnknown>(start);
  for (auto* const from : all) {
    CHECK(query<IUnknown>(from).get() == identity.get());
    for (auto const& to : ids) {
      void* found = nullptr;
      REQUIRE(from->QueryInterface(to, &found) == S_OK);
      static_cast<IUnknown*>(static_cast<void*>(found))->Release();
      void* again = nullptr;
      REQUIRE(from->QueryInterface(to, &again) == S_OK);
      CHECK(again == found);
      static_cast<IUnknown*>(again)->Release();
    }
  }
}

TEST_CASE("an unknown interface gives nothing and takes no reference", "[com]") {
  bool alive = false;
  auto* const thing = make<Thing>(alive).give();
  void* object = thing;

  CHECK(thing->QueryInterface(IID_IStream, &object) == E_NOINTERFACE);

  CHECK(object == nullptr);
  CHECK(thing->QueryInterface(IID_IUnknown, nullptr) == E_POINTER);
  CHECK(thing->Release() == 0);
  CHECK_FALSE(alive);
}

TEST_CASE("an object ends with its last reference whichever thread has it", "[com]") {
  bool alive = false;
  auto* const thing = make<Thing>(alive).give();
  constexpr int kThreads = 4;
  constexpr int kTimes = 10'000;
  for (int i = 0; i < kThreads; ++i) thing->AddRef();

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < kTimes; ++k) {
        thing->AddRef();
        thing->Release();
      }
      thing->Release();
    });
  }
  for (auto& thread : threads) thread.join();

  CHECK(alive);
  CHECK(thing->Release() == 0);
  CHECK_FALSE(alive);
}

TEST_CASE("an enumeration gives skips begins anew and copies itself", "[com]") {
  bool alive[3] = {};
  std::vector<Ref<IUnknown>> things;
  for (auto& one : alive) {
    things.emplace_back(static_cast<IBackgroundCopyCallback2*>(make<Thing>(one).give()));
  }
  IUnknown* const first = things[0].get();
  auto walk = make<Numbers>(std::move(things));
  IUnknown* got[4] = {};
  ULONG fetched = 9;

  CHECK(walk->Next(1, nullptr, &fetched) == E_POINTER);
  CHECK(walk->Next(2, got, nullptr) == E_INVALIDARG);
  REQUIRE(walk->Next(1, got, nullptr) == S_OK);
  CHECK(got[0] == first);
  got[0]->Release();
  IEnumUnknown* copy = nullptr;
  REQUIRE(walk->Clone(&copy) == S_OK);
  CHECK(walk->Skip(2) == S_OK);
  CHECK(walk->Next(1, got, &fetched) == S_FALSE);
  CHECK(fetched == 0);
  CHECK(copy->Next(4, got, &fetched) == S_FALSE);
  CHECK(fetched == 2);
  got[0]->Release();
  got[1]->Release();
  CHECK(walk->Reset() == S_OK);
  CHECK(walk->Skip(4) == S_FALSE);
  CHECK(copy->Release() == 0);

  walk = {};
  for (auto const one : alive) CHECK_FALSE(one);
}

TEST_CASE("an errand runs again when it is woken while it runs and never twice at once", "[com]") {
  struct Count final : Errand {
    void run() override {
      CHECK(++within == 1);
      ++runs;
      if (runs == 1) {
        began.count_down();
        may_end.wait();
      }
      --within;
      runs.notify_all();
    }
    std::atomic<int> within{0};
    std::atomic<int> runs{0};
    std::latch began{1};
    std::latch may_end{1};
  };
  auto const errand = std::make_shared<Count>();
  Courier courier;

  courier.wake(errand);
  errand->began.wait();
  for (int i = 0; i < 5; ++i) courier.wake(errand);
  errand->may_end.count_down();
  errand->runs.wait(1);
  courier.stop();

  CHECK(errand->runs == 2);
  courier.wake(errand);
  CHECK(errand->runs == 2);
}
