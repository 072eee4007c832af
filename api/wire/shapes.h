// The members of each type under their names in JSON. Both directions follow these lists.
//
// Pure. For wire_write.cpp and wire_read.cpp.
#pragma once

#include <string_view>
#include <tuple>

#include "api/wire/documents.h"

namespace freshet::wire {

enum class Need : bool { optional, required };

template <typename Owner, typename T>
struct Member {
  std::string_view name;
  T Owner::*place;
  Need need = Need::optional;  // Whether it may be absent; then it has its default.
};

template <typename Owner, typename T>
constexpr Member<Owner, T> must(std::string_view name, T Owner::*place) {
  return {name, place, Need::required};
}
template <typename Owner, typename T>
constexpr Member<Owner, T> may(std::string_view name, T Owner::*place) {
  return {name, place, Need::optional};
}

template <typename T>
struct Shape;
template <typename T>
concept HasShape = requires {
  Shape<T>::members;
};

template <>
struct Shape<Header> {
  static constexpr std::tuple members{must("name", &Header::name), must("value", &Header::value)};
};

template <>
struct Shape<Caller> {
  static constexpr std::tuple members{must("uid", &Caller::uid),
                                      may("administrator", &Caller::administrator)};
};

template <>
struct Shape<Conditions> {
  static constexpr std::tuple members{may("network", &Conditions::network),
                                      may("costs", &Conditions::costs)};
};

template <>
struct Shape<NotifyFlags> {
  static constexpr std::tuple members{may("transferred", &NotifyFlags::transferred),
                                      may("error", &NotifyFlags::error),
                                      may("file_transferred", &NotifyFlags::file_transferred),
                                      may("modification", &NotifyFlags::modification)};
};

template <>
struct Shape<FileSpec> {
  static constexpr std::tuple members{may("urls", &FileSpec::urls),
                                      must("path", &FileSpec::path),
                                      may("ranges", &FileSpec::ranges),
                                      may("sha256", &FileSpec::sha256),
                                      may("content", &FileSpec::content),
                                      may("manifest", &FileSpec::manifest),
                                      may("manifest_bytes", &FileSpec::manifest_bytes),
                                      may("manifest_signature", &FileSpec::manifest_signature),
                                      may("hash_of_hashes", &FileSpec::hash_of_hashes),
                                      may("manifest_sha256", &FileSpec::manifest_sha256),
                                      may("manifest_optional", &FileSpec::manifest_optional),
                                      may("app_data", &FileSpec::app_data)};
};

template <>
struct Shape<FileIdentity> {
  static constexpr std::tuple members{may("sha256", &FileIdentity::sha256),
                                      may("content", &FileIdentity::content),
                                      may("manifest", &FileIdentity::manifest),
                                      may("manifest_bytes", &FileIdentity::manifest_bytes),
                                      may("manifest_signature", &FileIdentity::manifest_signature),
                                      may("hash_of_hashes", &FileIdentity::hash_of_hashes),
                                      may("manifest_sha256", &FileIdentity::manifest_sha256)};
};

template <>
struct Shape<FileChange> {
  static constexpr std::tuple members{may("identity", &FileChange::identity),
                                      may("manifest_optional", &FileChange::manifest_optional),
                                      may("path", &FileChange::path),
                                      may("app_data", &FileChange::app_data)};
};

template <>
struct Shape<HttpTerms> {
  static constexpr std::tuple members{may("client_certificate", &HttpTerms::client_certificate),
                                      may("accepted_flaws", &HttpTerms::accepted_flaws),
                                      may("follow_redirects", &HttpTerms::follow_redirects),
                                      may("no_proxy", &HttpTerms::no_proxy),
                                      may("digest_credentials", &HttpTerms::digest_credentials)};
};

template <>
struct Shape<JobSpec> {
  static constexpr std::tuple members{must("name", &JobSpec::name),
                                      may("description", &JobSpec::description),
                                      may("priority", &JobSpec::priority),
                                      may("headers", &JobSpec::headers),
                                      may("proxy", &JobSpec::proxy),
                                      may("ca_file", &JobSpec::ca_file),
                                      may("allow_downgrade", &JobSpec::allow_downgrade),
                                      may("http", &JobSpec::http),
                                      may("connections", &JobSpec::connections),
                                      may("limit_bytes_per_second", &JobSpec::limit),
                                      may("no_progress_timeout_ms", &JobSpec::no_progress_timeout),
                                      may("retry_delay_min_ms", &JobSpec::retry_delay_min),
                                      may("signed_by", &JobSpec::signed_by),
                                      may("notify", &JobSpec::notify),
                                      may("notify_command", &JobSpec::notify_command),
                                      may("costs", &JobSpec::costs),
                                      may("transfer_time_max_ms", &JobSpec::transfer_time_max),
                                      may("size_max", &JobSpec::size_max),
                                      may("validate_first", &JobSpec::validate_first),
                                      may("app_data", &JobSpec::app_data)};
};

template <>
struct Shape<Progress> {
  static constexpr std::tuple members{
      must("bytes_done", &Progress::bytes_done), must("bytes_total", &Progress::bytes_total),
      must("files_done", &Progress::files_done), must("files_total", &Progress::files_total),
      may("bytes_per_second", &Progress::rate),  may("from_origin", &Progress::from_origin),
      may("from_peers", &Progress::from_peers),  may("wasted", &Progress::wasted)};
};

template <>
struct Shape<FileInfo> {
  static constexpr std::tuple members{must("spec", &FileInfo::spec),
                                      may("length", &FileInfo::length),
                                      may("bytes_done", &FileInfo::bytes_done),
                                      may("transferred", &FileInfo::transferred),
                                      may("placed", &FileInfo::placed),
                                      may("content", &FileInfo::content),
                                      may("trust", &FileInfo::trust),
                                      may("signer", &FileInfo::signer),
                                      may("validated", &FileInfo::validated),
                                      may("modified", &FileInfo::modified),
                                      may("from_origin", &FileInfo::from_origin),
                                      may("from_peers", &FileInfo::from_peers),
                                      may("wasted", &FileInfo::wasted),
                                      may("temporary_path", &FileInfo::temporary_path)};
};

template <>
struct Shape<ErrorReport> {
  static constexpr std::tuple members{
      must("error", &ErrorReport::error), must("context", &ErrorReport::context),
      may("protocol", &ErrorReport::protocol), may("url", &ErrorReport::url),
      may("path", &ErrorReport::path)};
};

template <>
struct Shape<JobInfo> {
  static constexpr std::tuple members{must("id", &JobInfo::id),
                                      must("spec", &JobInfo::spec),
                                      must("state", &JobInfo::state),
                                      must("progress", &JobInfo::progress),
                                      may("error", &JobInfo::error),
                                      may("error_count", &JobInfo::error_count),
                                      must("owner", &JobInfo::owner),
                                      may("created", &JobInfo::created),
                                      may("modified", &JobInfo::modified),
                                      may("transferred", &JobInfo::transferred)};
};

template <>
struct Shape<JobEvent> {
  static constexpr std::tuple members{must("kind", &JobEvent::kind), must("job", &JobEvent::job),
                                      may("file", &JobEvent::file)};
};

template <>
struct Shape<Notice> {
  static constexpr std::tuple members{must("kind", &Notice::kind), must("job", &Notice::job),
                                      may("file", &Notice::file)};
};

template <>
struct Shape<Completion> {
  static constexpr std::tuple members{must("files_placed", &Completion::files_placed),
                                      must("files_dropped", &Completion::files_dropped)};
};

template <>
struct Shape<ContentInfo> {
  static constexpr std::tuple members{may("content", &ContentInfo::content),
                                      may("length", &ContentInfo::length),
                                      must("present", &ContentInfo::present),
                                      must("sealed", &ContentInfo::sealed),
                                      may("path", &ContentInfo::path),
                                      may("shared", &ContentInfo::shared),
                                      may("shared_until", &ContentInfo::shared_until)};
};

template <>
struct Shape<PeerStatus> {
  static constexpr std::tuple members{must("content", &PeerStatus::content),
                                      must("address", &PeerStatus::address),
                                      may("client", &PeerStatus::client),
                                      must("class", &PeerStatus::peer_class),
                                      may("speaks_claims", &PeerStatus::speaks_claims),
                                      may("connected", &PeerStatus::connected),
                                      may("received", &PeerStatus::received),
                                      may("sent", &PeerStatus::sent),
                                      may("receiving", &PeerStatus::receiving),
                                      may("sending", &PeerStatus::sending),
                                      may("trouble", &PeerStatus::trouble),
                                      may("banned_until", &PeerStatus::banned_until)};
};

template <>
struct Shape<PeerBan> {
  static constexpr std::tuple members{
      must("address", &PeerBan::address),  may("key", &PeerBan::key),
      must("content", &PeerBan::content),  must("bytes", &PeerBan::bytes),
      may("expected", &PeerBan::expected), may("got", &PeerBan::got),
      may("why", &PeerBan::why),           may("strikes", &PeerBan::strikes),
      may("since", &PeerBan::since),       must("until", &PeerBan::until)};
};

template <>
struct Shape<NewJobRequest> {
  static constexpr std::tuple members{must("spec", &NewJobRequest::spec),
                                      may("files", &NewJobRequest::files),
                                      may("start", &NewJobRequest::start)};
};

template <>
struct Shape<FilesRequest> {
  static constexpr std::tuple members{must("files", &FilesRequest::files)};
};

template <>
struct Shape<UrlsRequest> {
  static constexpr std::tuple members{must("urls", &UrlsRequest::urls)};
};

template <>
struct Shape<RangesRequest> {
  static constexpr std::tuple members{must("ranges", &RangesRequest::ranges)};
};

template <>
struct Shape<PinRequest> {
  static constexpr std::tuple members{may("until", &PinRequest::until)};
};

template <>
struct Shape<HttpAnswer> {
  static constexpr std::tuple members{
      must("status", &HttpAnswer::status), must("head", &HttpAnswer::head),
      must("url", &HttpAnswer::url), must("address", &HttpAnswer::address)};
};

template <>
struct Shape<PrefixRequest> {
  static constexpr std::tuple members{must("from", &PrefixRequest::from),
                                      must("to", &PrefixRequest::to)};
};

template <>
struct Shape<ValidationRequest> {
  static constexpr std::tuple members{must("right", &ValidationRequest::right)};
};

template <>
struct Shape<PlaceRequest> {
  static constexpr std::tuple members{must("files", &PlaceRequest::files)};
};

template <>
struct Shape<Placed> {
  static constexpr std::tuple members{must("placed", &Placed::placed)};
};

template <>
struct Shape<CompleteRequest> {
  static constexpr std::tuple members{may("placed", &CompleteRequest::placed)};
};

template <>
struct Shape<Limits> {
  static constexpr std::tuple members{must("download_limit", &Limits::download_limit)};
};

template <>
struct Shape<JobCreated> {
  static constexpr std::tuple members{must("id", &JobCreated::id)};
};

template <>
struct Shape<JobList> {
  static constexpr std::tuple members{must("jobs", &JobList::jobs), may("next", &JobList::next)};
};

template <>
struct Shape<FileList> {
  static constexpr std::tuple members{must("files", &FileList::files)};
};

template <>
struct Shape<ContentList> {
  static constexpr std::tuple members{must("contents", &ContentList::contents)};
};

template <>
struct Shape<PeerList> {
  static constexpr std::tuple members{must("peers", &PeerList::peers),
                                      may("bans", &PeerList::bans)};
};

template <>
struct Shape<FilesChanged> {
  static constexpr std::tuple members{must("changed", &FilesChanged::changed)};
};

template <>
struct Shape<WrongBytes> {
  static constexpr std::tuple members{must("wrong_bytes", &WrongBytes::wrong_bytes)};
};

template <>
struct Shape<Purged> {
  static constexpr std::tuple members{must("deleted_bytes", &Purged::deleted_bytes)};
};

template <>
struct Shape<PiecesShown> {
  static constexpr std::tuple members{
      must("length", &PiecesShown::length), must("piece_length", &PiecesShown::piece_length),
      must("pieces", &PiecesShown::pieces), must("present", &PiecesShown::present),
      must("bits", &PiecesShown::bits)};
};

template <>
struct Shape<Port> {
  static constexpr std::tuple members{must("port", &Port::port)};
};

template <>
struct Shape<Waited> {
  static constexpr std::tuple members{must("settled", &Waited::settled), must("job", &Waited::job)};
};

template <>
struct Shape<EventsReady> {
  static constexpr std::tuple members{must("resumed", &EventsReady::resumed)};
};

template <>
struct Shape<NoticesReady> {
  static constexpr std::tuple members{must("stream", &NoticesReady::stream)};
};

template <>
struct Shape<NoticeSent> {
  static constexpr std::tuple members{must("notice", &NoticeSent::notice),
                                      must("answer", &NoticeSent::answer),
                                      must("value", &NoticeSent::value)};
};

template <>
struct Shape<NoticeAnswer> {
  static constexpr std::tuple members{must("notice", &NoticeAnswer::notice),
                                      must("accepted", &NoticeAnswer::accepted)};
};

}  // namespace freshet::wire
