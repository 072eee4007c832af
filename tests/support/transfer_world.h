// Transfers with everything around them in virtual time: a loop, origins, a store in memory, and a
// listener that remembers what each wish was told.
//
// One thread. Checks after every event that nothing is promised that is not so (`check`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/transfer/transfers.h"
#include "tests/support/fake_store.h"
#include "tests/support/sim_loop.h"
#include "tests/support/sim_origin.h"

namespace freshet::test {

// Bytes that differ at every place and for every seed.
[[nodiscard]] std::string sim_bytes(std::size_t size, std::uint64_t seed = 1);
[[nodiscard]] Digest sha256_of(std::string const& bytes);
// Of `bytes`, with the canonical piece length unless another is given.
[[nodiscard]] std::shared_ptr<Manifest const> manifest_of(std::string const& bytes,
                                                          Bytes piece_length = 0);

class SilentLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

class TransferWorld : public WishListener {
 public:
  explicit TransferWorld(std::uint64_t seed = 1, TransferOptions options = {});
  ~TransferWorld() override;

  // A file at "http://host/file" with a strong ETag made from `tag`.
  SimServer& serve(std::string const& host, std::string const& bytes,
                   std::string const& tag = "v1");
  [[nodiscard]] static Wish wish(std::vector<std::string> const& hosts);
  [[nodiscard]] WishId want(Wish wish) { return transfers->want(std::move(wish), *this); }

  struct Told {
    SpoolId spool = SpoolId::none;
    Validator validator;
    std::uint32_t spools_told = 0;
    std::optional<WishResult> result;
    std::optional<Error> error;
    [[nodiscard]] bool ended() const { return result || error; }
  };
  // Until the wish has ended; false when `limit` of virtual time passed first.
  [[nodiscard]] bool run(WishId wish, Duration limit = std::chrono::hours{1});
  [[nodiscard]] bool run_all(Duration limit = std::chrono::hours{1});
  // The bytes that a wish was told are right.
  [[nodiscard]] std::string bytes_of(WishId wish) const;
  [[nodiscard]] bool why_has(WishId wish, std::string const& code) const;

  SimLoop loop;
  SeededRandom random;
  SilentLog log;
  FakeStore store;
  SimOrigin origin;
  std::unique_ptr<Transfers> transfers;
  std::map<WishId, Told> told;
  std::function<void()> when_transferred = [] {};

 private:
  void on_spool(WishId wish, SpoolId spool, Bytes length, Validator const& validator) override;
  void on_transferred(WishId wish, WishResult result) override;
  void on_failed(WishId wish, Error error) override;
};

}  // namespace freshet::test
