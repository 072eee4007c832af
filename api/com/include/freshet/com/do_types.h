// Numbers and structures of Delivery Optimization.
#pragma once

#include "freshet/com/guid.h"

inline constexpr UINT64 DO_LENGTH_TO_EOF = ~UINT64{0};
inline constexpr UINT64 DO_UNKNOWN_FILE_SIZE = ~UINT64{0};

// Keys of the JSON texts of the properties DecryptionInfo and IntegrityCheckInfo.
inline constexpr WCHAR DecryptionInfo_KeyData[] = L"KeyData";
inline constexpr WCHAR DecryptionInfo_EncryptionBufferSize[] = L"EncryptionBufferSize";
inline constexpr WCHAR DecryptionInfo_AlgorithmName[] = L"AlgorithmName";
inline constexpr WCHAR DecryptionInfo_ChainingMode[] = L"ChainingMode";
inline constexpr WCHAR IntegrityCheckInfo_PiecesHashFileUrl[] = L"PiecesHashFileUrl";
inline constexpr WCHAR IntegrityCheckInfo_PiecesHashFileDigest[] = L"PiecesHashFileDigest";
inline constexpr WCHAR IntegrityCheckInfo_PiecesHashFileDigestAlgorithm[] =
    L"PiecesHashFileDigestAlgorithm";
inline constexpr WCHAR IntegrityCheckInfo_HashOfHashes[] = L"HashOfHashes";

enum DownloadMode : int {
  DownloadMode_CdnOnly = 0,
  DownloadMode_Lan = 1,
  DownloadMode_Group = 2,
  DownloadMode_Internet = 3,
  DownloadMode_Simple = 99,
  DownloadMode_Bypass = 100,
};

enum SwarmStatus : int {
  SwarmStatus_Downloading = 0,
  SwarmStatus_Complete = 1,
  SwarmStatus_Caching = 2,
  SwarmStatus_Paused = 3,
};

enum DOFilePropertyId : int {
  DOFilePropertyId_DecryptionInfo = 0,
  DOFilePropertyId_IntegrityCheckInfo = 1,
  DOFilePropertyId_IntegrityCheckMandatory = 2,
  DOFilePropertyId_DownloadSinkInterface = 3,
  DOFilePropertyId_DownloadSinkFilePath = 4,
  DOFilePropertyId_DownloadSinkMemoryStream = 5,
  DOFilePropertyId_TotalSizeBytes = 6,
};

enum DOJobPropertyId : int {
  DOJobPropertyId_ExtendedErrorInfo = 0,
};

enum DODownloadState : int {
  DODownloadState_Created = 0,
  DODownloadState_Transferring = 1,
  DODownloadState_Transferred = 2,
  DODownloadState_Finalized = 3,
  DODownloadState_Aborted = 4,
  DODownloadState_Paused = 5,
};

enum DODownloadCostPolicy : int {
  DODownloadCostPolicy_Always = 0,
  DODownloadCostPolicy_Unrestricted = 1,
  DODownloadCostPolicy_Standard = 2,
  DODownloadCostPolicy_NoRoaming = 3,
  DODownloadCostPolicy_NoSurcharge = 4,
  DODownloadCostPolicy_NoCellular = 5,
};

// Bits of the property SecurityFlags: flaws of a server's certificate that are put up with.
inline constexpr DWORD SECURITY_FLAG_IGNORE_UNKNOWN_CA = 0x100;
inline constexpr DWORD SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE = 0x200;
inline constexpr DWORD SECURITY_FLAG_IGNORE_CERT_CN_INVALID = 0x1000;
inline constexpr DWORD SECURITY_FLAG_IGNORE_CERT_DATE_INVALID = 0x2000;

enum DODownloadProperty : int {
  DODownloadProperty_Id = 0,
  DODownloadProperty_Uri = 1,
  DODownloadProperty_ContentId = 2,
  DODownloadProperty_DisplayName = 3,
  DODownloadProperty_LocalPath = 4,
  DODownloadProperty_HttpCustomHeaders = 5,
  DODownloadProperty_CostPolicy = 6,
  DODownloadProperty_SecurityFlags = 7,
  DODownloadProperty_CallbackFreqPercent = 8,
  DODownloadProperty_CallbackFreqSeconds = 9,
  DODownloadProperty_NoProgressTimeoutSeconds = 10,
  DODownloadProperty_ForegroundPriority = 11,
  DODownloadProperty_BlockingMode = 12,
  DODownloadProperty_CallbackInterface = 13,
  DODownloadProperty_StreamInterface = 14,
  DODownloadProperty_SecurityContext = 15,
  DODownloadProperty_NetworkToken = 16,
  DODownloadProperty_CorrelationVector = 17,
  DODownloadProperty_DecryptionInfo = 18,
  DODownloadProperty_IntegrityCheckInfo = 19,
  DODownloadProperty_IntegrityCheckMandatory = 20,
  DODownloadProperty_TotalSizeBytes = 21,
  DODownloadProperty_DisallowOnCellular = 22,
  DODownloadProperty_HttpCustomAuthHeaders = 23,
  DODownloadProperty_HttpAllowSecureToNonSecureRedirect = 24,
  DODownloadProperty_NonVolatile = 25,
  DODownloadProperty_HttpRedirectionTarget = 26,
  DODownloadProperty_HttpResponseHeaders = 27,
  DODownloadProperty_HttpServerIPAddress = 28,
  DODownloadProperty_HttpStatusCode = 29,
};

struct DOSwarmStats {
  LPWSTR fileId;     // Freed by the caller with CoTaskMemFree,
  LPWSTR sourceURL;  // and so is this.
  UINT64 fileSize;
  UINT64 totalBytesDownloaded;
  UINT64 bytesFromLanPeers;
  UINT64 bytesFromGroupPeers;
  UINT64 bytesFromInternetPeers;
  UINT64 bytesFromHttp;
  UINT64 bytesFromDoinc;
  UINT64 bytesToLanPeers;
  UINT64 bytesToGroupPeers;
  UINT64 bytesToInternetPeers;
  UINT httpConnectionCount;
  UINT doincConnectionCount;
  UINT lanConnectionCount;
  UINT groupConnectionCount;
  UINT internetConnectionCount;
  UINT downloadDuration;  // Milliseconds.
  DownloadMode downloadMode;
  SwarmStatus status;
  BOOL isBackground;
};

struct DO_DOWNLOAD_RANGE {
  UINT64 Offset;
  UINT64 Length;
};

// As many ranges as it says follow its head: allocate room for them.
struct DO_DOWNLOAD_RANGES_INFO {
  UINT RangeCount;
  DO_DOWNLOAD_RANGE Ranges[1];
};

struct DO_DOWNLOAD_STATUS {
  UINT64 BytesTotal;
  UINT64 BytesTransferred;
  DODownloadState State;
  HRESULT Error;
  HRESULT ExtendedError;
};

struct DO_DOWNLOAD_ENUM_CATEGORY {
  DODownloadProperty Property;
  LPCWSTR Value;
};
