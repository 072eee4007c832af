#!/usr/bin/env python3
"""Writes the bill of materials of a package, SPDX 2.3 in JSON: what its programs link, and what was there
when they were built, each with the version of this machine.

    sbom.py NAME VERSION ROOT PACKAGES_TXT OUTPUT
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

BUILT_WITH = "build"  # The section of packages.txt.


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def is_elf(path):
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def libraries_of(root):
    """Paths of what the programs and libraries below `root` need themselves, not what that needs."""
    needed, found = set(), {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or not is_elf(path):
            continue
        needed.update(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", str(path))))
        for name, place in re.findall(r"(\S+) => (/\S+)", run("ldd", str(path))):
            found[name] = os.path.realpath(place)
    return [found[name] for name in sorted(needed) if name in found]


def owners_of(paths):
    """Debian packages that these files belong to."""
    owners = set()
    for path in paths:
        for place in (path, path.removeprefix("/usr")):  # Before directories were merged.
            told = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True)
            if told.returncode == 0:
                owners.add(told.stdout.split(": ")[0])
                break
    return owners


def built_with(packages_txt):
    section, names = "", []
    for line in packages_txt.read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0].startswith("["):
            section = words[0].strip("[]")
        elif words and section == BUILT_WITH:
            names.append(words[0])
    return names


def described(names):
    """(name, version, architecture) of each package that is installed."""
    if not names:
        return []
    told = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version} ${Architecture}\n",
         *sorted(names)], capture_output=True, text=True).stdout
    rows = (line.split() for line in told.splitlines())
    return sorted({tuple(row[1:]) for row in rows if row[0] == "installed"})


def spdx_id(*parts):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(parts))


def package(identity, name, version, license_name, purl):
    return {"SPDXID": identity, "name": name, "versionInfo": version, "filesAnalyzed": False,
            "downloadLocation": "NOASSERTION", "licenseConcluded": license_name,
            "licenseDeclared": license_name, "copyrightText": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": purl}]}


def bill(name, version, linked, built):
    """The document. Packages that are linked are told as such alone."""
    ours = spdx_id("Package", name)
    packages = [package(ours, name, version, "Apache-2.0", f"pkg:deb/freshet/{name}@{version}")]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", ours)]
    for rows, kind in ((linked, "DYNAMIC_LINK"), (sorted(set(built) - set(linked)), "BUILD")):
        for other, number, architecture in rows:
            identity = spdx_id("Debian", other)
            purl = f"pkg:deb/debian/{other}@{number}?arch={architecture}"
            packages.append(package(identity, other, number, "NOASSERTION", purl))
            relations.append((ours, kind, identity) if kind == "DYNAMIC_LINK" else
                             (identity, "BUILD_DEPENDENCY_OF", ours))
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    created = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"{name}-{version}",
            "documentNamespace": f"https://freshet.invalid/spdx/{name}/{version}",
            "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                             "creators": ["Tool: packaging/sbom.py"]},
            "packages": packages,
            "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}
                              for a, kind, b in relations]}


def main():
    name, version, root, packages_txt, output = sys.argv[1:]
    linked = described(owners_of(libraries_of(pathlib.Path(root))))
    built = described(built_with(pathlib.Path(packages_txt)))
    text = json.dumps(bill(name, version, linked, built), indent=1) + "\n"
    pathlib.Path(output).write_text(text)


if __name__ == "__main__":
    main()
