"""A project of somebody else, built against the installed library: with CMake and with pkg-config, shared
and static; downloads within the program and through the daemon."""

import os

from case import main
from daemon_case import DaemonCase
from install_case import HERE, InstallCase, run

CMAKE = os.environ.get("CMAKE", "cmake")
CXX = os.environ.get("CXX", "c++")
SOURCE = HERE / "consumer"
SIZE = 3_000_000


class Consumer(DaemonCase, InstallCase):
    def setUp(self):
        super().setUp()
        self.root = self.unpacked("freshet", "libfreshet1", "libfreshet-dev")
        self.libraries = next(self.root.glob("usr/lib/**/libfreshet.so")).parent

    def pkg_config(self, *words):
        return run("pkg-config", *words, env={
            **os.environ, "PKG_CONFIG_PATH": str(self.libraries / "pkgconfig")}).split()

    def assert_downloads(self, program, links=None):
        """In a program of its own, and through the daemon."""
        needed = run("readelf", "-dW", program)
        self.assertEqual("libfreshet.so.1" in needed, links == "shared", needed)
        url = self.serve("/disk.img", SIZE)
        self.start_daemon()
        for number, (kind, place) in enumerate((("embedded", self.folder / "own"),
                                                ("connected", self.socket))):
            target = self.folder / f"{program.name}-{number}"
            environment = {**self.environment(), "LD_LIBRARY_PATH": str(self.libraries)}
            self.assertEqual(run(program, kind, place, url, target, env=environment), f"{target}\n")
            self.assertEqual(target.read_bytes(), self.origin.files["/disk.img"])
        self.stop_daemon()

    def build(self, target):
        build = self.folder / "build"
        run(CMAKE, "-S", SOURCE, "-B", build, f"-DCMAKE_PREFIX_PATH={self.root}/usr",
            f"-DCMAKE_CXX_COMPILER={CXX}")
        run(CMAKE, "--build", build, "--target", target)
        return build / target

    def test_a_project_finds_the_library_with_cmake(self):
        self.assert_downloads(self.build("consumer"), links="shared")

    def test_a_project_carries_the_library_within_it(self):
        self.assert_downloads(self.build("consumer_static"), links="static")

    def test_a_program_for_windows_finds_its_headers(self):
        program = self.build("consumer_com")
        said = run(program, env={**self.environment(), "LD_LIBRARY_PATH": str(self.libraries)})
        self.assertEqual(said, "{4991D34B-80A1-4291-83B6-3328366B9097}\n")
        words = self.pkg_config("--cflags", "freshet-com")
        run(CXX, "-std=c++20", "-fsyntax-only", *words, SOURCE / "consumer_com.cpp")

    def test_a_project_finds_the_library_with_pkg_config(self):
        compiled = self.folder / "consumer.o"
        run(CXX, "-std=c++20", "-c", SOURCE / "consumer.cpp", "-o", compiled,
            *self.pkg_config("--cflags", "freshet"))
        shared = self.folder / "consumer"
        run(CXX, compiled, "-o", shared, *self.pkg_config("--libs", "freshet"))
        self.assert_downloads(shared, links="shared")
        static = self.folder / "consumer_static"
        words = self.pkg_config("--libs", "--static", "freshet")
        words = ["-l:libfreshet.a" if word == "-lfreshet" else word for word in words]
        run(CXX, compiled, "-o", static, *words)
        self.assertNotIn("libfreshet", run("readelf", "-dW", static))


if __name__ == "__main__":
    main()
