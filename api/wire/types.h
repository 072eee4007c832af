// Every type that can be written and read: one list for both directions.
//
// For wire_write.cpp and wire_read.cpp.
#pragma once

#define FRESHET_WIRE_TYPES(X) \
  X(JobSpec)                  \
  X(FileSpec)                 \
  X(FileChange)               \
  X(JobInfo)                  \
  X(FileInfo)                 \
  X(JobEvent)                 \
  X(Notice)                   \
  X(ContentInfo)              \
  X(PeerStatus)               \
  X(ErrorReport)              \
  X(Completion)               \
  X(PolicyEntry)              \
  X(PolicyVerdict)            \
  X(FileStatus)               \
  X(PerfSnapshot)             \
  X(Conditions)               \
  X(Caller)                   \
  X(Error)                    \
  X(NewJobRequest)            \
  X(FilesRequest)             \
  X(UrlsRequest)              \
  X(RangesRequest)            \
  X(PrefixRequest)            \
  X(ValidationRequest)        \
  X(PlaceRequest)             \
  X(Placed)                   \
  X(CompleteRequest)          \
  X(ShareRequest)             \
  X(PinRequest)               \
  X(HttpAnswer)               \
  X(Limits)                   \
  X(PageUrl)                  \
  X(PageCode)                 \
  X(PageToken)                \
  X(JobCreated)               \
  X(JobList)                  \
  X(FileList)                 \
  X(ContentList)              \
  X(PeerList)                 \
  X(PolicyShown)              \
  X(StatusList)               \
  X(NodeShown)                \
  X(NodeKeys)                 \
  X(PatternRequest)           \
  X(AllowedOrigins)           \
  X(UrlRequest)               \
  X(Pins)                     \
  X(PurgeRequest)             \
  X(PurgedUrls)               \
  X(FilesChanged)             \
  X(WrongBytes)               \
  X(Purged)                   \
  X(PiecesShown)              \
  X(Port)                     \
  X(Waited)                   \
  X(EventsReady)              \
  X(NoticesReady)             \
  X(NoticeSent)               \
  X(NoticeAnswer)
