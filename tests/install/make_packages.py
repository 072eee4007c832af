"""Makes packages of what this build has, and the programs' again under a later version.

    make_packages.py BUILD_DIRECTORY OUTPUT_DIRECTORY

FRESHET_PACKAGES_BEFORE names a package of the programs of an earlier build: it is put beside them.
"""

import os
import pathlib
import shutil
import subprocess
import sys

OLD, NEW, BEFORE = "0.1.0", "0.2.0", "before"
CPACK = os.environ.get("CPACK", "cpack")


def make(build, output, version, *more):
    shutil.rmtree(output, ignore_errors=True)
    subprocess.run([CPACK, "--config", build / "CPackConfig.cmake", "-R", version, "-B", output,
                    "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip", *more], check=True)
    shutil.rmtree(output / "_CPack_Packages")


def main():
    if shutil.which("dpkg-shlibdeps") is None:
        print("dpkg-dev is not installed")
        sys.exit(77)
    build, output = map(pathlib.Path, sys.argv[1:])
    make(build, output / OLD, OLD)
    make(build, output / NEW, NEW, "-D", "CPACK_COMPONENTS_ALL=freshet")
    shutil.rmtree(output / BEFORE, ignore_errors=True)
    if "FRESHET_PACKAGES_BEFORE" in os.environ:
        (output / BEFORE).mkdir()
        shutil.copy(os.environ["FRESHET_PACKAGES_BEFORE"], output / BEFORE)


if __name__ == "__main__":
    main()
