#include "api/com/sink_pump.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "freshet/com/objbase.h"

namespace freshet::com {

namespace {

// A sink that takes less than it was given, and says nothing, is full.
HRESULT write_all(IStream& stream, std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    ULONG written = 0;
    auto const hr = stream.Write(bytes.data(), static_cast<ULONG>(bytes.size()), &written);
    if (FAILED(hr)) return hr;
    if (written == 0 || written > bytes.size()) return STG_E_MEDIUMFULL;
    bytes = bytes.subspan(written);
  }
  return S_OK;
}

}  // namespace

struct SinkPump::State {
  State(Source from, Ref<IStream> to, std::function<void()> then)
      : source(std::move(from)), stream(std::move(to)), ended(std::move(then)) {}

  Source source;
  Ref<IStream> stream;
  std::function<void()> ended;
  std::atomic<std::thread::id> thread{};
  std::stop_source stop;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<HRESULT> result;

  void run() {
    thread = std::this_thread::get_id();
    auto hr = S_OK;
    auto const sink = [&](std::span<std::byte const> bytes) -> Result<void> {
      if (stop.stop_requested()) return fail(Errc::stopped, "stream", "is not wanted any more");
      hr = write_all(*stream.get(), bytes);
      if (FAILED(hr)) return fail(Errc::io_error, "stream", "takes no more");
      return {};
    };
    StreamOptions options;
    options.stop = stop.get_token();
    options.through_errors = true;
    auto const done = source.client->stream(source.job, source.file, sink, options);
    if (!done && SUCCEEDED(hr)) hr = to_hresult(done, source.family);
    end(hr);
    if (!stop.stop_requested()) ended();
  }

  void end(HRESULT hr) {
    source.client.reset();
    stream = {};
    std::lock_guard const lock(mutex);
    result = hr;
    changed.notify_all();
  }

  [[nodiscard]] bool own_thread() const { return thread.load() == std::this_thread::get_id(); }

  HRESULT wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return result.has_value(); });
    return *result;
  }
};

SinkPump::SinkPump(Courier& courier, Source source, Ref<IStream> stream,
                   std::function<void()> ended)
    : state_(std::make_shared<State>(std::move(source), std::move(stream), std::move(ended))) {
  bool const started = courier.start([state = state_] { state->run(); },
                                     [state = state_] { state->stop.request_stop(); });
  if (!started) state_->end(to_hresult(Errc::stopped, state_->source.family));
}

SinkPump::~SinkPump() {
  stop();
}

std::optional<HRESULT> SinkPump::result() const {
  std::lock_guard const lock(state_->mutex);
  return state_->result;
}

HRESULT SinkPump::wait() {
  return state_->own_thread() ? E_UNEXPECTED : state_->wait();
}

void SinkPump::cancel() {
  state_->stop.request_stop();
}

void SinkPump::stop() {
  cancel();
  if (!state_->own_thread()) static_cast<void>(state_->wait());
}

}  // namespace freshet::com
