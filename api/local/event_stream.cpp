#include "api/local/event_stream.h"

#include "api/wire/wire.h"

namespace freshet::local {

namespace {

constexpr std::size_t kEventsPerLook = 64;

std::string_view name_of(JobEvent::Kind kind) {
  switch (kind) {
    case JobEvent::Kind::state:
      return "state";
    case JobEvent::Kind::progress:
      return "progress";
    case JobEvent::Kind::file_transferred:
      return "file_transferred";
    case JobEvent::Kind::removed:
      return "removed";
  }
  return "state";
}

}  // namespace

std::string server_sent(std::string_view id, std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(id.size() + event.size() + data.size() + 24);
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  text.append("event: ").append(event).append("\ndata: ").append(data).append("\n\n");
  return text;
}

Answer stream_answer(std::shared_ptr<Stream> stream) {
  Answer answer;
  answer.type = "text/event-stream";
  answer.stream = std::move(stream);
  return answer;
}

struct EventStream::Shared {
  std::function<void()> wake;  // Reactor only; empty when the stream has ended.
  std::atomic<bool> posted = false;
};

EventStream::EventStream(Reactor& reactor, std::shared_ptr<EventFeed> feed, Begin begin)
    : reactor_(reactor), feed_(std::move(feed)), begin_(std::move(begin)) {}

void EventStream::start(std::function<void()> wake) {
  shared_ = std::make_shared<Shared>();
  shared_->wake = std::move(wake);
  listening_ = EventFeed::listen(
      feed_, [&reactor = reactor_, weak = std::weak_ptr(shared_)](JobEvent const&) {
        auto const shared = weak.lock();
        if (!shared || shared->posted.exchange(true)) return;
        reactor.post([weak] {
          auto const alive = weak.lock();
          if (!alive) return;
          alive->posted = false;
          // A copy: the stream may end in it.
          auto const call = alive->wake;
          call();
        });
      });
}

std::string EventStream::next(std::size_t bytes_max) {
  std::string text;
  if (!std::exchange(started_, true)) {
    // Who leaves before the end of the snapshot has nothing to come back to.
    auto const id = begin_.snapshot ? std::string() : feed_->id_of(begin_.after);
    text +=
        server_sent(id, "ready", begin_.resumed ? R"({"resumed":true})" : R"({"resumed":false})");
  }
  if (begin_.snapshot) add_snapshot(text, bytes_max);
  if (!begin_.snapshot) add_events(text, bytes_max);
  return text;
}

void EventStream::add_snapshot(std::string& text, std::size_t bytes_max) {
  while (!begin_.jobs.empty() && text.size() < bytes_max) {
    text += server_sent("", "job", wire::write(begin_.jobs.front()));
    begin_.jobs.pop_front();
  }
  if (!begin_.jobs.empty()) return;
  text += server_sent(feed_->id_of(begin_.after), "snapshot_end", "{}");
  begin_.snapshot = false;
}

void EventStream::add_events(std::string& text, std::size_t bytes_max) {
  if (!feed_->reaches_back_to(begin_.after)) lost_ = true;
  while (!lost_ && text.size() < bytes_max) {
    auto const entries = feed_->after(begin_.after, kEventsPerLook);
    if (entries.empty()) return;
    for (auto const& [number, event] : entries) {
      text += server_sent(feed_->id_of(number), name_of(event->kind), wire::write(*event));
      begin_.after = number;
    }
  }
}

}  // namespace freshet::local
