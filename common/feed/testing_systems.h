// For the tests of this library: systems that call one another over mutual TLS on the loopback.
#ifndef ONERETURN_COMMON_FEED_TESTING_SYSTEMS_H_
#define ONERETURN_COMMON_FEED_TESTING_SYSTEMS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/authority/authority.h"
#include "common/base/testing/temporary_folder.h"
#include "common/identity/rights.h"
#include "common/rpc/credentials.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {

// A server, services that may follow it, and the submitter of RCF, each with a certificate of one
// authority.
class TestSystems {
 public:
  TestSystems(std::string server, std::vector<std::string> services, std::string submitter)
      : server_(std::move(server)),
        services_(std::move(services)),
        submitter_(std::move(submitter)) {
    EXPECT_THAT(WriteNewFile(folder_.File("authority.pem"), authority_.certificate_pem(), 0644),
                IsOk());
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
    const std::string name = id.substr(id.rfind('/') + 1);
    config::v1::TlsFiles files;
    files.set_certificate_file(folder_.File(name + ".pem"));
    files.set_key_file(folder_.File(name + ".key"));
    files.set_authority_file(folder_.File("authority.pem"));
    return files;
  }
  // Of the system to the server, which listens there.
  std::shared_ptr<grpc::Channel> Channel(const std::string& id, const std::string& address) const {
    config::v1::Peer peer;
    peer.set_address(address);
    peer.set_spiffe_id(server_);
    return MutualTlsChannel(FilesOf(id), peer).value();
  }

 private:
  void Issue(const std::string& id) {
    const config::v1::TlsFiles files = FilesOf(id);
    EXPECT_THAT(WriteCertifiedKey(authority_.Issue(IssueRequest::ForServer(id)).value(),
                                  files.certificate_file(), files.key_file()),
                IsOk());
  }

  const std::string server_;
  const std::vector<std::string> services_;
  const std::string submitter_;
  const Authority authority_ = Authority::Create("Test authority").value();
  TemporaryFolder folder_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_TESTING_SYSTEMS_H_
