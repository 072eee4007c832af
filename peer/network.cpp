#include "peer/network.h"

#include <openssl/rand.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "engine/base/assert.h"
#include "engine/content/geometry.h"
#include "engine/content/merkle.h"
#include "peer/hang_up.h"
#include "peer/link_listener.h"

namespace freshet::peer {

namespace {

using namespace std::chrono_literals;

constexpr Duration kFlushInterval = 100ms;  // Of one content.
constexpr Duration kGather = 5ms;  // Who a peer is, what it has and what it claims come together.
constexpr Duration kCompanyGather = 20ms;  // What we do with many contents is told together.
constexpr Duration kPulse = 250ms;
// Who names many contents in a row opens no more than these.
constexpr unsigned kWakesPerSecondMax = 64;
constexpr std::size_t kOwnEndpointsMax = 64;
constexpr std::size_t kShortHashBytes = 20;
// Reads of ours do not queue behind the store's own work on the same content.
constexpr std::uint64_t kReadLane = 1ULL << 62;

TimePoint now() {
  return std::chrono::steady_clock::now();
}

// "[fe80::1%eth0]:7680" as it is spelled without the interface.
std::string without_zone(std::string const& endpoint) {
  auto const zone = endpoint.find('%');
  if (zone == std::string::npos) return endpoint;
  return endpoint.substr(0, zone) + endpoint.substr(endpoint.find(']'));
}

}  // namespace

class Timers {
 public:
  explicit Timers(boost::asio::io_context& io) : context(io), flush(io), company(io), pulse(io) {}
  boost::asio::io_context& context;
  boost::asio::steady_timer flush;
  boost::asio::steady_timer company;
  boost::asio::steady_timer pulse;
  bool flush_waits = false;
  bool company_waits = false;
};

Network::Network(NetworkSpec spec, LocalNetworks local, std::function<void(Batch)> deliver,
                 std::function<void(SpoolId, std::string)> wanted)
    : spec_(std::move(spec)),
      local_(std::move(local)),
      deliver_(std::move(deliver)),
      wanted_(std::move(wanted)),
      meetings_(spec_.meetings, {[this](std::shared_ptr<Torrent> const& meeting) { join(meeting); },
                                 [this](SpoolId meeting) { leave(meeting); }}),
      doorway_(spec_.doorway),
      company_([this](CompanyNews news) {
        Batch batch;
        batch.company = std::move(news);
        deliver_(std::move(batch));
      }) {}

Network::~Network() = default;

void Network::open(boost::asio::io_context& context) {
  timers_ = std::make_unique<Timers>(context);
  door_->open(context);
  boost::asio::post(context, [self = shared_from_this()] { self->pulse(); });
}

void Network::close() {
  closed_ = true;
  session_ = nullptr;
  timers_.reset();
  listener_.reset();
  standing_by_.clear();
  short_hash_of_.clear();
  meetings_.clear();
  company_.clear();
  to_report_.clear();
  torrents_.clear();
  by_root_.clear();
}

void Network::on_piece_verified(SpoolId spool, PieceIndex piece, std::vector<Digest> leaves) {
  door_->post([self = shared_from_this(), spool, piece, leaves = std::move(leaves)]() mutable {
    if (auto const torrent = self->find(spool)) torrent->on_verified(piece, std::move(leaves));
  });
}

void Network::on_piece_dropped(SpoolId spool, PieceIndex piece) {
  door_->post([self = shared_from_this(), spool, piece] {
    if (auto const torrent = self->find(spool)) torrent->on_dropped(piece);
  });
}

Nonce Network::nonce() {
  Nonce nonce{};
  auto* const bytes = reinterpret_cast<unsigned char*>(nonce.data());
  FRESHET_ASSERT(RAND_bytes(bytes, static_cast<int>(nonce.size())) == 1);
  return nonce;
}

void Network::join(std::shared_ptr<Torrent> const& torrent) {
  if (closed_) return;
  stop_standing_by(torrent->spool());
  torrent->idle_since = now();
  torrents_[torrent->spool()] = torrent;
  if (!torrent->meeting()) by_root_[torrent->spec().swarm.content.root] = torrent;
  if (session_ != nullptr) session_->add(torrent);
}

void Network::stand_by(SpoolId spool, Digest const& info_hash) {
  if (closed_) return;
  std::string name(reinterpret_cast<char const*>(info_hash.bytes.data()), kShortHashBytes);
  standing_by_[name] = spool;
  short_hash_of_[spool] = std::move(name);
  listen_to_link();
}

void Network::tell_company(std::vector<CompanyWord> const& news) {
  if (!closed_ && company_.say(news)) tell_company_soon();
}

void Network::tell_company_soon() {
  if (!timers_ || std::exchange(timers_->company_waits, true)) return;
  timers_->company.expires_after(kCompanyGather);
  timers_->company.async_wait([self = shared_from_this()](boost::system::error_code const& error) {
    if (error || !self->timers_) return;
    self->timers_->company_waits = false;
    self->company_.flush();
  });
}

void Network::share_digest(SpoolId spool, Digest const& sha256, ContentId const& content) {
  if (closed_) return;
  meetings_.share(spool, sha256, content);
  listen_to_link();
}

void Network::listen_to_link() {
  if (!spec_.local_search || listener_ || !timers_) return;
  listener_ = std::make_unique<LinkListener>(
      timers_->context, [this](std::string_view short_hash, std::string const& address) {
        on_asked(short_hash, address);
      });
}

void Network::on_asked(std::string_view short_hash, std::string const& address) {
  std::string const name(short_hash);
  auto const found = standing_by_.find(name);
  if (found == standing_by_.end() && !meetings_.opens(name)) return;
  if (!wakes_.take(now(), kWakesPerSecondMax)) return;
  if (found == standing_by_.end()) return meetings_.on_asked(name, address);
  auto const spool = found->second;
  standing_by_.erase(found);
  short_hash_of_.erase(spool);
  wanted_(spool, address);
}

void Network::on_stranger(std::string const& remote) {
  hang_up(doorway_.came(without_zone(remote), now()), ports_);
}

void Network::on_named(std::string const& remote) {
  doorway_.named(without_zone(remote));
}

void Network::stop_standing_by(SpoolId spool) {
  auto const waits = short_hash_of_.find(spool);
  if (waits == short_hash_of_.end()) return;
  standing_by_.erase(waits->second);
  short_hash_of_.erase(waits);
}

void Network::leave(SpoolId spool) {
  stop_standing_by(spool);
  meetings_.unshare(spool);
  auto const torrent = find(spool);
  if (!torrent) return;
  torrents_.erase(spool);
  // Another one of the same root may have come in between: of another length, or in another spool.
  auto const of_root = by_root_.find(torrent->spec().swarm.content.root);
  if (of_root != by_root_.end() && of_root->second == torrent) by_root_.erase(of_root);
  to_report_.erase(torrent);
  if (company_.left(company_name(torrent->spec().info_hash))) tell_company_soon();
  if (torrent->control() != nullptr) torrent->control()->remove();
}

void Network::identify(SpoolId spool, std::shared_ptr<Manifest const> manifest, std::string file,
                       PieceMap const& present) {
  auto const torrent = find(spool);
  if (!torrent) return;
  if (!torrent->set_manifest(std::move(manifest), std::move(file))) restart(torrent);
  for (auto next = present.next_present(PieceIndex{0}); next;
       next = present.next_present(PieceIndex{to_number(*next) + 1})) {
    offer(spool, *next);
  }
}

void Network::offer(SpoolId spool, PieceIndex piece) {
  auto const torrent = find(spool);
  if (!torrent || to_number(piece) >= torrent->pieces() || torrent->verified().has(piece)) return;
  auto const& content = torrent->spec().swarm.content;
  auto const range = bytes_of(piece, piece_length_for(content.length), content.length);
  in_flight_.begin();
  spec_.pool.run(kReadLane | static_cast<std::uint64_t>(spool),
                 [self = shared_from_this(), spool, piece, range] {
                   std::vector<std::byte> bytes(range.size());
                   auto const got = self->spec_.reader.read(spool, range.begin, bytes,
                                                            PieceReader::Patience::wait);
                   if (got) {
                     std::vector<Digest> leaves((bytes.size() + kBlockBytes - 1) / kBlockBytes);
                     hash_blocks(bytes, leaves);
                     self->on_piece_verified(spool, piece, std::move(leaves));
                   }
                   self->in_flight_.end();
                 });
}

void Network::serve(SpoolId spool) {
  auto const torrent = find(spool);
  if (!torrent || !torrent->takes_only()) return;
  torrent->serve();
  // Peers were told that there is nothing to be had of us.
  restart(torrent);
}

std::shared_ptr<Torrent> Network::find(SpoolId spool) const {
  auto const found = torrents_.find(spool);
  return found == torrents_.end() ? nullptr : found->second;
}

std::shared_ptr<Torrent> Network::find(Digest const& content_root) const {
  auto const found = by_root_.find(content_root);
  return found == by_root_.end() ? nullptr : found->second;
}

PeerClass Network::classify(std::string const& address) const {
  auto const parsed = parse_address(address);
  auto const peer_class = parsed ? local_.classify(*parsed) : PeerClass::internet;
  bool const group = peer_class == PeerClass::internet && !spec_.group_secret.empty();
  return group ? PeerClass::group : peer_class;
}

void Network::allow(PeerAllowance allowance) {
  allowance_ = std::move(allowance);
  for (auto const& [spool, torrent] : torrents_) {
    auto const links = torrent->links();  // Ending one changes the original.
    for (auto const& [peer, link] : links) link->heed_allowance();
  }
}

void Network::met_ourselves(std::string own_endpoint) {
  if (own_endpoints_.size() < kOwnEndpointsMax) own_endpoints_.insert(std::move(own_endpoint));
}

void Network::set_banned_keys(std::vector<std::uint64_t> keys) {
  banned_keys_ = std::set<std::uint64_t>(keys.begin(), keys.end());
  for (auto const& [spool, torrent] : torrents_) {
    auto const links = torrent->links();  // Ending one changes the original.
    for (auto const& [peer, link] : links) {
      if (banned(link->key())) link->end({Errc::peer_misbehaved, {}, "banned"});
    }
  }
}

void Network::report(std::shared_ptr<Torrent> const& torrent) {
  if (!timers_ || !torrent->report.pending()) return;
  to_report_.insert(torrent);
  flush_at(std::max(torrent->reported + kFlushInterval, now() + kGather));
}

void Network::flush_at(TimePoint when) {
  if (timers_->flush_waits && timers_->flush.expiry() <= when) return;
  timers_->flush_waits = true;
  timers_->flush.expires_at(when);
  timers_->flush.async_wait([self = shared_from_this()](boost::system::error_code const& error) {
    if (!error) self->flush_due();
  });
}

void Network::flush_due() {
  if (!timers_) return;
  timers_->flush_waits = false;
  auto const time = now();
  std::vector<std::shared_ptr<Torrent>> due;
  std::ranges::copy_if(to_report_, std::back_inserter(due), [&](auto const& torrent) {
    return torrent->reported + kFlushInterval <= time;
  });
  for (auto const& torrent : due) {
    to_report_.erase(torrent);
    torrent->reported = time;
    deliver_(torrent->report.take());
  }
  for (auto const& torrent : to_report_) flush_at(torrent->reported + kFlushInterval);
}

void Network::flush() {
  for (auto const& torrent : std::exchange(to_report_, {})) deliver_(torrent->report.take());
}

void Network::pulse() {
  if (!timers_) return;
  hang_up(doorway_.overdue(now()), ports_);
  auto const all = torrents_;  // A restart changes the original.
  for (auto const& [spool, torrent] : all) look_after(torrent, now());
  timers_->pulse.expires_after(kPulse);
  timers_->pulse.async_wait([self = shared_from_this()](boost::system::error_code const& error) {
    if (!error) self->pulse();
  });
}

void Network::look_after(std::shared_ptr<Torrent> const& torrent, TimePoint now) {
  if (torrent->restart_due && torrent->control() != nullptr) return restart(torrent);
  if (!torrent->links().empty()) torrent->idle_since = now;
  auto* const waiters = torrent->waiters();
  if (waiters != nullptr) {
    waiters->flush_streams();
    if (waiters->overdue(now, spec_.hold_timeout)) return restart(torrent);
  }
  torrent->look_for_layer();
  if (torrent->complete() && torrent->spec().swarm.among_known) part_from_equals(*torrent);
  report(torrent);
  if (torrent->lacks_layer(now)) return restart(torrent);
  bool const alone = torrent->links().empty() && torrent->seeks();
  bool const search = spec_.local_search && torrent->link_search.due(now, alone);
  if (search && torrent->control() != nullptr) torrent->control()->search_link();
  bool const idle = now - torrent->idle_since > spec_.idle_timeout;
  if (idle && torrent->meeting()) return meetings_.on_idle(*torrent);
  if (!idle || !torrent->complete()) return;
  torrent->idle_since = now;
  torrent->report.idle();
  report(torrent);
  if (torrent->downloaded) restart(torrent);
}

// Of two who have everything neither needs the other. Many small contents would use up all
// connections so.
void Network::part_from_equals(Torrent const& torrent) {
  auto const links = torrent.links();  // Ending one changes the original.
  for (auto const& [peer, link] : links) {
    bool const equal = torrent.report.has_all(peer) && !company_.tells_over(*link);
    if (equal) link->end({Errc::policy_refused, {}, "both have everything"});
  }
}

void Network::restart(std::shared_ptr<Torrent> const& torrent) {
  // Until libtorrent has added it, it cannot leave; and of two with one name it would keep this
  // one.
  if (torrent->control() == nullptr) {
    torrent->restart_due = true;
    return;
  }
  auto const again = torrent->again();
  torrent->control()->remove();
  report(torrent);
  join(again);
}

}  // namespace freshet::peer
