#include "engine/job/job_machine.h"

#include <array>

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

constexpr std::array kStates{
    JobState::suspended,    JobState::queued,          JobState::connecting,
    JobState::transferring, JobState::transient_error, JobState::error,
    JobState::transferred,  JobState::acknowledged,    JobState::cancelled};

constexpr JobFacts kNone{false, false};
constexpr JobFacts kPending{true, true};
constexpr JobFacts kArrived{true, false};
constexpr JobFacts kResumed{true, true, true};
constexpr JobFacts kFileThere{true, true, true, true};

// One column each of kStates: a letter for the state that follows, or for the refusal.
//   s q c t r e T A C: suspended queued connecting transferring transient_error error Transferred
//                      Acknowledged Cancelled; =: unchanged
//   !: invalid_state   0: job_empty   -: error_unavailable   w: not_yet
//   R: fixed_after_resume   F: fixed_after_add
struct Row {
  JobCall call;
  JobFacts facts;
  std::string_view cells;
};

std::string cell_of(Result<JobState> const& after, JobState before) {
  if (after) return *after == before ? "=" : std::string(1, "sqctreTAC"[static_cast<int>(*after)]);
  switch (after.error().code) {
    case Errc::invalid_state:
      return "!";
    case Errc::job_empty:
      return "0";
    case Errc::error_unavailable:
      return "-";
    case Errc::not_yet:
      return "w";
    case Errc::fixed_after_resume:
      return "R";
    case Errc::fixed_after_add:
      return "F";
    default:
      return "?";
  }
}

std::string cell_of(std::optional<JobState> after) {
  return after ? std::string(1, "sqctreTAC"[static_cast<int>(*after)]) : ".";
}

}  // namespace

TEST_CASE("every call in every state does what the table of the job API says", "[job]") {
  constexpr std::array rows{
      //                                            sqctreTAC
      Row{JobCall::add_files, kNone, "=======!!"},
      Row{JobCall::add_files, kPending, "=======!!"},
      Row{JobCall::add_files, kArrived, "=======!!"},
      Row{JobCall::resume, kNone, "0000000!!"},
      Row{JobCall::resume, kPending, "q===qqq!!"},
      Row{JobCall::resume, kArrived, "T===TT0!!"},
      Row{JobCall::suspend, kNone, "=sssss=!!"},
      Row{JobCall::suspend, kPending, "=sssss=!!"},
      Row{JobCall::suspend, kArrived, "=sssss=!!"},
      Row{JobCall::cancel, kNone, "CCCCCCC!!"},
      Row{JobCall::cancel, kPending, "CCCCCCC!!"},
      Row{JobCall::complete, kNone, "AAAAAAA!!"},
      Row{JobCall::complete, kPending, "AAAAAAA!!"},
      Row{JobCall::complete, kArrived, "AAAAAAA!!"},
      Row{JobCall::set_property, kPending, "=======!!"},
      Row{JobCall::set_before_resume, kPending, "=RRRRRR!!"},
      Row{JobCall::set_before_resume, kResumed, "RRRRRRR!!"},
      Row{JobCall::set_before_files, kNone, "=======!!"},
      Row{JobCall::set_before_files, kPending, "FFFFFFF!!"},
      Row{JobCall::set_file_property, kPending, "=!!!!!!!!"},
      Row{JobCall::validate, kPending, "wwwwwww!!"},
      Row{JobCall::validate, kFileThere, "=======!!"},
      Row{JobCall::set_file_acl, kPending, "======!!!"},
      Row{JobCall::set_credentials, kPending, "=======!!"},
      Row{JobCall::rename_remote, kPending, "=======!!"},
      Row{JobCall::take_ownership, kPending, "=======!!"},
      Row{JobCall::get_error, kPending, "----==---"},
  };
  for (auto const& row : rows) {
    std::string cells;
    for (auto const state : kStates)
      cells += cell_of(state_after(row.call, state, row.facts), state);
    INFO("call " << static_cast<int>(row.call) << " files " << row.facts.files << " pending "
                 << row.facts.pending);
    CHECK(cells == row.cells);
  }
}

TEST_CASE("what happens to a job leads only along the arrows of its diagram", "[job]") {
  struct Happening {
    JobHappening happening;
    std::string_view cells;  // As above; a dot where it means nothing.
  };
  constexpr std::array rows{
      //                                            sqctreTAC
      Happening{JobHappening::slot, ".c......."},
      Happening{JobHappening::data, "..t......"},
      Happening{JobHappening::preempted, "..qq....."},
      Happening{JobHappening::transferred, ".TTT....."},
      Happening{JobHappening::transient_failure, ".rrr....."},
      Happening{JobHappening::fatal_failure, ".eeee.e.."},
      Happening{JobHappening::retry_due, "....q...."},
      Happening{JobHappening::no_progress, ".eeee...."},
      Happening{JobHappening::refused, "eeeeeee.."},
      Happening{JobHappening::refused_peers, "......q.."},
      Happening{JobHappening::restart, "..qqq...."},
  };
  for (auto const& row : rows) {
    std::string cells;
    for (auto const state : kStates) cells += cell_of(state_after(row.happening, state));
    INFO("happening " << static_cast<int>(row.happening));
    CHECK(cells == row.cells);
  }
}
