// What a client is made of: an engine, perhaps shared with other callers, and who calls.
//
// Any thread but the loop, on which nothing here may wait.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "api/client/embedded_engine.h"
#include "engine/base/assert.h"
#include "freshet/client.h"

namespace freshet {

class Client::Impl {
 public:
  Impl(std::shared_ptr<EmbeddedEngine> embedded, Caller who)
      : engine(std::move(embedded)), caller(who) {}

  // Runs `call` on the loop with a function that takes the answer, and waits for it.
  template <typename T, typename Call>
  T ask(Call call) const {
    FRESHET_ASSERT(!engine->loop().in_loop());
    // Shared: the caller may be gone before `set_value` has returned.
    auto const promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    engine->loop().post(
        [&call, promise] { call([promise](T answer) { promise->set_value(std::move(answer)); }); });
    return future.get();
  }
  template <typename T, typename Look>
  T look(Look look) const {
    return ask<T>([&](auto const& answer) { answer(look()); });
  }
  [[nodiscard]] JobBook& book() const { return engine->book(); }
  [[nodiscard]] Result<JobId> create(NewJob job) const;

  std::shared_ptr<EmbeddedEngine> engine;  // The last client that shares it ends it.
  Caller caller;
};

}  // namespace freshet
