"""The origin: nginx on loopback or in a namespace, with files in memory."""
import os
import socket
import subprocess
import time

CONFIG = """
daemon off; master_process on; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;
worker_rlimit_nofile 8192;
events {{ worker_connections 2048; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; etag on; types {{ }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen {address}:{port}; root {folder}/www; }}
}}
"""


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Nginx:
    """Serves `folder`/www. With `prefix` (ip netns exec NAME) it runs there, on `address`."""

    def __init__(self, folder, address="127.0.0.1", prefix=()):
        self.folder, self.address, self.prefix = folder, address, prefix
        self.port = free_port() if not prefix else 8080
        self.process = None
        os.makedirs(f"{folder}/www", exist_ok=True)

    def url(self, path):
        return f"http://{self.address}:{self.port}/{path}"

    def __enter__(self):
        config = f"{self.folder}/nginx.conf"
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(folder=self.folder, address=self.address, port=self.port))
        nginx = next((path for path in ("/usr/sbin/nginx", "/usr/local/sbin/nginx") if os.path.exists(path)), "nginx")
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([*self.prefix, nginx, "-e", f"{self.folder}/error.log", "-c", config, *user])
        self.wait()
        return self

    def wait(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            probe = subprocess.run([*self.prefix, "curl", "-s", "-o", "/dev/null", self.url("")], check=False)
            if probe.returncode == 0:
                return
            time.sleep(0.02)
        raise RuntimeError("nginx does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
