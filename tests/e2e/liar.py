"""A peer that names a content for a SHA-256, wrongly, and has nothing."""

import hashlib
import hmac
import socket
import struct
import threading


def meeting(sha256):
    """The name of the meeting, as peers say it."""
    return hmac.new(b"", b"freshet meeting 1" + sha256.hex().encode(), hashlib.sha256).digest()[:20]


class Liar:
    def __init__(self, sha256, length, root=b"\x13" * 32):
        self.name, self.told = meeting(sha256), threading.Event()
        self.word = b"\x01\x02" + length.to_bytes(8, "big") + root
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                try:
                    self._talk(connection)
                except OSError:
                    pass

    def _talk(self, connection):
        if self._read(connection, 68)[28:48] != self.name:
            return
        reserved = b"\0" * 5 + b"\x10\0\x04"
        connection.sendall(b"\x13BitTorrent protocol" + reserved + self.name + b"-XX0000-liesliesli12")
        hello = b"\x01" + b"l" * 8 + b"n" * 16
        connection.sendall(self._message(
            0, b"d5:fr_id25:" + hello + b"1:md9:fr_digesti9eee"))
        while True:
            size, = struct.unpack(">I", self._read(connection, 4))
            message = self._read(connection, size)
            if message[:2] == b"\x14\0":
                # The number by which the other side takes words of a digest.
                number = int(message.split(b"9:fr_digesti")[1].split(b"e")[0])
                connection.sendall(self._message(number, self.word))
                self.told.set()

    @staticmethod
    def _message(number, body):
        return struct.pack(">IBB", len(body) + 2, 20, number) + body

    @staticmethod
    def _read(connection, size):
        got = b""
        while len(got) < size:
            part = connection.recv(size - len(got))
            if not part:
                raise ConnectionError
            got += part
        return got
