// A peer in a test: a swarm with a loop, a pool and a store in memory of its own, on an address of
// the loopback network.
//
// Made and used on the test's thread. What the swarm reports is kept, under a lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/thread_loop.h"
#include "engine/base/thread_pool.h"
#include "engine/ports/log.h"
#include "peer/swarm.h"
#include "tests/support/memory_store.h"

namespace freshet::test {

inline constexpr SpoolId kSpool{1};

// Bytes that differ from block to block, the same for the same size.
[[nodiscard]] std::string some_bytes(std::size_t size);

class SwarmHost final : private SwarmEvents, private Log {
 public:
  // What was reported until now.
  struct Heard {
    std::map<SourceId, PeerInfo> peers;
    std::map<SourceId, PieceMap> has;
    std::map<SourceId, std::vector<Claim>> claims;
    std::size_t claim_words = 0;  // How often claims were told.
    std::map<SourceId, Bytes> received;
    std::map<SourceId, Bytes> sent;
    std::map<std::uint32_t, bool> asked;  // By piece, last word.
    std::vector<Error> gone;
    std::vector<SourceId> gone_peers;
    std::vector<std::string> refused;  // Addresses.
    std::shared_ptr<Manifest const> manifest;
    std::map<SourceId, DigestWord> words;  // Of digests that are asked for.
    // What peers do with contents, by their key; gone with its last connection.
    std::map<std::uint64_t, std::map<std::uint64_t, CompanyWord::Kind>> company;
  };

  explicit SwarmHost(std::string const& address, SwarmOptions options = {});
  // The options as they are; `enter` runs first, on the thread that all sockets are made by.
  SwarmHost(SwarmOptions options, std::function<void()> const& enter);
  ~SwarmHost() override;

  [[nodiscard]] std::string endpoint() const { return endpoint_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] LibtorrentSwarm& swarm() { return *swarm_; }
  MemoryStore store;

  // Runs it on the loop and waits for it.
  void on_loop(std::function<void()> const& act);
  // All of it is there: serves it.
  void share(std::shared_ptr<Manifest const> const& manifest, std::string const& bytes,
             std::vector<std::string> peers = {});
  // Nothing is there: gets it from these peers.
  void get(std::shared_ptr<Manifest const> const& manifest, std::vector<std::string> peers);
  // Its identity alone is known.
  void get(ContentId const& content, std::vector<std::string> peers);
  // As an HTTP fetch would bring it.
  void bring(std::string const& bytes, ByteRange range);

  [[nodiscard]] Heard heard() const;
  // Whether it came true within ten seconds.
  [[nodiscard]] bool wait_until(std::function<bool(Heard const&)> const& holds) const;
  // Every peer whose blocks are bad is banned, as the engine would.
  void ban_liars();
  void stop();

 private:
  void on_peer(SpoolId spool, PeerInfo const& peer) override;
  void on_peer_gone(SpoolId spool, SourceId peer, Error why) override;
  void on_peer_refused(SpoolId spool, std::string const& address, Error const& why) override;
  void on_peer_has(SpoolId spool, SourceId peer, PieceMap const& all) override;
  void on_claims(SpoolId spool, SourceId peer, std::vector<Claim> claims) override;
  void on_manifest(SpoolId spool, std::shared_ptr<Manifest const> manifest) override;
  void on_received(SpoolId spool, SourceId peer, Bytes bytes) override;
  void on_sent(SpoolId spool, SourceId peer, Bytes bytes) override;
  void on_piece_asked(SpoolId spool, PieceIndex piece, bool asked) override;
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
  void on_word(Digest const& sha256, PeerInfo const& peer, DigestWord const& word) override;
  void on_word_gone(Digest const& sha256, SourceId peer) override;
  void on_company(PeerInfo const& peer, bool anew, std::vector<CompanyWord> const& words) override;
  void on_company_gone(std::uint64_t key) override;
  void note(std::function<void(Heard&)> const& change);
  void open(SwarmOptions options);

  ThreadLoop loop_{"test"};
  ThreadPool pool_{2};
  std::unique_ptr<LibtorrentSwarm> swarm_;
  std::uint16_t port_ = 0;
  std::string endpoint_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Heard heard_;
};

}  // namespace freshet::test
