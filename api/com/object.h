// What every COM object of this library is made of: an atomic count of references, and
// QueryInterface over the interfaces it names.
//
// Any thread. An object begins with one reference, which `make` gives away, and ends itself with
// the last Release. All interfaces of an object answer IUnknown with the same pointer.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "freshet/com/unknown.h"

namespace freshet::com {

// An interface together with the older ones that it extends: one pointer answers all of them.
template <typename Newest, typename... Older>
struct Versions {
  using type = Newest;
  [[nodiscard]] static bool answers(REFIID iid) {
    return iid == uuid_of<Newest>() || ((iid == uuid_of<Older>()) || ...);
  }
};

template <typename First, typename... Others>
class Object : public First::type, public Others::type... {
 public:
  Object(Object const&) = delete;
  Object& operator=(Object const&) = delete;

  HRESULT QueryInterface(REFIID iid, void** object) final {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (iid == uuid_of<IUnknown>() || First::answers(iid)) {
      *object = static_cast<typename First::type*>(this);
    } else {
      static_cast<void>((give<Others>(iid, object) || ...));
    }
    if (*object == nullptr) return E_NOINTERFACE;
    AddRef();
    return S_OK;
  }
  ULONG AddRef() final { return references_.fetch_add(1, std::memory_order_relaxed) + 1; }
  ULONG Release() final {
    auto const left = references_.fetch_sub(1, std::memory_order_acq_rel) - 1;
    if (left == 0) std::unique_ptr<Object> const last(this);
    return left;
  }

 protected:
  Object() = default;
  virtual ~Object() = default;

 private:
  friend std::default_delete<Object>;

  template <typename Other>
  bool give(REFIID iid, void** object) {
    if (!Other::answers(iid)) return false;
    *object = static_cast<typename Other::type*>(this);
    return true;
  }

  std::atomic<ULONG> references_{1};
};

// A reference to an object: holds it as long as it lives.
template <typename T>
class Ref {
 public:
  Ref() = default;
  // Takes over a reference that the caller has.
  explicit Ref(T* owned) : object_(owned) {}
  Ref(Ref const& other) : object_(other.object_) {
    if (object_ != nullptr) object_->AddRef();
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->Release();
  }
  // One more reference to what somebody else has.
  [[nodiscard]] static Ref share(T* object) {
    if (object != nullptr) object->AddRef();
    return Ref(object);
  }

  [[nodiscard]] T* get() const { return object_; }
  [[nodiscard]] T* operator->() const { return object_; }
  [[nodiscard]] explicit operator bool() const { return object_ != nullptr; }
  // The caller has the reference from now on.
  [[nodiscard]] T* give() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

template <typename T, typename... Arguments>
[[nodiscard]] Ref<T> make(Arguments&&... arguments) {
  return Ref<T>(std::make_unique<T>(std::forward<Arguments>(arguments)...).release());
}

// An interface of `object`, if it has that.
template <typename T>
[[nodiscard]] Ref<T> query(IUnknown* object) {
  void* found = nullptr;
  if (object == nullptr || FAILED(object->QueryInterface(uuid_of<T>(), &found))) return {};
  return Ref<T>(static_cast<T*>(found));
}

}  // namespace freshet::com
