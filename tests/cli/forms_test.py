# SPDX-License-Identifier: Apache-2.0
"""The forms of a verdict that other programs read, on hostile names and on thousands of cells, as those programs read them."""

import json
import re
import unittest
import xml.etree.ElementTree as xml

from support import CliTest

HOSTILE = 'a|b`c`"d" <e>&\'[x](y) @all %0A ::error::, :\x01\x1b[31m é層 \\| --> ``` </details>'

# Jenkins' junit-10.xsd: which attributes an element must and may have, and what may stand in it.
JUNIT = {
    "testsuites": ((), ("name", "time", "tests", "failures", "errors"), {"testsuite"}),
    "testsuite": (("name", "tests", "failures", "errors"),
                  ("group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"),
                  {"testsuite", "properties", "testcase", "system-out", "system-err"}),
    "testcase": (("name",), ("time", "classname", "group"), {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": ((), ("type", "message"), set()),
    "error": ((), ("type", "message"), set()),
    "skipped": ((), ("type", "message"), set()),
}
NUMBERS = {"tests", "failures", "errors", "skipped"}


def csv(cells):
    """Ten repetitions a side of each cell; one of (name, factor by which the candidate is slower)."""
    def quoted(name):
        return '"' + name.replace('"', '""') + '"'
    rows = ["cell,metric,side,rep,value"]
    for name, factor in cells:
        for rep in range(10):
            rows.append(f"{quoted(name)},wall_ns,base,{rep},{1e8 + rep * 1e4}")
            rows.append(f"{quoted(name)},wall_ns,cand,{rep},{(1e8 + rep * 1e4) * factor}")
    return "\n".join(rows) + "\n"


def columns(row):
    """The cells of a Markdown row: split at pipes that no backslash escapes."""
    return re.split(r"(?<!\\)\|", row.strip())[1:-1]


class Forms(CliTest):
    def forms(self, cells, expected):
        names = {"json": "v.json", "md": "v.md", "junit": "v.xml", "sarif": "v.sarif", "github": "v.txt", "text": "v.log"}
        options = [part for form, name in names.items() for part in ("--write", f"{form}={self.folder / name}")]
        result = self.run_cli("gate", "--csv", self.write("samples.csv", csv(cells)), *options)
        self.assertEqual(result.code, expected, result.out[:2000] + result.err)
        written = {form: (self.folder / name).read_text() for form, name in names.items()}
        return result, written

    def check_junit(self, text):
        self.assertTrue(text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n'))
        self.assertNotRegex(text, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
        root = xml.fromstring(text.encode())
        self.assertEqual(root.tag, "testsuites")
        for element in root.iter():
            required, optional, inside = JUNIT[element.tag]
            self.assertLessEqual(set(required), set(element.attrib), element.tag)
            self.assertLessEqual(set(element.attrib), {*required, *optional}, element.tag)
            self.assertLessEqual({child.tag for child in element}, inside, element.tag)
            for name in NUMBERS & set(element.attrib):
                self.assertRegex(element.attrib[name], r"^\d+$")
            if not inside and element.tag != "skipped":
                self.assertTrue(element.attrib["type"], "Ant's schema needs it")
            if inside and element.tag != "testcase":
                self.assertFalse((element.text or "").strip(), f"text in {element.tag}")
        for suite in root:
            cases = list(suite.iter("testcase"))
            self.assertEqual(int(suite.get("tests")), len(cases))
            for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                self.assertEqual(int(suite.get(attribute)), sum(case.find(tag) is not None for case in cases), attribute)
            for case in cases:
                self.assertLessEqual(len(case), 1, "a case fails, errs or is skipped, not two of them")
            names = [(case.get("classname"), case.get("name")) for case in cases]
            self.assertEqual(len(set(names)), len(names))
        return root

    def check_annotations(self, text):
        for line in text.splitlines():
            match = re.fullmatch(r"::(error|notice|warning) ((?:\w+=[^,:]*)(?:,\w+=[^,:]*)*)::(.*)", line)
            self.assertIsNotNone(match, line)
            for part in (match.group(2), match.group(3)):
                self.assertNotRegex(part, r"%(?!25|0A|0D|3A|2C)", line)
                self.assertNotRegex(part, "[\x00-\x1f\x7f]", line)
            properties = dict(part.split("=", 1) for part in match.group(2).split(","))
            self.assertLessEqual(set(properties), {"file", "line", "title"})

    def check_markdown(self, text):
        self.assertLess(len(text.encode()), 65_536)
        self.assertEqual(text.splitlines()[-1], "<!-- offledger-gate -->")
        self.assertEqual(text.count("<details>"), text.count("</details>"))
        outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", text)
        rows = [line for line in outside.splitlines() if line.startswith("|")]
        for row in rows:
            self.assertEqual(len(columns(row)), 10, row)
        return rows

    def test_names_cannot_leave_their_place(self):
        _, form = self.forms([(HOSTILE, 1.2), (HOSTILE + " 2", 1.0)], 1)
        root = self.check_junit(form["junit"])
        self.assertEqual(len(list(root.iter("failure"))), 1)
        self.assertEqual(json.loads(form["json"])["cells"][0]["cell"], HOSTILE)
        self.check_annotations(form["github"])
        self.assertEqual(len([row for row in self.check_markdown(form["md"]) if "fail" in row]), 1)
        result = json.loads(form["sarif"])["runs"][0]["results"][0]
        self.assertEqual((result["ruleId"], result["level"]), ("wall_ns", "error"))
        self.assertNotIn("\x1b", form["text"])

    def test_five_thousand_failing_cells(self):
        printed, form = self.forms([(f"{i:04} {HOSTILE}", 1.2) for i in range(5000)], 1)
        self.assertTrue(printed.out.startswith("FAIL: 5000 of 5000 gate cells worse"), printed.out[:200])
        self.assertEqual(len(list(self.check_junit(form["junit"]).iter("failure"))), 5000)
        rows = self.check_markdown(form["md"])
        self.assertIn("### offledger: 5000 of 5000 cells worse – please read", form["md"])
        left_out = int(re.search(r"(?m)^(\d+) more rows do not fit here", form["md"]).group(1))
        self.assertEqual(len(rows) - 2 + left_out, 5000)
        self.check_annotations(form["github"])
        self.assertEqual(form["github"].count("::error "), 10)

    def test_states_have_their_places(self):
        _, form = self.forms([("fine", 1.0), ("better", 0.8)], 0)
        self.assertIn("### offledger: no action needed", form["md"])
        self.assertFalse(list(self.check_junit(form["junit"]).iter("failure")))
        self.assertEqual(json.loads(form["sarif"])["runs"][0]["results"], [])
        self.assertEqual(len(form["github"].splitlines()), 1)

    def test_what_is_printed_is_what_is_written(self):
        printed, form = self.forms([("mine", 1.2)], 1)
        self.assertEqual(printed.out, form["text"])

    def test_a_form_that_is_none_and_a_file_that_cannot_be(self):
        samples = self.write("samples.csv", csv([("mine", 1.0)]))
        for option in ("yaml=x", "md", "md=", "=x"):
            self.assertIn("FORM=FILE", self.fails(2, "gate", "--csv", samples, "--write", option))
        self.assertIn("cannot write", self.fails(2, "gate", "--csv", samples, "--write", f"md={self.folder}/absent/x.md"))
        self.fails(2, "gate", "--csv", samples, "--trace-url", "https://x/")


if __name__ == "__main__":
    unittest.main()
