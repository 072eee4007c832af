"""Who may include whom: the table of layers. The one place where it is written down for the machine."""
import os
import re

from tree import Finding

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

ENGINE_VALUES = ("engine/base/", "engine/ports/", "engine/content/", "engine/job/record.h")
EVERYTHING = ("engine/", "peer/", "store/", "api/", "tests/", "bench/")


class Layer:
    def __init__(self, folder, ours, third_party=(), headers_too=()):
        self.folder = folder              # Files below it, unless a longer folder fits.
        self.ours = ours                  # What they may include of ours, beside <freshet/...>.
        self.third_party = third_party    # And of others, in .cpp files only.
        self.headers_too = headers_too    # And of others, in headers as well.


EXPECTED = ("tl/expected.hpp",)
LAYERS = [
    Layer("engine/include/freshet/", (), headers_too=EXPECTED),
    Layer("api/include/", ("freshet/",), headers_too=EXPECTED),
    Layer("engine/base/", ("engine/base/",), ("openssl/", "fmt/"), EXPECTED),
    Layer("engine/content/", ("engine/base/", "engine/content/"), ("openssl/", "fmt/")),
    # A port speaks in values: those of content, and the records of jobs.
    Layer("engine/ports/", ENGINE_VALUES),
    Layer("engine/", ("engine/",), ("fmt/",)),
    Layer("engine/origin/", ENGINE_VALUES + ("engine/origin/",), ("curl/", "openssl/", "fmt/")),
    Layer("peer/", ENGINE_VALUES + ("peer/",), ("libtorrent/", "openssl/", "fmt/", "boost/")),
    Layer("store/", ENGINE_VALUES + ("store/",), ("rocksdb/", "openssl/", "fmt/")),
    Layer("api/", ("engine/", "peer/", "store/", "api/"),
          ("boost/", "nlohmann/", "CLI/", "toml++/", "fmt/", "openssl/"), ("nlohmann/json_fwd.hpp",)),
    Layer("api/machine/", ("engine/", "api/machine/"), ("systemd/",)),
    Layer("examples/", ("freshet/",)),
    Layer("tests/", EVERYTHING, ("",), ("",)),
    Layer("bench/", EVERYTHING, ("",), ("",)),
]

# The engine's core opens no file and no socket, asks no clock and shares nothing between threads.
CORE_FORBIDDEN = re.compile(
    r"^(mutex|shared_mutex|thread|condition_variable|future|fstream|filesystem|unistd\.h|fcntl\.h"
    r"|sys/.*|netinet/.*|netdb\.h)$")
CORE_EXEMPT = ("engine/base/thread_", "engine/base/assert", "engine/origin/")


def layer_of(path):
    fitting = [layer for layer in LAYERS if path.startswith(layer.folder)]
    return max(fitting, key=lambda layer: len(layer.folder), default=None)


def third_party_allowed(layer, path, name):
    if name.startswith(layer.headers_too or ("\0",)):
        return True
    return path.endswith(".cpp") and name.startswith(layer.third_party or ("\0",))


def judge(file, layer, name):
    """Why this include is wrong, or None."""
    top = name.split("/")[0]
    if name.startswith("freshet/"):
        return None
    if top in ("engine", "peer", "store", "api", "tests", "bench"):
        same_folder = os.path.dirname(name) == file.folder
        if same_folder or name.startswith(layer.ours or ("\0",)):
            return None
        return f"{layer.folder} must not know {name}"
    core = file.path.startswith("engine/") and not file.path.startswith(CORE_EXEMPT)
    if core and CORE_FORBIDDEN.match(name):
        return f"the engine's core has no business with <{name}>"
    if is_system(name) or third_party_allowed(layer, file.path, name):
        return None
    if "/" not in name and "." in name:
        return f"{name}: include our own headers by their path from the root"
    return f"{name} is not allowed here" + ("" if file.path.endswith(".cpp") else " (headers stay free of it)")


SYSTEM_FOLDERS = ("sys/", "netinet/", "arpa/", "linux/", "net/", "bits/", "asm/")
SYSTEM_HEADERS = ("unistd.h", "fcntl.h", "netdb.h", "pwd.h", "grp.h", "poll.h", "dirent.h", "ftw.h",
                  "signal.h", "ifaddrs.h", "termios.h", "getopt.h", "spawn.h", "sched.h", "pthread.h",
                  "syslog.h", "dlfcn.h", "stdlib.h", "wchar.h", "stdint.h", "errno.h", "string.h",
                  "time.h", "malloc.h", "limits.h", "cpuid.h", "immintrin.h")


def is_system(name):
    standard = "/" not in name and "." not in name
    return standard or name in SYSTEM_HEADERS or name.startswith(SYSTEM_FOLDERS)


def check(tree):
    edges = {}
    for file in tree.cxx():
        layer = layer_of(file.path)
        if layer is None:
            if file.path.count("/"):
                yield Finding(file.path, 1, "layers", "no layer is defined for this folder")
            continue
        for number, line in enumerate(file.lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match.group(2)
            complaint = judge(file, layer, name)
            if complaint:
                yield Finding(file.path, number, "layers", complaint)
            if name in tree.paths:
                edges.setdefault(file.folder, {}).setdefault(os.path.dirname(name), (file.path, number, name))
    yield from cycles(edges)


def cycles(edges):
    """Folders of the product that include each other, directly or round a corner."""
    def product(folder):
        return folder.startswith(("engine", "peer", "store", "api"))

    def reach(start):
        seen, ahead = {}, [(start, None)]
        while ahead:
            folder, first = ahead.pop()
            for target, place in edges.get(folder, {}).items():
                if place[2] == "engine/job/record.h" or not product(target) or target == folder:
                    continue
                if target not in seen:
                    seen[target] = first or place
                    ahead.append((target, first or place))
        return seen

    for folder in sorted(edges):
        seen = reach(folder) if product(folder) else {}
        if folder in seen:
            path, line, name = seen[folder]
            yield Finding(path, line, "layers", f"{folder} is part of a cycle of folders, by way of {name}")
