#include "tests/support/node_world.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "engine/base/assert.h"

namespace freshet::test {

namespace {

constexpr Bytes kReadMax = 64_KiB;

node::NodeSettings settings() {
  node::NodeSettings made;
  made.ways.allow = node::AllowList({*node::parse_allow_pattern("*")});
  return made;
}

node::RequestHead head_of(NodeClient const& client) {
  node::RequestHead head;
  head.method = "GET";
  head.target = "http://origin/file";
  head.fields.add("Host", "origin");
  if (client.range) {
    head.fields.add("Range", "bytes=" + std::to_string(client.range->begin) + "-" +
                                 std::to_string(client.range->end - 1));
  }
  return head;
}

// Of a part, as its head says it.
Bytes begin_of(std::string const& head) {
  constexpr std::string_view kField = "Content-Range: bytes ";
  auto const at = head.find(kField);
  if (at == std::string::npos || !head.starts_with("HTTP/1.1 206")) return 0;
  return std::strtoull(head.c_str() + at + kField.size(), nullptr, 10);
}

}  // namespace

class NodeWorld::EngineLoop final : public Loop {
 public:
  explicit EngineLoop(SimLoop& loop) : loop_(loop) {}
  void post(std::function<void()> task) override { ending ? task() : loop_.post(std::move(task)); }
  [[nodiscard]] TimerId at(TimePoint when, std::function<void()> task) override {
    return loop_.at(when, std::move(task));
  }
  void cancel(TimerId timer) override { loop_.cancel(timer); }
  [[nodiscard]] bool in_loop() const override { return true; }
  bool ending = false;

 private:
  SimLoop& loop_;
};

NodeWorld::NodeWorld(std::uint64_t seed)
    : random(seed),
      store(loop, table),
      upstream(loop, random),
      engine_(std::make_unique<EngineLoop>(loop)),
      vault_(std::make_unique<node::Vault>(
          *engine_, store, [this](WriteWatcher* watcher) { store.set_watcher(watcher); })) {
  auto index = node::ObjectIndex::open(table, loop, {});
  FRESHET_ASSERT(index.has_value());
  desk = std::make_unique<node::Desk>(
      node::Desk::Ports{.loop = loop,
                        .upstream = upstream,
                        .vault = *vault_,
                        .clock = loop,
                        .log = log_,
                        .share = [this](ContentId const& content) { shared.push_back(content); }},
      settings(), std::move(*index));
}

NodeWorld::~NodeWorld() {
  for (auto& seat : seats_) seat->reply.reset();
  desk->stop();
  engine_->ending = true;
  vault_->stop();
  loop.drop_all();
}

NodeClient& NodeWorld::ask(NodeClient client, Duration after) {
  auto& seat = *seats_.emplace_back(std::make_unique<Seat>());
  seat.client = std::move(client);
  static_cast<void>(loop.at(loop.now() + after, [this, &seat] { send(seat); }));
  return seat.client;
}

void NodeWorld::send(Seat& seat) {
  node::Ask ask;
  ask.head = head_of(seat.client);
  desk->ask(std::move(ask), [this, &seat](node::Reply reply) { on_reply(seat, std::move(reply)); });
}

void NodeWorld::on_reply(Seat& seat, node::Reply reply) {
  FRESHET_ASSERT(seat.client.status == 0);  // One answer to one request.
  seat.client.status = static_cast<unsigned>(std::atoi(reply.head.c_str() + 9));
  auto const part = reply.parts.empty() ? ByteRange{} : reply.parts.front().bytes;
  seat.client.begin = begin_of(reply.head);
  seat.at = part.begin;
  seat.end = part.end;
  seat.reply = std::move(reply);
  loop.post([this, &seat] { read(seat); });
}

void NodeWorld::read(Seat& seat) {
  if (seat.client.ended) return;
  auto const& leaves = seat.client.leaves_after;
  if (leaves && seat.client.got.size() >= *leaves) {
    seat.client.left = true;
    return leave(seat, false);
  }
  auto const& body = seat.reply->body;
  if (!body || seat.at >= seat.end) return leave(seat, true);
  node::Body::Run run;
  switch (body->look(seat.at, std::min(kReadMax, seat.end - seat.at), run)) {
    case node::Body::Look::ready:
      return take(seat, run);
    case node::Body::Look::wait:
      return body->wait_for(seat.at, [this, &seat] { loop.post([this, &seat] { read(seat); }); });
    case node::Body::Look::end:
      return leave(seat, seat.end == kToEnd || seat.at == seat.end);
    case node::Body::Look::failed:
      return leave(seat, false);
  }
}

void NodeWorld::take(Seat& seat, node::Body::Run const& run) {
  auto& got = seat.client.got;
  auto const before = got.size();
  auto const size = run.chunk ? run.bytes.size() : static_cast<std::size_t>(run.range.size());
  got.resize(before + size);
  if (run.chunk) {
    std::copy_n(reinterpret_cast<char const*>(run.bytes.data()), size,
                got.begin() + static_cast<std::ptrdiff_t>(before));
  } else {
    auto const read =
        ::pread(run.file->get(), got.data() + before, size, static_cast<off_t>(run.range.begin));
    FRESHET_ASSERT(read == static_cast<ssize_t>(size));
  }
  seat.at += size;
  seat.reply->body->forget_before(seat.at);
  auto const took = std::chrono::duration<double>(static_cast<double>(size) / seat.client.rate);
  static_cast<void>(loop.at(loop.now() + std::chrono::duration_cast<Duration>(took),
                            [this, &seat] { read(seat); }));
}

void NodeWorld::leave(Seat& seat, bool whole) {
  seat.client.ended = true;
  seat.client.whole = whole;
  auto const reply = std::exchange(seat.reply, std::nullopt);
  if (reply->done) reply->done({seat.client.got.size(), whole});
}

bool NodeWorld::all_ended() const {
  return std::ranges::all_of(seats_, [](auto const& seat) { return seat->client.ended; });
}

Bytes NodeWorld::in_memory() const {
  Bytes most = 0;
  for (auto const& seat : seats_) {
    if (seat->reply && seat->reply->body) most = std::max(most, seat->reply->body->in_memory());
  }
  return most;
}

}  // namespace freshet::test
