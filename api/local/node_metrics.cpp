#include "api/local/node_metrics.h"

namespace freshet::local {
namespace {

void add_traffic(MetricList& list, wire::NodeShown const& node) {
  auto const hit = node.hit_bytes;
  auto const other = node.sent_bytes > hit ? node.sent_bytes - hit : 0;
  list.add("freshet_node_sent_bytes", MetricType::counter,
           "Bytes sent to clients of the node, from its cache or through it.")
      .samples = {{"from", "cache", double(hit)}, {"from", "origin", double(other)}};
  list.add("freshet_node_received_bytes", MetricType::counter,
           "Bytes that the node received, from origins and fellow nodes.")
      .samples = {{"source", "origin", double(node.upstream_bytes)},
                  {"source", "fellow", double(node.fellow_bytes)}};
  list.add("freshet_node_origin_requests", MetricType::counter, "Requests of the node to origins.",
           double(node.upstream_requests));
  list.add("freshet_node_origin_failures", MetricType::counter, "Those of them that failed.",
           double(node.upstream_failures));
}

void add_state(MetricList& list, wire::NodeShown const& node) {
  auto const gauge = [&](char const* name, char const* help, std::uint64_t value) {
    list.add(name, MetricType::gauge, help, double(value));
  };
  gauge("freshet_node_clients", "Connections of clients to the node.", node.connections);
  gauge("freshet_node_fetches", "Objects that are on their way into its cache.", node.fetches);
  gauge("freshet_node_objects", "Objects in its cache.", node.objects);
  gauge("freshet_node_stored_bytes", "Bytes of objects in its cache.", node.bytes);
  gauge("freshet_node_limit_bytes", "What its cache may hold; 0: no limit.", node.bytes_max);
}

}  // namespace

void add_node(MetricList& list, wire::NodeShown const& node) {
  list.add("freshet_node_requests", MetricType::counter,
           "Requests of clients for contents of origins, by how they were answered.")
      .samples = {{"outcome", "hit", double(node.hits)},
                  {"outcome", "joined", double(node.joined)},
                  {"outcome", "validated", double(node.validated)},
                  {"outcome", "stale", double(node.stale)},
                  {"outcome", "miss", double(node.misses)},
                  {"outcome", "passed", double(node.passed)},
                  {"outcome", "refused", double(node.refused)}};
  add_traffic(list, node);
  add_state(list, node);
}

}  // namespace freshet::local
