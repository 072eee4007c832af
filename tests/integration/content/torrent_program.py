"""libtorrent's side of the torrent tests.

show FILE          info-hash, name, length, piece length, root and web seeds, one a line
magnet LINK        its version 2 info-hash
make KIND FILE PIECE OUT   a torrent of FILE; KIND is v2 or hybrid
"""
import os
import sys

import libtorrent as lt


def show(path):
    info = lt.torrent_info(path)
    files = info.files()
    print(info.info_hashes().v2)
    print(info.name())
    print(files.file_size(0))
    print(info.piece_length())
    print(files.root(0).to_bytes().hex())
    for seed in info.web_seeds():
        # 2.0.8 adds a padding file to a version 2 torrent of one file, then takes it for a folder.
        print(seed["url"].rstrip("/"))


def magnet(link):
    print(lt.parse_magnet_uri(link).info_hashes.v2)


def make(kind, path, piece_bytes, out):
    storage = lt.file_storage()
    lt.add_files(storage, path)
    flags = lt.create_torrent.v2_only if kind == "v2" else 0
    creator = lt.create_torrent(storage, int(piece_bytes), flags)
    creator.add_url_seed("http://seed.example/file")
    creator.add_tracker("udp://tracker.example:6969/announce")
    lt.set_piece_hashes(creator, os.path.dirname(path))
    with open(out, "wb") as file:
        file.write(lt.bencode(creator.generate()))
    print(lt.torrent_info(out).info_hashes().v2)


{"show": show, "magnet": magnet, "make": make}[sys.argv[1]](*sys.argv[2:])
