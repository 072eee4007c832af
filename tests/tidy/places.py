"""What belongs together: sources and targets, folders and their README, documents and what they name."""
import os
import re
import shutil
import subprocess

from tree import Finding

README_LINES_MAX = 20


def targets(tree):
    """Every source is named by a CMakeLists.txt of its folder or one above; no list is made by globbing."""
    lists = {file.folder: file for file in tree.files if os.path.basename(file.path) == "CMakeLists.txt"}
    for file in lists.values():
        for number, line in enumerate(file.lines, 1):
            if re.search(r"\bfile\s*\(\s*GLOB", line):
                yield Finding(file.path, number, "targets", "sources are listed by name")
    for file in tree.files:
        page = file.path.startswith("api/page/") and file.path.endswith((".js", ".css", ".html", ".svg"))
        if page and not names(lists, file.folder, file.path):
            yield Finding(file.path, 1, "targets", "the page's CMakeLists.txt does not list this file")
    for file in tree.cxx():
        if file.path.endswith(".cpp") and not any(names(lists, folder, file.path) for folder in above(file.folder)):
            yield Finding(file.path, 1, "targets", "no CMakeLists.txt lists this file")


def above(folder):
    while folder:
        yield folder
        folder = os.path.dirname(folder)
    yield ""


def names(lists, folder, path):
    if folder not in lists:
        return False
    relative = os.path.relpath(path, folder or ".")
    return re.search(r"(?<![\w./-])(\$\{\w+\}/)?" + re.escape(relative) + r"(?![\w.-])", lists[folder].text) is not None


def readmes(tree):
    folders = {file.folder for file in tree.cxx() if not file.path.startswith("tests/")}
    folders |= {folder.split("/include")[0] + "/include/freshet" for folder in folders if "/include" in folder}
    folders |= {"/".join(file.path.split("/")[:2]) for file in tree.cxx() if file.path.startswith("tests/")}
    for folder in sorted(folders):
        readme = folder + "/README.md"
        if readme not in tree.paths:
            yield Finding(folder, 1, "readme", "no README.md says what belongs here")
        elif len(tree.by_path[readme].lines) > README_LINES_MAX:
            yield Finding(readme, README_LINES_MAX, "readme", f"at most {README_LINES_MAX} lines")


def links(tree):
    """Links between documents, and documents that comments speak of."""
    for file in tree.files:
        if file.path.endswith(".md"):
            for number, line in enumerate(file.lines, 1):
                for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", line):
                    if re.match(r"[a-z]+:", target):
                        continue
                    path = os.path.normpath(os.path.join(file.folder, target))
                    if not tree.exists(path):
                        yield Finding(file.path, number, "links", f"{target} is not there")
        if file.is_cxx or file.path.endswith((".md", ".py", ".sh", ".json", ".cmake", "CMakeLists.txt")):
            for number, line in enumerate(file.lines, 1):
                for path in re.findall(r"(?<![\w/.-])(?:docs|tests|bench|cmake)/[\w/-]+\.(?:md|py|sh)\b", line):
                    if file.path.startswith("tests/tidy/") or tree.exists(path):
                        continue
                    if not tree.exists(os.path.normpath(os.path.join(file.folder, path))):
                        yield Finding(file.path, number, "links", f"{path} is not there")


ROW = re.compile(r'ErrorRow\{\s*Errc::(\w+),\s*"(\w+)",\s*(0x[0-9A-Fa-f]{8})U,\s*(true|false),\s*((?:"(?:\\.|[^"\\])*"\s*)+)\}')


def error_rows(tree):
    table = tree.by_path.get("engine/base/error_table.cpp")
    for match in ROW.finditer(table.text if table else ""):
        advice = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', match.group(5)))
        again = "yes" if match.group(4) == "true" else "no"
        yield f"| `{match.group(2)}` | {match.group(3)} | {again} | {advice} |"


def errors(tree):
    """docs/errors.md carries each row of the error table as it is; tidy.py --write-errors brings it up to date."""
    header = tree.by_path.get("engine/include/freshet/error.h")
    if header is None:
        return
    document = tree.by_path.get("docs/errors.md")
    written = set(document.lines if document else ())
    rows = list(error_rows(tree))
    for row in rows:
        if row not in written:
            yield Finding("docs/errors.md", 1, "errors", f"lacks this row (tidy.py --write-errors): {row}")
    enum = re.search(r"enum class Errc[^{]*\{(.*?)\};", header.text, re.DOTALL)
    for code in re.findall(r"(?m)^\s*(\w+) = \d+", enum.group(1) if enum else ""):
        if not any(row.startswith(f"| `{code}` ") for row in rows):
            yield Finding("engine/base/error_table.cpp", 1, "errors", f"Errc::{code} has no row")


def write_errors(tree):
    path = os.path.join(tree.root, "docs/errors.md")
    with open(path, encoding="utf-8") as file:
        kept = [line for line in file.read().splitlines() if not re.match(r"\| `\w+` \| 0x", line)]
    at = max(number for number, line in enumerate(kept) if re.match(r"\|[-| ]+\|$", line)) + 1
    kept[at:at] = error_rows(tree)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(kept) + "\n")


def conformance(tree):
    """docs/http-cache.md has a row for each test of a requirement of an RFC, and no other rows."""
    document = tree.by_path.get("docs/http-cache.md")
    rows = {} if document is None else {
        name: number for number, line in enumerate(document.lines, 1) for name in re.findall(r"`(RFC \d+ [^`]*)`", line)}
    cases = set()
    for file in tree.cxx():
        if not file.path.startswith("tests/"):
            continue
        for match in re.finditer(r'\bTEST_CASE\s*\(\s*"(RFC \d+ [^"]*)"', file.text):
            cases.add(match.group(1))
            if match.group(1) not in rows:
                yield Finding(file.path, file.text.count("\n", 0, match.start()) + 1, "conformance",
                              "docs/http-cache.md has no row for this requirement")
    for name in rows.keys() - cases:
        yield Finding("docs/http-cache.md", rows[name], "conformance", f"there is no test {name!r}")


def formatting(tree):
    """clang-format decides; its version 14 alone, since others break lines elsewhere."""
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    if program is None or ".clang-format" not in tree.paths:
        return
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if " 14." not in version:
        return
    paths = [file.path for file in tree.cxx()]
    for begin in range(0, len(paths), 100):
        found = subprocess.run([program, "--dry-run", *paths[begin:begin + 100]], cwd=tree.root,
                               capture_output=True, text=True, check=False).stderr
        for path, line in sorted(set(re.findall(r"^([^\s:]+):(\d+):\d+: (?:warning|error)", found, re.MULTILINE))):
            yield Finding(path, int(line), "format", "clang-format would write this differently")


NAMED_TEST = re.compile(r"`([A-Za-z][^`]* [^`]* [^`]*)`")


def proofs(tree):
    """Every test that docs/security.md names is there."""
    document = tree.by_path.get("docs/security.md")
    if document is None:
        return
    cases = set()
    for file in tree.files:
        if file.path.startswith(("tests/", "bench/lab/tests/")):
            cases |= {re.sub(r'"\s+"', "", name) for name in re.findall(r'\bTEST_CASE\s*\(\s*((?:"[^"]*"\s*)+)', file.text)}
            cases |= {name.replace("_", " ") for name in re.findall(r"\bdef test_(\w+)", file.text)}
    known = {name.strip().strip('"') for name in cases}
    for match in NAMED_TEST.finditer(document.text):
        name = " ".join(match.group(1).split())
        if name not in known:
            number = document.text.count("\n", 0, match.start()) + 1
            yield Finding("docs/security.md", number, "proofs", f"there is no test {name!r}")
