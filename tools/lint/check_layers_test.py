"""Tests of check_layers: a wrong include that is planted is found, a right one is not."""

import pathlib
import tempfile
import unittest

import check_layers

ORDER = "foreach(library base status storage ledger commit identity rpc feed)\nendforeach()\n"

WRONG = [
    ("services/metrics/domain/leaf.cc", "<grpcpp/grpcpp.h>"),
    ("services/metrics/domain/leaf.h", '"common/storage/store.h"'),
    ("services/metrics/domain/leaf.h", '"onereturn/metrics/v1/metric.pb.h"'),
    ("services/metrics/domain/leaf.h", '"common/clock/clock.h"'),
    ("services/metrics/domain/leaf.h", '"services/metrics/store/tables.h"'),
    ("services/metrics/domain/leaf.h", '"services/ingestion/domain/value.h"'),
    ("services/metrics/domain/leaf.h", "<unistd.h>"),
    ("services/metrics/domain/leaf.h", "<sys/stat.h>"),
    ("services/metrics/domain/leaf.cc", "<gtest/gtest.h>"),
    ("services/metrics/domain/leaf_test.cc", '"common/storage/store.h"'),
    ("services/metrics/store/tables.cc", "<grpcpp/server.h>"),
    ("services/metrics/store/tables.cc", '"common/rpc/guard.h"'),
    ("services/metrics/store/tables.cc", '"services/metrics/app/update.h"'),
    ("services/metrics/app/update.cc", "<grpcpp/support/status.h>"),
    ("services/metrics/app/update.cc", '"services/metrics/rpc/metrics_server.h"'),
    ("services/metrics/app/update.h", '"common/rpc/guard.h"'),
    ("services/metrics/app/update.cc", '"common/rpc/mutation_gate.h"'),
    ("services/metrics/app/update_test.cc", '"common/rpc/server.h"'),
    ("services/metrics/rpc/server.cc", "<rocksdb/db.h>"),
    ("services/metrics/rpc/server.cc", '"common/storage/database.h"'),
    ("services/metrics/main.cc", '"common/storage/engine_options.h"'),
    ("services/metrics/rpc/server.cc", '"services/assessment/rpc/server.h"'),
    ("services/metrics/rpc/server.cc", '"tools/onereturn/words.h"'),
    ("services/metrics/store/tables.cc", '"onereturn/feed/v1/feed.grpc.pb.h"'),
    ("common/commit/committer.cc", "<rocksdb/db.h>"),
    ("common/commit/committer.h", "<grpcpp/server.h>"),
    ("common/status/error.cc", '"services/metrics/domain/leaf.h"'),
    ("common/status/error.cc", '"common/storage/store.h"'),
    ("common/status/error.cc", '"common/unlisted/thing.h"'),
    ("common/rpc/guard.cc", '"common/feed/position.h"'),
    ("common/rpc/guard.cc", '"common/commit/commit_group.h"'),
    ("common/rpc/guard.cc", '"common/base/testing/temporary_folder.h"'),
    ("common/rpc/guard.cc", '"common/commit/testing_committer.h"'),
    ("tests/e2e/suite_test.cc", "<rocksdb/db.h>"),
    ("common/rpc/guard.cc", "#  include <rocksdb/db.h>"),
    ("tools/auditor/tree.cc", '"common/ledger/merkle.h"'),
    ("tools/auditor/tree_test.cc", '"common/status/testing/status_matchers.h"'),
    ("tools/auditor/main.cc", '"tools/onereturn/connection/profile.h"'),
    ("tools/auditor/figure.cc", '"services/metrics/domain/leaf.h"'),
    ("tools/auditor/audit.cc", '"onereturn/feed/v1/feed.grpc.pb.h"'),
    ("tools/onereturn/main.cc", '"tools/auditor/tree.h"'),
]

RIGHT = [
    ("services/metrics/domain/leaf.h", "<vector>"),
    ("services/metrics/domain/leaf.cc", "<string.h>"),
    ("services/metrics/domain/leaf.h", '"absl/status/statusor.h"'),
    ("services/metrics/domain/leaf.h", '"common/decimal/ratio.h"'),
    ("services/metrics/domain/leaf.cc", '"services/metrics/domain/leaf.h"'),
    ("services/metrics/domain/leaf_test.cc", "<gmock/gmock.h>"),
    ("services/metrics/domain/testing/memory.cc", "<rapidcheck.h>"),
    ("services/metrics/store/tables.cc", '"common/storage/store.h"'),
    ("services/metrics/app/update.cc", '"common/commit/committer.h"'),
    ("services/metrics/app/update.cc", '"common/rpc/page_token.h"'),
    ("tools/auditor/service.cc", '"onereturn/feed/v1/feed.grpc.pb.h"'),
    ("tools/auditor/tree.cc", "<openssl/evp.h>"),
    ("services/metrics/rpc/server.cc", "<grpcpp/server.h>"),
    ("services/metrics/consumers/feed.cc", '"onereturn/feed/v1/feed.grpc.pb.h"'),
    ("services/metrics/main.cc", "<grpcpp/server.h>"),
    ("common/storage/database.h", "<rocksdb/db.h>"),
    ("common/rpc/guard.h", "<grpcpp/server_context.h>"),
    ("common/feed/feed_service.h", '"common/commit/committer.h"'),
    ("common/status/error_test.cc", '"common/feed/position.h"'),
    ("common/feed/testing_taker.h", '"common/feed/feed_consumer.h"'),
    ("tests/e2e/suite_test.cc", "<grpcpp/channel.h>"),
    ("common/status/error.cc", "// #include <rocksdb/db.h> would be wrong"),
]


def faults_of(path, include):
    line = include if include.startswith(("#", "//")) else f"#include {include}"
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "common").mkdir()
        (root / "common/CMakeLists.txt").write_text(ORDER)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"// A file.\n{line}\n")
        return check_layers.check(root)


class CheckLayersTest(unittest.TestCase):
    def test_finds_every_planted_include(self):
        for path, include in WRONG:
            with self.subTest(path=path, include=include):
                faults = faults_of(path, include)
                self.assertEqual(len(faults), 1)
                self.assertTrue(faults[0].startswith(f"{path}:2: "), faults[0])

    def test_lets_pass_what_is_right(self):
        for path, include in RIGHT:
            with self.subTest(path=path, include=include):
                self.assertEqual(faults_of(path, include), [])


if __name__ == "__main__":
    unittest.main()
