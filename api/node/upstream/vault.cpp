#include "api/node/upstream/vault.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <utility>

#include "engine/base/assert.h"

namespace freshet::node {

namespace {

Result<BodyFile> open_file(std::string const& path) {
  local::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    auto const code = errno == ENOENT ? Errc::not_found : Errc::io_error;
    return fail(code, path, std::strerror(errno));
  }
  return std::make_shared<local::Descriptor const>(std::move(file));
}

RangeSet ranges_of(PieceMap const& present, Bytes piece_length, Bytes length) {
  RangeSet ranges;
  for (auto const& part : present.present_ranges()) {
    auto const begin = Bytes{to_number(part.begin)} * piece_length;
    auto const end = std::min(Bytes{to_number(part.end)} * piece_length, length);
    ranges.add({begin, end});
  }
  return ranges;
}

}  // namespace

Vault::Vault(Loop& engine, ContentStore& contents, Watch watch_writes)
    : engine_(engine), contents_(contents), watch_writes_(std::move(watch_writes)) {
  watch_writes_(this);
  engine_.post([this] { contents_.set_other_events(this); });
}

Vault::~Vault() {
  FRESHET_ASSERT(stopped_);
}

void Vault::stop() {
  watch_writes_(nullptr);
  auto const done = std::make_shared<std::promise<void>>();
  engine_.post([this, done] {
    stopped_ = true;
    contents_.set_other_events(nullptr);
    for (auto& [spool, each] : std::exchange(sealing_, {})) each.done(fail(Errc::stopped));
    done->set_value();
  });
  done->get_future().wait();
}

void Vault::open(SpoolSpec spec, std::shared_ptr<Body> body, Opened done) {
  engine_.post([this, spec = std::move(spec), body = std::move(body), done = std::move(done)] {
    if (stopped_) return done(fail(Errc::stopped));
    contents_.open(spec, [this, body, done](Result<OpenedSpool> opened) {
      take_in(std::move(opened), body, done);
    });
  });
}

void Vault::reopen(SpoolId spool, std::shared_ptr<Body> body, Opened done) {
  engine_.post([this, spool, body = std::move(body), done = std::move(done)] {
    if (stopped_) return done(fail(Errc::stopped));
    contents_.reopen(spool, [this, body, done](Result<OpenedSpool> opened) {
      take_in(std::move(opened), body, done);
    });
  });
}

void Vault::take_in(Result<OpenedSpool> opened, std::shared_ptr<Body> const& body,
                    Opened const& done) {
  if (!opened) return done(tl::unexpected(opened.error()));
  auto file = open_file(contents_.path_of(opened->id));
  if (!file) {
    contents_.release(opened->id);
    return done(tl::unexpected(file.error()));
  }
  VaultContent content{opened->id, *file, opened->spec.length, {}};
  if (content.length) {
    content.present = ranges_of(opened->present, opened->piece_length, *content.length);
  }
  body->set_file(*file);
  for (auto const& range : content.present.ranges()) body->written(range);
  follow(content.spool, {body, opened->piece_length});
  done(std::move(content));
}

void Vault::follow(SpoolId spool, Followed followed) {
  std::lock_guard const lock(mutex_);
  bodies_[spool] = std::move(followed);
}

Vault::Followed Vault::followed(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  auto const found = bodies_.find(spool);
  return found == bodies_.end() ? Followed{} : found->second;
}

std::shared_ptr<Body> Vault::unfollow(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  auto const found = bodies_.find(spool);
  if (found == bodies_.end()) return nullptr;
  auto body = std::move(found->second.body);
  bodies_.erase(found);
  return body;
}

void Vault::on_written(SpoolId spool, ByteRange bytes) {
  auto const body = followed(spool).body;
  if (body && !body->judged()) body->written(bytes);
}

void Vault::seal(SpoolId spool, std::function<void(Result<Sealed>)> done) {
  engine_.post([this, spool, done = std::move(done)] {
    if (stopped_) return done(fail(Errc::stopped));
    // It may have failed with its last bytes, before anybody asked for this: nothing more comes.
    if (!followed(spool).body) return done(fail(Errc::cancelled, {}, "the store gave it up"));
    sealing_[spool] = {done};
    try_seal(spool);
  });
}

// Refused at once as long as pieces are missing, which come with events.
void Vault::try_seal(SpoolId spool) {
  auto const refused = std::make_shared<bool>(false);
  contents_.seal(spool, [this, spool, refused](Result<Sealed> sealed) {
    *refused = !sealed && sealed.error().code == Errc::invalid_state;
    if (!*refused) end_seal(spool, std::move(sealed));
  });
  auto const found = sealing_.find(spool);
  if (found != sealing_.end()) found->second.under_way = !*refused;
}

void Vault::end_seal(SpoolId spool, Result<Sealed> sealed) {
  auto const found = sealing_.find(spool);
  if (found == sealing_.end()) return;
  auto const done = std::move(found->second.done);
  sealing_.erase(found);
  unfollow(spool);
  done(std::move(sealed));
}

void Vault::on_piece_present(SpoolId spool, PieceIndex piece, SourceId) {
  if (auto const [body, piece_length] = followed(spool); body && body->judged()) {
    Bytes const begin = to_number(piece) * piece_length;
    body->written({begin, std::min(begin + piece_length, body->length().value_or(0))});
  }
  auto const found = sealing_.find(spool);
  if (found != sealing_.end() && !found->second.under_way) try_seal(spool);
}

void Vault::on_piece_rejected(SpoolId spool, PieceIndex, std::vector<Blame>) {
  if (damaged_) damaged_(spool);
  on_spool_failed(spool, {Errc::piece_mismatch, {}, "what came is not what it should be"});
}

void Vault::on_spool_failed(SpoolId spool, Error error) {
  if (auto const body = unfollow(spool)) body->fail(error);
  end_seal(spool, tl::unexpected(std::move(error)));
}

void Vault::set_damaged(std::function<void(SpoolId)> damaged) {
  engine_.post([this, damaged = std::move(damaged)] { damaged_ = damaged; });
}

void Vault::release(SpoolId spool) {
  unfollow(spool);
  engine_.post([this, spool] {
    sealing_.erase(spool);
    if (!stopped_) contents_.release(spool);
  });
}

void Vault::find(SpoolId spool, Bytes length, std::function<void(Result<BodyFile>)> done) {
  engine_.post([this, spool, length, done = std::move(done)] {
    if (stopped_) return done(fail(Errc::stopped));
    auto const path = contents_.path_of(spool);
    if (path.empty()) return done(fail(Errc::not_found, {}, "the content is gone"));
    auto file = open_file(path);
    struct stat status {};
    bool const whole = file && ::fstat((*file)->get(), &status) == 0 &&
                       static_cast<Bytes>(status.st_size) == length;
    if (file && !whole) return done(fail(Errc::file_changed, path, "it has another length"));
    done(std::move(file));
  });
}

}  // namespace freshet::node
