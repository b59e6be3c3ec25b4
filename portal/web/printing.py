"""A document as a tagged PDF (PDF/UA-1), set by typst. What people wrote is handed over as values, never as markup."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from flask import current_app

from portal.web.glyphs import signs_of, with_signs

log = logging.getLogger(__name__)

FONTS = ("source-sans/SourceSans3-Regular.otf", "source-sans/SourceSans3-Bold.otf", "dejavu/DejaVuSans.ttf")


def pdf(template: str, values: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The document that print/<template> makes of `values`: text, numbers, lists and maps of them.

    The same values make the same bytes. A PDF of this kind may hold no character without a sign, so what no font of
    ours has is named; `values.named` tells the template that something was. Call it with no transaction under way: a
    large document takes a good part of a second.
    """
    folder = Path(current_app.root_path) / "print"
    first, bold, second = (_signs(folder / "fonts" / name) for name in FONTS)
    try:
        return _compiled(folder, template, _written(values, (first & bold, second)), made_at)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        # Signs that a font has and yet cannot set beside each other: rather named than no document.
        log.warning("a document was printed with the signs of one font alone: %s", error.message)
        return _compiled(folder, template, _written(values, (first & bold,)), made_at)


def picture(template: str, values: Mapping[str, Any], kind: Literal["png", "svg"]) -> bytes:
    """The one page that print/<template> makes, as a picture: 2 pixels a point."""
    folder = Path(current_app.root_path) / "print"
    first, bold, second = (_signs(folder / "fonts" / name) for name in FONTS)
    compiler = typst.Compiler(folder / template, root=folder, font_paths=_fonts(folder))
    made = compiler.compile(
        format=kind, ppi=144.0, sys_inputs={"values": json.dumps(_written(values, (first & bold, second)), ensure_ascii=False)}
    )
    assert isinstance(made, bytes)  # likewise
    return made


def _compiled(folder: Path, template: str, values: Mapping[str, Any], made_at: datetime) -> bytes:
    compiler = typst.Compiler(folder / template, root=folder, font_paths=_fonts(folder))
    made = compiler.compile(
        format="pdf",
        sys_inputs={"values": json.dumps(values, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # one document, to no file
    return made


def _written(values: Mapping[str, Any], fonts: tuple[frozenset[str], ...]) -> Mapping[str, Any]:
    named = False

    def walk(value: Any) -> Any:
        nonlocal named
        if isinstance(value, str):
            told = with_signs(value, fonts)
            named = named or told.count("[") != value.count("[")
            return told
        if isinstance(value, Mapping):
            return {name: walk(one) for name, one in value.items()}
        return [walk(one) for one in value] if isinstance(value, list | tuple) else value

    return {**walk(values), "named": named}


@cache
def _fonts(folder: Path) -> typst.Fonts:
    """Ours alone, so that a document is the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder / "fonts")])


@cache
def _signs(path: Path) -> frozenset[str]:
    return signs_of(path)
