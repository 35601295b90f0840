#!/usr/bin/env python3
"""The seeds of the fuzz targets whose files are binary: a few small ones of each kind.

    python3 make_corpus.py      writes corpus/<target>/* beside this file

Files that torch.save wrote (../golden/torch_files) are seeds too: the build names them.
"""

import base64
import pathlib
import pickle
import struct
import zlib

corpus = pathlib.Path(__file__).with_name("corpus")


def save(target, name, content):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def safetensors(header, data):
    return struct.pack("<Q", len(header)) + header.encode() + data


def all_types():
    """One element of every type that is read."""
    sizes = {"F32": 4, "F64": 8, "F16": 2, "BF16": 2, "I8": 1, "I16": 2, "I32": 4, "I64": 8}
    sizes |= {"U8": 1, "U16": 2, "U32": 4, "U64": 8, "BOOL": 1}
    rows, end = ['"__metadata__":{"k":"v"}'], 0
    for dtype, size in sizes.items():
        rows.append(f'"{dtype}":{{"dtype":"{dtype}","shape":[1],"data_offsets":[{end},{end + size}]}}')
        end += size
    return safetensors("{" + ",".join(rows) + "}", b"\1" * end)


def png(width, height, depth, colour, interlaced=0):
    def chunk(name, inside):
        return struct.pack(">I", len(inside)) + name + inside + struct.pack(">I", zlib.crc32(name + inside))

    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = b"\0" + b"\x40" * ((width * channels * depth + 7) // 8)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    palette = chunk(b"PLTE", bytes(range(48))) if colour == 3 else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + palette
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


def bmp(width, height, bits):
    row = (width * bits + 31) // 32 * 4
    colours = bytes(4 << bits) if bits <= 8 else b""
    start = 54 + len(colours)
    head = struct.pack("<IIIIiiHHIIiiII", start + row * height, 0, start, 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0)
    return b"BM" + head + colours + bytes(row * height)


def gif(frames):
    """A black and white screen of 2x1; codes of 3 bits: 4 starts, 5 ends."""
    content = b"GIF89a" + struct.pack("<HHBBB", 2, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    for disposal in frames:
        content += struct.pack("<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | 1, 1, 0, 0)
        content += b"," + struct.pack("<HHHHB", 0, 0, 2, 1, 0) + b"\2\2\x44\x0a\0"
    return content + b";"


# A grey ramp of 16x16, as adafuse::io::encode_jpeg writes it at quality 50.
JPEG = """
/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1R
V19iZ2hnPk1xeXBkeFxlZ2MBERISGBUYLxoaL2NCOEJjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj
Y2NjY2NjY2NjY//AABEIABAAEAMBIgACEQEDEQH/xAGiAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMF
BQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElK
U1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV
1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+gEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoLEQACAQIEBAMEBwUEBAABAncA
AQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZ
WmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri
4+Tl5ufo6ery8/T19vf4+fr/2gAMAwEAAhEDEQA/AOb/ALH/ANmj+x/9mvQP7H/2aP7H/wBmgD//2Q==
"""


def zip_of(entries):
    """Stored entries; those of PyTorch begin in the same way."""
    content = directory = b""
    for name, inside in entries.items():
        sizes = struct.pack("<IIIHH", zlib.crc32(inside), len(inside), len(inside), len(name), 0)
        directory += b"PK\1\2" + bytes(12) + sizes + bytes(10) + struct.pack("<I", len(content)) + name.encode()
        content += b"PK\3\4" + bytes(10) + sizes + name.encode() + inside
    end = struct.pack("<HHIIH", len(entries), len(entries), len(directory), len(content), 0)
    return content + directory + b"PK\5\6" + bytes(4) + end


def npy(descr, shape, elements, by_columns=False):
    header = f"{{'descr': '{descr}', 'fortran_order': {by_columns}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + elements


def npz_packed(name, inside):
    """An archive of one entry, packed by deflate."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(inside) + packer.flush()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(inside), len(packed), len(inside), len(name), 0)
    content = b"PK\3\4" + head + name.encode() + packed
    directory = b"PK\1\2\x14\0" + head + bytes(10) + bytes(4) + name.encode()
    end = struct.pack("<HHIIH", 1, 1, len(directory), len(content), 0)
    return content + directory + b"PK\5\6" + bytes(4) + end


def main():
    save("safetensors", "all_types", all_types())
    save("safetensors", "empty", safetensors("{}", b""))
    values = [None, True, -1, 2**40, 2**80, 1.5, "text", b"bytes", (1, 2, 3, 4), [1, [2]], {"a": {"b": ()}}, {1}]
    for protocol in (2, 3, 4, 5):
        save("pickle", f"protocol{protocol}", pickle.dumps(values, protocol))
    storage = b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuK\x10tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0K\4\x85K\1\x85\x89ccollections\nOrderedDict\n)RtR"
    beside = b"X\4\0\0\0argscargparse\nNamespace\n)\x81}X\2\0\0\0lrK\1sb"
    weights = b"\x80\2}(X\1\0\0\0w" + tensor + beside + b"u."
    save("pickle", "tensor", weights)
    save("torch_zip", "weights", weights)
    save("torch_zip", "nested", b"\x80\2}(X\n\0\0\0state_dict}X\1\0\0\0w" + tensor + b"s" + beside + b"u.")
    save("zip", "two_entries", zip_of({"a/data.pkl": weights, "a/data/0": bytes(64)}))
    save("zip", "empty", zip_of({}))
    one = npy("<f4", (2, 3), bytes(24))
    save("npy", "floats", one)
    save("npy", "columns", npy(">i2", (2, 2), bytes(8), True))
    save("npy", "scalar", npy("|b1", (), b"\1"))
    save("npz", "stored", zip_of({"x.npy": one, "y.npy": npy("|u1", (3,), b"abc")}))
    save("npz", "packed", npz_packed("x.npy", one))
    save("idx", "images", b"\0\0\x08\3" + struct.pack(">III", 2, 2, 2) + bytes(8))
    save("idx", "doubles", b"\0\0\x0e\1" + struct.pack(">I", 1) + bytes(8))
    save("picture", "grey.jpg", base64.b64decode(JPEG))
    for depth, colour, interlaced in ((8, 2, 0), (16, 6, 0), (4, 3, 0), (1, 0, 1)):
        save("picture", f"{depth}_{colour}_{interlaced}.png", png(5, 3, depth, colour, interlaced))
    for bits in (1, 8, 24, 32):
        save("picture", f"{bits}.bmp", bmp(5, 3, bits))
    save("picture", "one.gif", gif([0]))
    save("gif", "three", gif([1, 2, 3])[6:])
    save("gif", "one", gif([0])[6:])


main()
