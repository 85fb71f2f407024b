// For the tests of this library: systems that call one another over mutual TLS on the loopback.
#ifndef ONERETURN_COMMON_FEED_TESTING_SYSTEMS_H_
#define ONERETURN_COMMON_FEED_TESTING_SYSTEMS_H_

#include <memory>
#include <string>
#include <vector>

#include "common/identity/rights.h"
#include "common/rpc/testing/test_certificates.h"

namespace onereturn {

// A server, services that may follow it, and the submitter of RCF, each with a certificate of one
// authority.
class TestSystems {
 public:
  TestSystems(std::string server, std::vector<std::string> services, std::string submitter)
      : server_(std::move(server)),
        services_(std::move(services)),
        submitter_(std::move(submitter)) {
    Issue(server_);
    Issue(submitter_);
    for (const std::string& service : services_) Issue(service);
  }

  Rights rights() const {
    config::v1::RightsFile file;
    for (const std::string& service : services_) {
      auto* principal = file.add_principals();
      principal->set_spiffe_id(service);
      principal->set_role(rights::v1::ROLE_SERVICE);
    }
    auto* principal = file.add_principals();
    principal->set_spiffe_id(submitter_);
    principal->set_role(rights::v1::ROLE_SUBMITTER);
    principal->set_organisation("RCF");
    return Rights::FromProto(file).value();
  }
  config::v1::TlsFiles FilesOf(const std::string& id) const {
    return certificates_.FilesOf(NameOf(id));
  }
  // Of the system to the server, which listens there.
  std::shared_ptr<grpc::Channel> Channel(const std::string& id, const std::string& address) const {
    return certificates_.Channel(NameOf(id), server_, address);
  }

 private:
  static std::string NameOf(const std::string& id) { return id.substr(id.rfind('/') + 1); }
  void Issue(const std::string& id) const {
    certificates_.Issue(NameOf(id), IssueRequest::ForServer(id));
  }

  const std::string server_;
  const std::vector<std::string> services_;
  const std::string submitter_;
  const TestCertificates certificates_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_TESTING_SYSTEMS_H_
