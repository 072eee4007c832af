// How a browser gets the token that the page needs.
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

TimePoint now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

// The code stands behind "#": browsers send that to nobody.
Result<Answer> make_page_code(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const code = context.codes.make(now());
  if (!code) return tl::unexpected(code.error());
  return json_answer(wire::write(wire::PageUrl{"http://" + context.page_host + "/#code=" + *code}),
                     201);
}

Result<Answer> redeem_page_code(Context& context, Call& call) {
  auto const request = wire::read<wire::PageCode>(call.body);
  if (!request) return tl::unexpected(request.error());
  auto token = context.codes.redeem(request->code, now());
  if (!token) return tl::unexpected(token.error());
  return json_answer(wire::write(wire::PageToken{std::move(*token)}));
}

}  // namespace freshet::local::operations
