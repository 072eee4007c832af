// Findings as one text, to compare with. Pure.
#pragma once

#include <string>

#include "api/doctor/finding.h"

namespace freshet::test {

// "warning check: text -> remedy" a line.
[[nodiscard]] inline std::string text_of(doctor::Findings const& findings) {
  std::string all;
  for (auto const& finding : findings) {
    all += std::string(name(finding.severity)) + " " + std::string(name(finding.check)) + ": " +
           finding.text + (finding.remedy.empty() ? "" : " -> " + finding.remedy) + "\n";
  }
  return all;
}

[[nodiscard]] inline bool says(doctor::Findings const& findings, std::string const& part) {
  return text_of(findings).find(part) != std::string::npos;
}

}  // namespace freshet::test
