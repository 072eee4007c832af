// What a client does to jobs besides running them: files, notices, owners.
#include "api/client/client_impl.h"

namespace freshet {

Result<void> Client::set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls) {
  return impl_->ask<Result<void>>([&](auto const& answer) {
    impl_->book().set_urls(impl_->caller, job, file, std::move(urls), answer);
  });
}

Result<std::uint32_t> Client::replace_prefix(JobId job, std::string const& from,
                                             std::string const& to) {
  return impl_->ask<Result<std::uint32_t>>([&](auto const& answer) {
    impl_->book().replace_prefix(impl_->caller, job, from, to, answer);
  });
}

Result<void> Client::validate(JobId job, std::uint32_t file, bool right) {
  return impl_->ask<Result<void>>(
      [&](auto const& answer) { impl_->book().validate(impl_->caller, job, file, right, answer); });
}

Result<void> Client::take_ownership(JobId job) {
  return impl_->ask<Result<void>>(
      [&](auto const& answer) { impl_->book().take_ownership(impl_->caller, job, answer); });
}

Result<void> Client::notify(JobId job, NoticeHandler handler) {
  auto const add = [&]() -> Result<void> {
    if (!handler) return impl_->book().set_handler(impl_->caller, job, {});
    // Answers may come from any thread, and after the engine has gone: the hub goes after it.
    auto told = [loop = &impl_->engine->loop(), hub = impl_->engine->weak_hub(),
                 handler = std::move(handler)](Notice const& notice,
                                               JobNotices::Accepted accepted) {
      handler(notice, [loop, hub, accepted = std::move(accepted)](bool yes) {
        if (hub.lock()) loop->post([accepted, yes] { accepted(yes); });
      });
    };
    return impl_->book().set_handler(impl_->caller, job, std::move(told));
  };
  return impl_->look<Result<void>>(add);
}

Client Client::as(Caller caller) const {
  return Client(std::make_unique<Impl>(impl_->engine, caller));
}

Result<std::vector<JobInfo>> Client::all_jobs() const {
  return impl_->look<Result<std::vector<JobInfo>>>(
      [&] { return impl_->book().all_jobs(impl_->caller); });
}

Result<ErrorReport> Client::error(JobId job) const {
  return impl_->look<Result<ErrorReport>>([&] { return impl_->book().error(impl_->caller, job); });
}

void Client::set_conditions(Conditions conditions) {
  impl_->look<bool>([&] { return impl_->book().set_conditions(conditions), true; });
}

}  // namespace freshet
