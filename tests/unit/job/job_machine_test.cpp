#include "engine/job/job_machine.h"

#include <array>

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

constexpr std::array kStates{
    JobState::suspended,    JobState::queued,          JobState::connecting,
    JobState::transferring, JobState::transient_error, JobState::error,
    JobState::transferred,  JobState::acknowledged,    JobState::cancelled};

constexpr JobFiles kNone{false, false};
constexpr JobFiles kPending{true, true};
constexpr JobFiles kArrived{true, false};

// One column each of kStates: a letter for the state that follows, or for the refusal.
//   s q c t r e T A C: suspended queued connecting transferring transient_error error Transferred
//                      Acknowledged Cancelled; =: unchanged
//   !: invalid_state   0: job_empty   -: error_unavailable
struct Row {
  JobCall call;
  JobFiles files;
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
      Row{JobCall::set_file_acl, kPending, "======!!!"},
      Row{JobCall::set_credentials, kPending, "=======!!"},
      Row{JobCall::rename_remote, kPending, "=======!!"},
      Row{JobCall::take_ownership, kPending, "=======!!"},
      Row{JobCall::get_error, kPending, "----==---"},
  };
  for (auto const& row : rows) {
    std::string cells;
    for (auto const state : kStates)
      cells += cell_of(state_after(row.call, state, row.files), state);
    INFO("call " << static_cast<int>(row.call) << " any " << row.files.any << " pending "
                 << row.files.pending);
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
      Happening{JobHappening::restart, "..qqq...."},
  };
  for (auto const& row : rows) {
    std::string cells;
    for (auto const state : kStates) cells += cell_of(state_after(row.happening, state));
    INFO("happening " << static_cast<int>(row.happening));
    CHECK(cells == row.cells);
  }
}
