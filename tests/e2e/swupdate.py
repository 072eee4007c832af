"""Signed update bundles for the real SWUpdate: a cpio archive with a description, its signature and an
image, which is installed as it is read."""

import hashlib
import shutil
import subprocess

SIGN = ["openssl", "cms", "-sign", "-outform", "DER", "-nosmimecap", "-binary"]


def missing():
    """Why there can be no such test here; None: there can."""
    for program in ("swupdate", "openssl"):
        if not shutil.which(program):
            return f"{program} is not installed"
    return None


def archive(entries):
    """A cpio archive of the form "newc" with checksums; (name, bytes) each."""
    out = b""
    for number, (name, data) in enumerate([*entries, ("TRAILER!!!", b"")]):
        path = name.encode() + b"\0"
        fields = (number + 1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path),
                  sum(data) & 0xffffffff)
        head = b"070702" + b"".join(b"%08X" % field for field in fields) + path
        out += head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
    return out + bytes(-len(out) % 512)


class Update:
    def __init__(self, folder, image):
        self.target, self.certificate = folder / "installed", folder / "certificate.pem"
        key, text = folder / "key.pem", folder / "sw-description"
        text.write_text(
            'software = { version = "1.0"; hardware-compatibility: [ "1.0" ];\n'
            f' files: ({{ filename = "image"; path = "{self.target}"; installed-directly = true;\n'
            f'   sha256 = "{hashlib.sha256(image).hexdigest()}"; }}); }}\n')
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=test", "-addext", "extendedKeyUsage=emailProtection",
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        signature = subprocess.run([*SIGN, "-in", text, "-signer", self.certificate, "-inkey", key],
                                   check=True, capture_output=True).stdout
        self.bundle = archive([("sw-description", text.read_bytes()),
                               ("sw-description.sig", signature), ("image", image)])

    def words(self, url):
        return ["swupdate", "-H", "board:1.0", "-k", str(self.certificate), "-d", f"-u {url}"]
