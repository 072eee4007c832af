// The daemon itself: whether it lives, what it is, and its settings.
#include "api/local/openapi.h"
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

Result<Answer> health(Context& context, Call&) {
  // Its answer comes from the engine: not_found is as good as any.
  static_cast<void>(context.client.job(JobId{}));
  Answer answer;
  answer.type = "text/plain; charset=utf-8";
  answer.body = "ok\n";
  return answer;
}

Result<Answer> metrics(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  Answer answer;
  auto const format = format_asked_for(call.accept.value_or(""));
  answer.type = content_type(format);
  answer.body = context.metrics.text(format, context.node);
  return answer;
}

Result<Answer> openapi(Context&, Call&) {
  return json_answer(std::string(openapi_document()));
}

Result<Answer> version(Context& context, Call&) {
  return json_answer(R"({"version":")" + context.version +
                     R"(","api":"v1","capabilities":["events","notices","place"]})");
}

Result<Answer> show_limits(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  std::lock_guard const lock(context.mutex);
  return json_answer(wire::write(wire::Limits{context.download_limit}));
}

Result<Answer> set_limits(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const limits = wire::read<wire::Limits>(call.body);
  if (!limits) return tl::unexpected(limits.error());
  // Under the lock, so that what is told is what holds.
  std::lock_guard const lock(context.mutex);
  auto const set = context.client.as(call.caller).set_download_limit(limits->download_limit);
  if (!set) return tl::unexpected(set.error());
  context.download_limit = limits->download_limit;
  return no_content();
}

Result<Answer> show_conditions(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  std::lock_guard const lock(context.mutex);
  return json_answer(wire::write(context.conditions));
}

Result<Answer> set_conditions(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const conditions = wire::read<Conditions>(call.body);
  if (!conditions) return tl::unexpected(conditions.error());
  std::lock_guard const lock(context.mutex);
  auto const set = context.client.as(call.caller).set_conditions(*conditions);
  if (!set) return tl::unexpected(set.error());
  context.conditions = *conditions;
  return no_content();
}

}  // namespace freshet::local::operations
