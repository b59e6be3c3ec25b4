"""What a file is, by its content and never by its name; whatever is not on the list is refused in plain words."""

from __future__ import annotations

import mmap
import re
import subprocess
import sys
from pathlib import Path
from zipfile import is_zipfile

from portal.files import compounds, packages, plain
from portal.files.kinds import (
    A_PROGRAM,
    AS_AN_ARCHIVE,
    AS_PDF,
    DAMAGED,
    KINDS,
    NO_PASSWORD,
    TWO_IN_ONE,
    UNKNOWN,
    Recognised,
    Unfit,
)

__all__ = ["KINDS", "Recognised", "Unfit", "recognise"]

HEAD = 4096  # bytes at the beginning that say what a file is
_PATIENCE = 30  # seconds for opening a PDF

_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n....IHDR", re.DOTALL), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpeg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
    (re.compile(rb"II[*+]\x00|MM\x00[*+]"), "tiff"),
)
_PROGRAM = re.compile(
    rb"MZ|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|#!|\x4c\x00\x00\x00\x01\x14\x02\x00|\x00asm"
)
_REFUSED = (
    (re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\x00|MSCF|\x28\xb5\x2f\xfd|PK\x05\x06|.{257}ustar", re.DOTALL),
     "It is an archive. " + AS_AN_ARCHIVE),
    (re.compile(rb"\{\\rtf"), "It is an RTF document, which can hide other files. Save it as a Word document (.docx) or a PDF and hand that in."),
    (re.compile(rb"%!PS"), "It is a PostScript file, which is a program for printers. " + AS_PDF),
    (re.compile(rb"....ftyp(?:hei|hev|mif|msf|avi[fs])", re.DOTALL),
     "It is a photograph in a form (HEIC or AVIF) that many computers cannot show. Save it as a JPEG and hand that in."),
    (re.compile(rb"....ftyp|RIFF....(?:AVI |WAVE)|ID3|OggS|fLaC|\x1aE\xdf\xa3|\x30\x26\xb2\x75\x8e\x66\xcf\x11", re.DOTALL),
     "It is a film or a sound, which cannot be handed in. Put it where it can be inspected, and give the link instead."),
    (re.compile(rb"8BPS|BM....\x00\x00\x00\x00", re.DOTALL), "It is an image of a kind that cannot be handed in. Save it as a PNG or JPEG and hand that in."),
)  # fmt: skip
_MARKUP = re.compile(rb"<(?:html|script|svg|!doctype|iframe|body)", re.IGNORECASE)
_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
# In a process of its own: what reads a stranger's PDF so thoroughly must not take the web server down with it.
_OPENS = "import sys, pypdfium2\ntry: pypdfium2.PdfDocument(sys.argv[1])\nexcept pypdfium2.PdfiumError: sys.exit(3)"


def recognise(path: Path, name: str) -> Recognised:
    """What the file at `path` is; `name` is only what a refusal calls it. Raises Unfit."""
    try:
        return KINDS[_recognised(path)]
    except Unfit as unfit:
        raise Unfit(f"“{name}” cannot be handed in. {unfit.message}") from None


def _recognised(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Unfit("It is empty: it has no content at all. Look whether it was saved, and hand it in again.")
    if head.startswith(b"%PDF-"):
        return _pdf(path, head)
    if b"%PDF-" in head[:1024]:  # where PDF readers look for it
        raise Unfit(f"It holds a PDF, but does not begin with it. {TWO_IN_ONE}")
    if head.startswith(b"PK\x03\x04"):
        return packages.recognise(path)
    if head.startswith(compounds.MAGIC):
        return compounds.recognise(path)
    for magic, key in _PICTURES:
        if magic.match(head):
            if is_zipfile(path):
                raise Unfit(TWO_IN_ONE)
            return key
    if _PROGRAM.match(head):
        raise Unfit(f"It is a program. {A_PROGRAM}")
    for magic, why in _REFUSED:
        if magic.match(head):
            raise Unfit(why)
    if is_zipfile(path):
        raise Unfit(f"It holds an archive, but does not begin with it. {TWO_IN_ONE}")
    text = plain.recognise(path, head)
    if text is None:
        raise Unfit(UNKNOWN)
    return text


def _pdf(path: Path, head: bytes) -> str:
    if _MARKUP.search(head[:1024]) or is_zipfile(path):
        raise Unfit(TWO_IN_ONE)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        if whole.rfind(b"%%EOF", max(0, len(whole) - 2048)) < 0:
            raise Unfit(DAMAGED)
        at = whole.find(b"/Encrypt")  # many times faster than to look for the expression from the beginning
        locked = at >= 0 and _LOCKED.search(whole, at) is not None
    if locked and not _opens_without_a_password(path):
        raise Unfit(f"It has a password. {NO_PASSWORD}")
    return "pdf"


def _opens_without_a_password(path: Path) -> bool:
    """Many published PDFs are locked against changes only, and anybody can read them."""
    try:
        opened = subprocess.run(
            [sys.executable, "-I", "-c", _OPENS, path], capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return opened.returncode == 0
