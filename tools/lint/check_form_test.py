"""Tests of check_form."""

import pathlib
import shutil
import tempfile
import unittest

import check_form


class CheckFormTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / ".clang-format").write_text("BasedOnStyle: Google\n")

    def test_a_file_may_have_so_many_lines_and_no_more(self):
        (self.root / "a.cc").write_text("\n" * 450)
        (self.root / "b.proto").write_text("\n" * 451)
        (self.root / "c.py").write_text("\n" * 1000)
        self.assertEqual(check_form.too_long(self.root), ["b.proto: 451 lines; at most 450"])

    def test_a_stream_is_written_with_a_bound(self):
        (self.root / "services").mkdir()
        (self.root / "services" / "good.cc").write_text(
            "grpc::ServerWriter<R>* writer;\nWriteInTime(context, writer, part);\n")
        (self.root / "services" / "bad.cc").write_text(
            "grpc::ServerWriter<R>* writer;\nreturn writer->Write(part);\n")
        (self.root / "services" / "other.cc").write_text("writer.Write(std::move(fact));\n")
        self.assertEqual(check_form.unbounded_streams(self.root),
                         ["services/bad.cc:2: a slow reader would hold the thread: WriteInTime()"])

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
    def test_each_file_that_clang_format_would_change_is_named_once(self):
        (self.root / "good.cc").write_text("int main() { return 0; }\n")
        (self.root / "bad.cc").write_text("int   main( ) {return 0;}\nint   x ;\n")
        (self.root / "worse.h").write_text("int   x ;\n")
        self.assertEqual(check_form.not_formatted(self.root, "clang-format"),
                         ["bad.cc: not as clang-format -i writes it",
                          "worse.h: not as clang-format -i writes it"])


if __name__ == "__main__":
    unittest.main()
