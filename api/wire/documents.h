// What requests and answers carry around the vocabulary. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/client.h"

namespace freshet::wire {

struct NewJobRequest {
  JobSpec spec;
  std::vector<FileSpec> files;
  bool start = false;  // Created and resumed in one write.
};
struct FilesRequest {
  std::vector<FileSpec> files;
};
struct UrlsRequest {
  std::vector<std::string> urls;
};
struct RangesRequest {
  std::vector<ByteRange> ranges;
};
struct PrefixRequest {
  std::string from;
  std::string to;
};
struct ValidationRequest {
  bool right = false;
};
// Files count from 0 within their job.
struct PlaceRequest {
  std::vector<std::uint32_t> files;  // With one open file for each.
};
struct Placed {
  std::vector<std::uint32_t> placed;
};
struct CompleteRequest {
  std::optional<std::vector<std::uint32_t>> placed;  // Absent: the daemon places by path.
};
struct ShareRequest {
  std::optional<Duration> for_a_while;  // Absent: until it is unshared.
};
struct PinRequest {
  std::optional<WallTime> until;  // Absent: until it is unpinned.
};
struct PageUrl {
  std::string url;
};
struct PageCode {
  std::string code;
};
struct PageToken {
  std::string token;
};
struct Limits {
  BytesPerSecond download_limit{};
};

struct JobCreated {
  JobId id;
};
struct JobList {
  std::vector<JobInfo> jobs;
  std::optional<std::uint64_t> next;  // What to ask for `after`; absent: these are the last.
};
struct FileList {
  std::vector<FileInfo> files;
};
struct ContentList {
  std::vector<ContentInfo> contents;
};
struct PeerList {
  std::vector<PeerStatus> peers;
  std::vector<PeerBan> bans;
};
struct PolicyShown {
  std::vector<PolicyEntry> policies;
  PolicyVerdict verdict;
};
struct StatusList {
  std::vector<FileStatus> files;
};
struct FilesChanged {
  std::uint32_t changed = 0;
};
struct WrongBytes {
  Bytes wrong_bytes = 0;
};
struct Purged {
  Bytes deleted_bytes = 0;
};
struct PiecesShown {
  Bytes length = 0;
  Bytes piece_length = 0;
  std::uint32_t pieces = 0;
  std::uint32_t present = 0;
  std::string bits;  // Base64.
};
struct Port {
  std::uint16_t port = 0;
};
struct Waited {
  bool settled = false;
  JobInfo job;
};

// What streams of events and notices begin with.
struct EventsReady {
  bool resumed = false;  // Everything since Last-Event-ID follows; otherwise ask for a snapshot.
};
struct NoticesReady {
  std::string stream;
};
// A notice on its way to a handler, and the handler's answer to it.
struct NoticeSent {
  std::uint64_t notice = 0;
  bool answer = false;  // Whether one is waited for.
  Notice value;
};
struct NoticeAnswer {
  std::uint64_t notice = 0;
  bool accepted = false;
};

}  // namespace freshet::wire
