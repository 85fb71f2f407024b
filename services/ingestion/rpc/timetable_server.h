// TimetableService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_TIMETABLE_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_TIMETABLE_SERVER_H_

#include <atomic>

#include "onereturn/timetable/v1/timetable_service.grpc.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/timetable/give_extension.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using TimetableBase = timetable::v1::TimetableService::WithRawCallbackMethod_UpdateCalendar<
    timetable::v1::TimetableService::WithRawCallbackMethod_GiveExtension<
        timetable::v1::TimetableService::WithRawCallbackMethod_RevokeExtension<
            timetable::v1::TimetableService::Service>>>;

// Each watch of reminders holds a thread while it is connected. Thread safe.
class TimetableServer final : public TimetableBase {
 public:
  TimetableServer(IngestionParts parts, const Define* define,
                  const ingestion::GiveExtension* extensions)
      : parts_(parts), define_(define), extensions_(extensions) {}

  grpc::ServerUnaryReactor* UpdateCalendar(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GiveExtension(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RevokeExtension(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;

  grpc::Status GetCalendar(grpc::ServerContext* context,
                           const timetable::v1::GetCalendarRequest* request,
                           timetable::v1::GetCalendarResponse* response) override;
  grpc::Status ListExtensions(grpc::ServerContext* context,
                              const timetable::v1::ListExtensionsRequest* request,
                              timetable::v1::ListExtensionsResponse* response) override;
  grpc::Status GetWindow(grpc::ServerContext* context,
                         const timetable::v1::GetWindowRequest* request,
                         timetable::v1::GetWindowResponse* response) override;
  grpc::Status GetCompleteness(grpc::ServerContext* context,
                               const timetable::v1::GetCompletenessRequest* request,
                               timetable::v1::GetCompletenessResponse* response) override;
  grpc::Status GetForwardCalendar(grpc::ServerContext* context,
                                  const timetable::v1::GetForwardCalendarRequest* request,
                                  timetable::v1::GetForwardCalendarResponse* response) override;
  grpc::Status WatchReminders(
      grpc::ServerContext* context, const timetable::v1::WatchRemindersRequest* request,
      grpc::ServerWriter<timetable::v1::WatchRemindersResponse>* writer) override;

  // Ends every watch, with DRAINING.
  void Drain() { draining_ = true; }

 private:
  absl::StatusOr<ReadPlace> PlaceOf(const CallContext& call, const common::v1::ReadAt& read) const;
  absl::Status Follow(grpc::ServerContext* context, const OrganisationScope& scope,
                      const timetable::v1::WatchRemindersRequest& request,
                      grpc::ServerWriter<timetable::v1::WatchRemindersResponse>* writer) const;

  const IngestionParts parts_;
  const Define* const define_;
  const ingestion::GiveExtension* const extensions_;
  std::atomic<bool> draining_{false};
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_TIMETABLE_SERVER_H_
