// Which call is legal in which state, and the HRESULT it answers: every cell, for the jobs of both
// classes (docs/com.md, "States and errors").
#include "tests/integration/com/com_fixture.h"

using namespace freshet;
using namespace freshet::test;

namespace {

using Job = Ref<IBackgroundCopyJob5>;

// In the order of the table.
enum State { suspended, running, transient, error, transferred, final_state, kStates };

struct Row {
  char const* call;
  std::function<HRESULT(IBackgroundCopyJob5&)> run;
  std::array<HRESULT, kStates> bits;
  std::array<HRESULT, kStates> delivery;
};

// The same answer but in final states.
std::array<HRESULT, kStates> all(HRESULT hr, HRESULT at_end) {
  return {hr, hr, hr, hr, hr, at_end};
}

Row simple(char const* call, std::function<HRESULT(IBackgroundCopyJob5&)> run) {
  return {call, std::move(run), all(S_OK, BG_E_INVALID_STATE), all(S_OK, DO_E_INVALID_STATE)};
}

struct LegalFixture : ComFixture {
  std::string const bytes = std::string(200'000, 'x');
  Ref<Listener> listener = com::make<Listener>();

  LegalFixture() {
    origin.serve_file("/a", bytes);
    origin.serve_file("/b", bytes);
    origin.serve_status("/gone", 410);
    origin.serve_until("/slow", bytes, 1000, latch);
  }

  std::wstring another_path() { return path("f" + std::to_string(++made_)); }
  Job with_file(Ref<IBackgroundCopyManager> const& manager, std::string const& name) {
    auto job = create(manager);
    REQUIRE(job->AddFile(url(name).c_str(), another_path().c_str()) == S_OK);
    return job;
  }
  Job in_state(Ref<IBackgroundCopyManager> const& manager, State state) {
    REQUIRE(engine->set_conditions({.network = state != transient}));
    auto job = with_file(manager, state == error ? "gone" : state == running ? "slow" : "a");
    if (state == suspended) return job;
    if (state == final_state) {
      REQUIRE(job->Cancel() == S_OK);
      return job;
    }
    REQUIRE(job->Resume() == S_OK);
    auto const wanted = state == transient     ? BG_JOB_STATE_TRANSIENT_ERROR
                        : state == error       ? BG_JOB_STATE_ERROR
                        : state == transferred ? BG_JOB_STATE_TRANSFERRED
                                               : BG_JOB_STATE_TRANSFERRING;
    REQUIRE(waited(*job.get(), wanted) == wanted);
    return job;
  }
  void try_all(std::vector<Row> const& rows) {
    for (auto const state : {suspended, running, transient, error, transferred, final_state}) {
      for (auto const& row : rows) {
        INFO(row.call << " in state " << state);
        auto const by_bits = in_state(bits, state);
        CHECK(row.run(*by_bits.get()) == row.bits[state]);
        auto const by_delivery = in_state(delivery, state);
        CHECK(row.run(*by_delivery.get()) == row.delivery[state]);
        by_bits->Cancel();
        by_delivery->Cancel();
      }
    }
  }

 private:
  int made_ = 0;
};

// The same in both families.
BITS_JOB_PROPERTY_VALUE value_of(DWORD number) {
  BITS_JOB_PROPERTY_VALUE value{};
  value.Uint64 = number;
  return value;
}

}  // namespace

TEST_CASE_METHOD(LegalFixture, "calls that change the state of a COM job in every state", "[com]") {
  auto const complete_bits = std::array<HRESULT, kStates>{BG_S_PARTIAL_COMPLETE,
                                                          BG_S_PARTIAL_COMPLETE,
                                                          BG_S_PARTIAL_COMPLETE,
                                                          BG_S_PARTIAL_COMPLETE,
                                                          S_OK,
                                                          BG_E_INVALID_STATE};
  try_all({
      {"Resume",
       [](IBackgroundCopyJob5& job) { return job.Resume(); },
       {S_OK, S_OK, S_OK, S_OK, BG_E_EMPTY, BG_E_INVALID_STATE},
       {S_OK, S_OK, S_OK, S_OK, DO_E_JOB_EMPTY, DO_E_INVALID_STATE}},
      simple("Suspend", [](IBackgroundCopyJob5& job) { return job.Suspend(); }),
      simple("Cancel", [](IBackgroundCopyJob5& job) { return job.Cancel(); }),
      {"Complete", [](IBackgroundCopyJob5& job) { return job.Complete(); }, complete_bits,
       all(S_OK, DO_E_INVALID_STATE)},
  });
  for (auto const& manager : {bits, delivery}) {
    auto const empty = create(manager);
    BG_JOB_STATE state{};
    CHECK(empty->Resume() == (manager.get() == bits.get() ? BG_E_EMPTY : DO_E_JOB_EMPTY));
    CHECK(empty->GetState(&state) == S_OK);
    CHECK(state == BG_JOB_STATE_SUSPENDED);
    CHECK(empty->Complete() == S_OK);
  }
}

TEST_CASE_METHOD(LegalFixture, "calls that add files to a COM job in every state", "[com]") {
  BG_FILE_RANGE range{0, 10};
  try_all({
      simple("AddFile",
             [&](IBackgroundCopyJob5& job) {
               return job.AddFile(url("b").c_str(), another_path().c_str());
             }),
      simple("AddFileSet",
             [&](IBackgroundCopyJob5& job) {
               auto from = url("b");
               auto to = another_path();
               BG_FILE_INFO info{from.data(), to.data()};
               return job.AddFileSet(1, &info);
             }),
      simple("AddFileWithRanges",
             [&](IBackgroundCopyJob5& job) {
               return job.AddFileWithRanges(url("b").c_str(), another_path().c_str(), 1, &range);
             }),
      simple("IDeliveryOptimizationJob::AddFileWithRanges",
             [&](IBackgroundCopyJob5& job) {
               return query<IDeliveryOptimizationJob>(&job)->AddFileWithRanges(
                   L"id", url("b").c_str(), another_path().c_str(), 1, &range,
                   DO_UNKNOWN_FILE_SIZE);
             }),
      simple("IDeliveryOptimizationJob2::AddFile",
             [&](IBackgroundCopyJob5& job) {
               void* file = nullptr;
               auto const hr = query<IDeliveryOptimizationJob2>(&job)->AddFile(
                   L"id", url("b").c_str(), 0, nullptr, IID_IDeliveryOptimizationFile, &file);
               Ref const held(static_cast<IDeliveryOptimizationFile*>(file));
               return hr;
             }),
  });
}

TEST_CASE_METHOD(LegalFixture, "settings of a COM job in every state", "[com]") {
  auto const of_bits = [](char const* call, std::function<HRESULT(IBackgroundCopyJob5&)> run) {
    return Row{call, std::move(run), all(S_OK, BG_E_INVALID_STATE), all(S_OK, DO_E_INVALID_STATE)};
  };
  std::vector<Row> rows{
      simple("SetPriority",
             [](IBackgroundCopyJob5& job) { return job.SetPriority(BG_JOB_PRIORITY_LOW); }),
      simple("SetDisplayName",
             [](IBackgroundCopyJob5& job) { return job.SetDisplayName(L"another"); }),
      simple("SetDescription",
             [](IBackgroundCopyJob5& job) { return job.SetDescription(L"described"); }),
      simple("SetNotifyFlags",
             [](IBackgroundCopyJob5& job) { return job.SetNotifyFlags(BG_NOTIFY_JOB_ERROR); }),
      simple("SetNotifyInterface",
             [&](IBackgroundCopyJob5& job) {
               return job.SetNotifyInterface(
                   static_cast<IBackgroundCopyCallback3*>(listener.get()));
             }),
      simple("SetMinimumRetryDelay",
             [](IBackgroundCopyJob5& job) { return job.SetMinimumRetryDelay(60); }),
      simple("SetNoProgressTimeout",
             [](IBackgroundCopyJob5& job) { return job.SetNoProgressTimeout(60); }),
      simple("SetProxySettings",
             [](IBackgroundCopyJob5& job) {
               return job.SetProxySettings(BG_JOB_PROXY_USAGE_NO_PROXY, nullptr, nullptr);
             }),
      of_bits(
          "SetNotifyCmdLine",
          [](IBackgroundCopyJob5& job) { return job.SetNotifyCmdLine(L"/bin/true", L"true now"); }),
      of_bits("SetCustomHeaders",
              [](IBackgroundCopyJob5& job) {
                return query<IBackgroundCopyJobHttpOptions>(&job)->SetCustomHeaders(L"A: b\r\n");
              }),
      of_bits("SetCredentials",
              [](IBackgroundCopyJob5& job) {
                WCHAR user[] = L"user";
                WCHAR password[] = L"word";
                BG_AUTH_CREDENTIALS credentials{};
                credentials.Target = BG_AUTH_TARGET_SERVER;
                credentials.Scheme = BG_AUTH_SCHEME_BASIC;
                credentials.Credentials.Basic = {user, password};
                return job.SetCredentials(&credentials);
              }),
      of_bits("COST_FLAGS",
              [](IBackgroundCopyJob5& job) {
                return job.SetProperty(BITS_JOB_PROPERTY_ID_COST_FLAGS,
                                       value_of(BITS_JOB_TRANSFER_POLICY_ALWAYS));
              }),
      {"SetFileACLFlags",
       [](IBackgroundCopyJob5& job) { return job.SetFileACLFlags(BG_COPY_FILE_OWNER); },
       {S_OK, S_OK, S_OK, S_OK, BG_E_INVALID_STATE, BG_E_INVALID_STATE},
       {S_OK, S_OK, S_OK, S_OK, DO_E_INVALID_STATE, DO_E_INVALID_STATE}},
  };
  if (::geteuid() == 0) {
    rows.push_back(
        simple("TakeOwnership", [](IBackgroundCopyJob5& job) { return job.TakeOwnership(); }));
  }
  try_all(rows);
}

TEST_CASE_METHOD(LegalFixture, "settings of a COM job that are fixed at some time", "[com]") {
  auto const late = BG_E_READ_ONLY_PROPERTY_AFTER_RESUME;
  auto const added = BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE;
  auto const unknown = all(DO_E_UNKNOWN_PROPERTY_ID, DO_E_UNKNOWN_PROPERTY_ID);
  auto const after_resume =
      std::array<HRESULT, kStates>{S_OK, late, late, late, late, BG_E_INVALID_STATE};
  auto const set = [](BITS_JOB_PROPERTY_ID id, DWORD number) {
    return [=](IBackgroundCopyJob5& job) { return job.SetProperty(id, value_of(number)); };
  };
  try_all({
      {"DYNAMIC_CONTENT", set(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, 1), after_resume, unknown},
      {"MAX_DOWNLOAD_SIZE", set(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, 1U << 30U), after_resume,
       unknown},
      {"HIGH_PERFORMANCE", set(BITS_JOB_PROPERTY_HIGH_PERFORMANCE, 1),
       all(added, BG_E_INVALID_STATE), unknown},
  });
  auto const fresh = create(bits);
  CHECK(fresh->SetProperty(BITS_JOB_PROPERTY_HIGH_PERFORMANCE, value_of(1)) == S_OK);
}

TEST_CASE_METHOD(LegalFixture, "files of a COM job in every state", "[com]") {
  auto const replaced = [&](IBackgroundCopyJob5& job) {
    return job.ReplaceRemotePrefix(wide(origin.url("/")).c_str(), wide(origin.url("/x/")).c_str());
  };
  auto const kept =
      std::array<HRESULT, kStates>{S_OK, S_OK, S_OK, S_OK, S_FALSE, BG_E_INVALID_STATE};
  auto kept_by_delivery = kept;
  kept_by_delivery[final_state] = DO_E_INVALID_STATE;
  auto const pending = [](HRESULT at_end) {
    return std::array<HRESULT, kStates>{E_PENDING, E_PENDING, E_PENDING, E_PENDING, S_OK, at_end};
  };
  // Who has a file of a job that has ended still has it.
  auto const with_file = [](auto call) {
    return [call](IBackgroundCopyJob5& job) { return call(*files(job).at(0).get()); };
  };
  try_all({
      {"ReplaceRemotePrefix", replaced, kept, kept_by_delivery},
      simple("SetRemoteName", with_file([&](IBackgroundCopyFile6& file) {
               return file.SetRemoteName(url("b").c_str());
             })),
      {"SetValidationState",
       with_file([](IBackgroundCopyFile6& file) { return file.SetValidationState(TRUE); }),
       pending(BG_E_INVALID_STATE), pending(DO_E_INVALID_STATE)},
  });
}

TEST_CASE_METHOD(LegalFixture, "what Delivery Optimization adds to a COM job in every state",
                 "[com]") {
  auto const get_error = [](IBackgroundCopyJob5& job) {
    IBackgroundCopyError* made = nullptr;
    auto const hr = job.GetError(&made);
    Ref const held(made);
    CHECK(SUCCEEDED(hr) == (made != nullptr));
    return hr;
  };
  auto const at_error = [](HRESULT hr) {
    return std::array<HRESULT, kStates>{hr, hr, S_OK, S_OK, hr, hr};
  };
  auto const set_job = [](DOJobPropertyId id) {
    return [id](IBackgroundCopyJob5& job) {
      Text const text(L"x");
      return query<IDeliveryOptimizationJob2>(&job)->SetProperty(id, text.get());
    };
  };
  auto const read_only = all(DO_E_READ_ONLY_PROPERTY, DO_E_READ_ONLY_PROPERTY);
  auto const unknown = all(DO_E_UNKNOWN_PROPERTY_ID, DO_E_UNKNOWN_PROPERTY_ID);
  auto const set_file = [](IBackgroundCopyJob5& job) {
    auto const mandatory = flag(true);
    return query<IDeliveryOptimizationFile2>(files(job).at(0).get())
        ->SetProperty(DOFilePropertyId_IntegrityCheckMandatory, &mandatory);
  };
  auto closed = all(DO_E_INVALID_STATE, DO_E_INVALID_STATE);
  closed[suspended] = S_OK;
  try_all({
      {"GetError", get_error, at_error(BG_E_ERROR_INFORMATION_UNAVAILABLE),
       at_error(DO_E_ERROR_INFORMATION_UNAVAILABLE)},
      {"IDeliveryOptimizationJob2::SetProperty", set_job(DOJobPropertyId_ExtendedErrorInfo),
       read_only, read_only},
      {"IDeliveryOptimizationJob2::SetProperty of another",
       set_job(static_cast<DOJobPropertyId>(7)), unknown, unknown},
      {"IDeliveryOptimizationFile2::SetProperty", set_file, closed, closed},
  });
}

TEST_CASE_METHOD(LegalFixture, "getters of a COM job that has ended still answer", "[com]") {
  for (auto const& manager : {bits, delivery}) {
    auto const job = in_state(manager, transferred);
    auto const held = files(*job.get());
    REQUIRE(job->Complete() == S_OK);
    BG_JOB_STATE state{};
    BG_JOB_PROGRESS progress{};
    BG_FILE_PROGRESS file{};
    BG_JOB_TIMES times{};

    CHECK(job->GetState(&state) == S_OK);
    CHECK(state == BG_JOB_STATE_ACKNOWLEDGED);
    CHECK(job->GetProgress(&progress) == S_OK);
    CHECK(progress.FilesTransferred == 1);
    CHECK(text_of<IBackgroundCopyJob>(*job.get(), &IBackgroundCopyJob::GetDisplayName) == L"test");
    CHECK(job->GetTimes(&times) == S_OK);
    CHECK(times.TransferCompletionTime.dwHighDateTime > 0);
    CHECK(held.at(0)->GetProgress(&file) == S_OK);
    CHECK(file.Completed == TRUE);
    GUID id{};
    IBackgroundCopyJob* again = nullptr;
    CHECK(job->GetId(&id) == S_OK);
    bool const by_bits = manager.get() == bits.get();
    CHECK(manager->GetJob(id, &again) == (by_bits ? BG_E_NOT_FOUND : DO_E_JOB_NOT_FOUND));
  }
}
