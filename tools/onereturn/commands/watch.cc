// watch: what happens, as it happens.
#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/returns/v1/notice_service.grpc.pb.h"
#include "onereturn/timetable/v1/timetable_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

struct FeedOptions {
  std::string service = kIngestion;
  uint64_t after = 0;
  uint64_t limit = 0;
};

struct ReminderOptions {
  std::string organisation;
  std::optional<uint64_t> after;  // nullopt: from now on.
  uint32_t soon = 2;
  uint64_t limit = 0;
};

struct NoticeWatchOptions {
  std::string collection;
  uint64_t limit = 0;
};

struct MetricOptions {
  std::string metric;
  std::string after;
  uint64_t limit = 0;
};

void PrintEntry(const feed::v1::Entry& entry, Environment* environment) {
  const auto time = ToWire(Timestamp{entry.time_micros()});
  if (!environment->json) {
    environment->console.Print(absl::StrCat(
        TimeText(time), "  ", WithThousands(entry.sequence()), "  ", Label(entry.kind()), "  ",
        Printable(entry.name()), "  by ", Printable(entry.actor()), "\n"));
    return;
  }
  JsonWriter json;
  json.BeginObject().Key("sequence").Number(entry.sequence()).Key("epoch").Number(entry.epoch());
  json.Key("time").Text(FormatTimestamp(Timestamp{entry.time_micros()}));
  json.Key("kind").Text(feed::v1::EntryKind_Name(entry.kind())).Key("name").Text(entry.name());
  json.Key("organisation").Text(entry.organisation()).Key("actor").Text(entry.actor());
  json.Key("request_id").Text(entry.request_id());
  environment->console.Print(json.EndObject().Take());
}

absl::StatusOr<ExitCode> WatchFeed(const FeedOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<feed::v1::FeedService>(options.service));
  feed::v1::WatchRequest request;
  request.set_after_sequence(options.after);
  uint64_t shown = 0;
  bool readable = true;
  const std::function<bool(const feed::v1::WatchResponse&)> take =
      [&](const feed::v1::WatchResponse& page) {
        for (const auto& wire : page.entries()) {
          feed::v1::Entry entry;
          readable = entry.ParseFromString(wire.entry());
          if (!readable) return false;
          PrintEntry(entry, &environment);
          if (++shown == options.limit || !environment.console.written().ok()) return false;
        }
        return true;
      };
  RETURN_IF_ERROR(client.Stream(&ServiceClient<feed::v1::FeedService>::Stub::Watch, request,
                                /*endless=*/true, take));
  if (!readable) return absl::DataLossError("an entry of the feed cannot be read");
  return ExitCode::kOk;
}

std::string ReminderText(timetable::v1::ReminderKind kind) {
  switch (kind) {
    case timetable::v1::REMINDER_KIND_OPENED:
      return "open, due";
    case timetable::v1::REMINDER_KIND_DUE_SOON:
      return "due soon,";
    case timetable::v1::REMINDER_KIND_LATE:
      return "LATE since";
    case timetable::v1::REMINDER_KIND_EXTENDED:
      return "extended until";
    case timetable::v1::REMINDER_KIND_EXTENSION_ENDING:
      return "extension ends soon,";
    case timetable::v1::REMINDER_KIND_MISSING:
      return "MISSING, closed";
    default:
      return "";
  }
}

absl::StatusOr<ExitCode> WatchReminders(const ReminderOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<timetable::v1::TimetableService>(kIngestion));
  timetable::v1::WatchRemindersRequest request;
  request.set_parent(
      absl::StrCat("organisations/", options.organisation.empty() ? "-" : options.organisation));
  // For the service 0 is "now". The first fact of all is no reminder's, so that nothing is left
  // out.
  if (options.after.has_value()) request.set_after_sequence(std::max<uint64_t>(*options.after, 1));
  request.set_due_soon_working_days(options.soon);
  uint64_t shown = 0;
  const std::function<bool(const timetable::v1::WatchRemindersResponse&)> take =
      [&](const timetable::v1::WatchRemindersResponse& page) {
        for (const timetable::v1::Reminder& one : page.reminders()) {
          environment.console.Print(
              environment.json ? JsonOf(one) + "\n"
                               : absl::StrCat(one.organisation(), "  ", one.collection(), " ",
                                              one.period(), "  ", ReminderText(one.kind()), " ",
                                              TimeText(one.moment()), "\n"));
          if (++shown == options.limit || !environment.console.written().ok()) return false;
        }
        return true;
      };
  RETURN_IF_ERROR(
      client.Stream(&ServiceClient<timetable::v1::TimetableService>::Stub::WatchReminders, request,
                    /*endless=*/true, take));
  return ExitCode::kOk;
}

std::string NoticeText(const returns::v1::Notice& one) {
  const std::string why = Label(one.reason());
  return absl::StrCat(one.organisation(), "  ", one.collection(), " ", one.period(), "  revision ",
                      one.used_revision(), " was used, ", one.revision(), " was accepted ",
                      TimeText(one.accept_time()), why.empty() ? "" : absl::StrCat(" (", why, ")"),
                      one.has_changed_cells()
                          ? absl::StrCat(", ", Count(one.changed_cells(), "cell"), " changed")
                          : "",
                      "\n");
}

absl::StatusOr<ExitCode> WatchNotices(const NoticeWatchOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::NoticeService>(kIngestion));
  returns::v1::WatchNoticesRequest request;
  request.set_collection(options.collection);
  uint64_t shown = 0;
  const std::function<bool(const returns::v1::WatchNoticesResponse&)> take =
      [&](const returns::v1::WatchNoticesResponse& page) {
        for (const returns::v1::Notice& one : page.notices()) {
          environment.console.Print(environment.json ? JsonOf(one) + "\n" : NoticeText(one));
          if (++shown == options.limit || !environment.console.written().ok()) return false;
        }
        return true;
      };
  RETURN_IF_ERROR(client.Stream(&ServiceClient<returns::v1::NoticeService>::Stub::WatchNotices,
                                request, /*endless=*/true, take));
  return ExitCode::kOk;
}

void PrintValue(const metrics::v1::MetricValue& value, Environment* environment) {
  if (environment->json) {
    environment->console.Print(JsonOf(value) + "\n");
    return;
  }
  environment->console.Print(absl::StrCat(value.metric(), "  ", value.organisation(), "  ",
                                          Printable(value.organisation_display_name()), "  ",
                                          PeriodText(value.period()), "  ", ValueText(value),
                                          "\n"));
}

absl::StatusOr<ExitCode> WatchMetrics(const MetricOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<metrics::v1::MetricsService>(kMetrics));
  if (!options.metric.empty()) {
    // A watch waits, also for what nobody has defined yet.
    metrics::v1::GetMetricRequest defined;
    defined.set_name(absl::StrCat("metrics/", options.metric));
    RETURN_IF_ERROR(
        client.Call(&ServiceClient<metrics::v1::MetricsService>::Stub::GetMetric, defined)
            .status());
  }
  metrics::v1::WatchRequest request;
  request.set_metric(options.metric);
  request.set_after_position(options.after);
  uint64_t shown = 0;
  const std::function<bool(const metrics::v1::WatchResponse&)> take =
      [&](const metrics::v1::WatchResponse& page) {
        for (const auto& value : page.values()) {
          PrintValue(value, &environment);
          if (++shown == options.limit || !environment.console.written().ok()) return false;
        }
        return true;
      };
  RETURN_IF_ERROR(client.Stream(&ServiceClient<metrics::v1::MetricsService>::Stub::Watch, request,
                                /*endless=*/true, take));
  return ExitCode::kOk;
}

}  // namespace

void AddWatchCommands(CommandLine* line) {
  CLI::App* watch = line->Add(
      nullptr, {"watch", "Show what happens as it happens, until Ctrl-C.", "watch metrics"},
      nullptr);

  auto reminders = std::make_shared<ReminderOptions>();
  CLI::App* reminding = line->Add(
      watch,
      {"reminders", "What is open, due soon, late or missing, and extensions.",
       "watch reminders --organisation RLQ --soon 3 --profile submitter-RLQ.profile.textproto"},
      [reminders](Environment& environment) { return WatchReminders(*reminders, environment); });
  reminding->add_option("--organisation", reminders->organisation, "Only of this one")
      ->type_name("ODS");
  reminding
      ->add_option("--after", reminders->after,
                   "From the facts after this sequence; 0 from the beginning (else from now)")
      ->type_name("N");
  reminding->add_option("--soon", reminders->soon, "Working days ahead of due moments (else 2)")
      ->type_name("DAYS");
  reminding->add_option("--limit", reminders->limit, "End after so many (else never)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);

  auto notices = std::make_shared<NoticeWatchOptions>();
  CLI::App* noticing = line->Add(
      watch,
      {"notices", "Revisions of figures that your organisation used.",
       "watch notices --profile analyst.profile.textproto"},
      [notices](Environment& environment) { return WatchNotices(*notices, environment); });
  noticing->add_option("--collection", notices->collection, "Only of this one")->type_name("CODE");
  noticing->add_option("--limit", notices->limit, "End after so many (else never)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);

  auto feed = std::make_shared<FeedOptions>();
  CLI::App* feed_command =
      line->Add(watch,
                {"feed",
                 "Show a service's accepted facts in order. For auditors: the feed holds every "
                 "organisation's.",
                 "watch feed --service ingestion --after 4800 --profile auditor.profile.textproto"},
                [feed](Environment& environment) { return WatchFeed(*feed, environment); });
  feed_command->add_option("--service", feed->service, "Whose feed")
      ->check(CLI::IsMember({kIngestion, kMetrics, kAssessment}));
  feed_command->add_option("--after", feed->after, "Begin after this sequence (else at the first)")
      ->type_name("SEQUENCE");
  feed_command->add_option("--limit", feed->limit, "Stop after this many")
      ->type_name("N")
      ->check(CLI::PositiveNumber);

  auto metric = std::make_shared<MetricOptions>();
  CLI::App* metric_command =
      line->Add(watch,
                {"metrics", "Show providers' metric values as they change.",
                 "watch metrics ae_four_hour_all --profile analyst.profile.textproto"},
                [metric](Environment& environment) { return WatchMetrics(*metric, environment); });
  metric_command->add_option("METRIC", metric->metric, "Only this metric")->type_name("CODE");
  metric_command->add_option("--after", metric->after, "Begin after this position (else from now)")
      ->type_name("POSITION");
  metric_command->add_option("--limit", metric->limit, "Stop after this many")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
}

}  // namespace onereturn::client
