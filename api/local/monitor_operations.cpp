// Policies and monitoring.
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

Result<Answer> show_policy(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto policies = context.client.policies();
  if (!policies) return tl::unexpected(policies.error());
  auto verdict = context.client.verdict();
  if (!verdict) return tl::unexpected(verdict.error());
  auto text = wire::write(wire::PolicyShown{std::move(*policies), std::move(*verdict)});
  text.insert(1, R"("options":)" + context.options() + ",");
  return json_answer(std::move(text));
}

Result<Answer> reload_policy(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  return done(context.client.as(call.caller).reload_policies());
}

Result<Answer> show_status(Context& context, Call& call) {
  auto files = context.client.as(call.caller).status();
  if (!files) return tl::unexpected(files.error());
  return json_answer(wire::write(wire::StatusList{std::move(*files)}));
}

Result<Answer> show_perf(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const month = flag_of(call, "month");
  if (!month) return tl::unexpected(month.error());
  return written(*month ? context.client.perf_this_month() : context.client.perf());
}

}  // namespace freshet::local::operations
