"""The files that tidy looks at, and C++ text without strings and comments."""
import os
import re
import subprocess
from dataclasses import dataclass, field

CXX = (".h", ".cpp")


@dataclass
class File:
    path: str
    text: str

    def __post_init__(self):
        self.lines = self.text.splitlines()
        self.folder = os.path.dirname(self.path)
        self._code = None

    @property
    def is_cxx(self):
        return self.path.endswith(CXX)

    @property
    def is_script(self):
        return self.path.endswith(SCRIPT)

    @property
    def code(self):
        """The text with strings and comments blanked out; lines and columns stay."""
        if self._code is None:
            self._code = blank(self.text)
        return self._code

    @property
    def code_lines(self):
        return self.code.splitlines()


@dataclass
class Tree:
    root: str
    files: list
    paths: set = field(default_factory=set)

    def __post_init__(self):
        self.paths = {file.path for file in self.files}
        self.by_path = {file.path: file for file in self.files}

    def cxx(self):
        return [file for file in self.files if file.is_cxx]

    def exists(self, path):
        return path in self.paths or any(known.startswith(path.rstrip("/") + "/") for known in self.paths)


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


SCRIPT = (".js", ".mjs")
TEXT = CXX + SCRIPT + (".md", ".txt", ".cmake", ".py", ".sh", ".json", ".css", ".html", ".svg")

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\ ]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def blank(text):
    def spaces(match):
        token = match.group()
        inner = re.sub(r"[^\n]", " ", token)
        return '"' + inner[1:-1] + '"' if token.startswith(('"', "R")) and len(token) > 1 else inner

    # An include's path is code here, not a string.
    includes = {match.start(): match.group() for match in re.finditer(r'(?m)^\s*#\s*include[^\n]*', text)}
    result = TOKEN.sub(spaces, text)
    for start, include in includes.items():
        result = result[:start] + include + result[start + len(include):]
    return result


def listed(root):
    """What git would commit; everything below root where there is no git."""
    if os.path.exists(os.path.join(root, ".git")):
        names = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout.split("\0")
        return sorted({name for name in names if name and os.path.isfile(os.path.join(root, name))})
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ("build", ".git")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def read(root):
    files = []
    for path in listed(root):
        text = ""
        if path.endswith(TEXT) or "." not in os.path.basename(path):
            with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
                text = file.read()
        files.append(File(path, text))
    return Tree(root, files)
