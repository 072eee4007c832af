// Who else fetches what we fetch, over many small contents at once. Each of them is too small to be
// shared out, so it is fetched from the origin by one, whom all find without talking, and left to
// the others to take from it. What a peer says is worth a lease: it costs no more if it is a lie.
//
// Pure: time comes in with each call. Thread: engine loop. docs/swarm.md, "Many small contents".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ports/swarm.h"
#include "freshet/units.h"

namespace freshet {

struct CompanyPolicy {
  // Of a burst, for the first peer and for each that is new; and for all together.
  Duration search_time = std::chrono::milliseconds{150};
  Duration search_max = std::chrono::seconds{1};
  // Who is left something brings something within so long; longer where our own fetches take long.
  Duration lease_min = std::chrono::seconds{3};
  Duration lease_max = std::chrono::seconds{30};
  int lease_fetches = 4;
  // And no less than one for so many that we fetch meanwhile.
  int pace_min = 4;
  // Who did not is left nothing for so long, and twice as long each further time.
  Duration distrust_min = std::chrono::seconds{10};
  Duration distrust_max = std::chrono::minutes{10};
  // So many in a row who did not, whoever they are: nobody is left anything for `distrust_min`.
  int broken_max = 8;
  std::size_t peers_max = 64;
  std::size_t names_max = 2048;  // Of each peer.
};

class Company {
 public:
  explicit Company(std::uint64_t own_key, CompanyPolicy policy = {})
      : own_key_(own_key), policy_(policy) {}

  // What a peer does; `anew`: all of it, in place of what it said before.
  void hear(PeerInfo const& peer, bool anew, std::vector<CompanyWord> const& words, TimePoint now);
  void forget(std::uint64_t peer);
  // Somebody fetches contents as we do, and may be left some.
  [[nodiscard]] bool busy(TimePoint now) const;

  struct Holder {
    std::uint64_t key = 0;
    std::string address;
    bool operator==(Holder const&) const = default;
  };
  struct Verdict {
    enum class Turn : std::uint8_t {
      fetch,  // From the origin, for it is ours to fetch;
      take,   // from those who have it;
      leave,  // later, for another fetches it,
      spare,  // or should, and has not begun.
    };
    Turn turn = Turn::fetch;
    std::vector<Holder> holders;
  };
  // Of a content that we want. Who is left it owes us something from then on.
  [[nodiscard]] Verdict judge(std::uint64_t name, TimePoint now);
  // When the next lease ends.
  [[nodiscard]] std::optional<TimePoint> next_look(TimePoint now) const;

  // A content was taken from these, or they did not come or did not give it.
  void kept(std::vector<Holder> const& holders);
  void broke(std::vector<Holder> const& holders, TimePoint now);
  // How long our own fetches take, this one in all or the oldest so far: others cannot be expected
  // to be quicker.
  void on_fetched(Duration time);
  void on_fetching(Duration time) { fetch_time_now_ = time; }

  // Nothing was under way before,
  void begin_burst(TimePoint now);
  // and peers are looked for now.
  void begin_search(TimePoint now);
  // Until when one content alone is fetched, if that is still to come.
  [[nodiscard]] std::optional<TimePoint> searches_until(TimePoint now) const;

 private:
  struct Peer {
    std::string address;
    std::unordered_map<std::uint64_t, CompanyWord::Kind> says;
    std::size_t has_count = 0;  // Of these.
    std::optional<TimePoint> owes_since;
    int brought = 0;         // Since then,
    int fetched_before = 0;  // and what we had fetched until then.
    TimePoint distrusted_until{};
    int strikes = 0;
    bool gives_nothing = false;  // Although it said that it has something.
  };
  using Peers = std::map<std::uint64_t, Peer>;

  [[nodiscard]] Duration lease() const;
  [[nodiscard]] bool trusted(Peer const& peer, TimePoint now) const;
  [[nodiscard]] Peer* admit(std::uint64_t key);
  void take_word(Peer& peer, CompanyWord const& word);
  void begin_lease(Peer& peer, TimePoint now) const;
  void strike(Peer& peer, TimePoint now);
  void end_leases(TimePoint now);
  [[nodiscard]] std::vector<Holder> holders_of(std::uint64_t name, TimePoint now) const;
  void search_on(TimePoint now);

  std::uint64_t own_key_;
  CompanyPolicy policy_;
  Peers peers_;
  int broken_in_a_row_ = 0;
  TimePoint nobody_until_{};
  int fetched_ = 0;
  Duration fetch_time_{};      // Of the last that ended.
  Duration fetch_time_now_{};  // Of the one that is under way.
  TimePoint search_ends_{};
  TimePoint search_ends_at_last_{};
  bool searching_ = false;
};

}  // namespace freshet
