// How fast metrics takes cells in when it is rebuilt: returns of 18 cells, as England's A&E return
// has, and large ones, under the five metrics of deploy/england. Each figure is the best of some
// rounds, in cells a second on one thread:
//
//   leaves   the leaves alone (services/metrics/domain/leaf_program.h)
//   taken    entries converted, leaves computed, all of it written to a store on disk
//   checked  the same after what the consumer checks of each page: the cells' and the entries'
//   hashes
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/testing/temporary_folder.h"
#include "common/cells/cell_chunk.h"
#include "common/digest/digest.h"
#include "common/ledger/merkle.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/app/fact_from_entry.h"
#include "services/metrics/domain/leaf.h"
#include "services/metrics/domain/projection.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/stored_tables.h"

namespace onereturn::metrics {
namespace {

constexpr size_t kPageEntries = 512;
constexpr size_t kPageCellBytes = 8 * 1024 * 1024;

struct Options {
  std::string definitions = ONERETURN_SOURCE_DIR "/deploy/england/metrics.textproto";
  int rounds = 5;
  int cells = 2'000'000;
};

// One return as it lies in the feed.
struct Sent {
  feed::v1::Entry entry;
  std::string bytes;
  std::vector<std::string> chunks;
};

// The cells of the A&E return, once for each of `sites`; 0: without sites.
std::vector<Cell> CellsOf(int sites, int64_t salt) {
  std::vector<Cell> cells;
  for (int site = 0; site < std::max(sites, 1); ++site) {
    const auto add = [&](const char* item, std::vector<DimensionValue> dimensions) {
      if (sites > 0) dimensions.push_back({"site", absl::StrCat("s", 10'000 + site)});
      const int64_t figure = salt * 7 + static_cast<int64_t>(cells.size()) * 31 % 9'973;
      cells.push_back(Cell{item, std::move(dimensions), Decimal::FromWhole(figure)});
    };
    for (const char* department : {"other", "type1", "type2"}) {
      for (const char* booked : {"no", "yes"}) {
        add("ae_attendances", {{"booked", booked}, {"department", department}});
        add("ae_over_four_hours", {{"booked", booked}, {"department", department}});
      }
      add("ae_admissions_via_ae", {{"department", department}});
    }
    for (const char* item : {"ae_waits_four_to_twelve_hours", "ae_waits_over_twelve_hours",
                             "ae_other_emergency_admissions"}) {
      add(item, {});
    }
  }
  return cells;
}

std::vector<Sent> ReturnsOf(int sites, int cells_in_all, size_t* cells) {
  std::vector<Sent> returns;
  for (*cells = 0; *cells < static_cast<size_t>(cells_in_all);) {
    const int i = static_cast<int>(returns.size());
    const std::vector<Cell> of_return = CellsOf(sites, i);
    *cells += of_return.size();
    Sent sent;
    sent.chunks = PackCells(of_return).value();
    feed::v1::ReturnAccepted accepted;
    accepted.set_organisation(absl::StrCat("R", 1'000 + i % 250));
    accepted.set_collection("MSitAE");
    accepted.set_period(
        absl::StrCat(2000 + i / 250 / 12 % 100, i / 250 % 12 < 9 ? "-0" : "-", i / 250 % 12 + 1));
    accepted.set_revision(1);
    for (const std::string& chunk : sent.chunks) {
      const Digest digest = Sha256(chunk);
      accepted.add_chunk_digests(std::string(DigestBytes(digest)));
    }
    sent.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
    sent.entry.set_format(1);
    sent.entry.set_epoch(1);
    sent.entry.set_sequence(returns.size() + 1);
    sent.entry.set_time_micros(1'000 + i);
    sent.entry.set_fact(accepted.SerializeAsString());
    sent.bytes = sent.entry.SerializeAsString();
    returns.push_back(std::move(sent));
  }
  return returns;
}

using BenchClock = std::chrono::steady_clock;

double SecondsSince(BenchClock::time_point begin) {
  return std::chrono::duration<double>(BenchClock::now() - begin).count();
}

absl::StatusOr<double> Leaves(const std::vector<MetricDefinition>& definitions,
                              const std::vector<Sent>& returns) {
  std::vector<const MetricDefinition*> pointers;
  for (const MetricDefinition& definition : definitions) pointers.push_back(&definition);
  const BenchClock::time_point begin = BenchClock::now();
  const LeafProgram program(pointers);
  for (const Sent& sent : returns) RETURN_IF_ERROR(program.Run(sent.chunks, 1).status());
  return SecondsSince(begin);
}

// What the consumer does with a page before it hands it on.
absl::Status Check(const std::vector<Sent>& returns, size_t from, size_t to, Frontier* frontier) {
  for (size_t i = from; i < to; ++i) {
    frontier->Append(HashLeaf(returns[i].bytes));
    feed::v1::Entry entry;
    feed::v1::ReturnAccepted accepted;
    if (!entry.ParseFromString(returns[i].bytes) || !accepted.ParseFromString(entry.fact())) {
      return absl::DataLossError("an entry cannot be read");
    }
    for (size_t chunk = 0; chunk < returns[i].chunks.size(); ++chunk) {
      const Digest digest = Sha256(returns[i].chunks[chunk]);
      if (DigestBytes(digest) != accepted.chunk_digests(static_cast<int>(chunk))) {
        return absl::DataLossError("a chunk is another");
      }
    }
  }
  frontier->Root();
  return absl::OkStatus();
}

absl::StatusOr<double> Take(const std::vector<MetricDefinition>& definitions,
                            const std::vector<Sent>& returns, bool check) {
  const TemporaryFolder folder;
  StoreOptions options;
  options.path = folder.File("store");
  options.service = "metrics";
  options.column_families = MetricsFamilies();
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, Store::Create(options));
  StoredTables tables(store.get());
  ASSIGN_OR_RETURN(const std::unique_ptr<Projection> projection, Projection::Open(&tables));
  std::vector<Fact> facts;
  for (const MetricDefinition& definition : definitions) {
    facts.push_back(Fact{1, facts.size() + 1, 1, definition});
  }
  RETURN_IF_ERROR(projection->Apply(Feed::kMetrics, facts, CursorNote{1, 1, "", true}));
  const BenchClock::time_point begin = BenchClock::now();
  Frontier frontier;
  for (size_t i = 0; i < returns.size();) {
    const size_t from = i;
    facts.clear();
    size_t bytes = 0;
    for (; i < returns.size() && i - from < kPageEntries && bytes < kPageCellBytes; ++i) {
      ASSIGN_OR_RETURN(Fact fact, FactFromEntry(returns[i].entry, returns[i].chunks));
      facts.push_back(std::move(fact));
      for (const std::string& chunk : returns[i].chunks) bytes += chunk.size();
    }
    if (check) RETURN_IF_ERROR(Check(returns, from, i, &frontier));
    RETURN_IF_ERROR(
        projection->Apply(Feed::kIngestion, facts, CursorNote{1, 1, frontier.Serialize(), false}));
  }
  return SecondsSince(begin);
}

absl::Status Measure(const char* what, int rounds, size_t cells,
                     const std::function<absl::StatusOr<double>()>& seconds) {
  double best_seconds = 1e9;
  for (int round = 0; round < rounds; ++round) {
    ASSIGN_OR_RETURN(const double took, seconds());
    best_seconds = std::min(best_seconds, took);
  }
  std::printf("  %-8s %6.2f million cells a second\n", what,
              static_cast<double>(cells) / best_seconds / 1e6);
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  config::v1::DefinitionSet set;
  RETURN_IF_ERROR(ReadTextProto(options.definitions, &set));
  std::vector<MetricDefinition> definitions;
  for (const v1::Metric& metric : set.metrics()) {
    ASSIGN_OR_RETURN(MetricDefinition definition, DefinitionFromWire(metric));
    definition.version = 1;
    definitions.push_back(std::move(definition));
  }
  for (const int sites : {0, 10, 10'000}) {
    size_t cells = 0;
    const std::vector<Sent> returns = ReturnsOf(sites, options.cells, &cells);
    std::printf("%zu returns of %zu cells, %zu metrics\n", returns.size(), cells / returns.size(),
                definitions.size());
    RETURN_IF_ERROR(
        Measure("leaves", options.rounds, cells, [&] { return Leaves(definitions, returns); }));
    RETURN_IF_ERROR(
        Measure("taken", options.rounds, cells, [&] { return Take(definitions, returns, false); }));
    RETURN_IF_ERROR(Measure("checked", options.rounds, cells,
                            [&] { return Take(definitions, returns, true); }));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::metrics

int main(int argument_count, char** arguments) {
  onereturn::metrics::Options options;
  CLI::App app("How fast metrics takes cells in when it is rebuilt.");
  app.add_option("--definitions", options.definitions, "text protobuf of the metrics");
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 100));
  app.add_option("--cells", options.cells, "cells of each kind of return, in all")
      ->check(CLI::Range(1'000, 100'000'000));
  CLI11_PARSE(app, argument_count, arguments);
  const absl::Status status = onereturn::metrics::Run(options);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
