// `Transfers` as the job side sees it. Loop only; outlived by the transfers it adapts.
#pragma once

#include <utility>

#include "engine/job/transfer_desk.h"

namespace freshet {

class TransfersDesk final : public TransferDesk {
 public:
  explicit TransfersDesk(Transfers& transfers) : transfers_(transfers) {}

  [[nodiscard]] WishId want(Wish wish, WishListener& listener) override {
    return transfers_.want(std::move(wish), listener);
  }
  void drop(WishId wish) override { transfers_.drop(wish); }
  [[nodiscard]] WishProgress progress(WishId wish) const override {
    return transfers_.progress(wish);
  }
  [[nodiscard]] std::string why(WishId wish) const override { return transfers_.why(wish); }
  [[nodiscard]] ByteRange ready(WishId wish, Bytes begin) const override {
    return transfers_.ready(wish, begin);
  }
  [[nodiscard]] std::shared_ptr<HttpAnswer const> answer(WishId wish) const override {
    return transfers_.answer(wish);
  }
  void prefer(WishId wish, std::vector<ByteRange> ranges) override {
    transfers_.prefer(wish, std::move(ranges));
  }

 private:
  Transfers& transfers_;
};

}  // namespace freshet
