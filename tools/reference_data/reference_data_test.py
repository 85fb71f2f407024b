"""Tests of the tool. Run: python3 tools/reference_data/reference_data_test.py"""

import sys

sys.dont_write_bytecode = True

import re
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import check_figures
import collection
import columns
import demonstration
import display_names
import minutes
import published
import providers
import reference
import returns

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"

HEADER = (
    "Period,Org Code,Parent Org,Org name,"
    "A&E attendances Type 1,A&E attendances Type 2,A&E attendances Other A&E Department,"
    "A&E attendances Booked Appointments Type 1,A&E attendances Booked Appointments Type 2,"
    "A&E attendances Booked Appointments Other Department,"
    "Attendances over 4hrs Type 1,Attendances over 4hrs Type 2,"
    "Attendances over 4hrs Other Department,"
    "Attendances over 4hrs Booked Appointments Type 1,"
    "Attendances over 4hrs Booked Appointments Type 2,"
    "Attendances over 4hrs Booked Appointments Other Department,"
    "Patients who have waited 4-12 hs from DTA to admission,"
    "Patients who have waited 12+ hrs from DTA to admission,"
    "Emergency admissions via A&E - Type 1,Emergency admissions via A&E - Type 2,"
    "Emergency admissions via A&E - Other A&E department,Other emergency admissions"
)
FIRST = (
    "MSitAE-APRIL-2023,RAA,NHS ENGLAND LONDON ,FIRST NHS TRUST,"
    "1,2,3,4,5,6,0,0,0,0,0,0,13,14,15,16,17,18"
)
SECOND = "MSitAE-APRIL-2023,RBB,NHS ENGLAND LONDON,SECOND NHS TRUST," + ",".join(["1"] * 18)
TOTAL = "TOTAl,TOTAl ,TOTAl,TOTAl,2,3,4,5,6,7,1,1,1,1,1,1,14,15,16,17,18,19"

LISTS = reference.Reference(
    regions={"Y56": "London", "Y60": "Midlands"},
    icbs={
        "QAA": reference.Icb("QAA", "NHS A", "Y56"),
        "QBB": reference.Icb("QBB", "NHS B", "Y60"),
    },
    icb_lists={"first": {"RAA": "QAA"}, "second": {"RAA": "QBB", "RBB": "QBB"}},
    not_collected=(reference.NotCollected("RAA", "2020-04", "2023-04", "a test"),),
)


def month_of(*lines):
    """Reads lines as a published file with a byte-order mark and CRLF."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2023-04_x.csv"
        path.write_bytes(b"\xef\xbb\xbf" + "".join(f"{line}\r\n" for line in lines).encode())
        return published.read_month(path)


class PublishedFileTest(unittest.TestCase):
    def test_reads_rows_and_total(self):
        month = month_of(HEADER, FIRST, SECOND, TOTAL)
        self.assertEqual(month.period, "2023-04")
        self.assertEqual([row.code for row in month.rows], ["RAA", "RBB"])
        self.assertEqual(month.rows[0].values, (1, 2, 3, 4, 5, 6, *[0] * 6, 13, 14, 15, 16, 17, 18))
        self.assertEqual(month.rows[0].region_text, "NHS ENGLAND LONDON")
        self.assertEqual((month.total_label, month.totals[17]), ("TOTAl ", 19))
        self.assertTrue(month.byte_order_mark)

    def test_refuses_what_is_not_as_it_must_be(self):
        wrong = {
            "headers are not": (HEADER.replace("Type 2", "Type 9"), FIRST, TOTAL),
            "whole number": (HEADER, FIRST.replace(",13,", ",1.5,"), TOTAL),
            "no total row": (HEADER, FIRST, SECOND),
            "after the total": (HEADER, FIRST, TOTAL, SECOND),
            "more than one period": (HEADER, FIRST, SECOND.replace("APRIL", "MAY"), TOTAL),
            "stands twice": (HEADER, FIRST, FIRST, TOTAL),
            "21 fields": (HEADER, FIRST.rsplit(",", 1)[0], TOTAL),
            "period": (HEADER, FIRST.replace("MSitAE-", "QMSitAE-"), TOTAL),
        }
        for words, lines in wrong.items():
            with self.subTest(words), self.assertRaisesRegex(published.DataError, words):
                month_of(*lines)


class ColumnsTest(unittest.TestCase):
    def test_columns_stand_in_the_order_of_the_published_file(self):
        headers = [column.published_header for column in columns.COLUMNS]
        self.assertEqual(headers, HEADER.split(",")[4:])

    def test_own_headers(self):
        own = [column.own_header for column in columns.COLUMNS]
        self.assertEqual(own[0], "ae_attendances|type1|no")
        self.assertEqual(own[11], "ae_over_four_hours|other|yes")
        self.assertEqual(own[13], "ae_waits_over_twelve_hours")
        self.assertEqual(own[18 - 2], "ae_admissions_via_ae|other")


class ReferenceTest(unittest.TestCase):
    def test_first_list_that_knows_a_provider_counts(self):
        self.assertEqual(LISTS.icb_of("RAA"), ("QAA", "first"))
        self.assertEqual(LISTS.icb_of("RBB"), ("QBB", "second"))
        self.assertEqual(LISTS.icb_of("RCC"), (None, reference.NO_LIST))

    def test_regions_in_every_spelling(self):
        for text in ("London", "NHS ENGLAND LONDON ", "London Commissioning Region", " london"):
            self.assertEqual(LISTS.region_code(text), "Y56")
        with self.assertRaises(published.DataError):
            LISTS.region_code("NHS ENGLAND MERCIA")

    def test_icb_region_counts_before_the_files_region(self):
        first, second = providers.read_providers([month_of(HEADER, FIRST, SECOND, TOTAL)], LISTS)
        self.assertEqual((first.region_code, first.overruled_region_code), ("Y56", None))
        self.assertEqual((second.region_code, second.overruled_region_code), ("Y60", "Y56"))
        self.assertEqual((first.first_period, first.last_period), ("2023-04", None))

    def test_holes_are_inclusive_and_of_known_providers_only(self):
        hole = LISTS.not_collected[0]
        self.assertTrue(hole.holds("RAA", "2020-04") and hole.holds("RAA", "2023-04"))
        self.assertFalse(hole.holds("RAA", "2023-05") or hole.holds("RBB", "2023-04"))
        known = providers.read_providers([month_of(HEADER, SECOND, TOTAL)], LISTS)
        self.assertEqual(collection.known_holes(known, LISTS), [])


class DisplayNamesTest(unittest.TestCase):
    def test_readable(self):
        for published_name, name in {
            "GUY'S AND ST THOMAS' NHS TRUST": "Guy's and St Thomas' NHS Trust",
            "THE NEWCASTLE UPON TYNE HOSPITALS": "The Newcastle upon Tyne Hospitals",
            "LLR EA - THE MERLYN VAZ CENTRE": "LLR EA - The Merlyn Vaz Centre",
            "EAST BERKS PRIMARY CARE OOH(WAM)": "East Berks Primary Care OOH(WAM)",
            "DHU HEALTH CARE C.I.C": "DHU Health Care C.I.C",
            "Kingston and Richmond NHS Trust": "Kingston and Richmond NHS Trust",
        }.items():
            self.assertEqual(display_names.readable(published_name), name)


class DemonstrationTest(unittest.TestCase):
    def test_what_was_not_collected_is_a_null(self):
        text = demonstration.write_month(month_of(HEADER, SECOND, FIRST, TOTAL), LISTS)
        lines = text.split("\n")
        nulls = ",".join(["NOT_COLLECTED"] * 6)
        self.assertEqual(lines[1], f"RAA,2023-04,1,2,3,4,5,6,{nulls},13,14,15,16,17,18")
        self.assertEqual(lines[2], "RBB,2023-04," + ",".join(["1"] * 18))
        self.assertEqual(lines[3:], [""])

    def test_a_figure_where_nothing_was_collected_is_an_error(self):
        row = FIRST.replace(",6,0,0,", ",6,0,1,")
        with self.assertRaisesRegex(published.DataError, "RAA.*did not collect"):
            demonstration.write_month(month_of(HEADER, row, TOTAL), LISTS)


class CheckFiguresTest(unittest.TestCase):
    def test_digits_round_half_away_from_zero(self):
        self.assertEqual(check_figures.digits(Fraction(1, 8), 2), "0.13")
        self.assertEqual(check_figures.digits(Fraction(-1, 8), 2), "-0.13")
        self.assertEqual(check_figures.digits(Fraction(9999995, 10**7), 6), "1.000000")
        self.assertEqual(check_figures.digits(Fraction(100), 3), "100.000")

    def test_quartile_is_type_7(self):
        four = [Fraction(n) for n in (4, 1, 3, 2)]
        quarters = [check_figures.quartile(four, Fraction(part, 4)) for part in (0, 1, 2, 3, 4)]
        self.assertEqual(quarters, [1, Fraction(7, 4), Fraction(5, 2), Fraction(13, 4), 4])

    def test_a_pair_enters_only_where_both_hold_a_number(self):
        row = {5: 10, 8: 5, 11: 4}
        self.assertEqual(check_figures.four_hour(row, check_figures.TYPE_1), (4, 10))


class DeployTest(unittest.TestCase):
    def test_demonstration_set_gives_the_known_figures(self):
        faults = check_figures.check_demonstration(DEPLOY / "demo", lambda line: None)
        self.assertEqual(faults, [])

    def test_the_other_returns_are_as_they_are_written(self):
        for name, text in returns.write_returns().items():
            with self.subTest(name):
                self.assertEqual((DEPLOY / name).read_text(encoding="utf-8"), text)

    def test_every_return_and_every_item_states_illustrative_minutes(self):
        found = 0
        for path in sorted((DEPLOY / "england").glob("*.textproto")):
            for text in path.read_text(encoding="utf-8").split("\ncollections {")[1:]:
                found += 1
                items = re.findall(r'^  items: "(\w+)"', text, re.MULTILINE)
                priced = re.findall(r'^  item_minutes { item: "(\w+)"', text, re.MULTILINE)
                with self.subTest(path.name):
                    self.assertEqual(priced, items)
                    self.assertRegex(text, r"(?m)^  # ILLUSTRATIVE: .*\n  estimated_minutes {")
        self.assertEqual(found, len(minutes.MINUTES))

    def test_minutes_of_a_return_are_summed(self):
        # 60 + 15 + 10 + 5; 10 + 20, 5 + 15, 10 + 10 twice, 5 + 10 twice.
        self.assertEqual(minutes.of_return("MSitAE"), (90, 120))

    def test_definitions_written_by_hand_agree_with_the_columns(self):
        england = DEPLOY / "england"
        items = (england / "items.textproto").read_text(encoding="utf-8")
        codes = re.findall(r'^  code: "(\w+)"', items, re.MULTILINE)
        self.assertEqual(tuple(codes), columns.ITEMS)
        for code, body in zip(codes, items.split("\nitems {")[1:]):
            dimensions = re.findall(r'^    code: "(\w+)"', body, re.MULTILINE)
            values = re.findall(r'values \{ code: "(\w+)"', body)
            mine = [column.dimensions for column in columns.COLUMNS if column.item == code]
            self.assertEqual(dimensions, [dimension for dimension, _ in mine[0]])
            self.assertEqual(set(values), {value for cell in mine for _, value in cell})
        metrics = (england / "metrics.textproto").read_text(encoding="utf-8")
        self.assertLessEqual(set(re.findall(r'items?: "(\w+)"', metrics)), set(columns.ITEMS))


if __name__ == "__main__":
    unittest.main()
