#include "api/node/server/worker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "api/node/server/address_text.h"
#include "api/node/server/connection.h"
#include "api/node/server/doorkeeper.h"
#include "engine/base/assert.h"

namespace freshet::node {

namespace {

constexpr std::size_t kScratchBytes = 64 << 10;
constexpr int kEventsMax = 256;
constexpr int kAcceptsMax = 64;  // Of one event, so that those inside have their turn.
constexpr int kWaitMs = 1000;
constexpr std::uint64_t kBellData = ~0ULL;
constexpr std::uint64_t kListenerData = 1ULL << 63;

std::uint64_t data_of(ConnectionId id) {
  return std::uint64_t{id.generation} << 32 | id.slot;
}

void watch(int epoll, int descriptor, std::uint32_t events, std::uint64_t data) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = data;
  FRESHET_ASSERT(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

local::Descriptor spare_descriptor() {
  return local::Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

Worker::Worker(Surroundings surroundings)
    : around_(surroundings),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      spare_(spare_descriptor()),
      scratch_(kScratchBytes),
      started_(std::chrono::steady_clock::now()) {
  FRESHET_ASSERT(epoll_ && bell_);
  watch(epoll_.get(), bell_.get(), EPOLLIN, kBellData);
  for (std::size_t i = 0; i < around_.listeners.size(); ++i) {
    watch(epoll_.get(), around_.listeners[i].socket, EPOLLIN | EPOLLEXCLUSIVE, kListenerData | i);
  }
}

Worker::~Worker() {
  FRESHET_ASSERT(!thread_.joinable());
}

void Worker::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "fr-node-server");
    run();
  });
}

void Worker::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  ring();
  if (thread_.joinable()) thread_.join();
}

void Worker::ring() {
  std::uint64_t const one = 1;
  static_cast<void>(!::write(bell_.get(), &one, sizeof one));
}

void Worker::post(Task task) {
  {
    std::lock_guard const lock(mutex_);
    if (stopping_) return;
    bool const first = inbox_.empty();
    inbox_.tasks.push_back(std::move(task));
    if (!first) return;
  }
  ring();
}

void Worker::wake(ConnectionId id) {
  {
    std::lock_guard const lock(mutex_);
    if (stopping_) return;
    bool const first = inbox_.empty();
    inbox_.woken.push_back(id);
    if (!first) return;
  }
  ring();
}

Connection* Worker::find(ConnectionId id) {
  if (id.slot >= slots_.size() || slots_[id.slot].generation != id.generation) return nullptr;
  return slots_[id.slot].connection.get();
}

void Worker::run() {
  while (true) {
    {
      std::lock_guard const lock(mutex_);
      if (stopping_) break;
    }
    wait_for_events();
    read_inbox();
    take_turns();
    look_at_deadlines();
  }
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) close({slot, slots_[slot].generation});
}

void Worker::wait_for_events() {
  std::array<epoll_event, kEventsMax> events;
  int const count =
      ::epoll_wait(epoll_.get(), events.data(), kEventsMax, turns_.empty() ? kWaitMs : 0);
  auto const since = std::chrono::steady_clock::now() - started_;
  now_ =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
  for (int i = 0; i < count; ++i) {
    auto const& event = events[static_cast<std::size_t>(i)];
    on_event(event.data.u64, event.events);
  }
}

void Worker::on_event(std::uint64_t data, std::uint32_t events) {
  if (data == kBellData) {
    std::uint64_t count = 0;
    static_cast<void>(!::read(bell_.get(), &count, sizeof count));
    return;
  }
  if ((data & kListenerData) != 0) {
    return accept_from(around_.listeners[static_cast<std::size_t>(data & ~kListenerData)]);
  }
  ConnectionId const id{static_cast<std::uint32_t>(data), static_cast<std::uint32_t>(data >> 32)};
  auto* const connection = find(id);
  if (connection == nullptr) return;
  if ((events & EPOLLERR) != 0) return close(id);
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) {
    connection->on_readable((events & (EPOLLRDHUP | EPOLLHUP)) != 0);
  }
  serve(id);
}

void Worker::accept_from(Listener const& listener) {
  for (int i = 0; i < kAcceptsMax; ++i) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    void* const generic = &address;
    local::Descriptor socket(::accept4(listener.socket, static_cast<sockaddr*>(generic), &length,
                                       SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket && (errno == EMFILE || errno == ENFILE)) return turn_away(listener);
    if (!socket) return;
    auto from = address_text(address);
    if (around_.doorkeeper.enter(from)) open(std::move(socket), listener, std::move(from));
  }
}

// Left in the queue it would be told of again and again.
void Worker::turn_away(Listener const& listener) {
  spare_ = {};
  { local::Descriptor const refused(::accept4(listener.socket, nullptr, nullptr, SOCK_CLOEXEC)); }
  spare_ = spare_descriptor();
}

void Worker::open(local::Descriptor socket, Listener const& listener, std::string from) {
  int const on = 1;
  static_cast<void>(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  auto const index = free_.back();
  free_.pop_back();
  auto& slot = slots_[index];
  slot.generation = (slot.generation + 1) & 0x7FFFFFFF;  // The highest bit tells listeners apart.
  ConnectionId const id{index, slot.generation};
  int const number = socket.get();
  slot.connection =
      std::make_unique<Connection>(*this, id, Transport(std::move(socket), listener.context),
                                   Connection::Origin{std::move(from), listener.port});
  watch(epoll_.get(), number, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, data_of(id));
}

void Worker::close(ConnectionId id) {
  auto* const connection = find(id);
  if (connection == nullptr) return;
  auto& slot = slots_[id.slot];
  around_.doorkeeper.leave(connection->from());
  auto const gone = std::move(slot.connection);
  ++slot.generation;
  slot.in_turn = false;
  free_.push_back(id.slot);
}

void Worker::read_inbox() {
  auto inbox = [this] {
    std::lock_guard const lock(mutex_);
    return std::exchange(inbox_, {});
  }();
  for (auto const& task : inbox.tasks) task();
  for (auto const id : inbox.woken) {
    if (auto* const connection = find(id)) connection->on_bell();
    serve(id);
  }
}

void Worker::take_turns() {
  for (auto left = turns_.clients(); left > 0; --left) {
    auto const id = turns_.next();
    if (!id || find(*id) == nullptr) continue;
    slots_[id->slot].in_turn = false;
    serve(*id);
  }
}

void Worker::serve(ConnectionId id) {
  auto* const connection = find(id);
  if (connection == nullptr || slots_[id.slot].in_turn) return;
  switch (connection->run()) {
    case Connection::Step::over:
      return close(id);
    case Connection::Step::turn:
      slots_[id.slot].in_turn = true;
      turns_.add(connection->from(), id);
      return;
    case Connection::Step::on:
    case Connection::Step::resting:
      return;
  }
}

void Worker::look_at_deadlines() {
  if (looked_ == now_) return;
  looked_ = now_;
  for (std::uint32_t index = 0; index < slots_.size(); ++index) {
    auto const& slot = slots_[index];
    if (slot.connection && slot.connection->overdue()) close({index, slot.generation});
  }
}

}  // namespace freshet::node
