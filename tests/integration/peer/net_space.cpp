#include "tests/integration/peer/net_space.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace freshet::test {

namespace {

// An IPv6 address is of use only once it is known to be nobody else's; nobody else is here.
std::string add_address(std::string const& address, std::string const& device) {
  bool const v6 = address.find(':') != std::string::npos;
  return "address add " + address + " dev " + device + (v6 ? " nodad" : "");
}

}  // namespace

class NetSpace::Key {};

NetSpace::NetSpace(Key, int descriptor) : descriptor_(descriptor) {}

std::unique_ptr<NetSpace> NetSpace::make() {
  int descriptor = -1;
  // A thread of its own: the caller stays where it is.
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) return;
    descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  }).join();
  if (descriptor < 0) return nullptr;
  auto made = std::make_unique<NetSpace>(Key(), descriptor);
  made->ip("link set lo up");
  return made;
}

NetSpace::~NetSpace() {
  close(descriptor_);
}

void NetSpace::enter() const {
  if (setns(descriptor_, CLONE_NEWNET) != 0) throw std::runtime_error("setns failed");
}

bool NetSpace::try_run(std::string const& command) const {
  int status = -1;
  std::thread([&] {
    enter();
    status = std::system(command.c_str());
  }).join();
  return status == 0;
}

void NetSpace::ip(std::string const& words) const {
  if (!try_run("ip " + words)) throw std::runtime_error("ip " + words + " failed");
}

void NetSpace::wait_for_carrier(std::string const& name) const {
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!try_run("ip -o link show " + name + " | grep -q 'state UP'")) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(name + " stays down");
  }
}

std::string NetSpace::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor_);
}

void NetSpace::connect(NetSpace const& other, std::string const& name, std::string const& here,
                       std::string const& there) const {
  ip("link add " + name + " type veth peer name " + name + " netns " + other.path());
  for (auto const* side : {this, &other}) {
    side->ip(add_address(side == this ? here : there, name));
    side->ip("link set " + name + " up");
  }
  // The kernel may take a second to notice; packets sent before that are lost.
  for (auto const* side : {this, &other}) side->wait_for_carrier(name);
}

}  // namespace freshet::test
