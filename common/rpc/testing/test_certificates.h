// For tests: certificates of one authority, each in files under a name, and calls with them.
#ifndef ONERETURN_COMMON_RPC_TESTING_TEST_CERTIFICATES_H_
#define ONERETURN_COMMON_RPC_TESTING_TEST_CERTIFICATES_H_

#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/authority/authority.h"
#include "common/base/testing/temporary_folder.h"
#include "common/rpc/credentials.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {

// In a folder of its own, where a test may keep other files too.
class TestCertificates {
 public:
  TestCertificates() {
    EXPECT_THAT(WriteNewFile(File("authority.pem"), authority_.certificate_pem(), 0644), IsOk());
  }

  // NAME.pem and NAME.key, which were not there.
  CertifiedKey Issue(const std::string& name, const IssueRequest& request) const {
    CertifiedKey pem = authority_.Issue(request).value();
    const config::v1::TlsFiles files = FilesOf(name);
    EXPECT_THAT(WriteCertifiedKey(pem, files.certificate_file(), files.key_file()), IsOk());
    return pem;
  }
  config::v1::TlsFiles FilesOf(const std::string& name) const {
    config::v1::TlsFiles files;
    files.set_certificate_file(File(name + ".pem"));
    files.set_key_file(File(name + ".key"));
    files.set_authority_file(File("authority.pem"));
    return files;
  }
  // With what `name` shows, to the server of that SPIFFE name at the address. `token`: a person's.
  std::shared_ptr<grpc::Channel> Channel(const std::string& name, const std::string& server,
                                         const std::string& address,
                                         const std::string& token = "") const {
    config::v1::Peer peer;
    peer.set_address(address);
    peer.set_spiffe_id(server);
    return MutualTlsChannel(FilesOf(name), peer, token).value();
  }
  std::string File(const std::string& name) const { return folder_.File(name); }
  const Authority& authority() const { return authority_; }

 private:
  const Authority authority_ = Authority::Create("Test authority").value();
  const TemporaryFolder folder_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_TESTING_TEST_CERTIFICATES_H_
