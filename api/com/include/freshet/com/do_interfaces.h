// What Delivery Optimization adds to jobs and files, and downloads with a property bag (IDO*).
#pragma once

#include "freshet/com/copy_job.h"
#include "freshet/com/do_types.h"
#include "freshet/com/variant.h"

// Asked for by QueryInterface on a job.
struct IDeliveryOptimizationJob : IUnknown {
  virtual HRESULT AddFileWithRanges(LPCWSTR file_id, LPCWSTR remote_url, LPCWSTR local_name,
                                    DWORD range_count, BG_FILE_RANGE ranges[],
                                    UINT64 file_size) = 0;

 protected:
  ~IDeliveryOptimizationJob() = default;
};
FRESHET_UUID(IID, IDeliveryOptimizationJob, "ee2584cf-a69c-4848-b633-2649962b3ef7");

struct IDeliveryOptimizationJob2 : IUnknown {
  virtual HRESULT AddFile(LPCWSTR file_id, LPCWSTR remote_url, DWORD range_count,
                          BG_FILE_RANGE ranges[], REFIID riid, void** object) = 0;
  virtual HRESULT GetProperty(DOJobPropertyId id, VARIANT* value) = 0;
  virtual HRESULT SetProperty(DOJobPropertyId id, VARIANT const* value) = 0;

 protected:
  ~IDeliveryOptimizationJob2() = default;
};
FRESHET_UUID(IID, IDeliveryOptimizationJob2, "18995a26-bf59-4abe-9f8b-d5092d5a2405");

// Asked for by QueryInterface on a file. Both slots are the same: programs exist that call the
// second.
struct IDeliveryOptimizationFile : IUnknown {
  virtual HRESULT GetStats(DOSwarmStats* stats) = 0;
  virtual HRESULT GetStatsAlias(DOSwarmStats* stats) = 0;

 protected:
  ~IDeliveryOptimizationFile() = default;
};
FRESHET_UUID(IID, IDeliveryOptimizationFile, "b76b9699-e99e-4101-803f-a20e325d93e2");

struct IDeliveryOptimizationFile2 : IUnknown {
  virtual HRESULT GetProperty(DOFilePropertyId id, VARIANT* value) = 0;
  virtual HRESULT SetProperty(DOFilePropertyId id, VARIANT const* value) = 0;

 protected:
  ~IDeliveryOptimizationFile2() = default;
};
FRESHET_UUID(IID, IDeliveryOptimizationFile2, "3a87296f-6ec2-4126-ab29-e3f8dc4cc390");

struct IDODownload;

struct IDOManager : IUnknown {
  virtual HRESULT CreateDownload(IDODownload** download) = 0;
  virtual HRESULT EnumDownloads(DO_DOWNLOAD_ENUM_CATEGORY const* category,
                                IEnumUnknown** downloads) = 0;

 protected:
  ~IDOManager() = default;
};
FRESHET_UUID(IID, IDOManager, "400e2d4a-1431-4c1a-a748-39ca472cfdb1");

struct IDODownload : IUnknown {
  virtual HRESULT Start(DO_DOWNLOAD_RANGES_INFO const* ranges) = 0;
  virtual HRESULT Pause() = 0;
  virtual HRESULT Abort() = 0;
  virtual HRESULT Finalize() = 0;
  virtual HRESULT GetStatus(DO_DOWNLOAD_STATUS* status) = 0;
  virtual HRESULT GetProperty(DODownloadProperty id, VARIANT* value) = 0;
  virtual HRESULT SetProperty(DODownloadProperty id, VARIANT const* value) = 0;

 protected:
  ~IDODownload() = default;
};
FRESHET_UUID(IID, IDODownload, "fbbd7fc0-c147-4727-a38d-827ef071ee77");

struct IDODownloadStatusCallback : IUnknown {
  virtual HRESULT OnStatusChange(IDODownload* download, DO_DOWNLOAD_STATUS const* status) = 0;

 protected:
  ~IDODownloadStatusCallback() = default;
};
FRESHET_UUID(IID, IDODownloadStatusCallback, "d166e8e3-a90e-4392-8e87-05e996d3747d");
