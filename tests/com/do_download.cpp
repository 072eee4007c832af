// Downloads one file with Delivery Optimization: do_download URL FILE
//
// Sets the properties of a download, starts it, and looks at its state until it is transferred.
#include <Deliveryoptimization.h>

#include <clocale>
#include <cstdio>
#include <string>

// Is told by Delivery Optimization of every change.
class CStatus : public IDODownloadStatusCallback {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** ppvObj) override {
    if (IsEqualIID(riid, IID_IUnknown) || IsEqualIID(riid, IID_IDODownloadStatusCallback)) {
      *ppvObj = static_cast<IDODownloadStatusCallback*>(this);
      AddRef();
      return S_OK;
    }
    *ppvObj = nullptr;
    return E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return InterlockedIncrement(&m_lRefCount); }
  ULONG STDMETHODCALLTYPE Release() override {
    ULONG ulCount = InterlockedDecrement(&m_lRefCount);
    if (ulCount == 0) delete this;
    return ulCount;
  }
  HRESULT STDMETHODCALLTYPE OnStatusChange(IDODownload*,
                                           const DO_DOWNLOAD_STATUS* status) override {
    wprintf(L"state %d, %llu bytes\n", static_cast<int>(status->State),
            static_cast<unsigned long long>(status->BytesTransferred));
    return S_OK;
  }

 private:
  virtual ~CStatus() {}
  LONG m_lRefCount = 1;
};

static HRESULT SetText(IDODownload* pDownload, DODownloadProperty id, std::wstring const& text) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_BSTR;
  value.bstrVal = SysAllocString(text.c_str());
  HRESULT hr = pDownload->SetProperty(id, &value);
  VariantClear(&value);
  return hr;
}

static HRESULT SetForeground(IDODownload* pDownload) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_BOOL;
  value.boolVal = VARIANT_TRUE;
  return pDownload->SetProperty(DODownloadProperty_ForegroundPriority, &value);
}

static HRESULT SetCallback(IDODownload* pDownload) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_UNKNOWN;
  value.punkVal = new CStatus;
  HRESULT hr = pDownload->SetProperty(DODownloadProperty_CallbackInterface, &value);
  VariantClear(&value);
  return hr;
}

static HRESULT WaitForEnd(IDODownload* pDownload) {
  for (;;) {
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = pDownload->GetStatus(&status);
    if (FAILED(hr)) return hr;
    if (status.State == DODownloadState_Transferred) return S_OK;
    if (FAILED(status.Error) && status.State == DODownloadState_Paused) return status.Error;
    Sleep(50);
  }
}

static HRESULT Download(IDOManager* pManager, std::wstring const& url, std::wstring const& file) {
  IDODownload* pDownload = nullptr;
  HRESULT hr = pManager->CreateDownload(&pDownload);
  if (FAILED(hr)) return hr;
  hr = CoSetProxyBlanket(pDownload, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_NONE, nullptr,
                         RPC_C_AUTHN_LEVEL_DEFAULT, RPC_C_IMP_LEVEL_IMPERSONATE, nullptr,
                         EOAC_STATIC_CLOAKING);
  if (SUCCEEDED(hr)) hr = SetText(pDownload, DODownloadProperty_Uri, url);
  if (SUCCEEDED(hr)) hr = SetText(pDownload, DODownloadProperty_DisplayName, L"A download");
  if (SUCCEEDED(hr)) hr = SetText(pDownload, DODownloadProperty_LocalPath, file);
  if (SUCCEEDED(hr)) hr = SetForeground(pDownload);
  if (SUCCEEDED(hr)) hr = SetCallback(pDownload);
  if (SUCCEEDED(hr)) hr = pDownload->Start(nullptr);
  if (SUCCEEDED(hr)) hr = WaitForEnd(pDownload);
  if (SUCCEEDED(hr)) {
    hr = pDownload->Finalize();
  } else {
    pDownload->Abort();
  }
  pDownload->Release();
  return hr;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  setlocale(LC_ALL, "C.UTF-8");
  std::wstring url(argv[1], argv[1] + std::string(argv[1]).size());
  std::wstring file(argv[2], argv[2] + std::string(argv[2]).size());

  HRESULT hr = CoInitializeEx(nullptr, COINIT_MULTITHREADED);
  if (FAILED(hr)) return 1;
  IDOManager* pManager = nullptr;
  hr = CoCreateInstance(CLSID_DeliveryOptimization, nullptr, CLSCTX_LOCAL_SERVER,
                        IID_PPV_ARGS(&pManager));
  if (SUCCEEDED(hr)) {
    hr = Download(pManager, url, file);
    pManager->Release();
  }
  wprintf(L"%ls: 0x%08X\n", SUCCEEDED(hr) ? L"done" : L"failed", static_cast<unsigned>(hr));
  CoUninitialize();
  return SUCCEEDED(hr) ? 0 : 1;
}
