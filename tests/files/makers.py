"""Files of every kind, made here: those that may be kept, and those that somebody would like to slip in."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pypdf
import typst
import xlsxwriter

from portal.files import soundness

EICAR = soundness.TRIAL  # the test file that every scanner finds
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
    "dotx": ("word/document.xml", "wordprocessingml.template.main+xml"),
}


def zipped(parts: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return made.getvalue()


def office(kind: str, more: dict[str, bytes] | None = None, *, types: str = "", encoding: str = "utf-8") -> bytes:
    """A package as Office writes it, with `more` parts in it and `types` among the types of its parts."""
    part, main = MAIN[kind]
    said = (
        f'<?xml version="1.0" encoding="{encoding}"?><Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{main}"/>{types}</Types>'
    )
    links = f'<Relationships xmlns="{LINKS}"><Relationship Id="r1" Type="{DOCUMENT}" Target="{part}"/></Relationships>'
    return zipped(
        {"[Content_Types].xml": said.encode(encoding), "_rels/.rels": links.encode(), part: b"<document/>", **(more or {})}
    )


def opendocument(kind: str, more: dict[str, bytes] | None = None, *, manifest: str = "") -> bytes:
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>".encode(),
        "content.xml": b"<office/>",
        **(more or {}),
    }
    return zipped(parts, stored=("mimetype",))


def workbook() -> bytes:
    """As XlsxWriter makes it."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, "Complaints")
    return made.getvalue()


def macro_workbook() -> bytes:
    """As XlsxWriter makes it, with something in place of a VBA project."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet()
        book.add_vba_project(io.BytesIO(compound({"VBA/dir": b"x"})), True)
    return made.getvalue()


def pdf(words: str = "Our complaints policy") -> bytes:
    """As typst makes it."""
    return bytes(typst.compile(f'#set document(title: "Policy")\n#"{words}"'.encode(), format="pdf"))


def locked_pdf(password: str) -> bytes:
    """Only against changes where the password is empty: anybody can read it."""
    writer, made = pypdf.PdfWriter(clone_from=io.BytesIO(pdf())), io.BytesIO()
    writer.encrypt(user_password=password, owner_password="the owner's", algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def email() -> bytes:
    return (
        b"Received: from mx.example.org\r\nFrom: A Patient <a@example.org>\r\nTo: complaints@example.org\r\n"
        b"Subject: =?utf-8?q?Caf=C3=A9?=\r\nMIME-Version: 1.0\r\n\r\nI wish to complain.\xa0\r\n"
    )


SECTOR = 512
_END, _FREE, _IN_FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB], version 3) of these streams, by path; each is padded so that it stands in sectors."""
    entries: list[dict] = [{"name": "Root Entry", "kind": 5, "children": [], "content": b""}]

    def within(parent: dict, name: str, kind: int, content: bytes = b"") -> dict:
        for one in (entries[number] for number in parent["children"]):
            if one["name"] == name:
                return one
        parent["children"].append(len(entries))
        entries.append({"name": name, "kind": kind, "children": [], "content": content})
        return entries[-1]

    for path, content in streams.items():
        *storages, name = path.split("/")
        parent = entries[0]
        for storage in storages:
            parent = within(parent, storage, 1)
        within(parent, name, 2, content.ljust(4096, b"\0"))
    directory, body, fat = bytearray(), bytearray(), []
    for one in entries:
        one["start"] = _END
        if one["content"]:
            count = -(-len(one["content"]) // SECTOR)
            one["start"] = len(fat)
            fat += [*range(len(fat) + 1, len(fat) + count), _END]
            body += one["content"].ljust(count * SECTOR, b"\0")
    siblings = {}
    for one in entries:  # a list to the right serves as a tree
        for left, right in zip(one["children"], one["children"][1:], strict=False):
            siblings[left] = right
    for number, one in enumerate(entries):
        name = one["name"].encode("utf-16-le") + b"\0\0"
        child = one["children"][0] if one["children"] else _FREE
        directory += name.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(name), one["kind"], 1, _FREE, siblings.get(number, _FREE), child, b"", 0, 0, 0,
            one["start"], len(one["content"]),
        )  # fmt: skip
    directory += b"\0" * (-len(directory) % SECTOR)
    first = len(fat)
    count = len(directory) // SECTOR
    fat += [*range(first + 1, first + count), _END]
    fats = 1
    while (len(fat) + fats) * 4 > fats * SECTOR:
        fats += 1
    tables = list(range(len(fat), len(fat) + fats))
    fat += [_IN_FAT] * fats
    assert fats <= 109
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fats, first, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", *tables, *[_FREE] * (109 - fats))
    )  # fmt: skip
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fats * SECTOR, b"\xff")
    return header + bytes(body) + bytes(directory) + table


def doc(*, locked: bool = False) -> bytes:
    return compound({"WordDocument": b"\xec\xa5\xc1\x00" + bytes(6) + (b"\x00\x01" if locked else b"\x00\x02")})


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls(*records: bytes) -> bytes:
    stream = record(0x809, bytes(16)) + b"".join(records) + record(0x85, struct.pack("<IBB", 99, 0, 0) + b"\x02\0Q1") + record(0x0A, b"")
    return compound({"Workbook": stream})


def ppt(*, macros: int | None = None, locked: bool = False) -> bytes:
    info = b"" if macros is None else b"\x0f\x00\xff\x03\x14\0\0\0" + b"\x02\x00\x00\x04\x0c\0\0\0" + struct.pack("<III", 7, macros, 2)
    user = struct.pack("<HHIII", 0, 0x0FF6, 20, 20, 0xF3D1C4DF if locked else 0xE391C05F)
    return compound({"Current User": user, "PowerPoint Document": b"\x0f\x00\xe8\x03" + bytes(60) + info})


def msg() -> bytes:
    return compound({"__properties_version1.0": bytes(40), "__substg1.0_0037001F": "Complaint".encode("utf-16-le")})


def encrypted_zip() -> bytes:
    """A zip that says its entry is encrypted."""
    made = bytearray(zipped({"report.docx": b"secret"}))
    made[6] |= 1
    made[made.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def bomb(depth: int) -> bytes:
    """Zips within zips; the innermost unpacks to ten million zeros, ten times over."""
    inner = zipped({f"{number}.xml": bytes(10_000_000) for number in range(10)})
    for _ in range(depth):
        inner = zipped({f"{number}.zip": inner for number in range(10)})
    return inner


def program() -> bytes:
    return b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200) + b"This program cannot be run in DOS mode."


KEPT: dict[str, Callable[[], bytes]] = {
    "pdf": pdf,
    "docx": lambda: office("docx"),
    "xlsx": workbook,
    "pptx": lambda: office("pptx", {"ppt/embeddings/sheet.xlsx": workbook()}),
    "doc": doc,
    "xls": xls,
    "ppt": ppt,
    "odt": lambda: opendocument("text"),
    "ods": lambda: opendocument("spreadsheet"),
    "odp": lambda: opendocument("presentation"),
    "png": png,
    "jpeg": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(100) + b"\xff\xd9",
    "gif": lambda: b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "webp": lambda: b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00" + bytes(14),
    "tiff": lambda: b"II*\x00\x08\x00\x00\x00" + bytes(20),
    "csv": lambda: b"Year,Upheld,Part upheld\r\n2024,12,\"3, about\"\r\n2025,14,5\r\n",
    "text": lambda: "Wartości i Ærlighed: we answer, usually, within a day.\nOften sooner.\n".encode(),
    "eml": email,
    "msg": msg,
}


