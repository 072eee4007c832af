#include "bench/sim/many_files.h"

#include <algorithm>

#include "bench/sim/files_swarm.h"
#include "bench/sim/flow_origin.h"
#include "engine/base/assert.h"
#include "engine/content/torrent_file.h"

namespace freshet::sim {

namespace {

class SilentLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

struct World {
  explicit World(FilesSpec const& given)
      : spec(given),
        random(given.seed),
        network(loop),
        directory{.loop = loop,
                  .network = network,
                  .random = random,
                  .path = [this](auto from, auto to) { return path(from, to); },
                  .connect = given.connect,
                  .members = {}} {
    for (std::uint32_t i = 0; i <= spec.clients; ++i) {
      ups.push_back(network.add_link(spec.client.up));
      bool const slow = i == 0 && spec.slow_down > 0;
      downs.push_back(network.add_link(slow ? spec.slow_down : spec.client.down));
    }
    origin_up = network.add_link(spec.origin.up);
    for (std::uint32_t i = 0; i < spec.files; ++i) {
      manifests.push_back(made_up_manifest(spec.length, spec.seed * 1000 + i));
      auto torrent = write_torrent(*manifests.back(), {});
      FRESHET_ASSERT(torrent.has_value());
      torrents.push_back(std::move(*torrent));
    }
  }
  [[nodiscard]] std::vector<LinkId> path(std::uint32_t from, std::uint32_t to) const {
    return {ups[from], downs[to]};
  }

  FilesSpec const& spec;
  test::SimLoop loop;
  test::SeededRandom random;
  SilentLog log;
  FlowNetwork network;
  FilesDirectory directory;
  std::vector<LinkId> ups;
  std::vector<LinkId> downs;
  LinkId origin_up{};
  std::vector<std::shared_ptr<Manifest const>> manifests;
  std::vector<std::string> torrents;
};

class Client final : public WishListener {
 public:
  Client(World& world, std::uint32_t host)
      : world_(world),
        store_(world.loop, world.loop, {}),
        origin_(world.loop, world.network, store_,
                {{world.origin_up, world.downs[host]},
                 std::chrono::milliseconds{2},
                 world.spec.length,
                 piece_length_for(world.spec.length)}),
        swarm_(world.directory, store_, host) {
    store_.on_verified([this](SpoolId spool, PieceIndex piece) { swarm_.verified(spool, piece); });
    transfers_ = std::make_unique<Transfers>(
        TransferPorts{world.loop, world.loop, world.random, world.log, store_, origin_,
                      world.spec.peers ? &swarm_ : nullptr},
        TransferOptions{});
  }

  // As many wishes as a job has at a time.
  void want_more() {
    if (next_ == 0) begin = world_.loop.now();
    while (next_ < world_.torrents.size() && under_way_ < world_.spec.window) {
      Wish wish;
      wish.file.urls = {"http://origin/" + std::to_string(next_)};
      wish.manifest_document = world_.torrents[next_++];
      ++under_way_;
      static_cast<void>(transfers_->want(std::move(wish), *this));
    }
  }
  [[nodiscard]] bool ended() const { return done_ == world_.spec.files || failed_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::uint32_t connections() const { return swarm_.connections(); }
  TimePoint begin{};
  TimePoint end{};

 private:
  void on_spool(WishId, SpoolId, Bytes, Validator const&) override {}
  void on_arrived(WishId) override {
    --under_way_;
    want_more();
  }
  void on_transferred(WishId, WishResult) override {
    ++done_;
    end = world_.loop.now();
  }
  void on_failed(WishId, Error) override { failed_ = true; }

  World& world_;
  FlowStore store_;
  FlowOrigin origin_;
  FilesSwarm swarm_;
  std::unique_ptr<Transfers> transfers_;
  std::size_t next_ = 0;
  std::uint32_t under_way_ = 0;
  std::uint32_t done_ = 0;
  bool failed_ = false;
};

// It is met at the first content, and, if it says that it has them, at all.
class Liar {
 public:
  explicit Liar(World& world)
      : store_(world.loop, world.loop, {}),
        swarm_(world.directory, store_, world.spec.clients, false) {
    bool const has = world.spec.liar == FileLiar::has;
    std::vector<CompanyWord> words;
    for (std::size_t i = 0; i < world.manifests.size(); ++i) {
      auto const& manifest = world.manifests[i];
      words.push_back({short_name(manifest->content),
                       has ? CompanyWord::Kind::has : CompanyWord::Kind::fetches});
      if (i > 0 && !has) continue;
      PieceMap all(manifest->pieces());
      if (has) all.set(pieces(0, all.size()));
      swarm_.join({.spool = SpoolId{i + 1},
                   .content = manifest->content,
                   .manifest = manifest,
                   .upload_only = true},
                  all);
    }
    swarm_.tell_company(words);
  }

 private:
  FlowStore store_;
  FilesSwarm swarm_;
};

}  // namespace

FilesResult run_files(FilesSpec const& spec) {
  World world(spec);
  std::unique_ptr<Liar> liar;
  if (spec.liar != FileLiar::none) liar = std::make_unique<Liar>(world);
  auto const start = world.loop.now();
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint32_t i = 0; i < spec.clients; ++i) {
    clients.push_back(std::make_unique<Client>(world, i));
    auto const wait = spec.arrivals * i / std::max(1U, spec.clients - 1);
    static_cast<void>(world.loop.at(start + wait, [&clients, i] {
      if (clients[i]) clients[i]->want_more();
    }));
  }
  static_cast<void>(world.loop.at(start + spec.leave_at, [&] {
    for (std::uint32_t i = 0; i < spec.leave; ++i) clients[i].reset();
  }));
  auto const all_ended = [&] {
    return std::ranges::all_of(clients, [](auto const& it) { return !it || it->ended(); });
  };
  world.loop.run_until(all_ended, std::chrono::hours{1});
  FilesResult result;
  for (auto const& client : clients) {
    if (!client || !client->ended() || client->failed()) continue;
    ++result.done;
    result.connections_most = std::max(result.connections_most, client->connections());
    result.shortest = std::min(result.shortest,
                               std::chrono::duration<double>(client->end - client->begin).count());
    result.longest = std::max(result.longest,
                              std::chrono::duration<double>(client->end - client->begin).count());
    result.last = std::max(result.last, std::chrono::duration<double>(client->end - start).count());
  }
  auto const all = static_cast<double>(spec.length) * spec.files;
  result.origin_copies = world.network.carried(world.origin_up) / all;
  return result;
}

}  // namespace freshet::sim
