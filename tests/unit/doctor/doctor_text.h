// Findings as one text, to compare with.
#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "api/doctor/finding.h"

namespace freshet::test {

// "warning check: text -> remedy" a line. Whatever is not well has a remedy.
[[nodiscard]] inline std::string text_of(doctor::Findings const& findings) {
  std::string all;
  for (auto const& finding : findings) {
    INFO(finding.text);
    CHECK((finding.severity == doctor::Severity::ok || !finding.remedy.empty()));
    all += std::string(name(finding.severity)) + " " + std::string(name(finding.check)) + ": " +
           finding.text + (finding.remedy.empty() ? "" : " -> " + finding.remedy) + "\n";
  }
  return all;
}

[[nodiscard]] inline bool says(doctor::Findings const& findings, std::string const& part) {
  return text_of(findings).find(part) != std::string::npos;
}

}  // namespace freshet::test
