// What the objects of this process have in common: the client they call, the jobs they are about,
// and the threads that call applications back.
//
// Any thread. Made when the first object is; `close` ends calls into applications and lets the
// client go, objects that are left then answer that there is no service. Lives as long as one of
// these does.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "api/com/courier.h"
#include "api/com/hresult_table.h"
#include "freshet/client.h"

namespace freshet::com {

class DownloadCore;
class JobCore;
class JobPost;
class JobStreams;

class Host : public std::enable_shared_from_this<Host> {
 public:
  [[nodiscard]] static std::shared_ptr<Host> make(std::shared_ptr<Client> client);
  class Key;  // Only `make` has one.
  Host(Key, std::shared_ptr<Client> client);
  ~Host();

  // Null once it is closed. Who has it may finish a call.
  [[nodiscard]] std::shared_ptr<Client> client() const;
  [[nodiscard]] Courier& courier() { return courier_; }
  // Not on a thread of the courier.
  void close();

  // The one of this job for callers of this family: all objects about it share what they know.
  [[nodiscard]] std::shared_ptr<JobCore> core(JobId id, Family family);

  // Who is told of a job; null when nobody is.
  [[nodiscard]] std::shared_ptr<JobPost> post(JobId id) const;
  void set_post(JobId id, std::shared_ptr<JobPost> post);
  void drop_post(JobId id, JobPost const* post);

  // Made when there is none.
  [[nodiscard]] std::shared_ptr<JobStreams> streams(JobId id);
  void drop_streams(JobId id);

  // A directory of this process for files that are handed on as streams; removed with the host.
  [[nodiscard]] Result<std::string> stream_directory();

  // Downloads that are neither finalized nor aborted, in the order of their making.
  void add_download(std::shared_ptr<DownloadCore> download);
  void drop_download(DownloadCore const* download);
  [[nodiscard]] std::vector<std::shared_ptr<DownloadCore>> downloads() const;

 private:
  void on_event(JobEvent const& event);

  mutable std::mutex mutex_;
  std::shared_ptr<Client> client_;
  std::map<std::pair<JobId, Family>, std::weak_ptr<JobCore>> cores_;
  std::map<JobId, std::shared_ptr<JobPost>> posts_;
  std::map<JobId, std::shared_ptr<JobStreams>> streams_;
  std::vector<std::shared_ptr<DownloadCore>> downloads_;
  std::size_t cores_kept_ = 64;  // More than this many: the ended ones are swept out.
  std::string stream_directory_;
  std::shared_ptr<void> watching_;
  Courier courier_;
};

}  // namespace freshet::com
