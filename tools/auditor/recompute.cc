#include "tools/auditor/recompute.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tools/auditor/feed_reading.h"
#include "tools/auditor/figure.h"
#include "tools/auditor/service.h"

namespace onereturn::auditor {
namespace {

// A feed read to a head that its root is that of.
struct WholeFeed {
  std::unique_ptr<Service> service;
  ledger::v1::SignedHead head;
  FeedReading reading;

  Place place() const { return {service->name(), head.epoch(), head.size()}; }
};

absl::StatusOr<WholeFeed> ReadWhole(const config::v1::ClientProfile& profile,
                                    const std::string& name, const ReadingOptions& options,
                                    Report* report) {
  WholeFeed feed;
  auto service = Service::Connect(profile, name);
  if (!service.ok()) return service.status();
  feed.service = *std::move(service);
  const auto head = feed.service->GetHead(std::nullopt);
  if (!head.ok()) return head.status();
  feed.head = head->head();
  auto reading = ReadFeed(*feed.service, 0, feed.head.size(), options);
  if (!reading.ok()) return reading.status();
  feed.reading = *std::move(reading);
  Tree tree;
  for (const Mark& mark : feed.reading.marks) tree.Append(mark.leaf);
  if (tree.size() < feed.head.size() || View(tree.RootAt(feed.head.size())) != feed.head.root()) {
    report->Add(LieKind::kForgedHead, name, absl::StrCat("the head of ", feed.head.size()),
                "the root of the entries it serves", Hex(feed.head.root()));
  }
  for (Lie& lie : feed.reading.faults.lies) report->lies.push_back(std::move(lie));
  Examined examined;
  examined.service = name;
  examined.epoch = feed.head.epoch();
  examined.size = feed.head.size();
  examined.root = Hex(feed.head.root());
  examined.entries = feed.reading.marks.size();
  examined.chunks = feed.reading.chunks;
  report->examined.push_back(examined);
  return feed;
}

class Recomputing {
 public:
  Recomputing(const RecomputeOptions& options, Report* report)
      : options_(options), report_(*report) {}

  absl::Status Run() {
    const auto days = DaysOf(options_.period);
    if (!days.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", options_.period, "\" is no period"));
    }
    basis_.period = *days;
    auto metrics = ReadWhole(options_.profile, "metrics", {.contents = true}, &report_);
    if (!metrics.ok()) return metrics.status();
    const auto& defined = metrics->reading.contents.metrics;
    const auto metric = defined.find("metrics/" + options_.metric);
    if (metric == defined.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the ledger of metrics defines no metric \"", options_.metric, "\""));
    }
    basis_.metric = metric->second;
    auto ingestion = ReadWhole(options_.profile, "ingestion", ReadingOfCells(), &report_);
    if (!ingestion.ok()) return ingestion.status();
    TakeCatalogue(ingestion->reading.contents);
    const std::string position = PositionText({ingestion->place(), metrics->place()});
    for (const std::string& organisation : Asked()) {
      CompareOne(*metrics->service, organisation, position);
    }
    return absl::OkStatus();
  }

 private:
  ReadingOptions ReadingOfCells() {
    ReadingOptions options;
    options.contents = true;
    options.wanted = [this](const feed::v1::ReturnAccepted& fact) {
      return fact.collection() == basis_.metric.collection() && fact.period() == options_.period;
    };
    // Revisions come in order: the newest stays.
    options.take_cells = [this](const feed::v1::Entry& /*entry*/,
                                const feed::v1::ReturnAccepted& fact,
                                const std::vector<Cell>& cells) {
      basis_.by_provider[fact.organisation()] = SumOf(basis_.metric, cells);
    };
    return options;
  }

  void TakeCatalogue(const Contents& contents) {
    for (const auto& [name, organisation] : contents.organisations) {
      basis_.organisations[organisation.code()] = organisation;
    }
    for (const auto& [name, item] : contents.items) {
      basis_.additive[item.code()] = item.additive_over_organisations();
    }
  }

  std::vector<std::string> Asked() const {
    if (!options_.organisations.empty()) return options_.organisations;
    std::vector<std::string> all;
    for (const auto& [code, organisation] : basis_.organisations) {
      switch (organisation.type()) {
        case catalogue::v1::ORGANISATION_TYPE_PROVIDER:
        case catalogue::v1::ORGANISATION_TYPE_UNKNOWN:
        case catalogue::v1::ORGANISATION_TYPE_ICB:
        case catalogue::v1::ORGANISATION_TYPE_REGION:
        case catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY:
          all.push_back(code);
          break;
        default:
          break;
      }
    }
    return all;
  }

  void CompareOne(const Service& metrics, const std::string& organisation,
                  const std::string& position) {
    const std::string place =
        absl::StrCat(options_.metric, " of ", organisation, " in ", options_.period);
    const std::optional<Figure> figure = Compute(basis_, organisation);
    const auto served =
        metrics.MetricValue(options_.metric, organisation, options_.period, position);
    if (!served.ok()) {
      report_.unchecked.push_back(absl::StrCat(place, ": ", served.status().message()));
      return;
    }
    if (!figure.has_value()) {
      report_.Add(LieKind::kServedUnrecorded, "metrics", place, "nothing: no such organisation",
                  served->display());
      return;
    }
    ++report_.examined.front().served;
    const std::string words =
        absl::StrCat(metrics::v1::ValueState_Name(figure->state), ", ", figure->numerator, " / ",
                     figure->denominator, " x ", basis_.metric.factor(), ", of ", figure->providers,
                     " providers");
    const auto difference = Difference(*figure, *served);
    if (difference.has_value()) {
      report_.Add(LieKind::kFigureDiffers, "metrics", place, words, *difference);
    } else if (options_.organisations.size() == 1) {
      report_.notes.push_back(absl::StrCat(place, ": ", words, " = ", served->display()));
    }
  }

  const RecomputeOptions& options_;
  Report& report_;
  FigureBasis basis_;
};

}  // namespace

Report Recompute(const RecomputeOptions& options) {
  Report report;
  if (absl::Status status = Recomputing(options, &report).Run(); !status.ok()) {
    report.unchecked.push_back(std::string(status.message()));
  }
  return report;
}

}  // namespace onereturn::auditor
