#include "api/node/discovery/announcer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace freshet::node {

namespace {

constexpr std::uint32_t kTtl = 120;
constexpr int kSecondTimeMs = 1000;    // RFC 6762 §8.3: said twice.
constexpr int kLookAroundMs = 30'000;  // Links come and go.
constexpr std::size_t kDatagramBytesMax = 9000;
constexpr std::size_t kAnswersAtOnce = 32;  // Then the rest waits for the next round.

bool same_links(std::vector<Link> const& a, std::vector<Link> const& b) {
  return std::ranges::equal(a, b, [](Link const& x, Link const& y) {
    return x.index == y.index && x.address == y.address;
  });
}

}  // namespace

Announcer::Announcer(std::function<NodeService()> service, std::optional<IpAddress> only)
    : service_(std::move(service)), only_(only) {}

Announcer::~Announcer() {
  stop();
}

Result<void> Announcer::start() {
  auto socket = multicast_socket(kDnsPort);
  if (!socket) return tl::unexpected(socket.error());
  socket_ = std::move(*socket);
  bell_ = local::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!bell_) return fail(Errc::internal, "eventfd", std::strerror(errno));
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "fr-node-dns");
    run();
  });
  return {};
}

void Announcer::stop() {
  if (!thread_.joinable()) return;
  std::uint64_t const one = 1;
  static_cast<void>(!::write(bell_.get(), &one, sizeof one));
  thread_.join();
}

void Announcer::run() {
  look_around();
  int wait = kSecondTimeMs;
  while (true) {
    std::array<pollfd, 2> events{{{socket_.get(), POLLIN, 0}, {bell_.get(), POLLIN, 0}}};
    auto const count = ::poll(events.data(), events.size(), wait);
    if (count < 0 && errno != EINTR) return;
    if (events[1].revents != 0) return say_to_all(0);
    if (events[0].revents != 0) read_questions();
    if (count != 0) continue;
    if (wait == kSecondTimeMs) say_to_all(kTtl);
    wait = kLookAroundMs;
    look_around();
  }
}

void Announcer::look_around() {
  auto found = links();
  std::erase_if(found, [&](Link const& link) { return only_ && link.address != *only_; });
  if (same_links(found, links_)) return;
  links_ = std::move(found);
  for (auto const& link : links_) join(socket_.get(), link);
  say_to_all(kTtl);
}

void Announcer::say_to_all(std::uint32_t ttl) {
  auto const service = service_();
  for (auto const& link : links_) {
    send_on(socket_.get(), link, write_dns(announcement(service, link.address, ttl)));
  }
}

void Announcer::read_questions() {
  std::array<char, kDatagramBytesMax> space;
  for (std::size_t i = 0; i < kAnswersAtOnce; ++i) {
    auto const datagram = receive(socket_.get(), space);
    if (!datagram) return;
    answer_to(*datagram);
  }
}

// Only neighbours are answered (RFC 6762 §11), so that nobody far can be sent what he never asked.
void Announcer::answer_to(Datagram const& datagram) {
  auto const link = std::ranges::find(links_, datagram.link, &Link::index);
  if (link == links_.end()) return;
  std::array<std::uint8_t, 4> from{};
  std::memcpy(from.data(), &datagram.from.sin_addr, from.size());
  if (!link->network.contains(*address_of(from))) return;
  auto const asked = parse_dns(datagram.bytes);
  if (!asked) return;
  auto const port = ntohs(datagram.from.sin_port);
  auto const said = answer(*asked, port, service_(), link->address);
  if (!said) return;
  bool const alone = port != kDnsPort || asked->questions.front().unicast;
  send_on(socket_.get(), *link, write_dns(*said),
          alone ? std::optional(datagram.from) : std::nullopt);
}

}  // namespace freshet::node
