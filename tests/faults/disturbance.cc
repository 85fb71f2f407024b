#include "tests/faults/disturbance.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr int kServices = 3;

absl::Status Begin(const std::string& service, const Trouble& trouble, LinkedSuite* suite) {
  switch (trouble.fate) {
    case Fate::kStopped:
      if (trouble.in_order) return suite->suite().Stop(service);
      suite->suite().Kill9(service);
      break;
    case Fate::kPaused:
      suite->suite().process(service)->Send(SIGSTOP);
      break;
    case Fate::kCutOff:
      suite->CutOff(service, trouble.clients_too);
      break;
    case Fate::kRuns:
      break;
  }
  return absl::OkStatus();
}

absl::Status End(const std::string& service, const Trouble& trouble, LinkedSuite* suite) {
  switch (trouble.fate) {
    case Fate::kStopped:
      return suite->suite().Start(service);
    case Fate::kPaused:
      suite->suite().process(service)->Send(SIGCONT);
      break;
    case Fate::kCutOff:
      suite->Reach(service, trouble.after);
      break;
    case Fate::kRuns:
      break;
  }
  return absl::OkStatus();
}

std::string WordsOf(const Trouble& trouble) {
  switch (trouble.fate) {
    case Fate::kStopped:
      return trouble.in_order ? "stopped" : "killed";
    case Fate::kPaused:
      return "paused";
    case Fate::kCutOff:
      return absl::StrCat("cut off", trouble.clients_too ? " from all" : " from services",
                          trouble.after == AfterDark::kStayDead ? ", forgotten" : "");
    case Fate::kRuns:
      break;
  }
  return "running";
}

}  // namespace

int Disturbance::Count() {
  int all = 1;
  for (int i = 0; i < kServices; ++i) all *= kFates;
  return all - 1;
}

Disturbance Disturbance::Of(int number, uint64_t seed, int64_t length_ms) {
  std::mt19937_64 random(seed);
  Disturbance disturbance;
  int rest = number;
  for (const std::string& service : Deployment::Services()) {
    Trouble& trouble = disturbance.troubles[service];
    trouble.fate = static_cast<Fate>(rest % kFates);
    rest /= kFates;
    const int64_t fifth = length_ms / 5;
    trouble.from_ms = static_cast<int64_t>(random() % static_cast<uint64_t>(fifth));
    trouble.to_ms = length_ms - static_cast<int64_t>(random() % static_cast<uint64_t>(fifth));
    trouble.in_order = random() % 2 == 0;
    trouble.clients_too = random() % 2 == 0;
    trouble.after = random() % 2 == 0 ? AfterDark::kGoOn : AfterDark::kStayDead;
  }
  return disturbance;
}

std::string Disturbance::ToString() const {
  return absl::StrJoin(troubles, "; ", [](std::string* text, const auto& trouble) {
    absl::StrAppend(text, trouble.first, " ", WordsOf(trouble.second));
  });
}

absl::Status Disturbance::Happen(LinkedSuite* suite, const std::function<void()>& midway) const {
  // What happens when, in milliseconds from now.
  std::multimap<int64_t, std::function<absl::Status()>> events;
  int64_t last_begin = 0;
  for (const auto& [name, told] : troubles) {
    const std::string& service = name;
    const Trouble& trouble = told;
    if (trouble.fate == Fate::kRuns) continue;
    events.emplace(trouble.from_ms, [&, suite] { return Begin(service, trouble, suite); });
    events.emplace(trouble.to_ms, [&, suite] { return End(service, trouble, suite); });
    last_begin = std::max(last_begin, trouble.from_ms);
  }
  // As late as can be: before whatever comes after the last beginning.
  const auto first_end = events.upper_bound(last_begin);
  events.emplace_hint(first_end, first_end->first, [&midway] {
    midway();
    return absl::OkStatus();
  });
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& [at_ms, event] : events) {
    // When a trouble begins and ends is what is chosen here; nothing waits for a condition by it.
    std::this_thread::sleep_until(begin + std::chrono::milliseconds(at_ms));
    RETURN_IF_ERROR(event());
  }
  return absl::OkStatus();
}

}  // namespace onereturn
