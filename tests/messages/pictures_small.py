"""The smallest pictures that are real ones: 1 by 1 pixel, made by hand."""

import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=1, height=1):
    rows = b"".join(b"\x00" + b"\x14\x62\x4c" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PNG = png()
# Start of image, one frame header of 8 by 4 pixels, end of image: enough to be measured.
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x04\x00\x08\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"
