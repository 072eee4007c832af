// What Delivery Optimization adds to files: statistics, sinks and how bytes are judged.
#include <algorithm>
#include <chrono>

#include "api/com/file_object.h"
#include "api/com/guid_text.h"
#include "api/com/integrity_info.h"
#include "api/com/text.h"
#include "engine/job/file_change.h"
#include "freshet/com/do_hresults.h"
#include "freshet/com/objbase.h"

namespace freshet::com {

namespace {

UINT milliseconds(Duration duration) {
  auto const count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return static_cast<UINT>(std::clamp<std::int64_t>(count, 0, 0xFFFFFFFF));
}

// As monitoring shows this file; nothing when it does not, as before the engine has it.
std::optional<FileStatus> status_of(Client const& client, JobId job, std::uint32_t index,
                                    FileInfo const& file) {
  auto all = client.status();
  if (!all) return std::nullopt;
  auto const id =
      file.content ? to_string(*file.content) : to_string(job) + "/" + std::to_string(index);
  auto const found = std::ranges::find_if(*all, [&](FileStatus const& status) {
    return status.file_id == id && status.path == file.spec.path;
  });
  return found == all->end() ? std::nullopt : std::optional(std::move(*found));
}

SwarmStatus to_com(FileState state) {
  switch (state) {
    case FileState::downloading:
      return SwarmStatus_Downloading;
    case FileState::complete:
      return SwarmStatus_Complete;
    case FileState::caching:
      return SwarmStatus_Caching;
    case FileState::paused:
      return SwarmStatus_Paused;
  }
  return SwarmStatus_Paused;
}

void fill(DOSwarmStats& stats, FileStatus const& status) {
  stats.totalBytesDownloaded = status.downloaded();
  stats.bytesFromHttp = status.from_http;
  stats.bytesFromDoinc = status.from_cache_hosts;
  auto const& [lan, group, internet, link_local] = status.peers;
  stats.bytesFromLanPeers = lan.received + link_local.received;
  stats.bytesFromGroupPeers = group.received;
  stats.bytesFromInternetPeers = internet.received;
  stats.bytesToLanPeers = lan.sent + link_local.sent;
  stats.bytesToGroupPeers = group.sent;
  stats.bytesToInternetPeers = internet.sent;
  auto const& connections = status.peer_connections;
  stats.httpConnectionCount = status.http_connections;
  stats.lanConnectionCount = connections.lan + connections.link_local;
  stats.groupConnectionCount = connections.group;
  stats.internetConnectionCount = connections.internet;
  stats.downloadDuration = milliseconds(status.download_time);
  stats.downloadMode = static_cast<::DownloadMode>(status.mode);
  stats.status = to_com(status.state);
}

HRESULT give_number(UINT64 number, VARIANT* value) {
  value->vt = VT_UI8;
  value->ullVal = number;
  return S_OK;
}

}  // namespace

HRESULT FileObject::GetStats(DOSwarmStats* stats) {
  if (stats == nullptr) return E_POINTER;
  *stats = {};
  auto const file = look();
  if (!file) return core_->hresult(file);
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  auto const client = core_->host().client();
  auto const at = index();
  stats->fileSize = file->length.value_or(DO_UNKNOWN_FILE_SIZE);
  stats->status = SwarmStatus_Paused;
  auto const status =
      client && at ? status_of(*client, core_->id(), *at, *file) : std::optional<FileStatus>();
  if (status) fill(*stats, *status);
  stats->isBackground = info->spec.priority != Priority::foreground ? TRUE : FALSE;
  auto const id = AppData::parse(file->spec.app_data).get("id");
  auto const url = file->spec.urls.empty() ? std::string() : file->spec.urls.front();
  if (auto const given = give_text(id.value_or(std::string()), &stats->fileId); FAILED(given)) {
    return given;
  }
  return give_text(url, &stats->sourceURL);
}

HRESULT FileObject::GetProperty(DOFilePropertyId id, VARIANT* value) {
  if (value == nullptr) return E_POINTER;
  VariantInit(value);
  auto const file = look();
  if (!file) return core_->hresult(file);
  auto const data = AppData::parse(file->spec.app_data);
  switch (id) {
    case DOFilePropertyId_DecryptionInfo:
    case DOFilePropertyId_IntegrityCheckInfo:
      return DO_E_WRITE_ONLY_PROPERTY;
    case DOFilePropertyId_IntegrityCheckMandatory:
      value->vt = VT_BOOL;
      value->boolVal = data.number("mandatory", 0) != 0 ? VARIANT_TRUE : VARIANT_FALSE;
      return S_OK;
    case DOFilePropertyId_DownloadSinkInterface:
    case DOFilePropertyId_DownloadSinkFilePath:
      return get_sink(id, *file, value);
    case DOFilePropertyId_DownloadSinkMemoryStream:
      return DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED;
    case DOFilePropertyId_TotalSizeBytes:
      if (file->length) return give_number(*file->length, value);
      return data.get("size") ? give_number(data.number("size", 0), value) : E_NOT_SET;
  }
  return DO_E_UNKNOWN_PROPERTY_ID;
}

HRESULT FileObject::get_sink(DOFilePropertyId id, FileInfo const& file, VARIANT* value) {
  auto const stream =
      pending_
          ? pending_->with([](auto const&, PendingFile::Sink const& sink) { return sink.stream; })
          : Ref<IStream>();
  bool const wants_stream = id == DOFilePropertyId_DownloadSinkInterface;
  if (wants_stream != static_cast<bool>(stream)) return E_NOT_SET;
  if (!wants_stream) {
    return file.spec.path.empty() ? E_NOT_SET : give_text(file.spec.path, value);
  }
  value->vt = VT_UNKNOWN;
  value->punkVal = Ref<IStream>(stream).give();
  return S_OK;
}

HRESULT FileObject::SetProperty(DOFilePropertyId id, VARIANT const* value) {
  if (value == nullptr) return E_POINTER;
  if (id < DOFilePropertyId_DecryptionInfo || id > DOFilePropertyId_TotalSizeBytes) {
    return DO_E_UNKNOWN_PROPERTY_ID;
  }
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  if (info->state != JobState::suspended) return DO_E_INVALID_STATE;
  switch (id) {
    case DOFilePropertyId_DecryptionInfo:
      return E_NOTIMPL;  // Contents are taken as they are.
    case DOFilePropertyId_IntegrityCheckInfo:
      return set_identity(*value);
    case DOFilePropertyId_IntegrityCheckMandatory:
      return set_mandatory(*value);
    case DOFilePropertyId_DownloadSinkMemoryStream:
      return DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED;
    case DOFilePropertyId_TotalSizeBytes:
      if (value->vt != VT_UI8) return DISP_E_TYPEMISMATCH;
      return set_data("size", value->ullVal, {});
    default:
      return set_sink(id, *value);
  }
}

HRESULT FileObject::change(FileChange change) {
  auto const at = index();
  if (!at) {
    pending_->with([&](FileSpec& spec, auto const&) { apply(std::move(change), spec); });
    return S_OK;
  }
  return core_->hresult(core_->ask<void>(
      [&](Client& client) { return client.change_file(core_->id(), *at, std::move(change)); }));
}

HRESULT FileObject::set_data(char const* name, std::uint64_t value, FileChange with) {
  auto const file = look();
  if (!file) return core_->hresult(file);
  auto data = AppData::parse(file->spec.app_data);
  if (!data.ours()) return to_hresult(Errc::not_supported, core_->family());
  data.set(name, value);
  with.app_data = data.text();
  return change(std::move(with));
}

HRESULT FileObject::set_mandatory(VARIANT const& value) {
  if (value.vt != VT_BOOL) return DISP_E_TYPEMISMATCH;
  bool const mandatory = value.boolVal != VARIANT_FALSE;
  return set_data("mandatory", mandatory ? 1 : 0, {.manifest_optional = !mandatory});
}

HRESULT FileObject::set_identity(VARIANT const& value) {
  if (value.vt != VT_BSTR) return DISP_E_TYPEMISMATCH;
  auto const text = to_utf8({value.bstrVal, SysStringLen(value.bstrVal)});
  if (!text) return E_INVALIDARG;
  auto const read = read_integrity_info(*text);
  if (!read) return core_->hresult(read);
  auto const file = look();
  if (!file) return core_->hresult(file);
  FileIdentity identity;
  identity.manifest = read->url;
  identity.hash_of_hashes = read->hash_of_hashes;
  identity.manifest_sha256 = read->digest;
  return change({.identity = std::move(identity),
                 .manifest_optional = !AppData::parse(file->spec.app_data).number("mandatory", 0)});
}

HRESULT FileObject::set_sink(DOFilePropertyId id, VARIANT const& value) {
  PendingFile::Sink made;
  if (id == DOFilePropertyId_DownloadSinkFilePath) {
    if (value.vt != VT_BSTR) return DISP_E_TYPEMISMATCH;
    auto const path = to_utf8({value.bstrVal, SysStringLen(value.bstrVal)});
    if (!path || path->empty() || path->front() != '/') return E_INVALIDARG;
    made.path = *path;
    if (index()) return set_path(std::move(made.path));
  } else {
    if (value.vt != VT_UNKNOWN) return DISP_E_TYPEMISMATCH;
    made.stream = query<IStream>(value.punkVal);
    if (!made.stream) return value.punkVal == nullptr ? E_INVALIDARG : E_NOINTERFACE;
    if (index()) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
    auto const directory = core_->host().stream_directory();
    if (!directory) return core_->hresult(directory);
    GUID name{};
    if (auto const named = CoCreateGuid(&name); FAILED(named)) return named;
    made.path = *directory + "/" + to_string(to_job_id(name));
  }
  return pending_->with([&](auto const&, PendingFile::Sink& sink) {
    bool const other_kind = !sink.path.empty() && bool(sink.stream) != bool(made.stream);
    if (other_kind) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
    sink = made;
    return S_OK;
  });
}

// Of a file that the engine has: another path, unless its bytes go to a stream.
HRESULT FileObject::set_path(std::string path) {
  if (core_->streams_to(*index())) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
  return change({.path = std::move(path)});
}

}  // namespace freshet::com
