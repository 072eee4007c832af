// The job book beside a slow obvious model of it: random calls by seed, no difference after any.
//
// FRESHET_MODEL_CALLS sets how many calls are made in all.
#include <cstdlib>
#include <set>

#include <catch2/catch.hpp>

#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kJobsMax = 6;
constexpr std::size_t kFilesMax = 5;
constexpr std::size_t kCallsPerSeed = 5'000;

// What the model knows of a job. `state` is one of "sctreT": suspended, connecting, transferring,
// transient_error, error, transferred. With room for all nothing stays queued.
struct ModelFile {
  bool there = false;
  bool from_peers = false;
  bool origin_only = false;
  unsigned identity = 0;
};
struct ModelJob {
  char state = 's';
  std::vector<ModelFile> files;
  bool resumed = false;
  bool timer = false;  // A retry is due by itself.
  Errc error{};
  std::uint32_t errors = 0;
  std::uint32_t owner = kUser.uid;
  Bytes size_max = 0;
  bool validate_first = false;

  [[nodiscard]] bool pending() const {
    return std::ranges::any_of(files, [](ModelFile const& file) { return !file.there; });
  }
  [[nodiscard]] bool moves() const { return state == 'c' || state == 't'; }
  void fails(char next, Errc code) {
    state = next;
    error = code;
    ++errors;
  }
  void runs(bool network) {
    timer = false;
    network ? void(state = 'c') : fails('r', Errc::network_absent);
  }
  void begins_anew() {
    if (moves()) state = 'c';
  }
};

char letter(JobState state) {
  return "sqctreTAC"[static_cast<int>(state)];
}

JobOptions without_limits() {
  JobOptions options;
  options.files_active_max = options.background_jobs_max = 1000;
  options.retention = options.no_progress_foreground = options.no_progress_background =
      options.transfer_time_max = 1'000'000h;
  options.inactivity = 0h;
  options.progress_interval = options.counters_interval = 1h;
  return options;
}

class Comparison {
 public:
  explicit Comparison(std::uint64_t seed) : random_(seed) {}

  void run(std::size_t calls) {
    for (std::size_t i = 0; i < calls && !different_; ++i) {
      step();
      if (world_.events.size() > 1000) world_.events.clear();
    }
    REQUIRE_FALSE(different_);
  }

 private:
  using Void = Result<void>;

  [[nodiscard]] std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  void step() {
    auto const what = dice(1000);
    if (jobs_.empty() || (what < 60 && jobs_.size() < kJobsMax)) return create();
    if (what < 62) return restart();
    if (what < 75) return network(dice(2) == 0);
    if (what < 110) return advance();
    done_ += " " + std::to_string(what % 16);
    auto entry = std::next(jobs_.begin(), static_cast<std::ptrdiff_t>(dice(jobs_.size())));
    auto const id = entry->first;
    call_ = what % 16;
    call(id, entry->second);
    compare(id);
  }

  void call(JobId id, ModelJob& job) {
    switch (call_) {
      case 0:
        return add_files(id, job);
      case 1:
      case 2:
      case 3:
        return resume(id, job);
      case 4:
        return suspend(id, job);
      case 5:
        return dice(4) == 0 ? end(id, job) : get_error(id, job);
      case 6:
        return configure(id, job);
      case 7:
        return rename(id, job);
      case 8:
        return validate(id, job);
      case 9:
        return dice(4) == 0 ? take_ownership(id, job) : foreign(id);
      case 10:
        return change_file(id, job);
      default:
        return happen(id, job);
    }
  }

  // Calls. Each does the same to both sides and compares the answers.
  template <typename T, typename Call>
  Result<T> ask(Call const& call) {
    std::optional<Result<T>> answer;
    call([&](Result<T> result) { answer = std::move(result); });
    world_.loop.run_ready();
    if (!answer) differ("no answer");
    return answer ? *answer : Result<T>(freshet::fail(Errc::internal));
  }
  template <typename T>
  void expect(Result<T> const& answer, std::optional<Errc> code) {
    auto const got = answer ? std::nullopt : std::optional(answer.error().code);
    if (got != code) differ("the answer " + (got ? std::string(name(*got)) : std::string("ok")));
  }

  void create() {
    done_ += " create";
    NewJob fresh{.spec = {.name = "job"}, .files = {}, .start = false};
    ModelJob model;
    for (auto left = dice(3); left > 0; --left) fresh.files.push_back(next_file(model));
    fresh.start = dice(2) == 0;
    fresh.spec.priority = static_cast<Priority>(dice(4));
    bool const empty = fresh.start && fresh.files.empty();
    auto const id =
        ask<JobId>([&](auto answer) { world_.book->create(kUser, std::move(fresh), answer); });
    expect(id, empty ? std::optional(Errc::job_empty) : std::nullopt);
    if (!id) return;
    auto const info = world_.book->job(kUser, *id);
    model.resumed = info->state != JobState::suspended;
    if (model.resumed) model.runs(network_);
    jobs_[*id] = model;
    compare(*id);
  }

  FileSpec next_file(ModelJob& model) {
    model.files.emplace_back();
    return file_at("/tmp/" + std::to_string(++last_path_ % 1000));
  }

  void add_files(JobId id, ModelJob& job) {
    if (job.files.size() >= kFilesMax) return;
    std::vector<FileSpec> files{next_file(job)};
    expect(ask<void>([&](auto a) { world_.book->add_files(who(job), id, files, a); }), {});
  }

  void resume(JobId id, ModelJob& job) {
    auto const answer = ask<void>([&](auto a) { world_.book->resume(who(job), id, a); });
    bool const nothing = job.files.empty() || (job.state == 'T' && !job.pending());
    if (nothing) return expect(answer, Errc::job_empty);
    expect(answer, {});
    job.resumed = true;
    if (job.moves()) return;
    job.pending() ? job.runs(network_) : void(job.state = 'T');
  }

  void suspend(JobId id, ModelJob& job) {
    expect(ask<void>([&](auto a) { world_.book->suspend(who(job), id, a); }), {});
    if (job.state != 'T') job.state = 's';
    job.timer = false;
  }

  void end(JobId id, ModelJob& job) {
    auto const there =
        static_cast<std::uint32_t>(std::ranges::count(job.files, true, &ModelFile::there));
    if (dice(2) == 0) {
      expect(ask<void>([&](auto a) { world_.book->cancel(who(job), id, a); }), {});
    } else {
      auto const done = ask<Completion>([&](auto a) { world_.book->complete(who(job), id, a); });
      expect(done, {});
      if (done &&
          (done->files_placed != there || done->files_dropped != job.files.size() - there)) {
        differ("the completion");
      }
    }
    expect(ask<void>([&](auto a) { world_.book->resume(who(job), id, a); }), Errc::job_not_found);
    jobs_.erase(id);
  }

  void get_error(JobId id, ModelJob const& job) {
    auto const error = world_.book->error(who(job), id);
    bool const has = job.state == 'r' || job.state == 'e';
    expect(error, has ? std::nullopt : std::optional(Errc::error_unavailable));
    if (has && error && error->error.error.code != job.error) differ("the error");
  }

  void configure(JobId id, ModelJob& job) {
    auto spec = world_.book->job(kAdministrator, id)->spec;
    auto const what = dice(4);
    if (what == 0) spec.description += "x";
    if (spec.description.size() > 100) spec.description.clear();
    if (what == 1) spec.connections = (spec.connections + 1) % 8;
    if (what == 2) spec.size_max = job.size_max + 1'000'000'000;
    if (what == 3) spec.validate_first = !spec.validate_first;
    std::optional<Errc> code;
    if (what == 2 && (job.resumed || job.state != 's')) code = Errc::fixed_after_resume;
    if (what == 3 && !job.files.empty()) code = Errc::fixed_after_add;
    expect(ask<void>([&](auto a) { world_.book->configure(who(job), id, spec, a); }), code);
    if (code) return;
    if (what == 2) job.size_max += 1'000'000'000;
    if (what > 0) job.begins_anew();
  }

  void rename(JobId id, ModelJob& job) {
    if (dice(2) == 0) {
      auto const count = ask<std::uint32_t>([&](auto a) {
        world_.book->replace_prefix(who(job), id, "http://host/", "http://host/", a);
      });
      auto const pending = std::ranges::count(job.files, false, &ModelFile::there);
      expect(count, {});
      if (count && *count != pending) differ("how many were renamed");
      if (pending > 0) job.begins_anew();
      return;
    }
    auto const file = static_cast<std::uint32_t>(dice(kFilesMax));
    auto const answer =
        ask<void>([&](auto a) { world_.book->set_urls(who(job), id, file, {"http://host/x"}, a); });
    bool const known = file < job.files.size();
    expect(answer, known ? std::nullopt : std::optional(Errc::not_found));
    // The prefix stays, so that the other call finds it again.
    if (known && !job.files[file].there) job.begins_anew();
  }

  void change_file(JobId id, ModelJob& job) {
    auto const index = static_cast<std::uint32_t>(dice(kFilesMax));
    auto const identity = static_cast<unsigned>(dice(2));
    FileChange change;
    change.identity.emplace().manifest = identity == 0 ? "" : "http://host/manifest";
    std::optional<Errc> code;
    if (index >= job.files.size()) code = Errc::not_found;
    if (job.state != 's') code = Errc::invalid_state;
    expect(ask<void>([&](auto a) { world_.book->change_file(who(job), id, index, change, a); }),
           code);
    if (code || identity == job.files[index].identity) return;
    job.files[index].identity = identity;
    job.files[index].there = false;
  }

  void validate(JobId id, ModelJob& job) {
    if (job.files.empty()) return;
    auto const index = static_cast<std::uint32_t>(dice(job.files.size()));
    bool const right = dice(2) == 0;
    auto& file = job.files[index];
    auto const answer =
        ask<void>([&](auto a) { world_.book->validate(who(job), id, index, right, a); });
    expect(answer, file.there ? std::nullopt : std::optional(Errc::not_yet));
    if (!file.there || right) return;
    bool const again = file.from_peers && !file.origin_only;
    file.there = false;
    if (!again) {
      job.timer = false;
      return job.fails('e', Errc::validation_failed);
    }
    file.origin_only = true;
    file.from_peers = true;
    if (job.state == 'T') job.runs(network_);
  }

  void take_ownership(JobId id, ModelJob& job) {
    expect(ask<void>([&](auto a) { world_.book->take_ownership(kUser, id, a); }),
           Errc::access_denied);
    expect(ask<void>([&](auto a) { world_.book->take_ownership(kAdministrator, id, a); }), {});
    job.owner = kAdministrator.uid;
    job.begins_anew();
  }

  void foreign(JobId id) {
    expect(ask<void>([&](auto a) { world_.book->suspend(kOther, id, a); }), Errc::access_denied);
    expect(world_.book->job(kOther, id), Errc::access_denied);
  }

  // Happenings.
  void happen(JobId id, ModelJob& job) {
    if (!job.moves() || !job.pending()) return;
    auto const files = *world_.book->files(kAdministrator, id);
    auto index = dice(job.files.size());
    while (job.files[index].there) index = (index + 1) % job.files.size();
    auto const wish = wish_of(files[index].spec);
    if (!wish) return differ("a file that does not run");
    auto& open = world_.desk->open.at(*wish);
    auto const what = dice(10);
    if (what < 2) {
      open.listener->on_spool(*wish, SpoolId{++last_spool_}, 10, {});
      job.state = 't';
    } else if (what < 8) {
      bool const peers = dice(2) == 0;
      if (peers) open.progress.from_peers = 10;
      WishResult result;
      result.spool = SpoolId{++last_spool_};
      result.length = 10;
      open.listener->on_transferred(*wish, result);
      job.files[index].there = true;
      job.files[index].from_peers = job.files[index].from_peers || peers;
      job.state = job.pending() ? 't' : 'T';
    } else {
      bool const passes = what == 8;
      auto const code = passes ? Errc::connection_lost : Errc::http_gone;
      open.listener->on_failed(*wish, {code, "x", "y"});
      job.fails(passes ? 'r' : 'e', code);
      job.timer = passes;
    }
    world_.loop.run_ready();
  }

  // Files of one job have different paths.
  std::optional<WishId> wish_of(FileSpec const& file) const {
    for (auto const& [wish, open] : world_.desk->open) {
      if (open.wish.file.path == file.path) return wish;
    }
    return std::nullopt;
  }

  void network(bool on) {
    done_ += on ? " on" : " off";
    world_.book->set_conditions({.network = on});
    world_.loop.run_ready();
    for (auto& [id, job] : jobs_) {
      if (!on && job.moves()) job.fails('r', Errc::network_absent);
      if (on && !network_ && job.state == 'r') job.runs(true);
    }
    network_ = on;
    compare_all();
  }

  void advance() {
    done_ += " later";
    world_.loop.run_for(20min);
    for (auto& [id, job] : jobs_) {
      if (job.state == 'r' && job.timer) job.runs(network_);
    }
    compare_all();
  }

  void restart() {
    done_ += " restart";
    world_.restart();
    network_ = true;
    for (auto& [id, job] : jobs_) {
      if (job.state == 'r' || job.moves()) job.runs(true);
    }
    compare_all();
  }

  // What both sides say now.
  void compare_all() {
    for (auto const& [id, job] : jobs_) compare(id);
    if (world_.book->all_jobs(kAdministrator)->size() != jobs_.size()) differ("how many jobs");
  }

  void compare(JobId id) {
    auto const found = jobs_.find(id);
    if (found == jobs_.end()) return;
    auto const& job = found->second;
    auto const info = world_.book->job(kAdministrator, id);
    if (!info) return differ("a job that is gone");
    if (letter(info->state) != job.state) {
      differ(std::string("the state ") + letter(info->state) + " instead of " + job.state);
    }
    if (info->error_count != job.errors) differ("the number of errors");
    if (info->owner != job.owner) differ("the owner");
    auto const there = std::ranges::count(job.files, true, &ModelFile::there);
    if (info->progress.files_done != there) differ("the files that are there");
    if (info->progress.files_total != job.files.size()) differ("the number of files");
    bool const failed = job.state == 'r' || job.state == 'e';
    if (info->error.has_value() != failed) differ("whether there is an error");
    if (failed && info->error && info->error->error.code != job.error) differ("the error");
  }

  void differ(std::string const& what) {
    if (different_) return;
    different_ = true;
    auto const last = done_.substr(done_.size() - std::min<std::size_t>(done_.size(), 200));
    UNSCOPED_INFO("after calls" << last << " they differ in " << what);
  }
  [[nodiscard]] static Caller who(ModelJob const& job) {
    return job.owner == kUser.uid ? kUser : kAdministrator;
  }

  std::mt19937_64 random_;
  JobWorld world_{without_limits()};
  std::map<JobId, ModelJob> jobs_;
  bool network_ = true;
  bool different_ = false;
  std::uint64_t call_ = 0;
  std::string done_;  // The calls so far.
  std::uint64_t last_path_ = 0;
  std::uint64_t last_spool_ = 0;
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kCallsDefault = 200'000;
#else
constexpr std::size_t kCallsDefault = 1'000'000;
#endif

std::size_t calls_wanted() {
  auto const* const text = std::getenv("FRESHET_MODEL_CALLS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : kCallsDefault;
}

}  // namespace

TEST_CASE("whatever is called in whatever order jobs do what the obvious model does", "[model]") {
  auto const seeds = std::max<std::size_t>(1, calls_wanted() / kCallsPerSeed);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    Comparison(seed).run(std::min(calls_wanted(), kCallsPerSeed));
  }
}
