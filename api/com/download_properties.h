// The property bag of a download: what each property is, and what was set.
//
// Any thread, guarded by who owns it. Which state allows a change is the download's to say.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "api/com/app_data.h"
#include "api/com/object.h"
#include "freshet/com/do_types.h"
#include "freshet/com/variant.h"
#include "freshet/http_answer.h"
#include "freshet/job.h"

namespace freshet::com {

class DownloadProperties {
 public:
  // When a property may be set, besides never.
  enum class When { before_start, while_idle, any_time };
  [[nodiscard]] static When when(DODownloadProperty id);

  // DO_E_UNKNOWN_PROPERTY_ID, DO_E_READ_ONLY_PROPERTY, E_INVALIDARG, INET_E_INVALID_URL, E_NOTIMPL,
  // DO_E_FILE_DOWNLOADSINK_ALREADY_SET.
  [[nodiscard]] static HRESULT check_set(DODownloadProperty id);
  [[nodiscard]] HRESULT set(DODownloadProperty id, VARIANT const& value);
  // DO_E_UNKNOWN_PROPERTY_ID, DO_E_WRITE_ONLY_PROPERTY, E_NOT_SET.
  [[nodiscard]] HRESULT get(DODownloadProperty id, VARIANT* value) const;

  [[nodiscard]] std::string text(DODownloadProperty id) const;  // Empty: not set.
  [[nodiscard]] bool flag(DODownloadProperty id) const { return number(id) != 0; }
  [[nodiscard]] std::uint64_t number(DODownloadProperty id) const;  // Or its default.
  [[nodiscard]] std::optional<std::uint64_t> expected_size() const;
  template <typename Interface>
  [[nodiscard]] Ref<Interface> object(DODownloadProperty id) const {
    auto const found = values_.find(id);
    if (found == values_.end()) return {};
    return query<Interface>(std::get<Ref<IUnknown>>(found->second).get());
  }
  void put(DODownloadProperty id, std::string text) { values_[id] = std::move(text); }
  // Of the server, as the properties about its answer tell it.
  void note(HttpAnswer const& answer);

  // What a job is to be like. DO_E_DOWNLOAD_NO_URI, DO_E_INVALID_CONTENT_ID,
  // DO_E_FILE_DOWNLOADSINK_UNSPECIFIED, DO_E_INTEGRITYCHECKINFO_UNSPECIFIED.
  [[nodiscard]] HRESULT check_start() const;
  void shape(JobSpec& spec) const;
  void shape(FileSpec& file) const;
  // Headers that are sent once a server has asked who we are.
  [[nodiscard]] std::vector<Header> answers_to_challenge() const;

  // All that has a text or a number, for a download that outlives the process.
  void save(AppData& data) const;
  void load(AppData const& data);

 private:
  using Value = std::variant<std::string, std::uint64_t, Ref<IUnknown>>;
  [[nodiscard]] HRESULT set_text(DODownloadProperty id, VARIANT const& value);
  [[nodiscard]] HRESULT set_number(DODownloadProperty id, VARIANT const& value);
  [[nodiscard]] HRESULT set_certificate(SAFEARRAY const* bytes);
  [[nodiscard]] HRESULT set_object(DODownloadProperty id, VARIANT const& value);
  [[nodiscard]] bool has(DODownloadProperty id) const { return values_.contains(id); }

  std::map<DODownloadProperty, Value> values_;
};

}  // namespace freshet::com
