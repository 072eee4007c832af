"""HTTP caches on a host of the site: what an administrator can install today."""

import resource
import shutil
from pathlib import Path

from lab import origin
from lab.content import GIB, MIB
from lab.players.base import first_line
from lab.players.direct import Served

SLICE = MIB


class Cache(Served):
    """The cache host's link is the site's best: see CACHE_LINK of scenario.py."""
    needs_cache_host = True

    def configure(self, directory: Path, upstream: str) -> list[str]:
        """Writes what the program needs below `directory`; its command. It listens on port 80."""
        raise NotImplementedError

    def start_servers(self, stage) -> None:
        for host in stage.scenario.cache_hosts():
            directory = stage.directory / host
            directory.mkdir()
            stage.serve(host, self.configure(directory, stage.address("origin")), port=80)

    def url(self, stage, client, file) -> str:
        return f"http://{stage.address(stage.cache_host_of(client))}/{file.name}{self.query(stage)}"

    def query(self, stage) -> str:
        """What a client adds to a URL for this cache."""
        return ""


class NginxCache(Cache):
    packages = ("nginx-light", *Served.packages)
    program = "nginx"

    def __init__(self, name: str, about: str, sliced: bool) -> None:
        self.name, self.about, self.sliced = name, about, sliced

    def missing(self) -> str | None:
        found = shutil.which("nginx") or Path("/usr/sbin/nginx").exists()
        return None if found else "nginx is not installed"

    def version(self) -> str:
        return first_line(["/usr/sbin/nginx", "-v"])

    def refuses(self, scenario) -> str | None:
        reason = super().refuses(scenario)
        if reason or not self.sliced or not scenario.ask:
            return reason
        files = scenario.ask.connections * scenario.length // SLICE  # Each stays open until its answer ends.
        return f"needs {files} open files (ulimit -Hn: {_files_max()})" if files > _files_max() else None

    def settings(self) -> str:
        return "a worker for each processor, files on disk, proxy_cache_lock on, lock timeout and age 10 min" + (
            ", slice 1m" if self.sliced else "")

    def configure(self, directory: Path, upstream: str) -> list[str]:
        key = "$uri$slice_range" if self.sliced else "$uri"
        extra = f"slice {SLICE}; proxy_set_header Range $slice_range;" if self.sliced else ""
        config = origin.nginx_config(directory, directory, location=f"""
    proxy_pass http://{upstream}; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_cache lab; proxy_cache_key {key}; proxy_cache_valid 200 206 1h;
    proxy_cache_lock on; proxy_cache_lock_timeout 10m; proxy_cache_lock_age 10m; {extra}
    access_log off;
""", http=f"proxy_cache_path {directory}/cache keys_zone=lab:10m max_size=8g inactive=1h;",
                                     processes=f"worker_processes auto; worker_rlimit_nofile {_files_max()};")
        return origin.command(config)


class Squid(Cache):
    name = "squid"
    about = "squid in front of the origin, in memory"
    packages = ("squid", *Served.packages)
    program = "squid"
    bytes_max = 16 * GIB  # It takes up to 3 s of one processor for each GiB that it sends from memory.

    def refuses(self, scenario) -> str | None:
        bytes_to_send = scenario.ask.connections * scenario.length if scenario.ask else 0
        slow = f"would take minutes for {bytes_to_send >> 30} GiB" if bytes_to_send > self.bytes_max else None
        return super().refuses(scenario) or slow

    def settings(self) -> str:
        return ("collapsed_forwarding on, in memory alone, objects up to 2 GB; passes a range on that it does not"
                " have, and does not keep it, as its default is")

    def configure(self, directory: Path, upstream: str) -> list[str]:
        shutil.chown(directory, user="proxy")  # It refuses to run as root.
        config = directory / "squid.conf"
        config.write_text(f"""http_port 80 accel defaultsite={upstream} no-vhost
cache_peer {upstream} parent 80 0 no-query originserver name=origin
http_access allow all
collapsed_forwarding on
cache_mem 4 GB
maximum_object_size_in_memory 2 GB
maximum_object_size 2 GB
refresh_pattern . 60 100% 1440
access_log none
cache_log {directory}/cache.log
pid_filename none
coredump_dir {directory}
shutdown_lifetime 0 seconds
""")
        return ["squid", "-N", "-f", str(config)]


class Varnish(Cache):
    name = "varnish"
    about = "varnish in front of the origin, in memory"
    packages = ("varnish", *Served.packages)
    program = "varnishd"

    def version(self) -> str:
        return first_line(["varnishd", "-V"])

    def settings(self) -> str:
        return "streaming, in memory alone (malloc 4 GB), ttl 1 h"

    def configure(self, directory: Path, upstream: str) -> list[str]:
        program = directory / "lab.vcl"
        program.write_text(f"""vcl 4.1;
backend origin {{ .host = "{upstream}"; .port = "80"; }}
sub vcl_backend_response {{ set beresp.ttl = 1h; set beresp.do_stream = true; }}
""")
        return ["varnishd", "-F", "-j", "none", "-n", str(directory / "work"), "-a", ":80", "-f",
                str(program), "-s", "malloc,4G", "-T", "none"]


def _files_max() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


PLAYERS = [NginxCache("nginx-cache", "nginx proxy_cache in front of the origin", sliced=False),
           NginxCache("nginx-slice", "the same with the slice module", sliced=True),
           Squid(), Varnish()]
