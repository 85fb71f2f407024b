"""Tests of check_reasons."""

import pathlib
import tempfile
import unittest

import check_reasons

TABLE = '''#define ONERETURN_REASONS(row) \\
  row(kMalformed, "MALFORMED", kInvalidArgument, "Words.", "Words.") \\
  /* Load. */ \\
  row(kQueueFull, "QUEUE_FULL", kResourceExhausted, "Words.", "Words.")
'''
PRINTED = "| `MALFORMED` | x |\n| `QUEUE_FULL` | x |\n"


class CheckReasonsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("common/status/reason.h", TABLE)
        self.write("docs/errors.md", PRINTED)
        self.write("common/rpc/gate_test.cc", "HasReason(Reason::kMalformed)")
        self.write("common/rpc/gate.cc", "return Error(Reason::kMalformed);\n"
                   "return late ? Error(Reason::kQueueFull) : Error(Reason::kMalformed);")
        self.write("tests/e2e/load_test.cc", 'HasSubstr("reason QUEUE_FULL")')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def faults(self, allowance=frozenset(), printed=PRINTED):
        return check_reasons.check(self.root, printed, set(allowance))[0]

    def test_passes_when_all_is_there(self):
        self.assertEqual(self.faults(), [])

    def test_finds_a_reason_no_test_produces(self):
        for text in ["HasReason(Reason::kMalformedMore)", "// MALFORMED", 'HasSubstr("MALFORMED_X")']:
            self.write("common/rpc/gate_test.cc", text)
            self.assertEqual(self.faults(), ["MALFORMED: no test produces it"])

    def test_counts_the_bad_inputs_that_are_run(self):
        self.write("common/rpc/gate_test.cc", "")
        header = "row,case,layer,input,port,code,reason,with,note\n"
        self.write("tests/golden/bad_inputs.csv",
                   header + "29,x,protobuf,bytes,partner,INVALID_ARGUMENT,MALFORMED,,\n")
        self.assertEqual(self.faults(), [])
        self.write("tests/golden/bad_inputs.csv",
                   header + "29,x,protobuf,bytes,partner,INVALID_ARGUMENT,MALFORMED,later,\n")
        self.assertEqual(self.faults(), ["MALFORMED: no test produces it"])

    def test_finds_a_reason_that_only_tests_produce(self):
        fault = "MALFORMED: nothing but tests produces it; take its row out of common/status/reason.h"
        for file, text in [("common/rpc/gate.cc", "// Reason::kMalformed"),
                           ("common/rpc/gate.cc", "if (ReasonOf(status) == Reason::kMalformed)"),
                           ("common/rpc/gate.cc", "case Reason::kMalformed:"),
                           ("common/rpc/testing/gate.h", "Error(Reason::kMalformed)"),
                           ("common/rpc/testing_gate.h", "Error(Reason::kMalformed)"),
                           ("tools/onereturn/main.cc", "Error(Reason::kMalformed)")]:
            self.write("common/rpc/gate.cc", "Error(Reason::kQueueFull)")
            self.write(file, "Error(Reason::kQueueFull)\n" + text)
            self.assertEqual(self.faults(), [fault], text)

    def test_does_not_count_the_tables_own_test_nor_other_code(self):
        self.write("common/rpc/gate_test.cc", "")
        self.write("common/status/reason_test.cc", "Reason::kMalformed")
        self.write("common/rpc/gate.cc", "Error(Reason::kMalformed), Error(Reason::kQueueFull)")
        self.assertEqual(self.faults(), ["MALFORMED: no test produces it"])

    def test_lets_a_listed_reason_go_without_and_notes_when_it_need_not(self):
        self.write("common/rpc/gate_test.cc", "")
        self.assertEqual(self.faults({"MALFORMED"}), [])
        notes = check_reasons.check(self.root, PRINTED, {"QUEUE_FULL", "MALFORMED"})[1]
        self.assertIn("QUEUE_FULL: a test produces it now; take it off not_yet_produced.txt", notes)

    def test_finds_a_listed_reason_that_does_not_exist(self):
        self.assertEqual(self.faults({"GONE"}), ["not_yet_produced.txt: there is no reason GONE"])

    def test_finds_a_document_that_says_another_thing(self):
        self.write("docs/errors.md", PRINTED + "\n")
        self.assertEqual(len(self.faults()), 1)
        (self.root / "docs/errors.md").unlink()
        self.assertEqual(len(self.faults()), 1)

    def test_finds_a_reason_that_is_not_printed(self):
        short = "| `MALFORMED` | x |\n"
        self.write("docs/errors.md", short)
        self.assertEqual(self.faults(printed=short), ["QUEUE_FULL: is not printed by print_reasons"])


if __name__ == "__main__":
    unittest.main()
