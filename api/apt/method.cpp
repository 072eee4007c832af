#include "api/apt/method.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "api/apt/privileges.h"

namespace freshet::apt {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr Duration kConnectTimeout = std::chrono::milliseconds{300};
constexpr Duration kCallTimeout = std::chrono::seconds{5};
constexpr Duration kAwayFor = std::chrono::seconds{10};

// False at the end.
bool read_into(int descriptor, MessageReader& reader) {
  std::vector<char> bytes(kReadBytes);
  auto const got = ::read(descriptor, bytes.data(), bytes.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  reader.feed({bytes.data(), static_cast<std::size_t>(got)});
  return !reader.broken();
}

}  // namespace

Method::~Method() {
  stopping_ = true;
  for (auto& each : running_) each.thread.join();
}

int Method::run(int stop) {
  std::array<pollfd, 4> waits{{{STDIN_FILENO, POLLIN, 0},
                               {straight_.output(), POLLIN, 0},
                               {outbox_.descriptor(), POLLIN, 0},
                               {stop, POLLIN, 0}}};
  bool goes_on = true;
  while (goes_on) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if (waits[3].revents != 0) break;
    if (waits[2].revents != 0) goes_on = goes_on && on_fetches();
    if (waits[1].revents != 0) goes_on = goes_on && on_straight();
    if (waits[0].revents != 0) goes_on = goes_on && on_apt();
  }
  stopping_ = true;
  return straight_.finish();
}

bool Method::on_apt() {
  if (!read_into(STDIN_FILENO, from_apt_)) return false;
  Message message;
  while (from_apt_.take(message)) {
    if (!take(std::move(message))) return false;
  }
  return true;
}

bool Method::take(Message message) {
  constexpr int kAcquire = 600;
  constexpr int kConfiguration = 601;
  if (message.code == kConfiguration) return configure(message);
  if (message.code != kAcquire) return pass_on(std::move(message));
  prefixed_ = is_ours(message.get("URI"));
  sweep();
  auto wish = running_.size() < kFetchesMax ? wish_of(message, settings_) : std::nullopt;
  auto* const client = wish ? daemon() : nullptr;
  if (client == nullptr) return pass_on(std::move(message));
  fetch(*client, std::move(*wish), std::move(message));
  return true;
}

bool Method::configure(Message const& message) {
  settings_ = Settings(message);
  if (!straight_.send(message)) return false;
  auto const left = become(settings_.sandbox_user());
  if (left) return true;
  static_cast<void>(
      tell_apt({401, "General Failure", {{"Message", "freshet: " + describe(left.error())}}}));
  return false;
}

bool Method::pass_on(Message message) {
  if (message.has("URI")) message.set("URI", plain(message.get("URI")));
  return straight_.send(message);
}

bool Method::on_straight() {
  if (!read_into(straight_.output(), from_straight_)) return false;
  Message message;
  while (from_straight_.take(message)) {
    for (auto const* const field : {"URI", "New-URI"}) {
      if (prefixed_ && message.has(field)) message.set(field, ours(message.get(field)));
    }
    if (!tell_apt(message)) return false;
  }
  return true;
}

bool Method::on_fetches() {
  while (auto outcome = outbox_.take()) {
    bool const sent =
        outcome->straight ? pass_on(std::move(outcome->message)) : tell_apt(outcome->message);
    if (!sent) return false;
  }
  return true;
}

bool Method::tell_apt(Message const& message) {
  return write_all(STDOUT_FILENO, to_text(message));
}

// A daemon that is not there is not looked for again with every file.
Client* Method::daemon() {
  if (client_) return &*client_;
  auto const now = std::chrono::steady_clock::now();
  if (away_since_ && now - *away_since_ < kAwayFor) return nullptr;
  auto client = Client::connect({.socket = settings_.socket(),
                                 .connect_timeout = kConnectTimeout,
                                 .call_timeout = kCallTimeout,
                                 .answer_timeout = kCallTimeout});
  if (!client) {
    away_since_ = now;
    return nullptr;
  }
  client_.emplace(std::move(*client));
  return &*client_;
}

void Method::fetch(Client& client, Wish wish, Message acquire) {
  auto const done = std::make_shared<std::atomic<bool>>(false);
  FetchRules const rules{settings_.patience()};
  auto run = [this, &client, wish = std::move(wish), acquire = std::move(acquire), rules, done] {
    auto outcome = Fetch(client, wish, rules, outbox_, stopping_).run();
    if (outcome) {
      outbox_.put({std::move(*outcome)});
    } else if (!stopping_) {
      Message why{101, "Log", {{"Message", "freshet: " + describe(outcome.error())}}};
      outbox_.put({std::move(why)});
      outbox_.put({acquire, true});
    }
    *done = true;
  };
  running_.push_back({std::thread(std::move(run)), done});
}

void Method::sweep() {
  std::erase_if(running_, [](Running& each) {
    if (!*each.done) return false;
    each.thread.join();
    return true;
  });
}

}  // namespace freshet::apt
