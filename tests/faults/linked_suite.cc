#include "tests/faults/linked_suite.h"

#include "common/base/check.h"
#include "common/rpc/credentials.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kClients[] = "";

}  // namespace

absl::StatusOr<std::unique_ptr<LinkedSuite>> LinkedSuite::Create() {
  std::unique_ptr<LinkedSuite> linked(new LinkedSuite());
  absl::Status status;
  DeploymentOptions options;
  options.adjust = [&](const std::string& service, config::v1::ServerConfig* config) {
    for (config::v1::Peer& peer : *config->mutable_peers()) {
      absl::StatusOr<std::unique_ptr<TcpLink>> link = TcpLink::To(peer.address());
      if (!link.ok()) {
        status = link.status();
        continue;
      }
      peer.set_address((*link)->address());
      linked->links_[{service, peer.service()}] = *std::move(link);
    }
  };
  ASSIGN_OR_RETURN(linked->suite_, Deployment::Create(std::move(options)));
  RETURN_IF_ERROR(status);
  for (const std::string& service : Deployment::Services()) {
    ASSIGN_OR_RETURN(linked->links_[Way(kClients, service)],
                     TcpLink::To(linked->suite_->AddressOf(service)));
  }
  return linked;
}

std::shared_ptr<grpc::Channel> LinkedSuite::Channel(absl::string_view persona,
                                                    const std::string& service) const {
  config::v1::Peer peer;
  peer.set_service(service);
  peer.set_address(links_.at({kClients, service})->address());
  peer.set_spiffe_id(Deployment::SpiffeIdOf(service));
  auto channel = MutualTlsChannel(suite_->TlsFilesOf(persona), peer);
  ONERETURN_CHECK(channel.ok());
  return *std::move(channel);
}

void LinkedSuite::CutOff(const std::string& service, bool clients_too) {
  for (const auto& [way, link] : links_) {
    const bool concerned = way.first == service || way.second == service;
    if (!concerned || (way.first == kClients && !clients_too)) continue;
    cut_by_[way].insert(service);
    link->Darken();
  }
}

void LinkedSuite::Reach(const std::string& service, AfterDark after) {
  for (auto& [way, services] : cut_by_) {
    if (services.erase(service) > 0 && services.empty()) links_.at(way)->Light(after);
  }
}

}  // namespace onereturn
