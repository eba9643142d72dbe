"""How much work a JPEG is, told without decoding it.

A progressive JPEG may refine its pixels any number of times, and a scan that says "nothing changes" takes some sixty
bytes: a file of a few megabytes can keep a decoder busy for hours although its pixels are few. So scans are counted.
"""

from __future__ import annotations

import re

_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
# In the coded data of a scan, 0xFF is followed by 0 (stuffing), a restart marker (D0..D7) or 0xFF (fill).
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def count_scans(data: bytes, limit: int) -> int:
    """The number of scans of the first picture in `data`, counted up to `limit`. Pictures inside metadata (previews)
    and behind the end of the first one (second shots, clips) are not counted."""
    scans, position = 0, 2
    while scans < limit and position + 4 <= len(data):
        if data[position] != 0xFF:
            position += 1  # decoders skip what stands between segments
            continue
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD8:
            position += 2  # these have no length
        elif marker == _END_OF_IMAGE:
            break
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4])
            if marker == _START_OF_SCAN:
                scans += 1
                following = _MARKER_IN_SCAN.search(data, position)
                position = following.start() if following else len(data)
    return scans
