// Downloads one file with BITS: bits_download URL FILE
//
// Shows progress while it waits, and completes the job from the callback.
#include <bits.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

// Is told by BITS when the job is done or has failed.
class CNotify : public IBackgroundCopyCallback {
 public:
  explicit CNotify(HANDLE hDone) : m_hDone(hDone) {}

  HRESULT __stdcall QueryInterface(REFIID riid, LPVOID* ppvObj) override {
    if (riid == __uuidof(IUnknown) || riid == __uuidof(IBackgroundCopyCallback)) {
      *ppvObj = this;
    } else {
      *ppvObj = NULL;
      return E_NOINTERFACE;
    }
    AddRef();
    return S_OK;
  }

  ULONG __stdcall AddRef() override { return InterlockedIncrement(&m_lRefCount); }

  ULONG __stdcall Release() override {
    ULONG ulCount = InterlockedDecrement(&m_lRefCount);
    if (0 == ulCount) delete this;
    return ulCount;
  }

  HRESULT __stdcall JobTransferred(IBackgroundCopyJob* pJob) override {
    HRESULT hr = pJob->Complete();
    if (FAILED(hr)) {
      wprintf(L"Complete failed: 0x%08X\n", static_cast<unsigned>(hr));
      pJob->Cancel();
      m_hrResult = hr;
    }
    SetEvent(m_hDone);
    return S_OK;
  }

  HRESULT __stdcall JobError(IBackgroundCopyJob* pJob, IBackgroundCopyError* pError) override {
    BG_ERROR_CONTEXT context;
    HRESULT hrError;
    if (SUCCEEDED(pError->GetError(&context, &hrError))) {
      m_hrResult = hrError;
      LPWSTR pszDescription = NULL;
      HRESULT hr = pError->GetErrorDescription(LANGIDFROMLCID(GetThreadLocale()), &pszDescription);
      if (SUCCEEDED(hr)) {
        wprintf(L"error 0x%08X: %ls\n", static_cast<unsigned>(hrError), pszDescription);
        CoTaskMemFree(pszDescription);
      }
    }
    pJob->Cancel();
    SetEvent(m_hDone);
    return S_OK;
  }

  HRESULT __stdcall JobModification(IBackgroundCopyJob*, DWORD) override { return S_OK; }

  HRESULT Result() const { return m_hrResult; }

 private:
  virtual ~CNotify() {}

  LONG m_lRefCount = 1;
  HANDLE m_hDone;
  HRESULT m_hrResult = S_OK;
};

static void ShowProgress(IBackgroundCopyJob* pJob) {
  BG_JOB_STATE state;
  BG_JOB_PROGRESS progress;
  if (FAILED(pJob->GetState(&state)) || FAILED(pJob->GetProgress(&progress))) return;
  if (state == BG_JOB_STATE_TRANSFERRING && progress.BytesTotal != BG_SIZE_UNKNOWN) {
    wprintf(L"%llu of %llu bytes\n", static_cast<unsigned long long>(progress.BytesTransferred),
            static_cast<unsigned long long>(progress.BytesTotal));
  }
}

static HRESULT Download(IBackgroundCopyManager* pManager, LPCWSTR pszUrl, LPCWSTR pszFile) {
  GUID jobId;
  IBackgroundCopyJob* pJob = NULL;
  HRESULT hr = pManager->CreateJob(L"A download", BG_JOB_TYPE_DOWNLOAD, &jobId, &pJob);
  if (FAILED(hr)) return hr;

  WCHAR szJobId[48];
  if (StringFromGUID2(jobId, szJobId, 48)) wprintf(L"job %ls\n", szJobId);

  HANDLE hDone = CreateEvent(NULL, TRUE, FALSE, NULL);
  CNotify* pNotify = new CNotify(hDone);
  hr = pJob->AddFile(pszUrl, pszFile);
  if (SUCCEEDED(hr)) hr = pJob->SetPriority(BG_JOB_PRIORITY_FOREGROUND);
  if (SUCCEEDED(hr)) hr = pJob->SetNotifyInterface(pNotify);
  if (SUCCEEDED(hr)) {
    hr = pJob->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
  }
  if (SUCCEEDED(hr)) hr = pJob->Resume();

  if (SUCCEEDED(hr)) {
    while (WaitForSingleObject(hDone, 500) == WAIT_TIMEOUT) ShowProgress(pJob);
    hr = pNotify->Result();
  } else {
    pJob->Cancel();
  }

  pJob->SetNotifyInterface(NULL);
  pNotify->Release();
  pJob->Release();
  return hr;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  setlocale(LC_ALL, "C.UTF-8");
  std::wstring url(argv[1], argv[1] + std::string(argv[1]).size());
  std::wstring file(argv[2], argv[2] + std::string(argv[2]).size());

  HRESULT hr = CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
  if (FAILED(hr)) return 1;
  hr = CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_CONNECT,
                            RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);

  IBackgroundCopyManager* pManager = NULL;
  if (SUCCEEDED(hr)) {
    hr = CoCreateInstance(__uuidof(BackgroundCopyManager), NULL, CLSCTX_LOCAL_SERVER,
                          __uuidof(IBackgroundCopyManager), (void**)&pManager);
  }
  if (SUCCEEDED(hr)) {
    hr = Download(pManager, url.c_str(), file.c_str());
    pManager->Release();
  }
  wprintf(L"%ls: 0x%08X\n", SUCCEEDED(hr) ? L"done" : L"failed", static_cast<unsigned>(hr));
  CoUninitialize();
  return SUCCEEDED(hr) ? 0 : 1;
}
