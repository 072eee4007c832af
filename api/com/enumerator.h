// A walk over what there was when it began: files, jobs or downloads.
//
// Any thread. Items are copied to clones; each step gives out a new reference.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

#include "api/com/object.h"

namespace freshet::com {

// `Enumeration` has Next, Skip, Reset and Clone for `Item`; GetCount too, where it is asked for.
template <typename Enumeration, typename Item, typename Derived>
class Walk : public Object<Versions<Enumeration>> {
 public:
  explicit Walk(std::vector<Ref<Item>> items, std::size_t next = 0)
      : items_(std::move(items)), next_(next) {}

  HRESULT Next(ULONG celt, Item** rgelt, ULONG* fetched) final {
    if (fetched != nullptr) *fetched = 0;
    if (rgelt == nullptr) return E_POINTER;
    if (celt != 1 && fetched == nullptr) return E_INVALIDARG;
    std::lock_guard const lock(mutex_);
    auto const count = std::min<std::size_t>(celt, items_.size() - next_);
    for (std::size_t i = 0; i < count; ++i) rgelt[i] = Ref<Item>(items_[next_ + i]).give();
    next_ += count;
    if (fetched != nullptr) *fetched = static_cast<ULONG>(count);
    return count == celt ? S_OK : S_FALSE;
  }
  HRESULT Skip(ULONG celt) final {
    std::lock_guard const lock(mutex_);
    auto const count = std::min<std::size_t>(celt, items_.size() - next_);
    next_ += count;
    return count == celt ? S_OK : S_FALSE;
  }
  HRESULT Reset() final {
    std::lock_guard const lock(mutex_);
    next_ = 0;
    return S_OK;
  }
  HRESULT Clone(Enumeration** copy) final {
    if (copy == nullptr) return E_POINTER;
    std::lock_guard const lock(mutex_);
    *copy = make<Derived>(items_, next_).give();
    return S_OK;
  }

 protected:
  [[nodiscard]] std::size_t size() const { return items_.size(); }

 private:
  std::vector<Ref<Item>> items_;
  std::mutex mutex_;
  std::size_t next_;
};

template <typename Enumeration, typename Item>
class CountedWalk final : public Walk<Enumeration, Item, CountedWalk<Enumeration, Item>> {
 public:
  using Walk<Enumeration, Item, CountedWalk>::Walk;

  HRESULT GetCount(ULONG* count) final {
    if (count == nullptr) return E_POINTER;
    *count = static_cast<ULONG>(this->size());
    return S_OK;
  }
};

}  // namespace freshet::com
