#include "api/node/discovery/service.h"

#include <algorithm>

namespace freshet::node {

namespace {

constexpr std::uint16_t kMulticastPort = 5353;
constexpr std::uint32_t kTtl = 120;
// For askers that know nothing of multicast DNS (RFC 6762 §6.7).
constexpr std::uint32_t kLegacyTtl = 10;
constexpr std::string_view kKeyId = "key_id=";

DnsName const kService{"_freshet-node", "_tcp", "local"};
DnsName const kTypes{"_services", "_dns-sd", "_udp", "local"};

DnsName below(std::string const& label, DnsName rest) {
  rest.insert(rest.begin(), label);
  return rest;
}

struct Records {
  DnsRecord type, pointer, place, texts, address;
};

Records records_of(NodeService const& service, IpAddress const& at, std::uint32_t ttl) {
  auto const instance = below(service.instance, kService);
  DnsName const host{service.host, "local"};
  Records all;
  all.type = {.name = kTypes, .type = DnsType::ptr, .ttl = ttl, .target = kService};
  all.pointer = {.name = kService, .type = DnsType::ptr, .ttl = ttl, .target = instance};
  all.place = {.name = instance,
               .type = DnsType::srv,
               .ttl = ttl,
               .unique = true,
               .target = host,
               .port = service.port};
  all.texts = {.name = instance, .type = DnsType::txt, .ttl = ttl, .unique = true};
  if (!service.key_id.empty()) all.texts.texts.push_back(std::string(kKeyId) + service.key_id);
  all.address = {.name = host, .type = DnsType::a, .ttl = ttl, .unique = true, .address = at};
  return all;
}

bool asks(DnsQuestion const& question, DnsRecord const& record) {
  bool const of_type = question.type == record.type || question.type == DnsType::any;
  return of_type && same_name(question.name, record.name);
}

DnsRecord const* find(DnsMessage const& message, DnsName const& name, DnsType type) {
  auto const found = std::ranges::find_if(message.records, [&](DnsRecord const& record) {
    return record.type == type && record.ttl > 0 && same_name(record.name, name);
  });
  return found == message.records.end() ? nullptr : &*found;
}

std::string key_id_in(DnsRecord const& record) {
  for (auto const& text : record.texts) {
    if (text.starts_with(kKeyId)) return text.substr(kKeyId.size());
  }
  return {};
}

}  // namespace

DnsMessage announcement(NodeService const& service, IpAddress const& at, std::uint32_t ttl) {
  auto const all = records_of(service, at, ttl);
  DnsMessage message;
  message.response = true;
  message.records = {all.pointer, all.place, all.texts, all.address};
  return message;
}

std::optional<DnsMessage> answer(DnsMessage const& asked, std::uint16_t port,
                                 NodeService const& service, IpAddress const& at) {
  if (asked.response) return std::nullopt;
  auto const all = records_of(service, at, kTtl);
  DnsMessage out;
  out.response = true;
  auto const wanted = [&](DnsRecord const& record) {
    return std::ranges::any_of(asked.questions,
                               [&](auto const& question) { return asks(question, record); });
  };
  if (wanted(all.type)) out.records.push_back(all.type);
  bool const service_wanted = wanted(all.pointer);
  if (service_wanted) out.records.push_back(all.pointer);
  // What leads on comes along.
  for (auto const* const record : {&all.place, &all.texts, &all.address}) {
    if (service_wanted || wanted(*record)) out.records.push_back(*record);
  }
  if (out.records.empty()) return std::nullopt;
  if (port == kMulticastPort) return out;
  out.id = asked.id;
  out.questions = asked.questions;
  for (auto& record : out.records) {
    record.ttl = kLegacyTtl;
    record.unique = false;
  }
  return out;
}

DnsMessage node_question(std::uint16_t id) {
  DnsMessage message;
  message.id = id;
  message.questions.push_back({kService, DnsType::ptr, true});
  return message;
}

std::vector<FoundNode> nodes_in(DnsMessage const& answer) {
  std::vector<FoundNode> nodes;
  for (auto const& pointer : answer.records) {
    bool const names_node = pointer.type == DnsType::ptr && pointer.ttl > 0 &&
                            same_name(pointer.name, kService) && !pointer.target.empty();
    if (!answer.response || !names_node) continue;
    auto const* const place = find(answer, pointer.target, DnsType::srv);
    if (place == nullptr || place->port == 0) continue;
    auto const* const address = find(answer, place->target, DnsType::a);
    if (address == nullptr) continue;
    auto const* const texts = find(answer, pointer.target, DnsType::txt);
    nodes.push_back({pointer.target.front(), address->address, place->port,
                     texts == nullptr ? std::string() : key_id_in(*texts)});
  }
  return nodes;
}

}  // namespace freshet::node
