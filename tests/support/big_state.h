// Data directories as they look after much use, written at once; and what brings their transfers up
// without a byte. For tests and benches of what large state costs.
#pragma once

#include <functional>
#include <string>

#include "engine/base/loop.h"
#include "engine/ports/origin.h"
#include "freshet/job.h"

namespace freshet::test {

// Suspended jobs of one file each.
void write_jobs(std::string const& data_dir, std::uint32_t jobs);

inline constexpr Bytes kTebibyte = 1ULL << 40;
// A content of 1 TiB of which every other piece is durable, by its file sparse; content 1, of a
// suspended job. With a layer its identity is known.
void write_tebibyte(std::string const& data_dir, bool layer);

// Knows the length of everything and sends nothing. Loop only.
class MuteOrigin final : public Origin {
 public:
  // `on_fetch` runs with each order.
  MuteOrigin(Loop& loop, Bytes length, std::function<void(FetchOrder const&)> on_fetch)
      : loop_(loop), length_(length), on_fetch_(std::move(on_fetch)) {}

  void set_events(OriginEvents* events) override { events_ = events; }
  void fetch(FetchOrder order) override;
  void attach(FetchId, SpoolId) override {}
  void shorten(FetchId, Bytes) override {}
  void cancel(FetchId) override {}
  void set_limit(BytesPerSecond) override {}
  void set_fetch_limit(FetchId, FetchLimit) override {}
  void get_document(OriginSpec, Bytes, std::function<void(Result<Document>)>) override {}

 private:
  Loop& loop_;
  Bytes length_;
  std::function<void(FetchOrder const&)> on_fetch_;
  OriginEvents* events_ = nullptr;
};

}  // namespace freshet::test
