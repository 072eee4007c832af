// When stored contents are read again, so that rot is found before somebody needs them: one at a
// time, the one that waits longest first, slowly, and after a restart from where it was.
//
// Loop only; the reading runs on the workers. `stop` before the end.
#pragma once

#include <memory>
#include <optional>

#include "engine/ports/clock.h"
#include "store/key_value.h"
#include "store/piece_scan.h"
#include "store/spool_record.h"
#include "store/work.h"

namespace freshet::store {

// How far the scrub under way has come; kept in the table `meta`.
struct ScrubPosition {
  SpoolId spool = SpoolId::none;
  PieceIndex next{};
};
inline constexpr std::string_view kScrubKey = "scrub";
[[nodiscard]] std::string encode(ScrubPosition const& position);
[[nodiscard]] std::optional<ScrubPosition> decode_scrub(std::string_view bytes);

class ScrubEvents {
 public:
  virtual ~ScrubEvents() = default;
  // The sealed content that was not checked for longest, if that was before `due`.
  [[nodiscard]] virtual std::optional<SpoolId> next_to_scrub(WallTime due) = 0;
  // Opens it without counting as a use, and keeps it open until `scrubbed`. Null: not now.
  virtual void open_to_scrub(SpoolId spool, std::function<void(std::shared_ptr<Spool>)> done) = 0;
  // All pieces were read; an error: it could not be, or was let go meanwhile.
  virtual void scrubbed(SpoolId id, std::shared_ptr<Spool> const& spool,
                        Result<PieceMap> const& right) = 0;
};

struct ScrubOptions {
  BytesPerSecond rate{};  // 0: never.
  Duration interval{};    // Between two scrubs of one content.
  Duration pause{};       // Between two looks whether one is due.
};

class Scrubber {
 public:
  Scrubber(Disk& disk, KeyValue& database, Work& work, Clock& clock, ScrubEvents& events,
           ScrubOptions options);
  ~Scrubber();

  void start();
  void stop();

 private:
  void look_later();
  void look();
  void begin(std::shared_ptr<Spool> spool, SpoolId id);
  void note(ScrubPosition position);
  void end(SpoolId id, std::shared_ptr<Spool> const& spool, Result<PieceMap> const& right);
  [[nodiscard]] std::optional<ScrubPosition> position() const;

  Disk& disk_;
  KeyValue& database_;
  Work& work_;
  Clock& clock_;
  ScrubEvents& events_;
  ScrubOptions const options_;
  TimerId timer_ = TimerId::none;
  bool stopped_ = false;
  std::shared_ptr<PieceScan> scan_;  // Shared with its work under way.
};

}  // namespace freshet::store
