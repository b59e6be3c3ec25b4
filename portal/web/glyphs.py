"""Which signs the fonts of printed pages have, and how text is written with those alone: what they lack is named."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

JOINERS = frozenset("\u200c\u200d\u00ad")  # they show nothing, and need no sign
LONGEST_WORD = 40  # characters; a longer one may be broken, or it would run over the edge of the page
BREAK = "\u200b"
# A SHA-256 fits a line of a page, and must be copied as it is.
_LONG = re.compile(rf"(?<!\S)([0-9a-f]{{64}})(?!\S)|\S{{{LONGEST_WORD}}}(?=\S)")
_AGAIN = re.compile(r"(\[[^\[\]]+ text\])(?:\s*\1)+")


def signs_of(path: Path) -> frozenset[str]:
    """Every character that the font at `path` has a sign for, by its Unicode table."""
    data = path.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    start = next(
        offset
        for tag, _, offset, _ in (struct.unpack_from(">4sIII", data, 12 + 16 * at) for at in range(tables))
        if tag == b"cmap"
    )
    (encodings,) = struct.unpack_from(">H", data, start + 2)
    codes: set[int] = set()
    for at in range(encodings):
        platform, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * at)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if platform in (0, 3) and kind == 4:
            codes.update(_segments(data, start + offset))
        elif platform in (0, 3) and kind == 12:
            codes.update(_groups(data, start + offset))
    return frozenset(map(chr, codes))


def _segments(data: bytes, at: int) -> Iterable[int]:
    """Format 4: runs of characters; one that leads to sign 0 has none."""
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    ranges = struct.unpack_from(f">{count}H", data, ranges_at)
    for number, (first, last, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if shift:
                (sign,) = struct.unpack_from(">H", data, ranges_at + 2 * number + shift + 2 * (code - first))
                sign = (sign + delta) & 0xFFFF if sign else 0
            else:
                sign = (code + delta) & 0xFFFF
            if sign:
                yield code


def _groups(data: bytes, at: int) -> Iterable[int]:
    """Format 12: runs of characters beyond the first 65,536 too."""
    (count,) = struct.unpack_from(">I", data, at + 12)
    for number in range(count):
        first, last, sign = struct.unpack_from(">III", data, at + 16 + 12 * number)
        yield from range(first if sign else first + 1, last + 1)


def with_signs(text: str, fonts: Sequence[frozenset[str]]) -> str:
    """`text` as these fonts can write it: a sign that none has is named in square brackets, letters of a script that
    none has by the name of the script. Marks that are joined to a letter need a font that has both."""
    told: list[str] = []
    lacking = ""
    for cluster in _clusters(text):
        if cluster in "\n\t " or any(all(one in font or one in JOINERS for one in cluster) for font in fonts):
            told += [_named(lacking), cluster]
            lacking = ""
        else:
            lacking += cluster
    told.append(_named(lacking))
    written = _AGAIN.sub(r"\1", "".join(told))
    return _LONG.sub(lambda found: found[1] or found[0] + BREAK, written)


def _clusters(text: str) -> Iterable[str]:
    """Each character with the marks and joiners that follow it; what only chooses between pictures is left out."""
    cluster = ""
    for one in text:
        kind = unicodedata.category(one)
        if kind in ("Cc", "Cf", "Cs", "Co", "Cn") and one not in JOINERS and one not in "\n\t":
            continue
        if 0xFE00 <= ord(one) <= 0xFE0F:
            continue
        if cluster and cluster not in "\n\t " and (kind.startswith("M") or one in JOINERS):
            cluster += one
            continue
        if cluster:
            yield cluster
        cluster = one
    if cluster:
        yield cluster


def _named(lacking: str) -> str:
    """What no font can write, by its names."""
    names: list[str] = []
    for one in lacking:
        name = unicodedata.name(one, "")
        if one in JOINERS or not name:
            continue
        if unicodedata.category(one)[0] in "LMN":
            script = name.partition(" ")[0]
            said = f"[{script if script == 'CJK' else script.capitalize()} text]"
        else:
            said = f"[{name.lower()}]"
        if not (said.endswith(" text]") and names and names[-1] == said):
            names.append(said)
    return "".join(names)
