"""Names that stand in JSON, and the tables of documents that tell what they mean: neither has more than the other."""
import re

from tree import Finding

# Where the names are, of which array; the document and the heading of its table.
TABLES = [
    ("engine/transfer/why_code.cpp", "kNames", "docs/why.md", "Codes"),
    ("engine/transfer/wait_book.cpp", "kNames", "docs/why.md", "Time"),
    ("engine/transfer/why_advice.cpp", "kRows", "docs/why.md", "Advice"),
    ("api/doctor/finding.cpp", "kChecks", "docs/doctor.md", "Checks"),
]


def names_in(text, array):
    found = re.search(r"\b" + array + r"\{(.*?)\};", text, re.DOTALL)
    return set(re.findall(r'"([a-z0-9_]+)"', found.group(1))) if found else set()


def names_under(text, heading):
    """Of the first cell of each row of the table there."""
    part = re.search(r"^## " + re.escape(heading) + r"$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    rows = re.findall(r"^\| (`[^|]*)\|", part.group(1), re.MULTILINE) if part else []
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def documented(tree):
    for source, array, document, heading in TABLES:
        if source not in tree.paths:
            continue
        names = names_in(tree.by_path[source].text, array)
        told = names_under(tree.by_path[document].text, heading) if document in tree.paths else set()
        for name in sorted(names - told):
            yield Finding(document, 1, "documented", f"{name} of {source} is not under \"{heading}\"")
        for name in sorted(told - names):
            yield Finding(document, 1, "documented", f"{name} under \"{heading}\" is not in {source}")
        if not names:
            yield Finding(source, 1, "documented", f"{array} has no names")
