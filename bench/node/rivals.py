"""The caches, each started with its own folder in front of the same origin."""
import os
import pathlib
import shutil
import socket
import subprocess
import time

WORKERS = 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=20):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen")


class Served:
    """A program that listens, in a folder of its own, until `end`."""
    program = None
    mode = 0o777  # Workers are of other users.

    def __init__(self, folder, origin_port):
        self.folder = pathlib.Path(folder) / type(self).__name__
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        os.chmod(self.folder, self.mode)
        self.port, self.origin_port = free_port(), origin_port
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(self.command(), stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        try:
            wait_for_port(self.port, self.process)
        except RuntimeError as error:
            self.end()
            raise RuntimeError(f"{error}: {(self.folder / 'log').read_text()[-2000:]}") from error

    @classmethod
    def installed(cls):
        return shutil.which(cls.program, path=os.environ["PATH"] + ":/usr/sbin") is not None

    def command(self):
        raise NotImplementedError

    def target(self, path):
        """How a client asks this cache for what the origin has at `path`."""
        return path

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Origin(Served):
    program = "nginx"

    def command(self):
        (self.folder / "files").mkdir()
        config = self.folder / "nginx.conf"
        config.write_text(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  log_format bytes escape=json '{{"path":"$request_uri","bytes":$body_bytes_sent,"status":$status}}';
  access_log {self.folder}/access.log bytes; sendfile on; tcp_nopush on; etag on; keepalive_requests 100000;
  client_body_temp_path {self.folder}/a; proxy_temp_path {self.folder}/b; fastcgi_temp_path {self.folder}/c;
  uwsgi_temp_path {self.folder}/d; scgi_temp_path {self.folder}/e;
  server {{ listen 127.0.0.1:{self.port}; root {self.folder}/files; add_header Cache-Control "max-age=86400"; }}
}}
""")
        return ["/usr/sbin/nginx", "-c", str(config), "-p", str(self.folder)]


class Nginx(Served):
    program = "nginx"

    def command(self):
        config = self.folder / "nginx.conf"
        config.write_text(f"""
daemon off; worker_processes {WORKERS}; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  proxy_cache_path {self.folder}/cache keys_zone=c:50m levels=1:2 max_size=50g inactive=1d use_temp_path=off;
  client_body_temp_path {self.folder}/a; proxy_temp_path {self.folder}/b; fastcgi_temp_path {self.folder}/c;
  uwsgi_temp_path {self.folder}/d; scgi_temp_path {self.folder}/e;
  upstream far {{ server 127.0.0.1:{self.origin_port}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{self.port}; 
    location / {{
      proxy_pass http://far; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache c; proxy_cache_lock on; proxy_cache_lock_timeout 1h; proxy_cache_lock_age 1h;
      proxy_cache_key $uri; proxy_max_temp_file_size 0;
    }}
  }}
}}
""")
        return ["/usr/sbin/nginx", "-c", str(config), "-p", str(self.folder)]


class Squid(Served):
    program = "squid"

    def command(self):
        cache, config = self.folder / "cache", self.folder / "squid.conf"
        config.write_text(f"""
http_port 127.0.0.1:{self.port} accel defaultsite=127.0.0.1:{self.origin_port} no-vhost
cache_peer 127.0.0.1 parent {self.origin_port} 0 no-query originserver name=far
http_access allow all
cache_peer_access far allow all
cache_dir ufs {cache} 20000 16 256
maximum_object_size 8 GB
maximum_object_size_in_memory 512 KB
cache_mem 256 MB
collapsed_forwarding on
range_offset_limit none
access_log none
cache_log {self.folder}/cache.log
pid_filename {self.folder}/pid
coredump_dir {self.folder}
shutdown_lifetime 1 seconds
""")
        subprocess.run(["/usr/sbin/squid", "-N", "-z", "-f", str(config)], check=True, capture_output=True)
        subprocess.run(["chown", "-R", "proxy:proxy", str(self.folder)], check=False)
        (self.folder / "pid").unlink(missing_ok=True)
        return ["/usr/sbin/squid", "-N", "-f", str(config)]


class Varnish(Served):
    program = "varnishd"

    def command(self):
        config = self.folder / "default.vcl"
        config.write_text(f"""vcl 4.1;
backend far {{ .host = "127.0.0.1"; .port = "{self.origin_port}"; }}
""")
        return ["/usr/sbin/varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{self.port}", "-f", str(config),
                "-n", str(self.folder / "state"), "-s", f"file,{self.folder}/storage,4G"]


class Freshet(Served):
    program = "sh"
    mode = 0o755
    daemon = None  # Path of freshetd.
    limits = ""  # More lines of [node.limits].

    def command(self):
        config = self.folder / "freshet.toml"
        config.write_text(f"""
[node]
enabled = true
listen = ["127.0.0.1:{self.port}"]
allow = ["127.0.0.1:{self.origin_port}"]
origin_networks = ["127.0.0.0/8"]
workers = {WORKERS}
[node.limits]
connections_per_client = 20000
{self.limits}""")
        return [self.daemon, "--data", str(self.folder / "data"), "--socket", str(self.folder / "s"),
                "--policy-file", str(config), "--peers", "off"]

    def target(self, path):
        return f"{path}?cacheHostOrigin=127.0.0.1:{self.origin_port}"


CACHES = [Freshet, Nginx, Squid, Varnish]
