// Carries Ethernet frames between pairs of interfaces, each with a delay, jitter and loss, where
// the kernel has no netem.
//
//   lab_relay [HOST_SIDE LAN_SIDE DELAY_US JITTER_US LOSS_PPM]...
//
// Each direction of a pair is held back by DELAY plus up to JITTER and keeps its order. Frames stay
// as large as the kernel hands them over (offloads are passed on by virtio headers), so a saturated
// link costs little CPU. Prints "ready" when all pairs carry. Single thread; runs until it is
// killed.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// struct virtio_net_hdr, whose header file is not C++. It is passed on unread.
constexpr std::size_t kOffloadHeader = 10;
constexpr std::size_t kFrameMax = kOffloadHeader + 66000;
constexpr std::size_t kHeldFramesMax = 20000;  // A queue that is longer drops, as any router does.

struct Impairment {
  microseconds delay;
  microseconds jitter;
  double loss;  // Of one segment.
};

struct HeldFrame {
  Clock::time_point due;
  std::vector<char> bytes;
};

struct Direction {
  int from;
  int to;
  Impairment impairment;
  std::deque<HeldFrame> held;
};

[[noreturn]] void give_up(char const* what) {
  std::perror(what);
  std::exit(1);
}

int open_interface(char const* name) {
  int const descriptor =
      socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
  int const on = 1;
  int const buffer = 8 << 20;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(name));
  if (descriptor < 0 || address.sll_ifindex == 0) give_up(name);
  // What we send ourselves must not come back; offload state travels in front of each frame.
  if (setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
      setsockopt(descriptor, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0 ||
      bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up(name);
  }
  return descriptor;
}

std::minstd_rand& dice() {
  static std::minstd_rand source{1};
  return source;
}

bool lost(Impairment const& impairment) {
  return impairment.loss > 0 && std::uniform_real_distribution{}(dice()) < impairment.loss;
}

Clock::time_point due_time(Direction const& direction) {
  auto due = Clock::now() + direction.impairment.delay;
  if (direction.impairment.jitter.count() > 0) {
    std::uniform_int_distribution<microseconds::rep> extra(0, direction.impairment.jitter.count());
    due += microseconds(extra(dice()));
  }
  return direction.held.empty() ? due : std::max(due, direction.held.back().due);
}

void take_in(Direction& direction) {
  static std::vector<char> buffer(kFrameMax);
  for (;;) {
    ssize_t const length = recv(direction.from, buffer.data(), buffer.size(), 0);
    if (length <= 0) return;
    if (lost(direction.impairment) || direction.held.size() >= kHeldFramesMax) continue;
    direction.held.push_back({due_time(direction), {buffer.data(), buffer.data() + length}});
  }
}

void let_out(Direction& direction, Clock::time_point now) {
  while (!direction.held.empty() && direction.held.front().due <= now) {
    auto const& bytes = direction.held.front().bytes;
    // A full queue of the next device is a loss, as on any path.
    [[maybe_unused]] ssize_t const sent = send(direction.to, bytes.data(), bytes.size(), 0);
    direction.held.pop_front();
  }
}

timespec time_to_next(std::vector<Direction> const& directions) {
  auto next = Clock::now() + std::chrono::seconds(1);
  for (auto const& direction : directions) {
    if (!direction.held.empty()) next = std::min(next, direction.held.front().due);
  }
  auto const wait = std::max(next - Clock::now(), Clock::duration::zero());
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
  return {seconds.count(), static_cast<long>((wait - seconds).count())};
}

void carry(std::vector<Direction>& directions) {
  std::vector<pollfd> waits;
  for (auto const& direction : directions) waits.push_back({direction.from, POLLIN, 0});
  for (;;) {
    timespec const wait = time_to_next(directions);
    ppoll(waits.data(), waits.size(), &wait, nullptr);
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].revents != 0) take_in(directions[i]);
    }
    for (auto& direction : directions) let_out(direction, Clock::now());
  }
}

}  // namespace

int main(int count, char** words) {
  constexpr int kWordsEach = 5;
  if (count < 1 + kWordsEach || (count - 1) % kWordsEach != 0) {
    std::fputs("usage: lab_relay [HOST_SIDE LAN_SIDE DELAY_US JITTER_US LOSS_PPM]...\n", stderr);
    return 2;
  }
  std::vector<Direction> directions;
  for (int i = 1; i < count; i += kWordsEach) {
    Impairment const impairment{microseconds(std::atol(words[i + 2])),
                                microseconds(std::atol(words[i + 3])),
                                std::atof(words[i + 4]) / 1e6};
    int const host = open_interface(words[i]);
    int const lan = open_interface(words[i + 1]);
    directions.push_back({host, lan, impairment, {}});
    directions.push_back({lan, host, impairment, {}});
  }
  std::puts("ready");
  std::fflush(stdout);
  carry(directions);
}
