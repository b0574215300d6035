# SPDX-License-Identifier: Apache-2.0
"""Names in anonymous namespaces are unique in their folder: the sanitizer builds compile several of its sources as one."""

import re
import unittest
from collections import defaultdict

from support import SOURCE

DEFINES = re.compile(r"^(?:(?:struct|class|enum class|enum) (\w+)[^;]*$|using (\w+) = |"
                     r"(?:inline |constexpr |const |std::atomic<\w+> |thread_local )+[\w:<>, ]*?\b(k[A-Z]\w*)(?: =|\{|\[)|"
                     r"(?:[\w:<>,&*]+ )+[&*]?(\w+)\(([^;]*)$)")


def names_in(source):
    """What a source's anonymous namespaces define, and what it means if an alias: types, constants, functions with their
    parameters' types."""
    inside = False
    for line in source.splitlines():
        if line == "namespace {":
            inside = True
        elif line.startswith("}  // namespace"):
            inside = False
        elif inside and (found := DEFINES.match(line)):
            kind, alias, constant, function, parameters = found.groups()
            if function:
                types = re.sub(r"\s*\b\w+(?=,|\)|$)", "", parameters.split(")")[0])
                yield f"{function}({types.strip()})", None
            else:
                yield kind or constant or alias, line.split(" = ")[1] if alias else None


class AnonymousNames(unittest.TestCase):
    def test_no_two_sources_of_a_folder_share_one(self):
        where = defaultdict(set)
        for top in ("schedules", "harness", "collectors", "reports", "ci", "tests"):  # cli's are compiled by themselves
            for path in (SOURCE / top).rglob("*.cpp"):
                if path.parent.name == "bench":  # a program each
                    continue
                for name, meaning in names_in(path.read_text()):
                    where[path.parent, name, meaning].add(path.name)
        self.assertGreater(len(where), 1000)
        shared = [f"{folder.relative_to(SOURCE)}: {name} in {', '.join(sorted(files))}"
                  for (folder, name, meaning), files in where.items() if len(files) > 1 and not meaning]
        aliases = defaultdict(set)
        for folder, name, meaning in where:
            if meaning:
                aliases[folder, name].add(meaning)
        shared += [f"{folder.relative_to(SOURCE)}: {name} is {' and '.join(sorted(meanings))}"
                   for (folder, name), meanings in aliases.items() if len(meanings) > 1]
        self.assertEqual(shared, [], "rename one, or write it once")


if __name__ == "__main__":
    unittest.main()
