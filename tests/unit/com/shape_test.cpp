// The binary shape: the place of every method in its vtable, sizes, offsets and GUIDs, compared
// with what is published, which is written here once more.
#include <catch2/catch.hpp>

#include <array>
#include <cstring>
#include <string>

#include "api/com/guid_text.h"
#include "api/com/include/Deliveryoptimization.h"
#include "api/com/include/bits.h"

namespace {

// A pointer to a virtual method holds the offset of its slot (Itanium C++ ABI, "Member Function
// Pointers"); on some machines the mark that it is virtual is added to it.
template <typename Method>
std::size_t slot_of(Method method) {
  std::array<std::ptrdiff_t, 2> raw{};
  static_assert(sizeof raw == sizeof method);
  std::memcpy(raw.data(), &method, sizeof method);
  return static_cast<std::size_t>(raw[0] & ~std::ptrdiff_t{1}) / sizeof(void*);
}

struct Slot {
  char const* name;
  std::size_t found;
  std::size_t published;
};

struct Named {
  std::string published;
  GUID constant;
  GUID of_type;
};

std::string text_of(GUID const& guid) {
  return freshet::to_string(freshet::com::to_job_id(guid));
}

Slot const kSlots[] = {
    {"IBackgroundCopyManager::CreateJob", slot_of(&IBackgroundCopyManager::CreateJob), 3},
    {"IBackgroundCopyManager::GetJob", slot_of(&IBackgroundCopyManager::GetJob), 4},
    {"IBackgroundCopyManager::EnumJobs", slot_of(&IBackgroundCopyManager::EnumJobs), 5},
    {"IBackgroundCopyManager::GetErrorDescription",
     slot_of(&IBackgroundCopyManager::GetErrorDescription), 6},
    {"IBackgroundCopyJob::AddFileSet", slot_of(&IBackgroundCopyJob::AddFileSet), 3},
    {"IBackgroundCopyJob::AddFile", slot_of(&IBackgroundCopyJob::AddFile), 4},
    {"IBackgroundCopyJob::EnumFiles", slot_of(&IBackgroundCopyJob::EnumFiles), 5},
    {"IBackgroundCopyJob::Suspend", slot_of(&IBackgroundCopyJob::Suspend), 6},
    {"IBackgroundCopyJob::Resume", slot_of(&IBackgroundCopyJob::Resume), 7},
    {"IBackgroundCopyJob::Cancel", slot_of(&IBackgroundCopyJob::Cancel), 8},
    {"IBackgroundCopyJob::Complete", slot_of(&IBackgroundCopyJob::Complete), 9},
    {"IBackgroundCopyJob::GetId", slot_of(&IBackgroundCopyJob::GetId), 10},
    {"IBackgroundCopyJob::GetType", slot_of(&IBackgroundCopyJob::GetType), 11},
    {"IBackgroundCopyJob::GetProgress", slot_of(&IBackgroundCopyJob::GetProgress), 12},
    {"IBackgroundCopyJob::GetTimes", slot_of(&IBackgroundCopyJob::GetTimes), 13},
    {"IBackgroundCopyJob::GetState", slot_of(&IBackgroundCopyJob::GetState), 14},
    {"IBackgroundCopyJob::GetError", slot_of(&IBackgroundCopyJob::GetError), 15},
    {"IBackgroundCopyJob::GetOwner", slot_of(&IBackgroundCopyJob::GetOwner), 16},
    {"IBackgroundCopyJob::SetDisplayName", slot_of(&IBackgroundCopyJob::SetDisplayName), 17},
    {"IBackgroundCopyJob::GetDisplayName", slot_of(&IBackgroundCopyJob::GetDisplayName), 18},
    {"IBackgroundCopyJob::SetDescription", slot_of(&IBackgroundCopyJob::SetDescription), 19},
    {"IBackgroundCopyJob::GetDescription", slot_of(&IBackgroundCopyJob::GetDescription), 20},
    {"IBackgroundCopyJob::SetPriority", slot_of(&IBackgroundCopyJob::SetPriority), 21},
    {"IBackgroundCopyJob::GetPriority", slot_of(&IBackgroundCopyJob::GetPriority), 22},
    {"IBackgroundCopyJob::SetNotifyFlags", slot_of(&IBackgroundCopyJob::SetNotifyFlags), 23},
    {"IBackgroundCopyJob::GetNotifyFlags", slot_of(&IBackgroundCopyJob::GetNotifyFlags), 24},
    {"IBackgroundCopyJob::SetNotifyInterface", slot_of(&IBackgroundCopyJob::SetNotifyInterface),
     25},
    {"IBackgroundCopyJob::GetNotifyInterface", slot_of(&IBackgroundCopyJob::GetNotifyInterface),
     26},
    {"IBackgroundCopyJob::SetMinimumRetryDelay", slot_of(&IBackgroundCopyJob::SetMinimumRetryDelay),
     27},
    {"IBackgroundCopyJob::GetMinimumRetryDelay", slot_of(&IBackgroundCopyJob::GetMinimumRetryDelay),
     28},
    {"IBackgroundCopyJob::SetNoProgressTimeout", slot_of(&IBackgroundCopyJob::SetNoProgressTimeout),
     29},
    {"IBackgroundCopyJob::GetNoProgressTimeout", slot_of(&IBackgroundCopyJob::GetNoProgressTimeout),
     30},
    {"IBackgroundCopyJob::GetErrorCount", slot_of(&IBackgroundCopyJob::GetErrorCount), 31},
    {"IBackgroundCopyJob::SetProxySettings", slot_of(&IBackgroundCopyJob::SetProxySettings), 32},
    {"IBackgroundCopyJob::GetProxySettings", slot_of(&IBackgroundCopyJob::GetProxySettings), 33},
    {"IBackgroundCopyJob::TakeOwnership", slot_of(&IBackgroundCopyJob::TakeOwnership), 34},
    {"IBackgroundCopyJob2::SetNotifyCmdLine", slot_of(&IBackgroundCopyJob2::SetNotifyCmdLine), 35},
    {"IBackgroundCopyJob2::GetNotifyCmdLine", slot_of(&IBackgroundCopyJob2::GetNotifyCmdLine), 36},
    {"IBackgroundCopyJob2::GetReplyProgress", slot_of(&IBackgroundCopyJob2::GetReplyProgress), 37},
    {"IBackgroundCopyJob2::GetReplyData", slot_of(&IBackgroundCopyJob2::GetReplyData), 38},
    {"IBackgroundCopyJob2::SetReplyFileName", slot_of(&IBackgroundCopyJob2::SetReplyFileName), 39},
    {"IBackgroundCopyJob2::GetReplyFileName", slot_of(&IBackgroundCopyJob2::GetReplyFileName), 40},
    {"IBackgroundCopyJob2::SetCredentials", slot_of(&IBackgroundCopyJob2::SetCredentials), 41},
    {"IBackgroundCopyJob2::RemoveCredentials", slot_of(&IBackgroundCopyJob2::RemoveCredentials),
     42},
    {"IBackgroundCopyJob3::ReplaceRemotePrefix", slot_of(&IBackgroundCopyJob3::ReplaceRemotePrefix),
     43},
    {"IBackgroundCopyJob3::SetFileACLFlags", slot_of(&IBackgroundCopyJob3::SetFileACLFlags), 45},
    {"IBackgroundCopyJob3::GetFileACLFlags", slot_of(&IBackgroundCopyJob3::GetFileACLFlags), 46},
    {"IBackgroundCopyJob4::SetPeerCachingFlags", slot_of(&IBackgroundCopyJob4::SetPeerCachingFlags),
     47},
    {"IBackgroundCopyJob4::GetPeerCachingFlags", slot_of(&IBackgroundCopyJob4::GetPeerCachingFlags),
     48},
    {"IBackgroundCopyJob4::GetOwnerIntegrityLevel",
     slot_of(&IBackgroundCopyJob4::GetOwnerIntegrityLevel), 49},
    {"IBackgroundCopyJob4::GetOwnerElevationState",
     slot_of(&IBackgroundCopyJob4::GetOwnerElevationState), 50},
    {"IBackgroundCopyJob4::SetMaximumDownloadTime",
     slot_of(&IBackgroundCopyJob4::SetMaximumDownloadTime), 51},
    {"IBackgroundCopyJob4::GetMaximumDownloadTime",
     slot_of(&IBackgroundCopyJob4::GetMaximumDownloadTime), 52},
    {"IBackgroundCopyJob5::SetProperty", slot_of(&IBackgroundCopyJob5::SetProperty), 53},
    {"IBackgroundCopyJob5::GetProperty", slot_of(&IBackgroundCopyJob5::GetProperty), 54},
    {"IBackgroundCopyFile::GetRemoteName", slot_of(&IBackgroundCopyFile::GetRemoteName), 3},
    {"IBackgroundCopyFile::GetLocalName", slot_of(&IBackgroundCopyFile::GetLocalName), 4},
    {"IBackgroundCopyFile::GetProgress", slot_of(&IBackgroundCopyFile::GetProgress), 5},
    {"IBackgroundCopyFile2::GetFileRanges", slot_of(&IBackgroundCopyFile2::GetFileRanges), 6},
    {"IBackgroundCopyFile2::SetRemoteName", slot_of(&IBackgroundCopyFile2::SetRemoteName), 7},
    {"IBackgroundCopyFile3::GetTemporaryName", slot_of(&IBackgroundCopyFile3::GetTemporaryName), 8},
    {"IBackgroundCopyFile3::SetValidationState", slot_of(&IBackgroundCopyFile3::SetValidationState),
     9},
    {"IBackgroundCopyFile3::GetValidationState", slot_of(&IBackgroundCopyFile3::GetValidationState),
     10},
    {"IBackgroundCopyFile3::IsDownloadedFromPeer",
     slot_of(&IBackgroundCopyFile3::IsDownloadedFromPeer), 11},
    {"IBackgroundCopyFile4::GetPeerDownloadStats",
     slot_of(&IBackgroundCopyFile4::GetPeerDownloadStats), 12},
    {"IBackgroundCopyFile5::SetProperty", slot_of(&IBackgroundCopyFile5::SetProperty), 13},
    {"IBackgroundCopyFile5::GetProperty", slot_of(&IBackgroundCopyFile5::GetProperty), 14},
    {"IBackgroundCopyFile6::UpdateDownloadPosition",
     slot_of(&IBackgroundCopyFile6::UpdateDownloadPosition), 15},
    {"IBackgroundCopyFile6::RequestFileRanges", slot_of(&IBackgroundCopyFile6::RequestFileRanges),
     16},
    {"IBackgroundCopyFile6::GetFilledFileRanges",
     slot_of(&IBackgroundCopyFile6::GetFilledFileRanges), 17},
    {"IBackgroundCopyError::GetError", slot_of(&IBackgroundCopyError::GetError), 3},
    {"IBackgroundCopyError::GetFile", slot_of(&IBackgroundCopyError::GetFile), 4},
    {"IBackgroundCopyError::GetErrorDescription",
     slot_of(&IBackgroundCopyError::GetErrorDescription), 5},
    {"IBackgroundCopyError::GetErrorContextDescription",
     slot_of(&IBackgroundCopyError::GetErrorContextDescription), 6},
    {"IBackgroundCopyError::GetProtocol", slot_of(&IBackgroundCopyError::GetProtocol), 7},
    {"IEnumBackgroundCopyFiles::Next", slot_of(&IEnumBackgroundCopyFiles::Next), 3},
    {"IEnumBackgroundCopyFiles::Skip", slot_of(&IEnumBackgroundCopyFiles::Skip), 4},
    {"IEnumBackgroundCopyFiles::Reset", slot_of(&IEnumBackgroundCopyFiles::Reset), 5},
    {"IEnumBackgroundCopyFiles::Clone", slot_of(&IEnumBackgroundCopyFiles::Clone), 6},
    {"IEnumBackgroundCopyFiles::GetCount", slot_of(&IEnumBackgroundCopyFiles::GetCount), 7},
    {"IBackgroundCopyCallback::JobTransferred", slot_of(&IBackgroundCopyCallback::JobTransferred),
     3},
    {"IBackgroundCopyCallback::JobError", slot_of(&IBackgroundCopyCallback::JobError), 4},
    {"IBackgroundCopyCallback::JobModification", slot_of(&IBackgroundCopyCallback::JobModification),
     5},
    {"IBackgroundCopyCallback2::FileTransferred",
     slot_of(&IBackgroundCopyCallback2::FileTransferred), 6},
    {"IBackgroundCopyJobHttpOptions::SetClientCertificateByID",
     slot_of(&IBackgroundCopyJobHttpOptions::SetClientCertificateByID), 3},
    {"IBackgroundCopyJobHttpOptions::SetClientCertificateByName",
     slot_of(&IBackgroundCopyJobHttpOptions::SetClientCertificateByName), 4},
    {"IBackgroundCopyJobHttpOptions::RemoveClientCertificate",
     slot_of(&IBackgroundCopyJobHttpOptions::RemoveClientCertificate), 5},
    {"IBackgroundCopyJobHttpOptions::GetClientCertificate",
     slot_of(&IBackgroundCopyJobHttpOptions::GetClientCertificate), 6},
    {"IBackgroundCopyJobHttpOptions::SetCustomHeaders",
     slot_of(&IBackgroundCopyJobHttpOptions::SetCustomHeaders), 7},
    {"IBackgroundCopyJobHttpOptions::GetCustomHeaders",
     slot_of(&IBackgroundCopyJobHttpOptions::GetCustomHeaders), 8},
    {"IBackgroundCopyJobHttpOptions::SetSecurityFlags",
     slot_of(&IBackgroundCopyJobHttpOptions::SetSecurityFlags), 9},
    {"IBackgroundCopyJobHttpOptions::GetSecurityFlags",
     slot_of(&IBackgroundCopyJobHttpOptions::GetSecurityFlags), 10},
    {"IBackgroundCopyJobHttpOptions2::SetHttpMethod",
     slot_of(&IBackgroundCopyJobHttpOptions2::SetHttpMethod), 11},
    {"IBackgroundCopyJobHttpOptions2::GetHttpMethod",
     slot_of(&IBackgroundCopyJobHttpOptions2::GetHttpMethod), 12},
    {"IBackgroundCopyJobHttpOptions3::SetServerCertificateValidationInterface",
     slot_of(&IBackgroundCopyJobHttpOptions3::SetServerCertificateValidationInterface), 13},
    {"IBackgroundCopyJobHttpOptions3::MakeCustomHeadersWriteOnly",
     slot_of(&IBackgroundCopyJobHttpOptions3::MakeCustomHeadersWriteOnly), 14},
    {"IDOManager::CreateDownload", slot_of(&IDOManager::CreateDownload), 3},
    {"IDOManager::EnumDownloads", slot_of(&IDOManager::EnumDownloads), 4},
    {"IDODownload::Start", slot_of(&IDODownload::Start), 3},
    {"IDODownload::Pause", slot_of(&IDODownload::Pause), 4},
    {"IDODownload::Abort", slot_of(&IDODownload::Abort), 5},
    {"IDODownload::Finalize", slot_of(&IDODownload::Finalize), 6},
    {"IDODownload::GetStatus", slot_of(&IDODownload::GetStatus), 7},
    {"IDODownload::GetProperty", slot_of(&IDODownload::GetProperty), 8},
    {"IDODownload::SetProperty", slot_of(&IDODownload::SetProperty), 9},
    {"IDODownloadStatusCallback::OnStatusChange",
     slot_of(&IDODownloadStatusCallback::OnStatusChange), 3},
    {"IDeliveryOptimizationJob::AddFileWithRanges",
     slot_of(&IDeliveryOptimizationJob::AddFileWithRanges), 3},
    {"IDeliveryOptimizationJob2::AddFile", slot_of(&IDeliveryOptimizationJob2::AddFile), 3},
    {"IDeliveryOptimizationJob2::GetProperty", slot_of(&IDeliveryOptimizationJob2::GetProperty), 4},
    {"IDeliveryOptimizationJob2::SetProperty", slot_of(&IDeliveryOptimizationJob2::SetProperty), 5},
    {"IDeliveryOptimizationFile::GetStats", slot_of(&IDeliveryOptimizationFile::GetStats), 3},
    {"IDeliveryOptimizationFile::GetStatsAlias", slot_of(&IDeliveryOptimizationFile::GetStatsAlias),
     4},
    {"IDeliveryOptimizationFile2::GetProperty", slot_of(&IDeliveryOptimizationFile2::GetProperty),
     3},
    {"IDeliveryOptimizationFile2::SetProperty", slot_of(&IDeliveryOptimizationFile2::SetProperty),
     4},
    {"IBackgroundCopyCallback3::FileRangesTransferred",
     slot_of(&IBackgroundCopyCallback3::FileRangesTransferred), 7},
    {"IBackgroundCopyJob3::AddFileWithRanges", slot_of(&IBackgroundCopyJob3::AddFileWithRanges),
     44},
    {"IUnknown::QueryInterface", slot_of(&IUnknown::QueryInterface), 0},
    {"IUnknown::AddRef", slot_of(&IUnknown::AddRef), 1},
    {"IUnknown::Release", slot_of(&IUnknown::Release), 2},
    {"IEnumUnknown::Next", slot_of(&IEnumUnknown::Next), 3},
    {"IEnumUnknown::Skip", slot_of(&IEnumUnknown::Skip), 4},
    {"IEnumUnknown::Reset", slot_of(&IEnumUnknown::Reset), 5},
    {"IEnumUnknown::Clone", slot_of(&IEnumUnknown::Clone), 6},
    {"ISequentialStream::Read", slot_of(&ISequentialStream::Read), 3},
    {"ISequentialStream::Write", slot_of(&ISequentialStream::Write), 4},
    {"IStream::Seek", slot_of(&IStream::Seek), 5},
    {"IStream::SetSize", slot_of(&IStream::SetSize), 6},
    {"IStream::CopyTo", slot_of(&IStream::CopyTo), 7},
    {"IStream::Commit", slot_of(&IStream::Commit), 8},
    {"IStream::Revert", slot_of(&IStream::Revert), 9},
    {"IStream::LockRegion", slot_of(&IStream::LockRegion), 10},
    {"IStream::UnlockRegion", slot_of(&IStream::UnlockRegion), 11},
    {"IStream::Stat", slot_of(&IStream::Stat), 12},
    {"IStream::Clone", slot_of(&IStream::Clone), 13},
    {"IEnumBackgroundCopyJobs::Next", slot_of(&IEnumBackgroundCopyJobs::Next), 3},
    {"IEnumBackgroundCopyJobs::Skip", slot_of(&IEnumBackgroundCopyJobs::Skip), 4},
    {"IEnumBackgroundCopyJobs::Reset", slot_of(&IEnumBackgroundCopyJobs::Reset), 5},
    {"IEnumBackgroundCopyJobs::Clone", slot_of(&IEnumBackgroundCopyJobs::Clone), 6},
    {"IEnumBackgroundCopyJobs::GetCount", slot_of(&IEnumBackgroundCopyJobs::GetCount), 7},
};

Named const kNamed[] = {
    {"400e2d4a-1431-4c1a-a748-39ca472cfdb1", IID_IDOManager, __uuidof(IDOManager)},
    {"fbbd7fc0-c147-4727-a38d-827ef071ee77", IID_IDODownload, __uuidof(IDODownload)},
    {"d166e8e3-a90e-4392-8e87-05e996d3747d", IID_IDODownloadStatusCallback,
     __uuidof(IDODownloadStatusCallback)},
    {"ee2584cf-a69c-4848-b633-2649962b3ef7", IID_IDeliveryOptimizationJob,
     __uuidof(IDeliveryOptimizationJob)},
    {"18995a26-bf59-4abe-9f8b-d5092d5a2405", IID_IDeliveryOptimizationJob2,
     __uuidof(IDeliveryOptimizationJob2)},
    {"b76b9699-e99e-4101-803f-a20e325d93e2", IID_IDeliveryOptimizationFile,
     __uuidof(IDeliveryOptimizationFile)},
    {"3a87296f-6ec2-4126-ab29-e3f8dc4cc390", IID_IDeliveryOptimizationFile2,
     __uuidof(IDeliveryOptimizationFile2)},
    {"5ce34c0d-0dc9-4c1f-897c-daa1b78cee7c", IID_IBackgroundCopyManager,
     __uuidof(IBackgroundCopyManager)},
    {"37668d37-507e-4160-9316-26306d150b12", IID_IBackgroundCopyJob, __uuidof(IBackgroundCopyJob)},
    {"54b50739-686f-45eb-9dff-d6a9a0faa9af", IID_IBackgroundCopyJob2,
     __uuidof(IBackgroundCopyJob2)},
    {"443c8934-90ff-48ed-bcde-26f5c7450042", IID_IBackgroundCopyJob3,
     __uuidof(IBackgroundCopyJob3)},
    {"659cdeae-489e-11d9-a9cd-000d56965251", IID_IBackgroundCopyJob4,
     __uuidof(IBackgroundCopyJob4)},
    {"e847030c-bbba-4657-af6d-484aa42bf1fe", IID_IBackgroundCopyJob5,
     __uuidof(IBackgroundCopyJob5)},
    {"01b7bd23-fb88-4a77-8490-5891d3e4653a", IID_IBackgroundCopyFile,
     __uuidof(IBackgroundCopyFile)},
    {"83e81b93-0873-474d-8a8c-f2018b1a939c", IID_IBackgroundCopyFile2,
     __uuidof(IBackgroundCopyFile2)},
    {"659cdeaa-489e-11d9-a9cd-000d56965251", IID_IBackgroundCopyFile3,
     __uuidof(IBackgroundCopyFile3)},
    {"ef7e0655-7888-4960-b0e5-730846e03492", IID_IBackgroundCopyFile4,
     __uuidof(IBackgroundCopyFile4)},
    {"85c1657f-dafc-40e8-8834-df18ea25717e", IID_IBackgroundCopyFile5,
     __uuidof(IBackgroundCopyFile5)},
    {"cf6784f7-d677-49fd-9368-cb47aee9d1ad", IID_IBackgroundCopyFile6,
     __uuidof(IBackgroundCopyFile6)},
    {"19c613a0-fcb8-4f28-81ae-897c3d078f81", IID_IBackgroundCopyError,
     __uuidof(IBackgroundCopyError)},
    {"97ea99c7-0186-4ad4-8df9-c5b4e0ed6b22", IID_IBackgroundCopyCallback,
     __uuidof(IBackgroundCopyCallback)},
    {"659cdeac-489e-11d9-a9cd-000d56965251", IID_IBackgroundCopyCallback2,
     __uuidof(IBackgroundCopyCallback2)},
    {"98c97bd2-e32b-4ad8-a528-95fd8b16bd42", IID_IBackgroundCopyCallback3,
     __uuidof(IBackgroundCopyCallback3)},
    {"ca51e165-c365-424c-8d41-24aaa4ff3c40", IID_IEnumBackgroundCopyFiles,
     __uuidof(IEnumBackgroundCopyFiles)},
    {"1af4f612-3b71-466f-8f58-7b6f73ac57ad", IID_IEnumBackgroundCopyJobs,
     __uuidof(IEnumBackgroundCopyJobs)},
    {"f1bd1079-9f01-4bdc-8036-f09b70095066", IID_IBackgroundCopyJobHttpOptions,
     __uuidof(IBackgroundCopyJobHttpOptions)},
    {"b591a192-a405-4fc3-8323-4c5c542578fc", IID_IBackgroundCopyJobHttpOptions2,
     __uuidof(IBackgroundCopyJobHttpOptions2)},
    {"8a9263d3-fd4c-4eda-9b28-30132a4d4e3c", IID_IBackgroundCopyJobHttpOptions3,
     __uuidof(IBackgroundCopyJobHttpOptions3)},
    {"00000100-0000-0000-c000-000000000046", IID_IEnumUnknown, __uuidof(IEnumUnknown)},
    {"5b99fa76-721c-423c-adac-56d03c8a8007", CLSID_DeliveryOptimization,
     __uuidof(DeliveryOptimization)},
    {"4991d34b-80a1-4291-83b6-3328366b9097", CLSID_BackgroundCopyManager,
     __uuidof(BackgroundCopyManager)},
    {"f087771f-d74f-4c1a-bb8a-e16aca9124ea", CLSID_BackgroundCopyManager1_5,
     __uuidof(BackgroundCopyManager1_5)},
    {"6d18ad12-bde3-4393-b311-099c346e6df9", CLSID_BackgroundCopyManager2_0,
     __uuidof(BackgroundCopyManager2_0)},
    {"03ca98d6-ff5d-49b8-abc6-03dd84127020", CLSID_BackgroundCopyManager2_5,
     __uuidof(BackgroundCopyManager2_5)},
    {"659cdea7-489e-11d9-a9cd-000d56965251", CLSID_BackgroundCopyManager3_0,
     __uuidof(BackgroundCopyManager3_0)},
    {"bb6df56b-cace-11dc-9992-0019b93a3a84", CLSID_BackgroundCopyManager4_0,
     __uuidof(BackgroundCopyManager4_0)},
    {"1ecca34c-e88a-44e3-8d6a-8921bde9e452", CLSID_BackgroundCopyManager5_0,
     __uuidof(BackgroundCopyManager5_0)},
    {"4bd3e4e1-7bd4-4a2b-9964-496400de5193", CLSID_BackgroundCopyManager10_1,
     __uuidof(BackgroundCopyManager10_1)},
    {"4575438f-a6c8-4976-b0fe-2f26b80d959e", CLSID_BackgroundCopyManager10_2,
     __uuidof(BackgroundCopyManager10_2)},
    {"5fd42ad5-c04e-4d36-adc7-e08ff15737ad", CLSID_BackgroundCopyManager10_3,
     __uuidof(BackgroundCopyManager10_3)},
};

}  // namespace

TEST_CASE("every method has its published place in the vtable", "[com]") {
  for (auto const& slot : kSlots) {
    INFO(slot.name);
    CHECK(slot.found == slot.published);
  }
}

TEST_CASE("interfaces and classes have their published GUIDs", "[com]") {
  for (auto const& one : kNamed) {
    CHECK(text_of(one.constant) == one.published);
    CHECK(one.constant == one.of_type);
  }
}

TEST_CASE("structures have their published sizes and offsets", "[com]") {
  CHECK(sizeof(GUID) == 16);
  CHECK(sizeof(FILETIME) == 8);
  CHECK(sizeof(VARIANT) == 24);
  CHECK(offsetof(VARIANT, bstrVal) == 8);
  CHECK(sizeof(BG_FILE_PROGRESS) == 24);
  CHECK(sizeof(BG_JOB_PROGRESS) == 24);
  CHECK(sizeof(BG_JOB_TIMES) == 24);
  CHECK(sizeof(BG_FILE_RANGE) == 16);
  CHECK(sizeof(BG_FILE_INFO) == 16);
  CHECK(sizeof(BITS_JOB_PROPERTY_VALUE) == 16);
  CHECK(sizeof(DO_DOWNLOAD_RANGE) == 16);
  CHECK(offsetof(DO_DOWNLOAD_RANGES_INFO, Ranges) == 8);
  CHECK(sizeof(DO_DOWNLOAD_STATUS) == 32);
  CHECK(sizeof(DO_DOWNLOAD_ENUM_CATEGORY) == 16);
  CHECK(sizeof(DOSwarmStats) == 136);
  CHECK(offsetof(DOSwarmStats, bytesFromDoinc) == 64);
  CHECK(offsetof(DOSwarmStats, httpConnectionCount) == 96);
  CHECK(offsetof(DOSwarmStats, downloadDuration) == 116);
  CHECK(offsetof(DOSwarmStats, isBackground) == 128);
}

// As a C program would: a table of functions, called by its index.
TEST_CASE("a call through the raw vtable reaches the method of that place", "[com]") {
  struct Told final : IBackgroundCopyCallback2 {
    HRESULT QueryInterface(REFIID, void**) override { return 100; }
    ULONG AddRef() override { return 101; }
    ULONG Release() override { return 102; }
    HRESULT JobTransferred(IBackgroundCopyJob*) override { return 103; }
    HRESULT JobError(IBackgroundCopyJob*, IBackgroundCopyError*) override { return 104; }
    HRESULT JobModification(IBackgroundCopyJob*, DWORD) override { return 105; }
    HRESULT FileTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*) override { return 106; }
  } told;

  using Function = std::int32_t (*)(void* self, void* first, void* second);
  void* object = static_cast<IBackgroundCopyCallback2*>(&told);
  Function const* functions = nullptr;
  std::memcpy(&functions, object, sizeof functions);

  for (std::int32_t slot = 0; slot < 7; ++slot) {
    CHECK(functions[slot](object, nullptr, nullptr) == 100 + slot);
  }
}
