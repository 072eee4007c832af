"""Interrupt moderation for a host's virtual card, as every real card has it.

Without it each small burst wakes its receiver: on two cores a crowd of eight then measures wake-ups.
Frames are gathered for up to a given time and handed over together (GRO with a flush timeout).
"""

import ctypes
import fcntl
import socket
import struct

_SIOCETHTOOL, _ETHTOOL_SGRO = 0x8946, 0x2C
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x20000, 0x4000, 1 << 18
_DEFERRALS_MAX = 1_000_000


def moderate(device: str, microseconds: int) -> None:
    """In the calling process's network namespace, which must be a child's own. OSError when refused."""
    _switch_gro_on(device)
    _show_own_sysfs()
    _write(device, "gro_flush_timeout", microseconds * 1000)
    _write(device, "napi_defer_hard_irqs", _DEFERRALS_MAX)


def _switch_gro_on(device: str) -> None:
    value = ctypes.create_string_buffer(struct.pack("II", _ETHTOOL_SGRO, 1))
    request = struct.pack("16sP16x", device.encode(), ctypes.addressof(value))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCETHTOOL, request)


def _show_own_sysfs() -> None:
    """/sys shows the devices of the namespace in which it was mounted."""
    libc = ctypes.CDLL(None, use_errno=True)
    for failed in (libc.unshare(_CLONE_NEWNS),
                   libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None),
                   libc.mount(b"sysfs", b"/sys", b"sysfs", 0, None)):
        if failed:
            raise OSError(ctypes.get_errno(), "cannot mount /sys")


def _write(device: str, name: str, value: int) -> None:
    with open(f"/sys/class/net/{device}/{name}", "w", encoding="ascii") as setting:
        setting.write(str(value))
