"""A credential within a picture: in a chunk of a PNG, or in an element of an SVG. What is drawn is never unpacked."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
LARGEST = 1024 * 1024
MOST_CHUNKS = 1000


class NoCredential(Exception):
    """There is none in what was given; the message says what was found instead."""


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(PNG):
        raise NoCredential("This is not a PNG.")
    at = len(PNG)
    for _ in range(MOST_CHUNKS):
        if at + 12 > len(picture):
            raise NoCredential("This PNG ends too early. Download it again.")
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        content = picture[at + 8 : at + 8 + length]
        if at + 12 + length > len(picture) or struct.pack(">I", zlib.crc32(kind + content)) != picture[at + 8 + length : at + 12 + length]:
            raise NoCredential("This PNG is damaged. Download it again.")
        yield kind, content
        at += 12 + length
        if kind == b"IEND":
            return
    raise NoCredential("This PNG has more parts than one of ours.")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def into_png(picture: bytes, token: str) -> bytes:
    """The picture with the token right after its header, in place of one that was there."""
    made = PNG
    for kind, content in _chunks(picture):
        if kind == b"iTXt" and content.startswith(KEYWORD + b"\0"):
            continue
        made += _chunk(kind, content)
        if kind == b"IHDR":
            made += _chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + token.encode())
    return made


def from_png(picture: bytes) -> str:
    for kind, content in _chunks(picture):
        if kind == b"iTXt" and content.startswith(KEYWORD + b"\0"):
            packed, rest = content[len(KEYWORD) + 1 : len(KEYWORD) + 2], content[len(KEYWORD) + 3 :]
            if packed != b"\0":  # what is packed may unpack to anything
                raise NoCredential("The credential in this PNG is packed, which ours never are.")
            try:
                return rest.split(b"\0", 2)[2].decode()
            except (IndexError, UnicodeDecodeError):
                break
    raise NoCredential("There is no credential in this PNG. It may be a copy: some programs take it out when they save a picture.")


def into_svg(picture: str, token: str) -> str:
    """The drawing with the token as its first child."""
    start = picture.index("<svg")
    end = picture.index(">", start)
    opened = f"{picture[start:end]} xmlns:openbadges={quoteattr(NAMESPACE)}>"
    return f"{picture[:start]}{opened}<openbadges:credential verify={quoteattr(token)}></openbadges:credential>{picture[end + 1 :]}"


def from_svg(picture: bytes) -> str:
    try:
        drawn = fromstring(picture)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        raise NoCredential("This SVG cannot be read. Download it again.") from None
    found = drawn.find(f"{{{NAMESPACE}}}credential")
    if found is None or not found.get("verify"):
        raise NoCredential("There is no credential in this SVG. It may be a copy: some programs take it out when they save a picture.")
    return str(found.get("verify"))


def token_in(content: bytes) -> str:
    """The token in a PNG, an SVG or a text."""
    if len(content) > LARGEST:
        raise NoCredential("This file is larger than 1 MB, and none of our certificates is. Choose the PNG, SVG or JWT that you downloaded.")
    if content.startswith(PNG):
        return from_png(content)
    text = content.strip().removeprefix(b"\xef\xbb\xbf")
    if text.startswith(b"<"):
        return from_svg(text)
    try:
        return "".join(text.decode("ascii").split())
    except UnicodeDecodeError:
        raise NoCredential("This is neither a PNG, an SVG nor the text of a certificate. A printed certificate has an address to check instead.") from None
