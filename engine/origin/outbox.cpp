#include "engine/origin/outbox.h"

#include <utility>

namespace freshet {

void Outbox::add_answer(FetchId fetch, HttpAnswer answer) {
  batch_.emplace_back(Answer{fetch, std::move(answer)});
}
void Outbox::add_head(FetchId fetch, OriginHead head) {
  batch_.emplace_back(Head{fetch, std::move(head)});
}
void Outbox::add_progress(FetchId fetch, Bytes next) {
  batch_.emplace_back(Progress{fetch, next});
}
void Outbox::add_end(FetchId fetch, FetchEnd end) {
  batch_.emplace_back(End{fetch, std::move(end)});
}
void Outbox::add_call(std::function<void()> call) {
  batch_.emplace_back(std::move(call));
}

void Outbox::flush() {
  if (batch_.empty()) return;
  loop_.post(
      [reader = reader_, batch = std::exchange(batch_, {})]() mutable { reader->deliver(batch); });
}

void Outbox::Reader::deliver(std::vector<Event>& batch) const {
  for (auto& event : batch) {
    if (closed) return;
    if (auto* call = std::get_if<std::function<void()>>(&event)) (*call)();
    if (events == nullptr) continue;
    if (auto* answer = std::get_if<Answer>(&event)) {
      events->on_answer(answer->fetch, std::move(answer->answer));
    }
    if (auto* head = std::get_if<Head>(&event)) events->on_head(head->fetch, std::move(head->head));
    if (auto* step = std::get_if<Progress>(&event)) events->on_progress(step->fetch, step->next);
    if (auto* end = std::get_if<End>(&event)) {
      events->on_fetch_end(end->fetch, std::move(end->end));
    }
  }
}

}  // namespace freshet
