#include "tests/support/transfer_world.h"

#include <algorithm>
#include <random>
#include <utility>

#include "engine/base/assert.h"
#include "engine/base/hash.h"
#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"

namespace freshet::test {

std::string sim_bytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += 8) {
    auto const word = engine();
    std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, size - at));
  }
  return bytes;
}

Digest sha256_of(std::string const& bytes) {
  return sha256(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::shared_ptr<Manifest const> manifest_of(std::string const& bytes, Bytes piece_length) {
  MerkleBuilder builder(piece_length > 0 ? piece_length : piece_length_for(bytes.size()));
  std::vector<Digest> leaves((bytes.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(std::as_bytes(std::span(bytes.data(), bytes.size())), leaves);
  FRESHET_ASSERT(builder.add(0, leaves).has_value());
  auto manifest = builder.finish(bytes.size());
  FRESHET_ASSERT(manifest.has_value());
  return *manifest;
}

TransferWorld::TransferWorld(std::uint64_t seed, TransferOptions options)
    : random(seed), store(loop, loop), origin(loop, loop, random) {
  origin.set_gate(store.gate());
  transfers =
      std::make_unique<Transfers>(TransferPorts{loop, loop, random, log, store, origin}, options);
}

TransferWorld::~TransferWorld() = default;

SimServer& TransferWorld::serve(std::string const& host, std::string const& bytes,
                                std::string const& tag) {
  auto& server = origin.server(host);
  SimFile file;
  file.bytes = std::make_shared<std::string const>(bytes);
  if (!tag.empty()) file.validator.etag = "\"" + tag + "\"";
  server.files["/file"] = std::move(file);
  return server;
}

Wish TransferWorld::wish(std::vector<std::string> const& hosts) {
  Wish wish;
  for (auto const& host : hosts) wish.file.urls.push_back("http://" + host + "/file");
  return wish;
}

bool TransferWorld::run(WishId wish, Duration limit) {
  loop.run_until([&] { return told[wish].ended(); }, limit);
  return told[wish].ended();
}

bool TransferWorld::run_all(Duration limit) {
  auto const all = [&] {
    return std::ranges::all_of(told, [](auto const& entry) { return entry.second.ended(); });
  };
  loop.run_until(all, limit);
  return all();
}

std::string TransferWorld::bytes_of(WishId wish) const {
  auto const& result = told.at(wish).result;
  if (!result) return "(none)";
  auto const* const bytes = store.bytes(result->spool);
  return bytes != nullptr ? *bytes : "(gone)";
}

bool TransferWorld::why_has(WishId wish, std::string const& code) const {
  return transfers->why(wish).find("\"code\":\"" + code + "\"") != std::string::npos;
}

void TransferWorld::on_spool(WishId wish, SpoolId spool, Bytes, Validator const& validator) {
  auto& it = told[wish];
  it.spool = spool;
  it.validator = validator;
  ++it.spools_told;
}

void TransferWorld::on_transferred(WishId wish, WishResult result) {
  FRESHET_ASSERT(!told[wish].ended());
  told[wish].result = std::move(result);
  std::exchange(when_transferred, [] {})();
}

void TransferWorld::on_failed(WishId wish, Error error) {
  FRESHET_ASSERT(!told[wish].ended());
  told[wish].error = std::move(error);
}

}  // namespace freshet::test
