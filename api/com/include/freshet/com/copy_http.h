// HTTP settings of a job, asked for by QueryInterface; every method in the documented order.
#pragma once

#include "freshet/com/copy_job.h"

struct IBackgroundCopyJobHttpOptions : IUnknown {
  virtual HRESULT SetClientCertificateByID(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                           BYTE hash[20]) = 0;
  virtual HRESULT SetClientCertificateByName(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                             LPCWSTR subject) = 0;
  virtual HRESULT RemoveClientCertificate() = 0;
  virtual HRESULT GetClientCertificate(BG_CERT_STORE_LOCATION* location, LPWSTR* store, BYTE** hash,
                                       LPWSTR* subject) = 0;
  virtual HRESULT SetCustomHeaders(LPCWSTR headers) = 0;
  virtual HRESULT GetCustomHeaders(LPWSTR* headers) = 0;
  virtual HRESULT SetSecurityFlags(ULONG flags) = 0;
  virtual HRESULT GetSecurityFlags(ULONG* flags) = 0;

 protected:
  ~IBackgroundCopyJobHttpOptions() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJobHttpOptions, "f1bd1079-9f01-4bdc-8036-f09b70095066");

struct IBackgroundCopyJobHttpOptions2 : IBackgroundCopyJobHttpOptions {
  virtual HRESULT SetHttpMethod(LPCWSTR method) = 0;
  virtual HRESULT GetHttpMethod(LPWSTR* method) = 0;

 protected:
  ~IBackgroundCopyJobHttpOptions2() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJobHttpOptions2, "b591a192-a405-4fc3-8323-4c5c542578fc");

struct IBackgroundCopyJobHttpOptions3 : IBackgroundCopyJobHttpOptions2 {
  virtual HRESULT SetServerCertificateValidationInterface(IUnknown* callback) = 0;
  virtual HRESULT MakeCustomHeadersWriteOnly() = 0;

 protected:
  ~IBackgroundCopyJobHttpOptions3() = default;
};
FRESHET_UUID(IID, IBackgroundCopyJobHttpOptions3, "8a9263d3-fd4c-4eda-9b28-30132a4d4e3c");
