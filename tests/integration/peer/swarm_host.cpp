#include "tests/integration/peer/swarm_host.h"

#include <chrono>
#include <future>
#include <set>
#include <stdexcept>

#include "engine/content/geometry.h"

namespace freshet::test {

namespace {

constexpr auto kDeadline = std::chrono::seconds{10};

}  // namespace

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = size + 1;
  for (auto& byte : bytes) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

SwarmHost::SwarmHost(std::string const& address, SwarmOptions options) {
  options.listen = {address + ":0"};
  options.local_search = false;
  open(std::move(options));
  endpoint_ = address + ":" + std::to_string(port_);
}

SwarmHost::SwarmHost(SwarmOptions options, std::function<void()> const& enter) {
  on_loop(enter);
  open(std::move(options));
}

void SwarmHost::open(SwarmOptions options) {
  std::promise<Result<std::uint16_t>> port;
  on_loop([&] {
    auto opened = LibtorrentSwarm::open({loop_, pool_, *this, store, store}, std::move(options));
    if (!opened) throw std::runtime_error(describe(opened.error()));
    swarm_ = std::move(*opened);
    swarm_->set_events(this);
    swarm_->when_listening([&port](Result<std::uint16_t> result) { port.set_value(result); });
  });
  auto const result = port.get_future().get();
  if (!result) throw std::runtime_error(describe(result.error()));
  port_ = *result;
}

SwarmHost::~SwarmHost() {
  stop();
}

void SwarmHost::stop() {
  if (!swarm_) return;
  on_loop([&] {
    swarm_->stop();
    swarm_.reset();
  });
  loop_.stop();
  pool_.stop();
}

void SwarmHost::on_loop(std::function<void()> const& act) {
  std::promise<void> done;
  loop_.post([&] {
    act();
    done.set_value();
  });
  done.get_future().get();
}

void SwarmHost::share(std::shared_ptr<Manifest const> const& manifest, std::string const& bytes,
                      std::vector<std::string> peers) {
  store.add(kSpool, manifest, bytes);
  PieceMap all(manifest->pieces());
  all.set(pieces(0, manifest->pieces()));
  SwarmSpec spec;
  spec.spool = kSpool;
  spec.content = manifest->content;
  spec.manifest = manifest;
  spec.peers = std::move(peers);
  on_loop([&] { swarm_->join(spec, all); });
}

void SwarmHost::get(std::shared_ptr<Manifest const> const& manifest,
                    std::vector<std::string> peers) {
  store.add(kSpool, manifest);
  SwarmSpec spec;
  spec.spool = kSpool;
  spec.content = manifest->content;
  spec.manifest = manifest;
  spec.peers = std::move(peers);
  on_loop([&] { swarm_->join(spec, PieceMap(manifest->pieces())); });
}

void SwarmHost::get(ContentId const& content, std::vector<std::string> peers) {
  SwarmSpec spec;
  spec.spool = kSpool;
  spec.content = content;
  spec.peers = std::move(peers);
  on_loop([&] { swarm_->join(spec, PieceMap()); });
}

void SwarmHost::bring(std::string const& bytes, ByteRange range) {
  auto const stream = store.open(kSpool, SourceId{1}, range.begin, [] {});
  auto const part = std::string_view(bytes).substr(range.begin, range.size());
  auto const taken = stream->write(std::as_bytes(std::span(part.data(), part.size())));
  if (!taken) throw std::runtime_error(describe(taken.error()));
  stream->finish();
}

SwarmHost::Heard SwarmHost::heard() const {
  std::lock_guard const lock(mutex_);
  return heard_;
}

bool SwarmHost::wait_until(std::function<bool(Heard const&)> const& holds) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kDeadline, [&] { return holds(heard_); });
}

void SwarmHost::ban_liars() {
  std::set<SourceId> liars;
  for (auto const& blame : store.blames()) liars.insert(blame.who);
  on_loop([&] {
    Offence const offence{.why = {Errc::piece_mismatch, {}, "bad block"}};
    for (auto const liar : liars) swarm_->ban(liar, offence);
  });
}

void SwarmHost::note(std::function<void(Heard&)> const& change) {
  {
    std::lock_guard const lock(mutex_);
    change(heard_);
  }
  changed_.notify_all();
}

void SwarmHost::on_peer(SpoolId, PeerInfo const& peer) {
  note([&](Heard& heard) { heard.peers[peer.id] = peer; });
}

void SwarmHost::on_peer_gone(SpoolId, SourceId peer, Error why) {
  note([&](Heard& heard) {
    heard.gone.push_back(why);
    heard.gone_peers.push_back(peer);
  });
}

void SwarmHost::on_peer_refused(SpoolId, std::string const& address, Error const&) {
  note([&](Heard& heard) { heard.refused.push_back(address); });
}

void SwarmHost::on_peer_has(SpoolId, SourceId peer, PieceMap const& all) {
  note([&](Heard& heard) { heard.has[peer] = all; });
}

void SwarmHost::on_claims(SpoolId, SourceId peer, std::vector<Claim> claims) {
  note([&](Heard& heard) {
    heard.claims[peer] = claims;
    ++heard.claim_words;
  });
}

void SwarmHost::on_manifest(SpoolId, std::shared_ptr<Manifest const> manifest) {
  note([&](Heard& heard) { heard.manifest = manifest; });
}

void SwarmHost::on_received(SpoolId, SourceId peer, Bytes bytes) {
  note([&](Heard& heard) { heard.received[peer] += bytes; });
}

void SwarmHost::on_sent(SpoolId, SourceId peer, Bytes bytes) {
  note([&](Heard& heard) { heard.sent[peer] += bytes; });
}

void SwarmHost::on_word(Digest const&, PeerInfo const& peer, DigestWord const& word) {
  note([&](Heard& heard) { heard.words[peer.id] = word; });
}

void SwarmHost::on_company(PeerInfo const& peer, bool anew, std::vector<CompanyWord> const& words) {
  note([&](Heard& heard) {
    auto& says = heard.company[peer.key];
    if (anew) says.clear();
    for (auto const& word : words) {
      says[word.name] = word.kind;
      if (word.kind == CompanyWord::Kind::leaves) says.erase(word.name);
    }
  });
}

void SwarmHost::on_company_gone(std::uint64_t key) {
  note([&](Heard& heard) { heard.company.erase(key); });
}

void SwarmHost::on_word_gone(Digest const&, SourceId peer) {
  note([&](Heard& heard) { heard.words.erase(peer); });
}

void SwarmHost::on_piece_asked(SpoolId, PieceIndex piece, bool asked) {
  note([&](Heard& heard) { heard.asked[to_number(piece)] = asked; });
}

}  // namespace freshet::test
