#include "api/local/reactor.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <thread>

#include "engine/base/assert.h"

namespace freshet::local {

namespace asio = boost::asio;

struct Reactor::Parts {
  asio::io_context context{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{
      context.get_executor()};
  std::thread thread;
  bool stopped = false;
};

Reactor::Reactor() : parts_(std::make_shared<Parts>()) {}

Reactor::~Reactor() {
  FRESHET_ASSERT(parts_->stopped || !parts_->thread.joinable());
  parts_->stopped = true;
  // What was cancelled after the end still holds the context: it ends with a turn that does
  // nothing.
  parts_->context.restart();
  parts_->context.poll();
}

void Reactor::start() {
  parts_->thread = std::thread([parts = parts_.get()] { parts->context.run(); });
}

void Reactor::stop() {
  parts_->context.stop();
  if (parts_->thread.joinable()) parts_->thread.join();
  parts_->stopped = true;
}

void Reactor::post(Task task) {
  asio::post(parts_->context, [parts = parts_.get(), task = std::move(task)] {
    if (!parts->stopped) task();
  });
}

bool Reactor::in_thread() const {
  return parts_->thread.get_id() == std::this_thread::get_id();
}

struct Watched::State {
  State(std::shared_ptr<Reactor::Parts> owner, int number)
      : parts(std::move(owner)), stream(parts->context, number) {}

  std::shared_ptr<Reactor::Parts> parts;  // The context outlives its descriptors.
  asio::posix::stream_descriptor stream;
  bool closed = false;
};

Watched::Watched(Reactor& reactor, Descriptor descriptor)
    : state_(std::make_shared<State>(reactor.parts_, descriptor.release())) {
  boost::system::error_code ignored;
  state_->stream.non_blocking(true, ignored);
}

Watched::~Watched() {
  state_->closed = true;
  boost::system::error_code ignored;
  state_->stream.close(ignored);
}

int Watched::get() const {
  return state_->stream.native_handle();
}

void Watched::when_readable(Reactor::Task task) {
  state_->stream.async_wait(asio::posix::stream_descriptor::wait_read,
                            [state = state_, task = std::move(task)](auto const& error) {
                              if (!error && !state->closed && !state->parts->stopped) task();
                            });
}

void Watched::when_writable(Reactor::Task task) {
  state_->stream.async_wait(asio::posix::stream_descriptor::wait_write,
                            [state = state_, task = std::move(task)](auto const& error) {
                              if (!error && !state->closed && !state->parts->stopped) task();
                            });
}

struct Alarm::State {
  explicit State(std::shared_ptr<Reactor::Parts> owner)
      : parts(std::move(owner)), timer(parts->context) {}

  std::shared_ptr<Reactor::Parts> parts;
  asio::steady_timer timer;
  std::uint64_t round = 0;  // Of the last `after`; others do not ring.
};

Alarm::Alarm(Reactor& reactor) : state_(std::make_shared<State>(reactor.parts_)) {}

Alarm::~Alarm() {
  cancel();
}

void Alarm::after(Duration delay, Reactor::Task task) {
  auto const round = ++state_->round;
  state_->timer.expires_after(delay);
  state_->timer.async_wait([state = state_, round, task = std::move(task)](auto const& error) {
    if (!error && state->round == round && !state->parts->stopped) task();
  });
}

void Alarm::cancel() {
  ++state_->round;
  state_->timer.cancel();
}

}  // namespace freshet::local
