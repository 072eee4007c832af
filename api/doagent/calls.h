// The nine methods: a request in, a reply out.
//
// Any thread. Calls wait for the disk, never for the daemon or the network.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/doagent/call.h"
#include "api/doagent/table.h"

namespace freshet::doagent {

struct CallRules {
  std::vector<std::string> folders;  // Where destinations may be; empty: anywhere.
  // Whether this user may create downloads.
  std::function<bool(std::uint32_t uid)> may_create;
};

class Calls {
 public:
  // `changed` hears of each download that somebody has to look after anew.
  Calls(Table& table, CallRules rules, std::function<void(std::shared_ptr<Entry> const&)> changed)
      : table_(table), rules_(std::move(rules)), changed_(std::move(changed)) {}

  [[nodiscard]] std::string answer(MethodCall const& call, std::uint32_t caller);
  // Whether answering waits for the disk.
  [[nodiscard]] static bool waits(Method method) {
    return method != Method::get_status && method != Method::get_property &&
           method != Method::enumerate;
  }
  // As an abort by its owner; of a download that nobody wants any more the file is kept.
  void drop(std::shared_ptr<Entry> const& entry);

 private:
  using Answer = Coded<std::string>;  // JSON.

  [[nodiscard]] Answer run(MethodCall const& call, std::uint32_t caller);
  [[nodiscard]] Answer create(MethodCall const& call, std::uint32_t caller);
  [[nodiscard]] Answer act(MethodCall const& call, std::shared_ptr<Entry> const& entry);
  [[nodiscard]] Answer start(std::shared_ptr<Entry> const& entry);
  [[nodiscard]] Answer start_first(Entry& entry, Download const& download);
  [[nodiscard]] Answer pause(std::shared_ptr<Entry> const& entry);
  [[nodiscard]] Answer end(std::shared_ptr<Entry> const& entry, bool finished);
  [[nodiscard]] Answer status(Entry const& entry) const;
  [[nodiscard]] Answer property(Entry const& entry, MethodCall const& call) const;
  [[nodiscard]] Answer set(std::shared_ptr<Entry> const& entry, MethodCall const& call);
  [[nodiscard]] Download copy_of(Entry const& entry) const;

  Table& table_;
  CallRules const rules_;
  std::function<void(std::shared_ptr<Entry> const&)> const changed_;
};

}  // namespace freshet::doagent
