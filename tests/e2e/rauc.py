"""Signed bundles for the real RAUC, and its service on a bus of its own: it writes into files as if they were slots."""

import os
import shutil
import subprocess
import time
from pathlib import Path

READY_SECONDS = 60

_BUS = """<busconfig><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""
_SYSTEM = """[system]
compatible=freshet-test
bootloader=noop
mountprefix={folder}/mounted
statusfile={folder}/status
bundle-formats=plain verity

[keyring]
path={folder}/certificate.pem

[slot.rootfs.0]
device={folder}/slot-a
bootname=a

[slot.rootfs.1]
device={folder}/slot-b
bootname=b
"""


def missing():
    """Why there can be no such test here; None: there can."""
    for program in ("rauc", "dbus-daemon", "mksquashfs", "openssl"):
        if not shutil.which(program):
            return f"{program} is not installed"
    return None


def mounts_nothing():
    """Why it cannot mount a bundle, as it does before it installs; None: it can."""
    if os.geteuid() != 0:
        return "needs root, as rauc does"
    found = subprocess.run(["losetup", "-f"], capture_output=True, text=True, check=False)
    squashfs = "squashfs" in Path("/proc/filesystems").read_text()
    return None if found.returncode == 0 and squashfs else "loop devices or squashfs are not permitted"


class Board:
    """Slot a is running; slot b is written."""

    def __init__(self, folder, image):
        self.folder, self.image = folder / "board", image
        self.folder.mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=test", "-keyout", self.folder / "key.pem",
                        "-out", self.folder / "certificate.pem"], check=True, capture_output=True)
        (self.folder / "mounted").mkdir()
        for slot in ("slot-a", "slot-b"):
            (self.folder / slot).write_bytes(bytes(len(image)))
        (self.folder / "system.conf").write_text(_SYSTEM.format(folder=self.folder))
        self.keyring = ["--keyring", str(self.folder / "certificate.pem")]

    def bundle(self, form):
        """Bytes of a signed bundle: "plain" or "verity"."""
        content, made = self.folder / form, self.folder / f"{form}.raucb"
        content.mkdir()
        (content / "rootfs.img").write_bytes(self.image)
        (content / "manifest.raucm").write_text(
            f"[update]\ncompatible=freshet-test\nversion=1\n[bundle]\nformat={form}\n"
            "[image.rootfs]\nfilename=rootfs.img\n")
        subprocess.run(["rauc", "--cert", self.folder / "certificate.pem", "--key", self.folder / "key.pem",
                        "bundle", content, made], check=True, capture_output=True)
        return made.read_bytes()

    def start_service(self, end_later):
        """What reaches it. `end_later` is told each process as soon as there is one."""
        socket, config = self.folder / "bus", self.folder / "bus.conf"
        config.write_text(_BUS.format(path=socket))
        environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}"}
        everything = {**os.environ, **environment}
        bus = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        end_later(bus)
        bus.stdout.readline()  # It says its address once it listens.
        end_later(subprocess.Popen(
            ["rauc", "-c", self.folder / "system.conf", "--override-boot-slot=a", "service"],
            env=everything, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + READY_SECONDS
        while subprocess.run(["rauc", "status"], env=everything, capture_output=True, check=False).returncode:
            if time.monotonic() > deadline:
                raise AssertionError("the service of RAUC does not answer")
        return environment

    def written(self):
        return (self.folder / "slot-b").read_bytes()
