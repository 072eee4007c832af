// Arrivals in the database, in the table `default` under `came/`.
//
// Loop only; `load` before that.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "engine/ports/arrivals.h"
#include "freshet/error.h"
#include "store/key_value.h"
#include "store/spool_record.h"
#include "store/work.h"

namespace freshet::store {

class DatabaseArrivals final : public Arrivals {
 public:
  DatabaseArrivals(KeyValue& database, Work& work, std::map<SpoolId, Arrival> kept)
      : database_(database), work_(work), kept_(std::move(kept)) {}

  // Of these contents. What a crash left of others is erased.
  [[nodiscard]] static Result<std::map<SpoolId, Arrival>> load(
      KeyValue& database, std::span<SpoolRecord const> contents);

  void keep(std::map<SpoolId, Arrival> arrivals) override;
  [[nodiscard]] std::map<SpoolId, Arrival> const& kept() const override { return kept_; }
  // The content goes.
  void forget(SpoolId spool);

 private:
  void write(Batch batch);

  KeyValue& database_;
  Work& work_;
  std::map<SpoolId, Arrival> kept_;
};

[[nodiscard]] std::string encode(Arrival const& arrival);
[[nodiscard]] Result<Arrival> decode_arrival(std::string_view bytes);

}  // namespace freshet::store
