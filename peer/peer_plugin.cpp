#include "peer/peer_plugin.h"

#include <chrono>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/bitfield.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "peer/endpoint.h"
#include "peer/extension_numbers.h"
#include "peer/group_proof.h"
#include "peer/network.h"
#include "peer/piece_bits.h"
#include "peer/refusal.h"
#include "peer/request_watch.h"
#include "peer/trial.h"
#include "peer/whole_pieces.h"

namespace freshet::peer {

namespace lt = libtorrent;

namespace {

using namespace std::chrono_literals;

constexpr Duration kProofTimeout = 3s;
constexpr auto kItself = "itself";

TimePoint now() {
  return std::chrono::steady_clock::now();
}

class PeerPlugin final : public lt::peer_plugin, private PeerLink {
 public:
  PeerPlugin(std::shared_ptr<Torrent> torrent, std::shared_ptr<Network> network,
             lt::peer_connection_handle connection, Nonce nonce)
      : torrent_(std::move(torrent)),
        network_(std::move(network)),
        connection_(std::move(connection)),
        id_(network_->next_peer()),
        nonce_(nonce),
        since_(now()),
        peer_class_(network_->classify(address())),
        entry_(network_->doorway().enter(address(), connection_.is_outgoing())) {
    if (!connection_.is_outgoing()) network_->on_named(text_of(connection_.remote()));
    torrent_->report.arrive(id_);
    torrent_->add_link(id_, *this);
  }
  ~PeerPlugin() override {
    torrent_->remove_link(id_);
    network_->company().remove(*this);
  }

  lt::string_view type() const override { return "freshet"; }

  bool on_handshake(lt::span<char const> reserved) override;
  void add_handshake(lt::entry& handshake) override;
  bool on_extension_handshake(lt::bdecode_node const& handshake) override;
  bool on_extended(int length, int message, lt::span<char const> body) override;
  void on_connected() override { connected_ = true; }
  void on_disconnect(lt::error_code const& error) override;
  void tick() override;

  bool on_have(lt::piece_index_t piece) override;
  bool on_dont_have(lt::piece_index_t piece) override;
  bool on_bitfield(lt::bitfield const& bits) override;
  bool on_have_all() override;
  bool on_have_none() override;

  bool on_request(lt::peer_request const& request) override;
  bool on_piece(lt::peer_request const& request, lt::span<char const> bytes) override;
  bool on_reject(lt::peer_request const& request) override;
  bool on_choke() override;
  bool write_request(lt::peer_request const& request) override;
  void sent_request(lt::peer_request const& request) override;
  void sent_cancel(lt::peer_request const& request) override { settle(request); }
  void sent_piece(lt::peer_request const& request) override;
  void sent_unchoke() override;

 private:
  // PeerLink
  void tell_claims(std::string const& message) override;
  void tell_word(DigestWord const& word) override;
  void tell_company(std::string const& message) override {
    if (!ended_) send(company_message_, message);
  }
  void release_requests() override;
  void heed_allowance() override;
  void nudge() override;
  void on_judged(PieceIndex piece, bool right) override;
  void end(Error why) override;
  [[nodiscard]] std::uint64_t key() const override { return hello_ ? hello_->key : 0; }

  [[nodiscard]] std::string address() const { return connection_.remote().address().to_string(); }
  [[nodiscard]] bool needs_proof() const { return !network_->spec().group_secret.empty(); }
  [[nodiscard]] Hello own_hello() const { return {network_->spec().key, nonce_}; }
  [[nodiscard]] bool proven() const { return proven_ || !needs_proof(); }
  [[nodiscard]] PeerVerdict const& verdict() const { return network_->allowance().of(peer_class_); }
  [[nodiscard]] bool may_serve() const { return verdict().serve && !torrent_->takes_only(); }
  [[nodiscard]] std::optional<Error> why_no_peer(lt::error_code const& error) const;
  void introduce(std::uint16_t port, std::string client);
  void ask_for_whole_pieces(bool whole);
  void send_request(char message, lt::peer_request const& request);
  void send(std::string const& message);
  void send(int extension, std::string const& body);
  [[nodiscard]] ProofContext proof_context(bool ours) const;
  void meet_company();
  void take_proof(std::string_view body);
  void take_claims(std::string_view body);
  void take_word(std::string_view body);
  void report_has(PieceMap has);
  void settle(lt::peer_request const& request);
  void settle_all();
  [[nodiscard]] Bytes bytes_of(lt::peer_request const& request) const {
    auto const begin = static_cast<std::uint32_t>(request.start);
    return torrent_->bytes(index_of(request.piece), begin, static_cast<Bytes>(request.length))
        .size();
  }
  void report() { network_->report(torrent_); }

  std::shared_ptr<Torrent> torrent_;
  std::shared_ptr<Network> network_;
  lt::peer_connection_handle connection_;
  SourceId id_;
  Nonce nonce_;
  TimePoint since_;
  PeerClass peer_class_;
  std::optional<Doorway::Entry> entry_;
  bool serving_ = true;  // As the peer was told last.
  bool fast_ = false;    // It speaks BEP 6: what is not served is refused.
  std::optional<Hello> hello_;
  PeerInfo info_;
  int claims_message_ = 0;  // As the peer numbers it; 0: it takes none.
  int proof_message_ = 0;
  int digest_message_ = 0;
  int company_message_ = 0;
  bool gives_nothing_ = false;  // Whatever it has: nothing of that is proven yet.
  bool proven_ = false;
  bool connected_ = false;  // Of a connection that we open.
  std::optional<Error> ended_;
  RequestWatch watch_;
  Trial trial_;
  std::vector<lt::peer_request> held_requests_;
};

bool PeerPlugin::on_handshake(lt::span<char const> reserved) {
  // A peer without extensions (BEP 10) says nothing of itself.
  bool const extensions = reserved.size() == 8 && (reserved[5] & 0x10) != 0;
  fast_ = reserved.size() == 8 && (reserved[7] & 0x04) != 0;
  if (!entry_ || !verdict().meet) {
    end(entry_ ? Error{Errc::policy_refused, {}, verdict().why}
               : Error{Errc::limit_reached, {}, "its address has too many connections"});
    return true;
  }
  serving_ = may_serve();
  ask_for_whole_pieces(true);
  if (!extensions && !needs_proof()) introduce(connection_.remote().port(), {});
  return true;
}

void PeerPlugin::add_handshake(lt::entry& handshake) {
  auto& messages = handshake["m"];
  messages["fr_claims"] = kClaimsMessage;
  messages["fr_company"] = kCompanyMessage;
  if (needs_proof()) messages["fr_proof"] = kProofMessage;
  if (torrent_->meeting()) messages["fr_digest"] = kDigestMessage;
  if (torrent_->takes_only()) handshake["fr_takes"] = 1;
  handshake["fr_id"] = encode(own_hello());
}

bool PeerPlugin::on_extension_handshake(lt::bdecode_node const& handshake) {
  auto const id = handshake.dict_find_string_value("fr_id");
  hello_ = decode_hello({id.data(), id.size()});
  if (hello_ && (hello_->key == network_->spec().key || network_->banned(hello_->key))) {
    bool const itself = hello_->key == network_->spec().key;
    end({Errc::policy_refused, itself ? kItself : "", "it is ourselves, or banned"});
    return true;
  }
  if (auto const messages = handshake.dict_find_dict("m"); messages && hello_) {
    claims_message_ = static_cast<int>(messages.dict_find_int_value("fr_claims", 0)) & 0xff;
    proof_message_ = static_cast<int>(messages.dict_find_int_value("fr_proof", 0)) & 0xff;
    digest_message_ = static_cast<int>(messages.dict_find_int_value("fr_digest", 0)) & 0xff;
    company_message_ = static_cast<int>(messages.dict_find_int_value("fr_company", 0)) & 0xff;
    gives_nothing_ = handshake.dict_find_int_value("fr_takes", 0) == 1;
  }
  if (needs_proof() && (!hello_ || proof_message_ == 0)) {
    end({Errc::group_mismatch, {}, "it does not prove to be of the group"});
    return true;
  }
  if (needs_proof()) {
    auto const& secret = network_->spec().group_secret;
    send(proof_message_, encode_proof(group_proof(secret, proof_context(true))));
  }
  auto const client = handshake.dict_find_string_value("v");
  auto port = static_cast<std::uint16_t>(handshake.dict_find_int_value("p", 0) & 0xffff);
  if (port == 0) port = connection_.remote().port();
  introduce(port, std::string(client.substr(0, 64)));
  tell_claims(torrent_->claims_message());
  tell_word(torrent_->word());
  meet_company();
  return true;
}

void PeerPlugin::introduce(std::uint16_t port, std::string client) {
  info_ = {.id = id_,
           .address = to_string(Endpoint{address(), port}),
           .client = std::move(client),
           .peer_class = peer_class_,
           .speaks_claims = claims_message_ != 0,
           .key = key()};
  torrent_->report.introduce(info_);
  report();
}

void PeerPlugin::send(std::string const& message) {
  auto const bytes = framed(message);
  connection_.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
}

void PeerPlugin::send(int extension, std::string const& body) {
  send(std::string{kExtended, static_cast<char>(extension)} + body);
}

ProofContext PeerPlugin::proof_context(bool ours) const {
  return {.info_hash = torrent_->spec().info_hash,
          .prover = ours ? own_hello() : *hello_,
          .verifier = ours ? *hello_ : own_hello(),
          .prover_opened = connection_.is_outgoing() == ours};
}

void PeerPlugin::take_proof(std::string_view body) {
  auto const proof = decode_proof(body);
  if (!proof || !hello_) return end({Errc::protocol_error, {}, "its proof is malformed"});
  proven_ = proves(network_->spec().group_secret, proof_context(false), *proof);
  if (!proven_) return end({Errc::group_mismatch, {}, "its proof does not fit the group's secret"});
  tell_word(torrent_->word());
  meet_company();
}

// Not on the Internet: there nobody knows who learns what we fetch.
void PeerPlugin::meet_company() {
  bool const may = company_message_ != 0 && proven() && !ended_ && verdict().serve;
  if (may && peer_class_ != PeerClass::internet) network_->company().add(info_, *this);
}

// An outsider who heard the meeting's name on the link learns nothing by it.
void PeerPlugin::tell_word(DigestWord const& word) {
  bool const heard = digest_message_ != 0 && proven() && !ended_;
  if (heard && verdict().serve && torrent_->meeting()) send(digest_message_, encode(word));
}

void PeerPlugin::take_word(std::string_view body) {
  auto const word = decode_word(body);
  if (!word) return end({Errc::protocol_error, {}, "what it says of a digest is malformed"});
  if (!proven() || !torrent_->meeting()) return;
  torrent_->report.word(id_, *word);
  report();
}

void PeerPlugin::tell_claims(std::string const& message) {
  if (claims_message_ != 0 && !message.empty() && !ended_) send(claims_message_, message);
}

void PeerPlugin::take_claims(std::string_view body) {
  auto claims = decode_claims(body, torrent_->pieces());
  if (!claims) return end({Errc::protocol_error, {}, "its claims are malformed"});
  if (!proven()) return;
  torrent_->report.claims(id_, std::move(*claims));
  report();
}

bool PeerPlugin::on_extended(int length, int message, lt::span<char const> body) {
  if (message < kProofMessage || message > kCompanyMessage) return false;
  if (static_cast<std::size_t>(length) > kMessageBytesMax) {
    end({Errc::protocol_error, {}, "its message is too long"});
    return true;
  }
  if (body.size() < length) return true;
  std::string_view const text(body.data(), static_cast<std::size_t>(length));
  if (message == kProofMessage && needs_proof()) take_proof(text);
  if (message == kClaimsMessage) take_claims(text);
  if (message == kDigestMessage) take_word(text);
  if (message == kCompanyMessage && !network_->company().hear(*this, text, now())) {
    end({Errc::protocol_error, {}, "what it says of many contents is malformed"});
  }
  return true;
}

void PeerPlugin::end(Error why) {
  if (ended_) return;
  ended_ = std::move(why);
  connection_.disconnect(boost::asio::error::operation_aborted, lt::operation_t::bittorrent);
}

std::optional<Error> PeerPlugin::why_no_peer(lt::error_code const& error) const {
  if (torrent_->report.introduced(id_)) return std::nullopt;
  if (ended_) return ended_->where == kItself ? std::nullopt : ended_;
  if (!connection_.is_outgoing()) return std::nullopt;
  if (network_->ourselves(text_of(connection_.remote()))) return std::nullopt;
  return refusal_of(error, {.connected = connected_, .in_group = needs_proof()});
}

void PeerPlugin::on_disconnect(lt::error_code const& error) {
  settle_all();
  bool const itself = error == lt::errors::self_connection || (ended_ && ended_->where == kItself);
  if (itself && !connection_.is_outgoing()) {
    network_->met_ourselves(text_of(connection_.local_endpoint()));
  }
  if (auto why = why_no_peer(error)) {
    torrent_->report.refuse(text_of(connection_.remote()), std::move(*why));
  }
  torrent_->report.leave(id_, ended_ ? *ended_ : ending_of(error));
  torrent_->remove_link(id_);
  network_->company().remove(*this);
  report();
}

// Who may not be served is choked past libtorrent, which would unchoke it again; when we need
// nothing either, the connection is of no use to anyone.
void PeerPlugin::heed_allowance() {
  if (ended_ || connection_.in_handshake()) return;
  if (!verdict().meet || (!verdict().serve && torrent_->complete())) {
    return end({Errc::policy_refused, {}, verdict().why});
  }
  if (std::exchange(serving_, may_serve()) == serving_) return;
  serving_ ? meet_company() : network_->company().remove(*this);
  if (!serving_) {
    connection_.choke_this_peer();
  } else if (connection_.is_choked()) {
    connection_.maybe_unchoke_this_peer();
  } else {
    send(std::string(1, kUnchoke));
  }
}

void PeerPlugin::sent_unchoke() {
  if (!serving_) send(std::string(1, kChoke));
}

bool PeerPlugin::on_request(lt::peer_request const& request) {
  if (!proven()) return true;
  if (serving_) return false;
  if (fast_) send_request(kReject, request);
  return true;
}

void PeerPlugin::tick() {
  if (ended_ || connection_.in_handshake()) return;
  heed_allowance();
  if (ended_) return;
  if (watch_.hangs(now(), network_->spec().stall_timeout)) {
    return end({Errc::stalled, {}, "requests are out and no block comes"});
  }
  if (!proven()) {
    if (now() - since_ > kProofTimeout) end({Errc::group_mismatch, {}, "no proof came"});
  }
}

bool PeerPlugin::on_have(lt::piece_index_t piece) {
  if (gives_nothing_) return false;
  torrent_->report.has(id_, index_of(piece));
  report();
  return false;
}

bool PeerPlugin::on_dont_have(lt::piece_index_t piece) {
  torrent_->report.has_not(id_, index_of(piece));
  report();
  return false;
}

void PeerPlugin::report_has(PieceMap has) {
  if (gives_nothing_) return;
  torrent_->report.has(id_, std::move(has));
  report();
}

bool PeerPlugin::on_bitfield(lt::bitfield const& bits) {
  report_has(map_of(bits, torrent_->pieces()));
  return false;
}

bool PeerPlugin::on_have_all() {
  PieceMap has(torrent_->pieces());
  has.set(pieces(0, has.size()));
  report_has(std::move(has));
  return false;
}

bool PeerPlugin::on_have_none() {
  report_has(PieceMap(torrent_->pieces()));
  return false;
}

bool PeerPlugin::on_piece(lt::peer_request const& request, lt::span<char const>) {
  settle(request);
  watch_.heard(now());
  if (!proven()) {
    end({Errc::group_mismatch, {}, "it sent a block before its proof"});
    return true;
  }
  trial_.sent(index_of(request.piece));
  torrent_->sender = {id_, index_of(request.piece), static_cast<std::uint32_t>(request.start)};
  torrent_->report.received(id_, bytes_of(request));
  report();
  return false;
}

bool PeerPlugin::on_reject(lt::peer_request const& request) {
  settle(request);
  return false;
}

bool PeerPlugin::on_choke() {
  held_requests_.clear();
  settle_all();
  return false;
}

bool PeerPlugin::write_request(lt::peer_request const& request) {
  if (torrent_->knows_manifest()) return false;
  held_requests_.push_back(request);
  return true;
}

void PeerPlugin::release_requests() {
  for (auto const& request : std::exchange(held_requests_, {})) {
    send_request(kRequest, request);
    sent_request(request);
  }
}

void PeerPlugin::send_request(char message, lt::peer_request const& request) {
  send(block_message(message, index_of(request.piece), static_cast<std::uint32_t>(request.start),
                     static_cast<std::uint32_t>(request.length)));
}

// Being told once more that it may ask changes nothing but that libtorrent asks.
void PeerPlugin::nudge() {
  bool const may_ask =
      !ended_ && serving_ && !connection_.in_handshake() && !connection_.is_choked();
  if (may_ask && connection_.is_peer_interested()) send(std::string(1, kUnchoke));
}

void PeerPlugin::ask_for_whole_pieces(bool whole) {
  prefer_blocks(connection_, whole ? torrent_->blocks_of(PieceIndex{0}) : 0);
}

void PeerPlugin::on_judged(PieceIndex piece, bool right) {
  bool const before = trial_.on();
  trial_.judged(piece, torrent_->blocks_of(piece), right);
  if (trial_.on() != before) ask_for_whole_pieces(trial_.on());
}

void PeerPlugin::sent_request(lt::peer_request const& request) {
  auto const piece = index_of(request.piece);
  if (!watch_.asked(piece, static_cast<std::uint32_t>(request.start), now())) return;
  torrent_->report.asked(piece);
  report();
}

void PeerPlugin::settle(lt::peer_request const& request) {
  auto const piece = index_of(request.piece);
  if (!watch_.settled(piece, static_cast<std::uint32_t>(request.start))) return;
  torrent_->report.settled(piece);
  report();
}

void PeerPlugin::settle_all() {
  for (auto const piece : watch_.clear()) torrent_->report.settled(piece);
  report();
}

void PeerPlugin::sent_piece(lt::peer_request const& request) {
  torrent_->report.sent(id_, bytes_of(request));
  report();
}

}  // namespace

std::shared_ptr<lt::peer_plugin> make_peer_plugin(std::shared_ptr<Torrent> torrent,
                                                  std::shared_ptr<Network> network,
                                                  lt::peer_connection_handle const& connection) {
  if (connection.type() != lt::connection_type::bittorrent) return nullptr;
  auto const nonce = network->nonce();
  return std::make_shared<PeerPlugin>(std::move(torrent), std::move(network), connection, nonce);
}

}  // namespace freshet::peer
