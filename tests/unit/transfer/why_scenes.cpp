// The scenes: in each a transfer meets what one code is about.
#include <utility>

#include "engine/content/torrent_file.h"
#include "engine/transfer/planner.h"
#include "tests/unit/transfer/why_world.h"

namespace freshet::test {

namespace {

using namespace std::chrono_literals;

std::string plain() {
  WhyWorld world;
  return world.why(TransferWorld::wish({"origin"}));
}

std::string known() {
  WhyWorld world;
  return world.why(world.known());
}

std::string waiting_its_turn() {
  TransferOptions options;
  options.transfers_max = 1;
  WhyWorld world(1 << 20, options);
  world.server.rate = 1e6;
  world.serve("other", sim_bytes(1000));
  static_cast<void>(world.want(TransferWorld::wish({"origin"})));
  return world.why(TransferWorld::wish({"other"}));
}

std::string going_on() {
  WhyWorld world;
  world.server.rate = 1e6;
  auto wish = TransferWorld::wish({"origin"});
  auto const first = world.want(wish);
  world.loop.run_for(700ms);
  wish.spool = world.told[first].spool;
  wish.validator = world.told[first].validator;
  world.transfers->drop(first);
  return world.why(wish);
}

std::string there_already() {
  WhyWorld world;
  auto wish = world.known();
  auto const first = world.want(wish);
  static_cast<void>(world.why(first));
  wish.spool = world.told[first].spool;
  return world.why(wish);
}

std::string with_manifest() {
  WhyWorld world(2'000'000);
  auto wish = TransferWorld::wish({"origin"});
  wish.manifest_document = *write_torrent(*manifest_of(world.bytes), {});
  wish.file.manifest = "/m.torrent";
  return world.why(wish);
}

std::string missing_manifest() {
  WhyWorld world(2'000'000);
  world.server.tls = true;
  world.server.files["/file"].manifest_urls = {"https://origin/m.torrent"};
  auto wish = TransferWorld::wish({"origin"});
  wish.file.urls = {"https://origin/file"};
  return world.why(wish);
}

std::string changing() {
  WhyWorld world(10 << 20);
  world.server.connection_rate = 1e6;
  auto const id = world.want(TransferWorld::wish({"origin"}));
  world.loop.run_until([&] { return world.transfers->progress(id).done > (4 << 20); }, 1min);
  world.serve("origin", sim_bytes(9 << 20, 2), "v2");
  return world.why(id);
}

std::string not_there() {
  WhyWorld world;
  world.server.down = Error{Errc::http_not_found, "http://origin/file", "answered 404"};
  return world.why(TransferWorld::wish({"origin"}));
}

std::string down_for_a_moment() {
  WhyWorld world;
  world.server.down = Error{Errc::connect_failed, "http://origin/file", "connection refused"};
  auto const id = world.want(TransferWorld::wish({"origin"}));
  world.loop.run_for(100ms);
  world.server.down.reset();
  return world.why(id);
}

std::string lying(std::vector<std::string> const& hosts) {
  WhyWorld world(8 << 20);
  for (auto const& host : hosts) world.serve(host, world.bytes).connection_rate = 1e6;
  world.origin.server(hosts.front()).faults.corrupt = 1;
  auto wish = TransferWorld::wish(hosts);
  wish.file.sha256 = sha256_of(world.bytes);
  return world.why(wish);
}

std::string lying_alone() {
  return lying({"liar"});
}

std::string lying_beside_another() {
  return lying({"liar", "good"});
}

std::string lying_about_pieces() {
  WhyWorld world(2'000'000);
  world.serve("liar", world.bytes).faults.corrupt = 1;
  auto wish = TransferWorld::wish({"liar", "origin"});
  wish.manifest_document = *write_torrent(*manifest_of(world.bytes), {});
  wish.file.manifest = "/m.torrent";
  return world.why(wish);
}

std::string other_mirror() {
  WhyWorld world(4 << 20);
  world.server.rate = 1e6;
  world.serve("mirror", world.bytes, "v2");
  return world.why(TransferWorld::wish({"origin", "mirror"}));
}

std::string same_mirror() {
  WhyWorld world(4 << 20);
  world.server.rate = 1e6;
  world.serve("mirror", world.bytes);
  return world.why(TransferWorld::wish({"origin", "mirror"}));
}

std::string frozen_source() {
  WhyWorld world(4 << 20);
  world.server.rate = 1e6;
  world.serve("mirror", world.bytes).rate = 1e6;
  auto const id = world.want(world.known({"origin", "mirror"}));
  world.loop.run_for(500ms);
  world.server.frozen = true;
  return world.why(id);
}

std::string without_ranges() {
  WhyWorld world;
  world.server.ranges = false;
  return world.why(TransferWorld::wish({"origin"}));
}

std::string slow_and_fast() {
  WhyWorld world(16 << 20);
  world.server.rate = 2e5;
  world.serve("mirror", world.bytes).rate = 4e6;
  return world.why(world.known({"origin", "mirror"}));
}

std::string full_disk() {
  WhyWorld world;
  world.store.fail_after(100'000, {Errc::disk_full, "/data", "no space left on device"});
  return world.why(TransferWorld::wish({"origin"}));
}

// A planner whose store never says what became of a piece.
std::string silent_store() {
  TimePoint now{};
  SeededRandom random{1};
  SourceBook sources{{5, 100ms, 1s}, random};
  ConnectionBudget budget{8, 8};
  FetchIds ids;
  DecisionRecord why{now, 16};
  Planner planner{{sources, budget, ids, why, random}, {}};
  Source source;
  source.id = SourceId{1};
  source.host = budget.host("origin");
  source.admission = Admission::admitted;
  sources.add(source);
  planner.open({256_KiB, 256_KiB}, PieceMap(1));
  planner.want({0, 256_KiB});
  for (auto const& order : planner.plan(now).orders) {
    auto const id = std::get<StartFetch>(order).id;
    static_cast<void>(planner.on_end(id, {std::nullopt, 256_KiB, 256_KiB, std::nullopt}, now));
  }
  static_cast<void>(planner.plan(now));
  static_cast<void>(planner.plan(now + 61s));
  JsonWriter json;
  json.begin_object();
  why.write(json);
  return json.end_object().take();
}

std::string limited() {
  WhyWorld world(4 << 20);
  world.transfers->set_limit({1'000'000});
  return world.why(TransferWorld::wish({"origin"}));
}

std::string nobody() {
  WhyWorld world;
  return world.why_of_swarm([](SwarmEvents&, SpoolId) {});
}

std::string met_and_lost() {
  WhyWorld world;
  return world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    events.on_peer(spool, ScriptedSwarm::peer());
    events.on_claims(spool, ScriptedSwarm::peer().id, {{{PieceIndex{0}, PieceIndex{1}}, 3s}});
    events.on_peer_gone(spool, ScriptedSwarm::peer().id, {Errc::connection_lost, {}, "it left"});
  });
}

std::string of_another_group() {
  WhyWorld world;
  return world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    events.on_peer_refused(spool, "192.0.2.1:7680",
                           {Errc::group_mismatch, {}, "its proof does not fit"});
  });
}

std::string far_away() {
  WhyWorld world;
  return world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    events.on_peer_refused(spool, "198.51.100.1:7680",
                           {Errc::policy_refused, kNotLocal, "it is not on a local network"});
  });
}

std::string behind_a_firewall() {
  WhyWorld world;
  return world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    events.on_peer_refused(spool, "192.0.2.1:7680",
                           {Errc::timed_out, {}, "no answer; a firewall is suspected"});
  });
}

std::string hung_up() {
  WhyWorld world;
  return world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    events.on_peer_refused(spool, "192.0.2.1:7680", {Errc::connection_lost, {}, "it hung up"});
  });
}

std::string lying_peer() {
  WhyWorld world;
  return world.why_of_swarm([&world](SwarmEvents& events, SpoolId spool) {
    auto const peer = ScriptedSwarm::peer();
    events.on_peer(spool, peer);
    Blame blame;
    blame.who = peer.id;
    blame.range = {16_KiB, 32_KiB};
    blame.certain = true;
    world.store.reject(spool, PieceIndex{0}, {blame});
  });
}

std::string promising_peer() {
  WhyWorld world(4 << 20);
  return world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    events.on_peer(spool, ScriptedSwarm::peer());
    PieceMap all(64);
    all.set(pieces(0, 64));
    events.on_peer_has(spool, ScriptedSwarm::peer().id, all);
  });
}

std::string wanted_from_the_origin() {
  WhyWorld world;
  world.with_swarm();
  auto wish = world.known();
  wish.peers = false;
  auto const record = world.why(wish);
  world.transfers.reset();
  return record;
}

std::string unknown_with_peers() {
  WhyWorld world;
  world.with_swarm();
  auto const record = world.why(TransferWorld::wish({"origin"}));
  world.transfers.reset();
  return record;
}

// Of a file that only a SHA-256 names: what one peer says, while the origin sends.
std::string told(DigestWord const& word) {
  WhyWorld world(4 << 20);
  world.with_swarm();
  world.server.rate = 1e6;
  auto wish = TransferWorld::wish({"origin"});
  wish.file.sha256 = sha256_of(world.bytes);
  auto const id = world.want(wish);
  world.loop.run_for(1500ms);
  world.swarm.events->on_word(*wish.file.sha256, ScriptedSwarm::peer(), word);
  auto const record = world.why(id);
  world.transfers.reset();
  return record;
}

std::string told_another_length() {
  DigestWord word;
  word.kind = DigestWord::Kind::knows;
  word.content.length = 5;
  return told(word);
}

std::string told_that_it_comes() {
  DigestWord word;
  word.kind = DigestWord::Kind::fetches;
  word.done = 3 << 20;
  word.length = 4 << 20;
  word.rate = {2'000'000};
  return told(word);
}

std::string too_small() {
  WhyWorld world(1000);
  world.with_swarm();
  auto const record = world.why(world.known());
  world.transfers.reset();
  return record;
}

std::string of_large_pieces() {
  WhyWorld world(200'000);
  world.with_swarm();
  auto wish = world.known();
  auto torrent = *write_torrent(*manifest_of(world.bytes), {});
  std::string const canonical = "i262144e";
  torrent.replace(torrent.find(canonical), canonical.size(), "i524288e");
  wish.manifest_document = torrent;
  wish.file.manifest = "/m.torrent";
  auto const record = world.why(wish);
  world.transfers.reset();
  return record;
}

std::string under(TransferPolicy const& policy) {
  WhyWorld world;
  world.with_swarm();
  world.transfers->set_policy(policy);
  auto const record = world.why(world.known());
  world.transfers.reset();
  return record;
}

std::string forbidden() {
  TransferPolicy policy;
  policy.peers = false;
  policy.peers_why = "the machine has less memory than DOMinRAMAllowedToPeer";
  return under(policy);
}

std::string on_battery() {
  TransferPolicy policy;
  policy.serving_why = "the battery is below DOMinBatteryPercentageAllowedToUpload";
  return under(policy);
}

std::string held() {
  TransferPolicy policy;
  policy.foreground.origin_delay = 30s;
  return under(policy);
}

}  // namespace

std::vector<WhyScene> why_scenes() {
  using enum WhyCode;
  return {
      {queued, waiting_its_turn, "waited 1053 ms for a place"},
      {started, plain, "1 source"},
      {resumed, going_on, "10 of 16 pieces are there"},
      {nothing_to_fetch, there_already, "everything is there"},
      {identity_known, known, "by content id"},
      {identity_unknown, plain, "nothing names the right bytes"},
      {manifest_found, with_manifest, "given with the job"},
      {manifest_refused, missing_manifest, "404"},
      {content_changed, changing, "another ETag"},
      {started_over, changing, "nothing of the old content is kept"},
      {sealed, plain, "right and durable"},
      {finished, plain, "everything that was wanted is there"},
      {failed, not_there, "answered 404"},
      {source_answered, plain, "answered after 5 ms by HTTP/1.1"},
      {source_failed, not_there, "answered 404"},
      {source_waits, down_for_a_moment, "asked again in 217 ms"},
      {source_left, not_there, "cannot be used"},
      {source_refused, other_mirror, "its ETag is another"},
      {source_banned, lying_alone, "another SHA-256"},
      {source_stalled, frozen_source, "no bytes for 2046 ms"},
      {source_without_ranges, without_ranges, "sends only the whole file, in one stream"},
      {mirror_admitted, same_mirror, "same strong ETag and length"},
      {piece_rejected, lying_about_pieces,
       "bytes 0 to 65536 are wrong, expected "
       "87db218c2c6ffda7f47f639033e0d76a9e4bda3db366e65992cf8f9d8f08b800, got "
       "8a3ad8f14ccc1fef11947fecf622344e342a7b504ce147cfd16f2421a42745bf"},
      {digest_mismatch, lying_alone, "another SHA-256"},
      {single_source, lying_beside_another, "asked alone for everything"},
      {range_stolen, slow_and_fast, "takes over 49152 bytes from source 1"},
      {range_doubled, slow_and_fast, "takes over 16384 bytes from source 1"},
      {store_failed, full_disk, "no space left on device"},
      {delivery_unconfirmed, silent_store, "1 pieces are asked for again"},
      {peer_seen, met_and_lost, "192.0.2.1:7680 Freshet/0.1, shares the origin"},
      {peer_gone, met_and_lost, "it left"},
      {peer_banned, lying_peer, "sent wrong bytes, bytes 16384 to 32768"},
      {peers_slow, promising_peer, "the origin is asked for what peers have"},
      {claims_heard, met_and_lost, "others fetch parts of it from the origin"},
      {peers_searched, nobody, "peers are looked for"},
      {peers_off, known, "no mode with peers is set"},
      {peers_forbidden, forbidden, "the machine has less memory than DOMinRAMAllowedToPeer"},
      {peers_not_wanted, wanted_from_the_origin, "the job wants it from the origin alone"},
      {peers_need_identity, unknown_with_peers,
       "nothing that is trusted names the content: peers cannot be asked for it"},
      {content_too_small, too_small, "finding peers for so little takes longer than fetching it"},
      {other_pieces, of_large_pieces,
       "its pieces have another size than those that peers exchange: publish it anew for them"},
      {no_peer_found, nobody, "nobody who has it was found within 11 s"},
      {peer_not_of_group, of_another_group, "192.0.2.1:7680: its proof does not fit"},
      {peer_not_local, far_away, "198.51.100.1:7680: it is not on a local network"},
      {peer_unreachable, behind_a_firewall, "192.0.2.1:7680: no answer; a firewall is suspected"},
      {peer_refused, hung_up, "192.0.2.1:7680: it hung up"},
      {serving_forbidden, on_battery, "the battery is below DOMinBatteryPercentageAllowedToUpload"},
      {source_held, held, "by policy peers alone may bring it for 30 s"},
      {rate_limited, limited, "a limit of 1000000 bytes a second held"},
      {digest_told, told_another_length,
       "192.0.2.1:7680 says that it is "
       "5-0000000000000000000000000000000000000000000000000000000000000000"},
      {peer_fetches, told_that_it_comes,
       "192.0.2.1:7680 is ahead of us: the origin is left to it for a while"},
      {digest_lie, told_another_length,
       "content 5-0000000000000000000000000000000000000000000000000000000000000000: it has another "
       "length than what the origin sends"},
  };
}

}  // namespace freshet::test
