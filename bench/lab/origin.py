"""The origin: nginx on one host, its access log the witness of what left it."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

PORT = 80
LOG_LINE = re.compile(r"(?P<at>[\d.]+) (?P<client>\S+) (?P<status>\d+) (?P<sent>\d+) \[(?P<range>.*)\]")


@dataclass(frozen=True)
class Request:
    ended_at: float  # Wall clock.
    client: str
    status: int
    body_bytes: int
    range: str


def nginx_config(directory: Path, root: Path, *, location: str = "", http: str = "",
                 processes: str = "master_process off;") -> Path:
    """Writes a configuration: one process in the foreground, all its files below `directory`.

    `location`, `http` and `processes` are directives for a cache in front of something else.
    """
    directory.mkdir(parents=True, exist_ok=True)
    temporary = "\n".join(f"  {kind}_temp_path {directory}/{kind};" for kind in
                          ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = directory / "nginx.conf"
    config.write_text(f"""user root;
daemon off;
{processes}
pid {directory}/pid;
error_log {directory}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  log_format lab '$msec $remote_addr $status $body_bytes_sent [$http_range] $uri';
  access_log {directory}/access.log lab;
{temporary}
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  default_type application/octet-stream;
  {http}
  server {{
    listen {PORT} backlog=4096;
    root {root};
    location / {{ {location} }}
  }}
}}
""")
    return config


def command(config: Path) -> list[str]:
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(config), "-e",
            str(config.parent / "error.log")]


def read_log(path: Path) -> list[Request]:
    if not path.exists():
        return []
    found = (LOG_LINE.match(line) for line in path.read_text().splitlines())
    return [Request(float(m["at"]), m["client"], int(m["status"]), int(m["sent"]), m["range"])
            for m in found if m]
