// What the job side asks of transfers, and nothing more.
//
// Loop only. Production adapts `Transfers` (transfers_desk.h); tests answer by hand.
#pragma once

#include <string>

#include "engine/transfer/transfers.h"

namespace freshet {

class TransferDesk {
 public:
  virtual ~TransferDesk() = default;
  [[nodiscard]] virtual WishId want(Wish wish, WishListener& listener) = 0;
  // Ends the wish, whether it still runs or has reported its end. No events follow.
  virtual void drop(WishId wish) = 0;
  // These answer until the wish is dropped.
  [[nodiscard]] virtual WishProgress progress(WishId wish) const = 0;
  [[nodiscard]] virtual std::string why(WishId wish) const = 0;
  // From `begin` on: what of the content may be handed out already. Empty: nothing there.
  [[nodiscard]] virtual ByteRange ready(WishId wish, Bytes begin) const = 0;
  // What a server answered last about it; null before there was any answer.
  [[nodiscard]] virtual std::shared_ptr<HttpAnswer const> answer(WishId wish) const = 0;
  virtual void prefer(WishId wish, std::vector<ByteRange> ranges) = 0;
};

}  // namespace freshet
