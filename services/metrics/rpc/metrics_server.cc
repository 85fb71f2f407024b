#include "services/metrics/rpc/metrics_server.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/feed/wire.h"
#include "common/rpc/limits.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/app/watch_values.h"
#include "services/metrics/domain/league.h"
#include "services/metrics/domain/trend.h"

namespace onereturn::metrics {
namespace {

absl::StatusOr<ReadWish> ToWish(const common::v1::ReadAt& read, const CallContext& call) {
  ReadWish wish;
  wish.at_least = read.at_least();
  wish.as_of_position = read.as_of_position();
  if (read.has_as_of_time()) {
    ASSIGN_OR_RETURN(wish.as_of_time, onereturn::FromWire(read.as_of_time()));
  }
  wish.deadline = call.deadline;
  if (!IsService(call.caller)) wish.caller = ShareKey(call.caller);
  return wish;
}

absl::Status Required(absl::string_view field, const std::string& text) {
  if (!text.empty()) return absl::OkStatus();
  return Error(Reason::kMissing, absl::StrCat("\"", field, "\" is empty"))
      .Field(field, "is required");
}

// Takes a page of `items`, in order of key, that goes on after a token. All pages are read at the
// first one's position.
class Pager {
 public:
  static absl::StatusOr<Pager> Start(const PageTokens* tokens,
                                     const google::protobuf::Message* request,
                                     const CallContext& call, int32_t page_size,
                                     const std::string& page_token, ReadWish* wish) {
    Pager pager;
    pager.tokens_ = tokens;
    pager.request_ = request;
    pager.caller_ = call.caller.spiffe_id;
    ASSIGN_OR_RETURN(pager.size_, PageSize(page_size));
    ASSIGN_OR_RETURN(pager.place_, tokens->Read(*request, pager.caller_, page_token));
    if (!pager.place_.position.empty()) {
      wish->as_of_position = pager.place_.position;
      wish->as_of_time.reset();
    }
    return pager;
  }

  // Adds the page's items by `add(item)` and answers the next page's token.
  template <typename Item, typename Key, typename Add>
  std::string Fill(const std::vector<Item>& items, const std::string& position, Key key,
                   Add add) const {
    std::string last;
    int taken = 0;
    for (const Item& item : items) {
      const std::string& code = key(item);
      if (!place_.after.empty() && code <= place_.after) continue;
      if (taken == size_) {
        return tokens_->Write(*request_, caller_, PagePlace{last, position});
      }
      add(item);
      last = code;
      ++taken;
    }
    return "";
  }

 private:
  const PageTokens* tokens_ = nullptr;
  const google::protobuf::Message* request_ = nullptr;
  std::string caller_;
  int size_ = 0;
  PagePlace place_;
};

}  // namespace

grpc::ServerUnaryReactor* MetricsServer::UpdateMetric(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return mutations_->Start<v1::UpdateMetricRequest, v1::UpdateMetricResponse>(
      context, request, response,
      [this](Mutation<v1::UpdateMetricRequest, v1::UpdateMetricResponse> mutation) {
        DefineRequest define;
        define.actor = mutation.call.caller.spiffe_id;
        define.request_id = mutation.request.request_id();
        define.digest = mutation.digest;
        define.validate_only = mutation.request.validate_only();
        define.metric = mutation.request.metric();
        define.person = mutation.call.caller.person;
        define.role = mutation.call.caller.role;
        define.check_collection = [caller = mutation.call.caller](const std::string& collection) {
          return caller.CheckCollection("", collection);
        };
        define_->Run(
            define, [respond = std::move(mutation.respond)](absl::StatusOr<DefinedMetric> defined) {
              if (!defined.ok()) return respond(defined.status());
              v1::UpdateMetricResponse answer;
              *answer.mutable_metric() = std::move(defined->metric);
              if (defined->accepted.has_value()) {
                *answer.mutable_receipt() = onereturn::ToWire(*defined->accepted);
                answer.set_replayed(defined->accepted->replayed);
              }
              answer.set_unchanged(defined->unchanged);
              respond(std::move(answer));
            });
      });
}

grpc::Status MetricsServer::GetMetric(grpc::ServerContext* context,
                                      const v1::GetMetricRequest* request,
                                      v1::GetMetricResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    RETURN_IF_ERROR(Required("name", request->name()));
    absl::string_view code = request->name();
    if (!absl::ConsumePrefix(&code, "metrics/")) return NotFound();
    ASSIGN_OR_RETURN(const ReadWish wish, ToWish(request->read(), call));
    return reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      ASSIGN_OR_RETURN(const DefinitionRecord record,
                       reader->FindDefinition(code, request->version()));
      *response->mutable_metric() = ToWire(record);
      response->set_position(PositionText(reader->position()));
      return absl::OkStatus();
    });
  });
}

grpc::Status MetricsServer::ListMetrics(grpc::ServerContext* context,
                                        const v1::ListMetricsRequest* request,
                                        v1::ListMetricsResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(ReadWish wish, ToWish(request->read(), call));
    ASSIGN_OR_RETURN(const Pager pager,
                     Pager::Start(&page_tokens_, request, call, request->page_size(),
                                  request->page_token(), &wish));
    return reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      response->Clear();
      response->set_position(PositionText(reader->position()));
      ASSIGN_OR_RETURN(const std::vector<DefinitionRecord> records, reader->Definitions());
      response->set_next_page_token(pager.Fill(
          records, response->position(),
          [](const DefinitionRecord& record) -> const std::string& {
            return record.definition.code;
          },
          [response](const DefinitionRecord& record) {
            *response->add_metrics() = ToWire(record);
          }));
      return absl::OkStatus();
    });
  });
}

grpc::Status MetricsServer::GetMetricValue(grpc::ServerContext* context,
                                           const v1::GetMetricValueRequest* request,
                                           v1::GetMetricValueResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    RETURN_IF_ERROR(Required("metric", request->metric()));
    RETURN_IF_ERROR(Required("organisation", request->organisation()));
    ASSIGN_OR_RETURN(const Period period, PeriodFromWire("period", request->period()));
    ASSIGN_OR_RETURN(const auto hierarchy_day, HierarchyDayFromWire(request->hierarchy_date()));
    ASSIGN_OR_RETURN(const ReadWish wish, ToWish(request->read(), call));
    return reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      reader->RestateOn(hierarchy_day);
      ASSIGN_OR_RETURN(const DefinitionRecord record,
                       reader->Definition(request->metric(), request->metric_version()));
      ASSIGN_OR_RETURN(const MetricValue value,
                       reader->Value(record.definition, request->organisation(), period));
      *response->mutable_value() = ToWire(record.definition, value);
      response->set_position(PositionText(reader->position()));
      return absl::OkStatus();
    });
  });
}

grpc::Status MetricsServer::ListMetricValues(grpc::ServerContext* context,
                                             const v1::ListMetricValuesRequest* request,
                                             v1::ListMetricValuesResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    RETURN_IF_ERROR(Required("metric", request->metric()));
    ASSIGN_OR_RETURN(const Period period, PeriodFromWire("period", request->period()));
    ASSIGN_OR_RETURN(const OrganisationType type, FromWire(request->type()));
    ASSIGN_OR_RETURN(const auto hierarchy_day, HierarchyDayFromWire(request->hierarchy_date()));
    ASSIGN_OR_RETURN(ReadWish wish, ToWish(request->read(), call));
    ASSIGN_OR_RETURN(const Pager pager,
                     Pager::Start(&page_tokens_, request, call, request->page_size(),
                                  request->page_token(), &wish));
    return reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      reader->RestateOn(hierarchy_day);
      response->Clear();
      ASSIGN_OR_RETURN(const DefinitionRecord record,
                       reader->Definition(request->metric(), request->metric_version()));
      ASSIGN_OR_RETURN(const std::vector<MetricValue> values,
                       reader->Values(record.definition, type, period));
      response->set_position(PositionText(reader->position()));
      response->set_next_page_token(pager.Fill(
          values, response->position(),
          [](const MetricValue& value) -> const std::string& { return value.organisation; },
          [&](const MetricValue& value) {
            *response->add_values() = ToWire(record.definition, value);
          }));
      return absl::OkStatus();
    });
  });
}

grpc::Status MetricsServer::GetLeagueTable(grpc::ServerContext* context,
                                           const v1::GetLeagueTableRequest* request,
                                           v1::GetLeagueTableResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    RETURN_IF_ERROR(Required("metric", request->metric()));
    ASSIGN_OR_RETURN(const Period period, PeriodFromWire("period", request->period()));
    ASSIGN_OR_RETURN(const ReadWish wish, ToWish(request->read(), call));
    return reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      response->Clear();
      ASSIGN_OR_RETURN(const DefinitionRecord record,
                       reader->Definition(request->metric(), request->metric_version()));
      const MetricDefinition& definition = record.definition;
      ASSIGN_OR_RETURN(const League league, ComputeLeague(reader, definition, period));
      std::vector<std::string> ranked;
      for (const LeagueEntry& entry : league.entries) ranked.push_back(entry.value.organisation);
      ASSIGN_OR_RETURN(const auto trends,
                       ComputeProviderTrends(reader, definition, period, ranked));
      for (const LeagueEntry& entry : league.entries) {
        v1::LeagueRow* row = response->add_rows();
        row->set_rank(entry.rank);
        *row->mutable_value() = ToWire(definition, entry.value);
        row->set_quartile(entry.quartile);
        const Trend& trend = trends.at(entry.value.organisation);
        row->set_variation(ToWire(trend.chart.variation));
        row->set_assurance(ToWire(trend.chart.assurance));
      }
      response->set_count(static_cast<uint32_t>(league.entries.size()));
      if (league.quartiles.has_value()) {
        response->set_first_quartile(league.quartiles->first);
        response->set_median(league.quartiles->median);
        response->set_third_quartile(league.quartiles->third);
      }
      for (const Exclusion& exclusion : league.exclusions) {
        v1::Exclusion* wire = response->add_exclusions();
        wire->set_organisation(exclusion.organisation);
        wire->set_reason(exclusion.reason);
      }
      *response->mutable_metric() = ToWire(record);
      response->set_position(PositionText(reader->position()));
      return absl::OkStatus();
    });
  });
}

grpc::Status MetricsServer::GetTrend(grpc::ServerContext* context,
                                     const v1::GetTrendRequest* request,
                                     v1::GetTrendResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    RETURN_IF_ERROR(Required("metric", request->metric()));
    RETURN_IF_ERROR(Required("organisation", request->organisation()));
    TrendRange range;
    if (!request->from_period().empty()) {
      ASSIGN_OR_RETURN(range.from, PeriodFromWire("from_period", request->from_period()));
    }
    if (!request->to_period().empty()) {
      ASSIGN_OR_RETURN(range.to, PeriodFromWire("to_period", request->to_period()));
    }
    ASSIGN_OR_RETURN(const auto hierarchy_day, HierarchyDayFromWire(request->hierarchy_date()));
    ASSIGN_OR_RETURN(const ReadWish wish, ToWish(request->read(), call));
    return reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      reader->RestateOn(hierarchy_day);
      response->Clear();
      ASSIGN_OR_RETURN(const DefinitionRecord record,
                       reader->Definition(request->metric(), request->metric_version()));
      ASSIGN_OR_RETURN(const Organisation* organisation,
                       reader->FindOrganisation(request->organisation()));
      ASSIGN_OR_RETURN(
          const Trend trend,
          ComputeTrend(reader, record.definition, organisation->code, range, request->screen()));
      *response->mutable_metric() = ToWire(record);
      response->set_organisation(organisation->code);
      if (!CountsAsProvider(organisation->type)) {
        response->set_hierarchy_date(request->hierarchy_date());
      }
      response->set_organisation_display_name(organisation->name);
      FillTrend(record.definition, trend, response);
      response->set_position(PositionText(reader->position()));
      return absl::OkStatus();
    });
  });
}

grpc::Status MetricsServer::TraceMetricValue(
    grpc::ServerContext* context, const v1::TraceMetricValueRequest* request,
    grpc::ServerWriter<v1::TraceMetricValueResponse>* writer) {
  return guard_->ServeStream(*context, *request, [&](const CallContext& call) -> absl::Status {
    RETURN_IF_ERROR(Required("metric", request->metric()));
    RETURN_IF_ERROR(Required("organisation", request->organisation()));
    ASSIGN_OR_RETURN(const Period period, PeriodFromWire("period", request->period()));
    ASSIGN_OR_RETURN(const auto hierarchy_day, HierarchyDayFromWire(request->hierarchy_date()));
    ASSIGN_OR_RETURN(const ReadWish wish, ToWish(request->read(), call));
    // Collected first, so that a slow caller holds no snapshot.
    std::vector<v1::TraceMetricValueResponse> parts;
    RETURN_IF_ERROR(reads_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      reader->RestateOn(hierarchy_day);
      parts.clear();
      ASSIGN_OR_RETURN(const DefinitionRecord record,
                       reader->Definition(request->metric(), request->metric_version()));
      const MetricDefinition& definition = record.definition;
      ASSIGN_OR_RETURN(const MetricValue value,
                       reader->Value(definition, request->organisation(), period));
      ASSIGN_OR_RETURN(const std::vector<LeafRecord> leaves,
                       reader->LeavesBelow(definition, request->organisation(), period));
      const std::string position = PositionText(reader->position());
      parts.emplace_back();
      *parts.back().mutable_value() = ToWire(definition, value);
      parts.back().set_position(position);
      for (const LeafRecord& leaf : leaves) {
        parts.emplace_back();
        *parts.back().mutable_leaf() = ToWire(definition, period, leaf);
        parts.back().set_position(position);
      }
      return absl::OkStatus();
    }));
    for (const v1::TraceMetricValueResponse& part : parts) {
      if (!WriteInTime(context, writer, part)) break;
    }
    return absl::OkStatus();
  });
}

grpc::Status MetricsServer::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                  grpc::ServerWriter<v1::WatchResponse>* writer) {
  return guard_->ServeWatch(*context, *request, &places_, [&](const CallContext& /*call*/) {
    return Follow(context, *request, writer);
  });
}

absl::Status MetricsServer::Follow(grpc::ServerContext* context, const v1::WatchRequest& request,
                                   grpc::ServerWriter<v1::WatchResponse>* writer) const {
  WatchWish wish;
  ASSIGN_OR_RETURN(wish.after, ParsePosition(request.after_position()));
  wish.metric = request.metric();
  return WatchValues(
      *tables_, *reads_, *clock_, wish, [context] { return context->IsCancelled(); },
      [context, writer](const WatchMessage& message) {
        v1::WatchResponse response;
        response.set_from_position(PositionText(message.from));
        response.set_through_position(PositionText(message.through));
        for (const ChangedValue& changed : message.values) {
          *response.add_values() = ToWire(changed.definition, changed.value);
        }
        return WriteInTime(context, writer, response);
      });
}

}  // namespace onereturn::metrics
