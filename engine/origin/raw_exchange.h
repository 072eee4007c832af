// One exchange of the Upstream port while libcurl works for it.
//
// Thread: upstream. Owned by the thread's table; libcurl's handle points at it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "engine/origin/curl_upstream.h"
#include "engine/origin/easy.h"

namespace freshet {

class RawExchange {
 public:
  // `moved`: where it adds itself when it has handed bytes over; of the upstream thread.
  RawExchange(ExchangeId id, UpstreamRequest request, std::shared_ptr<UpstreamSink> sink,
              std::vector<RawExchange*>& moved);
  RawExchange(RawExchange const&) = delete;
  RawExchange& operator=(RawExchange const&) = delete;

  [[nodiscard]] ExchangeId id() const { return id_; }
  // Sets the handle up; it is ours until `finish`.
  [[nodiscard]] Result<void> prepare(Easy easy, UpstreamOptions const& options);
  [[nodiscard]] EasyHandle* handle() const { return easy_.get(); }
  void resume();
  // Since the last call bytes were handed over: the sink hears that there are no more for now.
  void tell_lull();
  // What libcurl ended with, in our words: a CURLcode.
  [[nodiscard]] Result<void> outcome(int code) const;
  // Tells the sink, once, and gives the handle back.
  Easy finish(Result<void> how);

  // libcurl's callbacks.
  [[nodiscard]] std::size_t head(std::string_view line);
  [[nodiscard]] std::size_t body(std::span<std::byte const> bytes);
  [[nodiscard]] int open_socket(void const* address);

 private:
  void set_method() const;
  void set_limits(UpstreamOptions const& options) const;

  ExchangeId const id_;
  UpstreamRequest const request_;
  std::shared_ptr<UpstreamSink> const sink_;  // Shared with whoever asked.
  std::vector<RawExchange*>& moved_;
  UpstreamOptions const* options_ = nullptr;
  Easy easy_;
  HeaderList headers_;
  bool head_over_ = false;
  bool paused_ = false;
  bool has_moved_ = false;        // It is in `moved_`.
  std::optional<Error> refused_;  // By the sink, or by the check of addresses.
  std::array<char, 256> error_text_{};
};

}  // namespace freshet
