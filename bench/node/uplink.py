"""A network of the bench's own, in which what its origin sends is shaped like an uplink."""
import os
import subprocess
import sys

INSIDE = "FRESHET_BENCH_INSIDE"


def enter():
    """Starts this program again in a network namespace that ends with it."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def shape(port, rate):
    """What comes from this port of loopback; all else is as fast as it can be."""
    for words in ("qdisc add dev lo root handle 1: htb default 2",
                  f"class add dev lo parent 1: classid 1:1 htb rate {rate} burst 256k",
                  "class add dev lo parent 1: classid 1:2 htb rate 100gbit burst 4m",
                  f"filter add dev lo parent 1: protocol ip u32 match ip sport {port} 0xffff flowid 1:1"):
        subprocess.run(["tc", *words.split()], check=True)
