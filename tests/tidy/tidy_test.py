#!/usr/bin/env python3
"""Each rule finds its breach in a small tree, and finds nothing in the same tree without it."""
import os
import re
import shutil
import tempfile
import unittest

import shape
import tidy
import tree

FORMAT = "BasedOnStyle: Google\nColumnLimit: 100\nAllowShortFunctionsOnASingleLine: Inline\n"
CLEAN = {
    ".clang-format": FORMAT,
    "README.md": "Hello, see [the table](docs/errors.md).\n",
    "docs/errors.md": "# Errors\n\n| name | HRESULT | again | advice |\n|---|---|---|---|\n"
                      "| `broken` | 0x80070001 | no | Mend it. |\n",
    "engine/CMakeLists.txt": "add_library(engine base/a.cpp base/error_table.cpp job/queue.cpp)\n",
    "engine/include/freshet/README.md": "What applications include.\n",
    "engine/include/freshet/error.h":
        "// What can go wrong.\n#pragma once\n\nenum class Errc {\n  broken = 1,\n};\n",
    "engine/base/README.md": "Tools.\n",
    "engine/base/a.h": "// A tool.\n#pragma once\n\n#include <string>\n",
    "engine/base/a.cpp": '#include "engine/base/a.h"\n\n#include <openssl/evp.h>\n\nint twice(int a) {\n  return 2 * a;\n}\n',
    "engine/base/error_table.cpp":
        'constexpr std::array kTable{ErrorRow{Errc::broken, "broken", 0x80070001U, false, "Mend it."}};\n',
    "engine/job/README.md": "Jobs.\n",
    "engine/job/queue.h": "// A queue.\n#pragma once\n",
    "engine/job/queue.cpp": '#include "engine/job/queue.h"\n\n#include "engine/base/a.h"\n',
    "store/CMakeLists.txt": "add_library(store ledger.cpp)\n",
    "store/README.md": "State.\n",
    "store/ledger.cpp": "#include <rocksdb/db.h>\n",
    "api/CMakeLists.txt": "add_library(api server.cpp)\n",
    "api/README.md": "Every way in.\n",
    "api/server.cpp":
        "Task<void> serve(Socket& socket) {\n  Options const options{1, 2};\n"
        "  while (co_await socket.ready(options)) {\n    co_await socket.flush();\n  }\n}\n",
    "tests/unit/CMakeLists.txt": "add_executable(unit a_test.cpp)\n",
    "tests/unit/README.md": "Units.\n",
    "tests/unit/a_test.cpp": 'TEST_CASE("two and two is four") {\n  CHECK(twice(2) == 4);\n}\n',
}


def body(lines):
    return "void f() {\n" + "  g();\n" * lines + "}\n"


def nested(levels):
    opening = "".join("  " * (depth + 1) + "if (a) {\n" for depth in range(levels))
    closing = "".join("  " * (depth + 1) + "}\n" for depth in reversed(range(levels)))
    return "void f(bool a) {\n" + opening + closing + "}\n"


WHY_CODES = 'constexpr std::array kNames{"begun"};\n'
SLEEP = "std::this_thread::sleep" "_for(1s)"
UNFINISHED = "TO" "DO"

# rule, file, what is added to it (or, starting with "=", what it becomes), a part of the message.
BREACHES = [
    ("layers", "engine/base/a.h", '#include "engine/job/queue.h"\n', "must not know"),
    ("layers", "engine/base/a.h", "#include <openssl/evp.h>\n", "headers stay free"),
    ("layers", "engine/job/queue.cpp", "#include <rocksdb/db.h>\n", "not allowed"),
    ("layers", "engine/job/queue.cpp", "#include <curl/curl.h>\n", "not allowed"),
    ("layers", "engine/job/queue.cpp", '#include "store/ledger.h"\n', "must not know"),
    ("layers", "engine/job/queue.cpp", "#include <mutex>\n", "no business"),
    ("layers", "engine/job/queue.cpp", "#include <sys/socket.h>\n", "no business"),
    ("layers", "engine/include/freshet/error.h", "#include <fmt/format.h>\n", "not allowed"),
    ("layers", "store/ledger.cpp", '#include "peer/session.h"\n', "must not know"),
    ("layers", "store/ledger.cpp", '#include "api/server.h"\n', "must not know"),
    ("layers", "store/ledger.cpp", "#include <libtorrent/session.hpp>\n", "not allowed"),
    ("size", "store/ledger.cpp", "int a;\n" * 500, "concept"),
    ("columns", "store/ledger.cpp", "int a;  // " + "a" * 100 + "\n", "columns"),
    ("function", "store/ledger.cpp", body(69), "71 lines"),
    ("function", "tests/unit/a_test.cpp", 'TEST_CASE("long") {\n' + "  g();\n" * 70 + "}\n", "72 lines"),
    ("nesting", "store/ledger.cpp", nested(5), "5 levels"),
    ("coroutine", "api/server.cpp", "Task<void> f() {\n  co_await send({1, 2});\n}\n", "name it first"),
    ("coroutine", "api/server.cpp", "Task<void> f() {\n  auto a = co_await run([] { return 1; });\n}\n", "name it"),
    ("coroutine", "api/server.cpp", "Task<void> f() {\n  if (co_await send(Part{1})) {\n  }\n}\n", "name it"),
    ("waiting", "tests/unit/a_test.cpp", f"void f() {{\n  {SLEEP};\n}}\n", "condition"),
    ("ownership", "store/ledger.cpp", "int* a = new int(1);\n", "bare new"),
    ("ownership", "store/ledger.cpp", "void f(int* a) {\n  delete a;\n}\n", "bare delete"),
    ("ownership", "store/ledger.cpp", "void f(std::thread a) {\n  a.detach();\n}\n", "detached"),
    ("print", "store/ledger.cpp", "void f() {\n  std::cout << 1;\n}\n", "Log"),
    ("columns", "api/page/a.js", "// A.\n// " + "a" * 100 + "\n", "columns"),
    ("size", "api/page/page.css", "a {}\n" * 501, "concept"),
    ("header", "api/page/a.js", "export {};\n", "what it is for"),
    ("page", "api/page/a.js", "// A.\nconsole.log(1);\n", "logs nothing"),
    ("page", "api/page/a.js", "// A.\nbody.innerHTML = 'x';\n", "no HTML"),
    ("page", "api/page/a.js", "// A.\nimport 'https://elsewhere.example/a.js';\n", "from elsewhere"),
    ("page", "api/page/a.js", "// A.\ndocument.cookie = 'a';\n", "every port"),
    ("page", "api/page/a.js", "// A.\neval('1');\n", "made of text"),
    ("page", "api/page/index.html", "<script>a()</script>\n", "inline"),
    ("targets", "api/page/a.js", "// A.\n", "does not list"),
    ("words", "store/ledger.cpp", f"// {UNFINISHED}: more\n", "unfinished"),
    ("header", "engine/base/a.h", "=#pragma once\n", "what it is for"),
    ("header", "engine/base/a.h", "=// A tool.\nint a;\n", "pragma once"),
    ("test name", "tests/unit/a_test.cpp", 'TEST_CASE("one, two") {\n}\n', "split"),
    ("test name", "tests/unit/a_test.cpp", 'TEST_CASE(\n    "one; two") {\n}\n', "split"),
    ("targets", "store/forgotten.cpp", "int a;\n", "lists this file"),
    ("targets", "store/CMakeLists.txt", "file(GLOB sources *.cpp)\n", "by name"),
    ("readme", "store/README.md", "a\n" * 20, "at most"),
    ("readme", "peer/session.h", "// A session.\n#pragma once\n", "no README.md"),
    ("links", "README.md", "[more](docs/more.md)\n", "docs/more.md"),
    ("links", "store/ledger.cpp", "// See docs/nowhere.md.\n", "docs/nowhere.md"),
    ("errors", "engine/include/freshet/error.h", "=// Errors.\n#pragma once\n\nenum class Errc {\n  broken = 1,\n  lost = 2,\n};\n", "lost"),
    ("errors", "docs/errors.md", "=# Errors\n\n|---|\n", "broken"),
    ("conformance", "docs/http-cache.md", "| `RFC 1 2: it holds` |\n", "there is no test"),
    ("conformance", "tests/unit/a_test.cpp", 'TEST_CASE("RFC 1 2: it holds") {\n}\n', "no row"),
    ("proofs", "docs/security.md", "| `nobody proves this` |\n", "there is no test"),
    ("documented", "engine/transfer/why_code.cpp", WHY_CODES + "// Codes.\n", "begun of engine"),
    ("format", "store/ledger.cpp", "int   a;\n", "clang-format"),
]

# What looks like a breach and is none.
INNOCENT = [
    ("store/ledger.cpp", "auto a = std::unique_ptr<A>(new A(1));\n"),
    ("store/ledger.cpp", body(68)),
    ("store/ledger.cpp", nested(4)),
    ("store/ledger.cpp", '// A new client may delete this; see "new" in the text.\nchar const* a = "new int";\n'),
    ("store/ledger.cpp", "struct A {\n  A(A const&) = delete;\n};\n"),
    ("store/ledger.cpp", 'char const* a = R"(// not a comment " new int)";\nint b = 1\'000;\n'),
    ("api/server.cpp", "Task<void> f() {\n  if (co_await more()) {\n    g({1});\n  }\n  h({2});\n}\n"),
    ("api/server.cpp", "Task<int> f() {\n  auto const part = Part{1};\n  co_return co_await send(part);\n}\n"),
]


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="freshet-tidy-")
        self.addCleanup(shutil.rmtree, self.root)
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        target = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)

    def add(self, path, text):
        self.write(path, text[1:] if text.startswith("=") else CLEAN.get(path, "") + text)

    def found(self, formatting=False):
        checks = [check for check in tidy.CHECKS if formatting or check is not tidy.places.formatting]
        return [str(finding) for finding in tidy.findings(self.root, checks)]

    def test_a_clean_tree_has_no_breach(self):
        self.assertEqual(self.found(formatting=True), [])

    def test_each_rule_finds_its_breach(self):
        for rule, path, text, message in BREACHES:
            if rule == "format" and not (shutil.which("clang-format-14") or shutil.which("clang-format")):
                continue
            with self.subTest(rule=rule, path=path, text=text[:60]):
                self.add(path, text)
                found = self.found(formatting=rule == "format")
                hits = [line for line in found if f": {rule}: " in line and message in line]
                self.assertTrue(hits, f"found only {found}")
                if path in CLEAN:
                    self.write(path, CLEAN[path])
                else:
                    os.remove(os.path.join(self.root, path))

    def test_every_rule_that_can_be_broken_is_tried(self):
        with open(os.path.join(os.path.dirname(__file__), "shape.py"), encoding="utf-8") as file:
            text = file.read()
        for name in ("layers.py", "places.py", "documented.py"):
            with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
                text += file.read()
        rules = set(re.findall(r'Finding\(.*?"([a-z ]+)"\s*,', text, re.DOTALL))
        self.assertIn("format", rules)
        self.assertEqual(rules - {rule for rule, *_ in BREACHES}, set())

    def test_a_table_explains_all_names_and_no_others(self):
        self.add("engine/transfer/why_code.cpp", WHY_CODES)
        self.write("docs/why.md", "## Codes\n\n| `begun`, `lost` | when |\n")
        self.assertTrue([line for line in self.found() if "lost under" in line])
        self.write("docs/why.md", "## Codes\n\n| `begun` | when |\n")
        self.assertFalse([line for line in self.found() if ": documented: " in line])

    def test_what_is_allowed_is_not_reported(self):
        for path, text in INNOCENT:
            with self.subTest(text=text[:60]):
                self.add(path, text)
                self.assertEqual(self.found(), [])
                self.write(path, CLEAN[path])

    def test_folders_that_include_each_other_are_a_cycle(self):
        self.write("engine/plan/README.md", "Plans.\n")
        self.write("engine/plan/plan.h", '// A plan.\n#pragma once\n\n#include "engine/job/queue.h"\n')
        self.write("engine/job/queue.h", '// A queue.\n#pragma once\n\n#include "engine/plan/plan.h"\n')
        self.assertTrue([line for line in self.found() if "cycle" in line])

    def test_the_length_of_a_function_counts_from_its_name_to_its_brace(self):
        code = tree.blank("namespace a {\nclass B {\n  void f() {\n    g([] {\n      h();\n    });\n  }\n};\n}\n"
                          "int k(int a,\n      int b) {\n  return a;\n}\n")
        self.assertEqual([found[:2] for found in shape.functions(code)], [(3, 7), (10, 13)])


if __name__ == "__main__":
    unittest.main()
