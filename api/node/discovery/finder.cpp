#include "api/node/discovery/finder.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <random>

#include "api/node/discovery/links.h"

namespace freshet::node {

namespace {

constexpr std::size_t kNodesMax = 256;

void take(std::vector<FoundNode>& nodes, std::vector<FoundNode> more) {
  for (auto& node : more) {
    bool const known = std::ranges::find(nodes, node) != nodes.end();
    if (!known && nodes.size() < kNodesMax) nodes.push_back(std::move(node));
  }
}

}  // namespace

Result<std::vector<FoundNode>> find_nodes(Duration wait) {
  auto const socket = multicast_socket(0);
  if (!socket) return tl::unexpected(socket.error());
  auto const id = static_cast<std::uint16_t>(std::random_device{}());
  auto const question = write_dns(node_question(id));
  for (auto const& link : links()) send_on(socket->get(), link, question);
  std::vector<FoundNode> nodes;
  std::array<char, 9000> space;
  auto const ends = std::chrono::steady_clock::now() + wait;
  for (auto left = wait; left > Duration::zero(); left = ends - std::chrono::steady_clock::now()) {
    pollfd event{socket->get(), POLLIN, 0};
    auto const ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    if (::poll(&event, 1, static_cast<int>(ms)) <= 0) continue;
    auto const datagram = receive(socket->get(), space);
    auto const said = datagram ? parse_dns(datagram->bytes) : std::nullopt;
    if (said && said->id == id) take(nodes, nodes_in(*said));
  }
  std::ranges::sort(nodes, {},
                    [](FoundNode const& node) { return std::pair(node.name, node.address); });
  return nodes;
}

}  // namespace freshet::node
