#include "store/database_arrivals.h"

#include <memory>
#include <set>
#include <utility>

#include "store/codec.h"

namespace freshet::store {

namespace {

constexpr std::string_view kPrefix = "came/";
constexpr std::uint8_t kArrivalVersion = 1;

std::string key_of(SpoolId spool) {
  return std::string(kPrefix) + spool_key(spool);
}

}  // namespace

std::string encode(Arrival const& arrival) {
  Encoder out;
  out.byte(kArrivalVersion);
  out.number(arrival.content.length);
  out.digest(arrival.content.root);
  out.number(arrival.owner);
  out.flag(arrival.foreground);
  out.text(arrival.url);
  out.number(arrival.from_origin);
  out.number(arrival.from_cache_hosts);
  out.number(arrival.from_peers);
  out.signed_number(arrival.transfer_time.count());
  for (auto const peer_class : kPeerClasses) {
    out.number(arrival.peers.of(peer_class).received);
    out.number(arrival.peers.of(peer_class).sent);
  }
  return out.take();
}

Result<Arrival> decode_arrival(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kArrivalVersion, "arrival"); !version) {
    return tl::unexpected(version.error());
  }
  Arrival arrival;
  arrival.content.length = in.number();
  arrival.content.root = in.digest();
  arrival.owner = in.number32();
  arrival.foreground = in.flag();
  arrival.url = in.text();
  arrival.from_origin = in.number();
  arrival.from_cache_hosts = in.number();
  arrival.from_peers = in.number();
  arrival.transfer_time = Duration{in.signed_number()};
  for (auto const peer_class : kPeerClasses) {
    arrival.peers.of(peer_class).received = in.number();
    arrival.peers.of(peer_class).sent = in.number();
  }
  if (auto const good = in.finish("arrival"); !good) return tl::unexpected(good.error());
  return arrival;
}

Result<std::map<SpoolId, Arrival>> DatabaseArrivals::load(KeyValue& database,
                                                          std::span<SpoolRecord const> contents) {
  std::set<SpoolId> known;
  for (auto const& record : contents) known.insert(record.id);
  std::map<SpoolId, Arrival> kept;
  Batch gone;
  auto const take = [&](std::string_view key, std::string_view value) -> Result<void> {
    auto const spool = spool_of_key(key.substr(kPrefix.size()));
    if (!spool) return fail(Errc::store_corrupt, "arrival", "its key names no content");
    auto arrival = decode_arrival(value);
    if (!arrival) return tl::unexpected(arrival.error());
    if (known.contains(*spool)) {
      kept[*spool] = std::move(*arrival);
    } else {
      gone.erase(Table::meta, std::string(key));
    }
    return {};
  };
  auto const read = database.scan(Table::meta, kPrefix, take);
  if (!read) return tl::unexpected(read.error());
  auto const erased = gone.empty() ? Result<void>() : database.write(gone, Sync::no);
  if (!erased) return tl::unexpected(erased.error());
  return kept;
}

void DatabaseArrivals::keep(std::map<SpoolId, Arrival> arrivals) {
  Batch batch;
  for (auto& [spool, arrival] : arrivals) {
    batch.put(Table::meta, key_of(spool), encode(arrival));
    kept_[spool] = std::move(arrival);
  }
  if (!batch.empty()) write(std::move(batch));
}

void DatabaseArrivals::forget(SpoolId spool) {
  if (kept_.erase(spool) == 0) return;
  Batch batch;
  batch.erase(Table::meta, key_of(spool));
  write(std::move(batch));
}

// One that is not written is not told after the next start, or erased then.
void DatabaseArrivals::write(Batch batch) {
  auto const shared = std::make_shared<Batch>(std::move(batch));
  work_.run_ledger([this, shared] { static_cast<void>(database_.write(*shared, Sync::no)); });
}

}  // namespace freshet::store
