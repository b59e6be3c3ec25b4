"""Documents as offices make them, written part by part: real Office packages, PDFs, e-mails and tables."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import typst
import xlsxwriter

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_NAMES = f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:a="{_A}" xmlns:mc="{_MC}" xmlns:wps="{_WPS}" xmlns:wp="{_WP}"'
_DOC = "application/vnd.openxmlformats-officedocument"
_TIES = "http://schemas.openxmlformats.org/package/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def package(
    path: Path, parts: dict[str, str | bytes], types: dict[str, str], ties: dict[str, list[tuple[str, str]]]
) -> Path:
    """An Office package: parts, the types of them, and what each of them points to (type, target)."""
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items())
    listed = (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="vml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>{overrides}</Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", listed)
        for name, found in ties.items():
            folder, _, file = name.rpartition("/")
            rows = "".join(_tie(number, kind, target) for number, (kind, target) in enumerate(found, start=1))
            where = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
            archive.writestr(where, f'{_XML}<Relationships xmlns="{_TIES}">{rows}</Relationships>')
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _tie(number: int, kind: str, target: str) -> str:
    space = f"{_TIES}/metadata/core-properties" if kind == "core-properties" else f"{_R}/{kind}"
    outside = ' TargetMode="External"' if target.startswith(("mailto:", "http", "file:")) else ""
    return f'<Relationship Id="rId{number}" Type="{space}" Target={quoteattr(target)}{outside}/>'


def core(author: str = "", changed_by: str = "", title: str = "") -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_TIES.replace("relationships", "metadata/core-properties")}" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
        f"<cp:lastModifiedBy>{escape(changed_by)}</cp:lastModifiedBy>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2026-03-01T09:00:00Z</dcterms:created></cp:coreProperties>'
    )


def app(company: str = "", manager: str = "") -> str:
    return (
        f'{_XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        f"<Application>Microsoft Office Word</Application><Manager>{escape(manager)}</Manager>"
        f"<Company>{escape(company)}</Company></Properties>"
    )


# Word


def t(text: str, kept: str = "t") -> str:
    """A run. A newline in it is a line break, a tab is a tab."""
    pieces = []
    for line in text.split("\n"):
        cells = (f'<w:{kept} xml:space="preserve">{escape(cell)}</w:{kept}>' for cell in line.split("\t"))
        pieces.append("<w:tab/>".join(cells))
    return f"<w:r>{'<w:br/>'.join(pieces)}</w:r>"


def split(text: str, every: int = 3) -> str:
    """The same text as Word leaves it after corrections: in many runs, with marks of the spelling between them."""
    cut = [text[start : start + every] for start in range(0, len(text), every)]
    return '<w:proofErr w:type="spellStart"/>'.join(
        f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(one)}</w:t></w:r>' for one in cut
    )


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; what is no run yet becomes one."""
    inner = "".join(run if run.startswith("<w:") or run.startswith("<mc:") else t(run) for run in runs)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def table(rows: list[list[str]]) -> str:
    def cell(text: str) -> str:
        return f"<w:tc><w:tcPr/>{text if text.startswith('<w:p') else p(text)}</w:tc>"

    lines = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{lines}</w:tbl>"


def inserted(inner: str, who: str = "Margaret Hollis") -> str:
    return f'<w:ins w:id="7" w:author="{who}" w:date="2026-03-01T09:00:00Z">{inner}</w:ins>'


def deleted(text: str, who: str = "Margaret Hollis") -> str:
    return f'<w:del w:id="8" w:author="{who}" w:date="2026-03-01T09:00:00Z">{t(text, "delText")}</w:del>'


def box(text: str) -> str:
    """A text box, twice as Word writes it: for itself, and for programs that know no such shapes."""
    inner = f"<w:txbxContent>{p(text)}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData>'
        f"<wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f'<mc:Fallback><w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml">{inner}</v:textbox></w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )


COMMENTED = '<w:commentRangeStart w:id="0"/><w:r><w:t>this</w:t></w:r><w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'


def docx(
    path: Path,
    *body: str,
    header: str = "",
    footer: str = "",
    footnote: str = "",
    comment: str = "",
    link: str = "",
    embedded: bytes = b"",
    author: str = "",
    changed_by: str = "",
    company: str = "",
    manager: str = "",
) -> Path:
    """A Word document. What is no paragraph or table yet becomes a paragraph."""
    inner = "".join(one if one.startswith(("<w:p>", "<w:tbl>", "<w:ins")) else p(one) for one in body)
    parts: dict[str, str | bytes] = {
        "word/document.xml": f'{_XML}<w:document {_NAMES} mc:Ignorable="wps"><w:body>{inner}<w:sectPr/></w:body></w:document>',
        "word/settings.xml": f"{_XML}<w:settings {_NAMES}><w:trackRevisions/></w:settings>",
        "docProps/core.xml": core(author, changed_by),
        "docProps/app.xml": app(company, manager),
    }
    kind = f"{_DOC}.wordprocessingml"
    types = {
        "word/document.xml": f"{kind}.document.main+xml",
        "word/settings.xml": f"{kind}.settings+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "docProps/app.xml": f"{_DOC}.extended-properties+xml",
    }
    around = [("settings", "settings.xml")]
    stories = {
        "header": f"<w:hdr {_NAMES}>{p(header)}</w:hdr>" if header else "",
        "footer": f"<w:ftr {_NAMES}>{p(footer)}</w:ftr>" if footer else "",
        "footnotes": f'<w:footnotes {_NAMES}><w:footnote w:type="separator" w:id="-1">{p("")}</w:footnote>'
        f'<w:footnote w:id="1">{p(footnote)}</w:footnote></w:footnotes>'
        if footnote
        else "",
        "comments": f'<w:comments {_NAMES}><w:comment w:id="0" w:author="Margaret Hollis" w:initials="MH">{p(comment)}'
        "</w:comment></w:comments>"
        if comment
        else "",
    }
    for name, content in stories.items():
        if content:
            parts[f"word/{name}.xml"] = _XML + content
            types[f"word/{name}.xml"] = f"{kind}.{name}+xml"
            around.append((name, f"{name}.xml"))
    if link:
        around.append(("hyperlink", link))
    if embedded:
        parts["word/embeddings/Microsoft_Excel_Worksheet.xlsx"] = embedded
        types["word/embeddings/Microsoft_Excel_Worksheet.xlsx"] = f"{_DOC}.spreadsheetml.sheet"
        around.append(("package", "embeddings/Microsoft_Excel_Worksheet.xlsx"))
    roots = [
        ("officeDocument", "word/document.xml"),
        ("core-properties", "docProps/core.xml"),
        ("extended-properties", "docProps/app.xml"),
    ]
    return package(path, parts, types, {"": roots, "word/document.xml": around})


# Excel


def xlsx(
    path: Path, sheets: dict[str, list[list[Any]]], *, author: str = "", dates: str = "dd/mm/yyyy", **extra: Any
) -> Path:
    """A workbook. `hidden`, `rows`, `columns`, `comments`, `header`, `company` say what else it holds, by sheet."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": dates, "strings_to_numbers": False})
    book.set_properties({"author": author, "company": extra.get("company", ""), "manager": extra.get("manager", "")})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(number, column, value, None, extra.get("values", {}).get(value, 0))
                else:
                    sheet.write(number, column, value)
        for number in extra.get("rows", {}).get(name, ()):
            sheet.set_row(number - 1, None, None, {"hidden": True})
        for columns in extra.get("columns", {}).get(name, ()):
            sheet.set_column(columns, None, None, {"hidden": True})
        for cell, text in extra.get("comments", {}).get(name, {}).items():
            sheet.write_comment(cell, text, {"author": "Margaret Hollis"})
        for cell, validation in extra.get("choices", {}).get(name, {}).items():
            sheet.data_validation(cell, validation)
        for cell, text in extra.get("boxes", {}).get(name, {}).items():
            sheet.insert_textbox(cell, text)
        for area, headings in extra.get("tables", {}).get(name, {}).items():
            sheet.add_table(area, {"columns": [{"header": heading} for heading in headings]})
        if name in extra.get("header", {}):
            sheet.set_header(extra["header"][name])
        if name in extra.get("hidden", ()):
            sheet.hide()
        if name in extra.get("very_hidden", ()):
            sheet.very_hidden()
    unseen = {*extra.get("hidden", ()), *extra.get("very_hidden", ())}
    seen = next((name for name in sheets if name not in unseen), None)
    if seen is not None:
        book.get_worksheet_by_name(seen).activate()  # or the first one is shown, hidden or not
        book.get_worksheet_by_name(seen).set_first_sheet()
    for name, formula in extra.get("names", {}).items():
        book.define_name(name, formula)
    book.close()
    return path


# PowerPoint


def pptx(
    path: Path, slides: list[str], *, notes: str = "", hidden: int = 0, comment: str = "", author: str = ""
) -> Path:
    """A presentation. The notes and the comment are those of the first slide."""
    parts: dict[str, str | bytes] = {"docProps/core.xml": core(author)}
    kind = f"{_DOC}.presentationml"
    types = {
        "ppt/presentation.xml": f"{kind}.presentation.main+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    ties: dict[str, list[tuple[str, str]]] = {
        "": [("officeDocument", "ppt/presentation.xml"), ("core-properties", "docProps/core.xml")],
        "ppt/presentation.xml": [("slide", f"slides/slide{number}.xml") for number in range(1, len(slides) + 1)],
    }
    listed = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in range(1, len(slides) + 1))
    names = f'xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_R}"'
    parts["ppt/presentation.xml"] = f"{_XML}<p:presentation {names}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
    for number, text in enumerate(slides, start=1):
        lines = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in text.split("\n"))
        shown = ' show="0"' if number == hidden else ""
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"{_XML}<p:sld {names}{shown}><p:cSld><p:spTree><p:sp><p:txBody>{lines}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )
        types[f"ppt/slides/slide{number}.xml"] = f"{kind}.slide+xml"
    first: list[tuple[str, str]] = []
    if notes:
        parts["ppt/notesSlides/notesSlide1.xml"] = (
            f"{_XML}<p:notes {names}><a:p><a:r><a:t>{escape(notes)}</a:t></a:r></a:p></p:notes>"
        )
        first.append(("notesSlide", "../notesSlides/notesSlide1.xml"))
    if comment:
        parts["ppt/comments/comment1.xml"] = (
            f'{_XML}<p:cmLst {names}><p:cm authorId="0" idx="1"><p:text>{escape(comment)}</p:text></p:cm></p:cmLst>'
        )
        first.append(("comments", "../comments/comment1.xml"))
    ties["ppt/slides/slide1.xml"] = first
    return package(path, parts, types, ties)


# OpenDocument

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_NAMES = (
    "".join(
        f' xmlns:{name}="{_ODF}{name}:1.0"' for name in ("office", "text", "table", "style", "meta", "presentation")
    )
    + f' xmlns:draw="{_ODF}drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def opendocument(path: Path, kind: str, body: str, *, styles: str = "", author: str = "", header: str = "") -> Path:
    """An OpenDocument of `kind` text, spreadsheet or presentation."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        archive.writestr(
            "content.xml",
            f"{_XML}<office:document-content{_ODF_NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
        archive.writestr(
            "styles.xml",
            f"{_XML}<office:document-styles{_ODF_NAMES}><office:master-styles><style:master-page><style:header>"
            f"<text:p>{escape(header)}</text:p></style:header></style:master-page></office:master-styles></office:document-styles>",
        )
        archive.writestr(
            "meta.xml",
            f"{_XML}<office:document-meta{_ODF_NAMES}><office:meta><meta:initial-creator>{escape(author)}</meta:initial-creator>"
            f"<meta:generator>LibreOffice</meta:generator></office:meta></office:document-meta>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            f'{_XML}<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0"></manifest:manifest>',
        )
    return path


def odt(path: Path, *paragraphs: str, **more: str) -> Path:
    inner = "".join(one if one.startswith("<") else f"<text:p>{escape(one)}</text:p>" for one in paragraphs)
    return opendocument(path, "text", inner, **more)


def ods(path: Path, rows: list[list[str]], *, hidden: bool = False, **more: str) -> Path:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'

    style = '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>'
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    lines += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    named = ' table:style-name="ta1"' if hidden else ""
    body = f'<table:table table:name="Register"{named}>{lines}</table:table>'
    return opendocument(path, "spreadsheet", body, styles=style if hidden else "", **more)


# PDF


def pdf_by_typst(path: Path, source: str, author: str = "") -> Path:
    """A PDF as typst sets it: with fonts, tables and columns. Pages are divided by #pagebreak()."""
    head = f'#set document(title: "Evidence"{f", author: {author!r}".replace(chr(39), chr(34)) if author else ""})\n#set text(font: "Libertinus Serif", size: 11pt)\n'
    path.write_bytes(typst.compile((head + source).encode(), format="pdf"))
    return path


def pdf(
    path: Path,
    pages: list[str],
    *,
    info: dict[str, str] | None = None,
    annotations: str = "",
    xmp: str = "",
    image: bool = False,
) -> Path:
    """A PDF as plain as can be: Helvetica, one line under the other. The annotations are those of the first page."""
    objects: list[bytes] = []

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    def stream(content: bytes, more: str = "") -> int:
        packed = zlib.compress(content)
        return add(
            f"<< /Length {len(packed)} /Filter /FlateDecode {more} >>\nstream\n".encode() + packed + b"\nendstream"
        )

    catalog, tree = add(b""), add(b"")
    font = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    picture = (
        stream(
            b"\xcc" * 3 * 64,
            "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceRGB /BitsPerComponent 8",
        )
        if image
        else 0
    )
    listed = []
    for number, text in enumerate(pages):
        shown = "".join(f"({_pdf_text(line)}) Tj T*\n" for line in text.split("\n"))
        drawn = f"BT /F1 11 Tf 50 780 Td 14 TL\n{shown}ET" + ("\nq 500 0 0 700 40 40 cm /Im1 Do Q" if image else "")
        content = stream(drawn.encode("cp1252"))
        marks = f"/Annots [{annotations}]" if annotations and number == 0 else ""
        pictures = f"/XObject << /Im1 {picture} 0 R >>" if image else ""
        listed.append(add(
            f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> {pictures} >> {marks} >>".encode()
        ))  # fmt: skip
    metadata = f"/Metadata {stream(xmp.encode(), '/Type /Metadata /Subtype /XML')} 0 R" if xmp else ""
    objects[catalog - 1] = f"<< /Type /Catalog /Pages {tree} 0 R {metadata} >>".encode()
    objects[tree - 1] = (
        f"<< /Type /Pages /Count {len(listed)} /Kids [{' '.join(f'{one} 0 R' for one in listed)}] >>".encode()
    )
    properties = add(
        ("<< " + " ".join(f"/{key} ({_pdf_text(value)})" for key, value in (info or {}).items()) + " >>").encode(
            "cp1252"
        )
    )
    out, places = io.BytesIO(b"%PDF-1.6\n"), []
    out.seek(0, io.SEEK_END)
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + content + b"\nendobj\n")
    start = out.tell()
    table_of_places = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table_of_places}".encode())
    out.write(
        f"trailer\n<< /Size {len(objects) + 1} /Root {catalog} 0 R /Info {properties} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    path.write_bytes(out.getvalue())
    return path


def _pdf_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def note(text: str, kind: str = "Text", more: str = "") -> str:
    """An annotation of a PDF, by the same person as all of them."""
    return f"<< /Type /Annot /Subtype /{kind} /Rect [50 700 70 720] /Contents ({_pdf_text(text)}) /T (Margaret Hollis) {more} >>"


# The rest


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def table_of_values(path: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return text(path, out.getvalue(), encoding)


def eml(
    path: Path,
    body: str,
    *,
    sender: str = "complaints@northfield.nhs.uk",
    to: str = "pals@northfield.nhs.uk",
    subject: str = "Minutes",
    html: str = "",
    attached: Path | None = None,
) -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    if attached:
        message.add_attachment(
            attached.read_bytes(), maintype="application", subtype="octet-stream", filename=attached.name
        )
    path.write_bytes(bytes(message))
    return path
