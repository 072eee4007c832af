"""How big things are, and how code is written: sizes, coroutines, ownership, waiting, words."""
import re

from tree import Finding

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
NESTING_MAX = 4
COLUMNS_MAX = 100

# Split, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HAC" r"K)\b")
SLEEP = re.compile(r"\b(sleep" r"_for|sleep" r"_until|usle" r"ep|nanosle" r"ep)\s*\("
                   r"|((?<![\w.>:])|\btime\.)sle" r"ep\s*\(")
RAW_NEW = re.compile(r"(?<![\w:])new\s+[\w:(]")
# What make_unique cannot do, for a private constructor, is owned in the same breath.
OWNED_NEW = re.compile(r"unique_ptr<[^;]*>\(new\b")
RAW_DELETE = re.compile(r"(?<![\w:])delete(\[\])?\s+[\w:*(]")
CONTROL = re.compile(r"^\s*(\}\s*)?(if|else|for|while|switch|do|try|catch|case|default)\b")
TYPE = re.compile(r"\b(namespace|class|struct|union|enum)\b(?!.*\)\s*(const|noexcept|override|->|$))|\bextern\s*$")


def sizes(tree):
    for file in tree.files:
        if not file.path.endswith((".h", ".cpp", ".py", ".js", ".mjs", ".css", ".sh")):
            continue
        if len(file.lines) > FILE_LINES_MAX:
            yield Finding(file.path, FILE_LINES_MAX, "size",
                          f"{len(file.lines)} lines; {FILE_LINES_MAX} are the most: a concept is hiding in here")
        if not file.is_cxx and not file.is_script:
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS_MAX and "http" not in line:
                yield Finding(file.path, number, "columns", f"{len(line)} columns; {COLUMNS_MAX} are the most")
        if file.is_script:
            continue
        for first, last, depth in functions(file.code):
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield Finding(file.path, first, "function",
                              f"{last - first + 1} lines; {FUNCTION_LINES_MAX} are the most")
            if depth > NESTING_MAX:
                yield Finding(file.path, first, "nesting", f"{depth} levels deep; {NESTING_MAX} are the most")


def functions(code):
    """(first line, last line, depth of control flow) of each outermost body; lambdas count to theirs."""
    code = re.sub(r"(?m)^\s*#.*(\\\n.*)*$", lambda match: re.sub(r"[^\n]", " ", match.group()), code)
    stack, start, header_begin, depth, deepest, parens = [], None, 0, 0, 0, 0
    for at, char in enumerate(code):
        if char in "()":
            parens += 1 if char == "(" else -1
        elif char == ";" and parens == 0:
            header_begin = at + 1
        elif char == "{":
            header = code[header_begin:at].strip()
            control = CONTROL.match(header) is not None
            if start is None and "(" in header and not control and not TYPE.search(header) and parens == 0:
                start = (len(stack), code.count("\n", 0, header_begin + leading(code, header_begin)) + 1)
                depth = deepest = 0
            elif start is not None and control:
                depth += 1
                deepest = max(deepest, depth)
            stack.append((control and start is not None, parens))
            parens, header_begin = 0, at + 1
        elif char == "}" and stack:
            was_control, parens = stack.pop()
            header_begin = at + 1
            depth -= was_control
            if start is not None and start[0] == len(stack):
                yield start[1], code.count("\n", 0, at) + 1, deepest
                start = None


def leading(code, at):
    return len(code[at:]) - len(code[at:].lstrip())


def code_rules(tree):
    for file in tree.cxx():
        product = not file.path.startswith(("tests/", "bench/"))
        if file.path.startswith("tests/com/"):
            continue  # Written as for Windows.
        for number, line in enumerate(file.code_lines, 1):
            if RAW_NEW.search(OWNED_NEW.sub("", line)) and not re.search(r"operator\s+new|#\s*include", line):
                yield Finding(file.path, number, "ownership", "no bare new: make_unique, or a value")
            if RAW_DELETE.search(line) and not re.search(r"operator\s+delete|#\s*include", line):
                yield Finding(file.path, number, "ownership", "no bare delete: one owner, unique_ptr or a value")
            if re.search(r"\.detach\s*\(\s*\)", line):
                yield Finding(file.path, number, "ownership", "no detached work")
            if product and not file.path.startswith("api/cli/") and re.search(r"\bstd::(cout|cerr)\b|\bprintf\s*\(", line):
                if not file.path.startswith("engine/base/assert"):
                    yield Finding(file.path, number, "print", "only the command line prints; others take a Log")
        yield from coroutine_rules(file)


def coroutine_rules(file):
    """GCC 12 destroys a temporary twice when braces or a lambda stand in an expression that awaits."""
    begin = 0
    for match in re.finditer(r"[;{}]", file.code):
        # A statement ends at ";", and at braces that open or close a block.
        if match.group() == "{" and not opens_block(file.code[begin:match.start()]):
            continue
        if match.group() == "}" and file.code[match.end():match.end() + 1] in (",", ")", ";", "."):
            continue
        statement = file.code[begin:match.start()]
        awaits = statement.find("co_await")
        if awaits >= 0:
            rest = statement[awaits:]
            if "{" in rest or re.search(r"\[[^\]]*\]\s*\([^)]*\)\s*(mutable|->|\{|$)", rest):
                line = file.code.count("\n", 0, begin + awaits) + 1
                yield Finding(file.path, line, "coroutine", "braces or a lambda beside co_await: name it first")
        begin = match.end()


def opens_block(before):
    """Whether a "{" after this text opens a block, rather than an initializer or a lambda's body in an expression."""
    text = before.rstrip()
    if "co_await" in text:
        # `if (co_await x) {` opens a block; `co_await f({` does not.
        return text.count("(") == text.count(")") and CONTROL.match(text) is not None
    return True


# What the page must not hold, and what to do instead.
PAGE = "api/page/"
PAGE_FORBIDDEN = [
    (re.compile(r"\bconsole\."), "the page logs nothing"),
    (re.compile(r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|DOMParser"), "text is no HTML: use dom.js"),
    (re.compile(r"\beval\s*\(|new Function\b"), "no code is made of text"),
    (re.compile(r"\bdocument\.cookie\b"), "cookies go to every port of this machine"),
    (re.compile(r"https?://(?!www\.w3\.org/2000/svg)[\w.]+"), "nothing comes from elsewhere"),
    (re.compile(r"<script(?![^>]*\bsrc=)|<style|\bstyle=\"|\son\w+=\""), "the content policy allows no inline scripts and styles"),
]


def page_rules(tree):
    for file in tree.files:
        if not file.path.startswith(PAGE) or not file.path.endswith((".js", ".css", ".html", ".svg")):
            continue
        if file.path.endswith(".js") and not re.match(r"//\s*\S", file.text):
            yield Finding(file.path, 1, "header", "its first line says what it is for")
        for number, line in enumerate(file.lines, 1):
            for pattern, message in PAGE_FORBIDDEN:
                if pattern.search(line):
                    yield Finding(file.path, number, "page", message)


def waiting(tree):
    for file in tree.files:
        if not file.path.startswith("tests/") or file.path.startswith("tests/tidy/"):
            continue
        lines = file.code_lines if file.is_cxx else file.lines if file.path.endswith(".py") else []
        for number, line in enumerate(lines, 1):
            if SLEEP.search(line):
                yield Finding(file.path, number, "waiting", "a test waits for a condition with a deadline, never for time")


def words(tree):
    for file in tree.files:
        if not file.path.endswith((".h", ".cpp", ".py", ".js", ".mjs", ".css", ".html", ".sh", ".cmake",
                                   "CMakeLists.txt", ".md")):
            continue
        for number, line in enumerate(file.lines, 1):
            if UNFINISHED.search(line):
                yield Finding(file.path, number, "words", "finish it, or open an issue; nothing unfinished in the tree")


def headers(tree):
    for file in tree.cxx():
        if not file.path.endswith(".h"):
            continue
        if not file.lines or not re.match(r"//\s*\S", file.lines[0]):
            yield Finding(file.path, 1, "header", "its first line says what it is for")
        if "#pragma once" not in file.lines:
            yield Finding(file.path, 1, "header", "#pragma once is missing")


def test_names(tree):
    for file in tree.cxx():
        if not file.path.startswith(("tests/", "bench/")):
            continue
        for match in re.finditer(r'\b(?:TEST_CASE|SCENARIO|TEMPLATE_TEST_CASE)\s*\(\s*"((?:\\.|[^"\\])*)"', file.text):
            line = file.text.count("\n", 0, match.start()) + 1
            if re.search(r"[,;\[\]]", match.group(1)):
                yield Finding(file.path, line, "test name", "CMake and Catch2 split a name at , ; [ and ]")
