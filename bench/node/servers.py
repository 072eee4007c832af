"""A node and its origin on loopback, each a process with a folder of its own."""
import os
import pathlib
import re
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A program that listens until `end`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / type(self).__name__
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.port, self.log = free_port(), self.folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            self._wait_for_port()
        except RuntimeError:
            self.end()
            raise

    def command(self):
        raise NotImplementedError

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_for_port(self, seconds=20):
        ends = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < ends:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.process.args[0]} does not listen: {self.log.read_text()[-2000:]}")


class Origin(Served):
    def command(self):
        (self.folder / "files").mkdir()
        config = self.folder / "nginx.conf"
        config.write_text(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; etag on; client_body_temp_path {self.folder}/a; proxy_temp_path {self.folder}/b;
  fastcgi_temp_path {self.folder}/c; uwsgi_temp_path {self.folder}/d; scgi_temp_path {self.folder}/e;
  server {{ listen 127.0.0.1:{self.port}; root {self.folder}/files; add_header Cache-Control "max-age=86400"; }}
}}
""")
        return ["/usr/sbin/nginx", "-c", str(config), "-p", str(self.folder)]


class Node(Served):
    """`limits` are lines of [node.limits]."""

    def __init__(self, folder, daemon, origin, limits):
        self.daemon, self.origin, self.limits = daemon, origin, limits
        super().__init__(folder)

    def command(self):
        config = self.folder / "freshet.toml"
        config.write_text(f"""
[node]
enabled = true
listen = ["127.0.0.1:{self.port}"]
allow = ["127.0.0.1:{self.origin.port}"]
origin_networks = ["127.0.0.0/8"]
[node.limits]
connections_per_client = 20000
{self.limits}""")
        return [self.daemon, "--data", str(self.folder / "data"), "--socket", str(self.folder / "s"),
                "--policy-file", str(config), "--peers", "off"]

    def target(self, path):
        """How a client asks for what the origin has at `path`."""
        return f"{path}?cacheHostOrigin=127.0.0.1:{self.origin.port}"
