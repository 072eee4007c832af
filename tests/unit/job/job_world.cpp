#include "tests/unit/job/job_world.h"

#include <stdexcept>

#include "engine/base/assert.h"

namespace freshet::test {

Result<Ledger::Contents> FakeLedger::load() {
  Contents contents;
  for (auto const& [id, job] : jobs) contents.jobs.push_back(job);
  for (auto const& [id, file] : files) contents.files.push_back(file);
  return contents;
}

void FakeLedger::apply(LedgerChange const& change) {
  for (auto const& id : change.forget) {
    jobs.erase(id);
    std::erase_if(files, [&](auto const& entry) { return entry.first.first == id; });
  }
  for (auto const& job : change.jobs) jobs[job.id] = job;
  for (auto const& file : change.files) files[{file.job, file.index}] = file;
}

void FakeLedger::save(LedgerChange change, std::function<void(Result<void>)> done) {
  ++saves;
  if (change.durable) ++durable_saves;
  records_saved += change.jobs.size() + change.files.size();
  auto write = [this, life = life_, change = std::move(change), done = std::move(done)] {
    if (life != life_) return;
    if (failing) return done(freshet::fail(Errc::disk_full, "ledger"));
    apply(change);
    done({});
  };
  static_cast<void>(loop_.at(loop_.now() + latency_, std::move(write)));
}

void FakeStore::place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) {
  placing_most = std::max(placing_most, ++placing);
  loop_.post([this, spool, path = placement.path, done = std::move(done)] {
    --placing;
    if (auto const found = refused.find(path); found != refused.end()) {
      return done(tl::unexpected(found->second));
    }
    placed[path] = spool;
    done({});
  });
}

// None of these is the job side's business.
namespace {

class FakeLent final : public LentContent {
 public:
  [[nodiscard]] Result<void> copy_into(int) override { return {}; }
  [[nodiscard]] Result<void> read(Bytes, std::span<std::byte>) override { return {}; }
};

}  // namespace

void FakeStore::lend(SpoolId spool, Placement placement, Lent done) {
  lent.emplace_back(spool, std::move(placement.ranges));
  loop_.post([done = std::move(done)] { done(std::make_shared<FakeLent>()); });
}

void FakeStore::set_events(StoreEvents*) {
  FRESHET_ASSERT(false);
}
Gate& FakeStore::gate() {
  throw std::logic_error("no gate here");
}
void FakeStore::open(SpoolSpec, std::function<void(Result<OpenedSpool>)>) {
  FRESHET_ASSERT(false);
}
void FakeStore::reopen(SpoolId, std::function<void(Result<OpenedSpool>)>) {
  FRESHET_ASSERT(false);
}
void FakeStore::identify(SpoolId, Identity, std::function<void(Result<void>)>) {
  FRESHET_ASSERT(false);
}
void FakeStore::seal(SpoolId, std::function<void(Result<Sealed>)>) {
  FRESHET_ASSERT(false);
}
void FakeStore::flush(std::function<void()>) {
  FRESHET_ASSERT(false);
}
void FakeStore::verify(SpoolId, std::function<void(Result<PieceMap>)>) {
  FRESHET_ASSERT(false);
}

WishId FakeDesk::want(Wish wish, WishListener& listener) {
  auto const id = WishId{++wants};
  open[id] = {std::move(wish), &listener, {}};
  return id;
}

void FakeDesk::drop(WishId wish) {
  FRESHET_ASSERT(open.erase(wish) == 1);
}

WishProgress FakeDesk::progress(WishId wish) const {
  return open.at(wish).progress;
}

WishId FakeDesk::wish_for(std::string const& path) const {
  for (auto const& [id, entry] : open) {
    if (entry.wish.file.path == path) return id;
  }
  FRESHET_ASSERT(false && "wanted");
  return WishId::none;
}

bool FakeDesk::wanted(std::string const& path) const {
  return std::ranges::any_of(
      open, [&](auto const& entry) { return entry.second.wish.file.path == path; });
}

void FakeDesk::answer(std::string const& path, SpoolId spool, Bytes length) {
  auto const id = wish_for(path);
  open[id].progress.length = length;
  open[id].listener->on_spool(id, spool, length, {.etag = "\"v1\""});
}

void FakeDesk::progress_to(std::string const& path, Bytes done) {
  auto& progress = open[wish_for(path)].progress;
  progress.done = progress.from_origin = done;
}

void FakeDesk::arrive(std::string const& path) {
  auto const id = wish_for(path);
  open[id].listener->on_arrived(id);
}

void FakeDesk::finish(std::string const& path, SpoolId spool, Bytes length) {
  auto const id = wish_for(path);
  open[id].progress = {.length = length, .done = length, .from_origin = length};
  WishResult result;
  result.spool = spool;
  result.length = length;
  open[id].listener->on_transferred(id, result);
}

void FakeDesk::fail(std::string const& path, Errc code) {
  auto const id = wish_for(path);
  open[id].listener->on_failed(id, Error{code, "http://host" + path, "as the test says"});
}

FileSpec file_at(std::string path) {
  FileSpec file;
  file.urls = {"http://host" + path};
  file.path = std::move(path);
  return file;
}

JobWorld::JobWorld(JobOptions book_options, Duration ledger_latency)
    : options(book_options), ledger(loop, ledger_latency) {
  restart();
}

void JobWorld::restart(bool crash) {
  if (crash) ledger.crash();
  book.reset();
  if (desk) FRESHET_ASSERT(desk->open.empty());
  loop.run_ready();
  desk = std::make_unique<FakeDesk>();
  book = std::make_unique<JobBook>(
      JobPorts{loop, loop, random, log_, ledger, store, *desk, {}, nullptr, arrivals}, options);
  book->set_events(this);
  FRESHET_ASSERT(book->recover().has_value());
  loop.run_ready();
}

JobId JobWorld::start(std::vector<std::string> const& paths, Priority priority) {
  NewJob job;
  job.spec.name = "job";
  job.spec.priority = priority;
  for (auto const& path : paths) job.files.push_back(file_at(path));
  job.start = true;
  auto const id = ask<JobId>([&](auto answer) { book->create(kUser, job, answer); });
  FRESHET_ASSERT(id.has_value());
  settle();
  return *id;
}

Result<void> JobWorld::resume(JobId id) {
  return ask<void>([&](auto answer) { book->resume(kUser, id, answer); });
}
Result<void> JobWorld::suspend(JobId id) {
  return ask<void>([&](auto answer) { book->suspend(kUser, id, answer); });
}
Result<void> JobWorld::cancel(JobId id) {
  return ask<void>([&](auto answer) { book->cancel(kUser, id, answer); });
}
Result<Completion> JobWorld::complete(JobId id) {
  return ask<Completion>([&](auto answer) { book->complete(kUser, id, answer); });
}

std::vector<JobState> JobWorld::states_told(JobId id) const {
  std::vector<JobState> states;
  for (auto const& event : events) {
    bool const told = event.kind != JobEvent::Kind::progress && event.job.id == id;
    if (told && event.kind != JobEvent::Kind::file_transferred) states.push_back(event.job.state);
  }
  return states;
}

}  // namespace freshet::test
