// The managers of both classes: where programs begin.
//
// Any thread. The class of Delivery Optimization yields downloads (IDO*) too; that of BITS does
// not. Neither shows the other's jobs; jobs that were not made through COM are shown by both.
#pragma once

#include "api/com/host.h"
#include "api/com/object.h"
#include "freshet/com/copy_file.h"
#include "freshet/com/do_interfaces.h"

namespace freshet::com {

// The calls that both managers have.
class JobDesk {
 public:
  JobDesk(std::shared_ptr<Host> host, Family family) : host_(std::move(host)), family_(family) {}

  [[nodiscard]] HRESULT create(LPCWSTR name, BG_JOB_TYPE type, GUID* id, IBackgroundCopyJob** job);
  [[nodiscard]] HRESULT get(REFGUID id, IBackgroundCopyJob** job);
  [[nodiscard]] HRESULT list(DWORD flags, IEnumBackgroundCopyJobs** jobs);
  [[nodiscard]] std::shared_ptr<Host> const& host() const { return host_; }

 private:
  [[nodiscard]] bool shows(JobInfo const& job) const;

  std::shared_ptr<Host> host_;
  Family family_;
};

template <typename... Others>
class Manager : public Object<Versions<IBackgroundCopyManager>, Others...> {
 public:
  Manager(std::shared_ptr<Host> host, Family family) : desk_(std::move(host), family) {}

  HRESULT CreateJob(LPCWSTR name, BG_JOB_TYPE type, GUID* id, IBackgroundCopyJob** job) final {
    return desk_.create(name, type, id, job);
  }
  HRESULT GetJob(REFGUID id, IBackgroundCopyJob** job) final { return desk_.get(id, job); }
  HRESULT EnumJobs(DWORD flags, IEnumBackgroundCopyJobs** jobs) final {
    return desk_.list(flags, jobs);
  }
  HRESULT GetErrorDescription(HRESULT hr, DWORD language, LPWSTR* text) final;

 protected:
  JobDesk desk_;
};

class BitsManager final : public Manager<> {
 public:
  explicit BitsManager(std::shared_ptr<Host> host) : Manager(std::move(host), Family::bits) {}
};

class DoManager final : public Manager<Versions<IDOManager>> {
 public:
  explicit DoManager(std::shared_ptr<Host> host)
      : Manager(std::move(host), Family::delivery_optimization) {}

  HRESULT CreateDownload(IDODownload** download) override;
  HRESULT EnumDownloads(DO_DOWNLOAD_ENUM_CATEGORY const* category,
                        IEnumUnknown** downloads) override;
};

}  // namespace freshet::com
