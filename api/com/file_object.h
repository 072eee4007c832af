// A file of a job as COM programs see it: IBackgroundCopyFile to File6 and what Delivery
// Optimization adds.
//
// Any thread; calls wait for the engine. It names the file by its place in the job, or is about one
// that the engine does not have yet.
#pragma once

#include "api/com/job_core.h"
#include "api/com/object.h"
#include "api/com/pending_file.h"
#include "freshet/com/copy_file.h"
#include "freshet/com/do_interfaces.h"

namespace freshet::com {

[[nodiscard]] BG_FILE_RANGE to_com(ByteRange const& range);
// Nothing when one of them is empty or no place in a file.
[[nodiscard]] std::optional<std::vector<ByteRange>> to_ranges(DWORD count,
                                                              BG_FILE_RANGE const* ranges);

class FileObject final
    : public Object<Versions<IBackgroundCopyFile6, IBackgroundCopyFile5, IBackgroundCopyFile4,
                             IBackgroundCopyFile3, IBackgroundCopyFile2, IBackgroundCopyFile>,
                    Versions<IDeliveryOptimizationFile>, Versions<IDeliveryOptimizationFile2>> {
 public:
  FileObject(std::shared_ptr<JobCore> core, std::uint32_t index)
      : core_(std::move(core)), index_(index) {}
  FileObject(std::shared_ptr<JobCore> core, std::shared_ptr<PendingFile> pending)
      : core_(std::move(core)), pending_(std::move(pending)) {}

  HRESULT GetRemoteName(LPWSTR* name) override;
  HRESULT GetLocalName(LPWSTR* name) override;
  HRESULT GetProgress(BG_FILE_PROGRESS* progress) override;
  HRESULT GetFileRanges(DWORD* count, BG_FILE_RANGE** ranges) override;
  HRESULT SetRemoteName(LPCWSTR name) override;
  HRESULT GetTemporaryName(LPWSTR* name) override;
  HRESULT SetValidationState(BOOL state) override;
  HRESULT GetValidationState(BOOL* state) override;
  HRESULT IsDownloadedFromPeer(BOOL* from_peer) override;
  HRESULT GetPeerDownloadStats(UINT64* from_origin, UINT64* from_peers) override;
  HRESULT SetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE value) override;
  HRESULT GetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE* value) override;
  HRESULT UpdateDownloadPosition(UINT64 offset) override;
  HRESULT RequestFileRanges(DWORD count, BG_FILE_RANGE ranges[]) override;
  HRESULT GetFilledFileRanges(DWORD* count, BG_FILE_RANGE** ranges) override;

  HRESULT GetStats(DOSwarmStats* stats) override;
  HRESULT GetStatsAlias(DOSwarmStats* stats) override { return GetStats(stats); }
  HRESULT GetProperty(DOFilePropertyId id, VARIANT* value) override;
  HRESULT SetProperty(DOFilePropertyId id, VARIANT const* value) override;

 private:
  [[nodiscard]] std::optional<std::uint32_t> index() const {
    return pending_ ? pending_->index() : index_;
  }
  [[nodiscard]] Result<FileInfo> look();
  [[nodiscard]] HRESULT give_head(LPWSTR* head);
  // Where redirects led, if the job wants that told; empty before an answer.
  [[nodiscard]] std::string redirected();
  // BG_E_RANDOM_ACCESS_NOT_SUPPORTED, or an invalid state of a file that the engine does not have.
  [[nodiscard]] HRESULT may_choose();
  [[nodiscard]] HRESULT set_sink(DOFilePropertyId id, VARIANT const& value);
  [[nodiscard]] HRESULT set_identity(VARIANT const& value);
  [[nodiscard]] HRESULT set_path(std::string path);
  [[nodiscard]] HRESULT set_mandatory(VARIANT const& value);
  // A number of our own, together with what else changes.
  [[nodiscard]] HRESULT set_data(char const* name, std::uint64_t value, FileChange with);
  [[nodiscard]] HRESULT change(FileChange change);
  [[nodiscard]] HRESULT get_sink(DOFilePropertyId id, FileInfo const& file, VARIANT* value);

  std::shared_ptr<JobCore> core_;
  std::optional<std::uint32_t> index_;
  std::shared_ptr<PendingFile> pending_;
};

}  // namespace freshet::com
