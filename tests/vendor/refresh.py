"""Vendors the front-end packages: packs each exact version with npm, takes the named files, removes what is not ours to show.

Run by hand when a version changes: `python tests/vendor/refresh.py`. It needs npm and a network; nothing else does.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOVUK, HTMX, AXE = "govuk-frontend@6.6.0", "htmx.org@4.0.1", "axe-core@4.14.1"
SOURCE_SANS, DEJAVU = "source-sans@3.52.0", "dejavu-fonts-ttf@2.37.3"

FILES = {
    (GOVUK, "dist/govuk/govuk-frontend.min.css"): "static/govuk/6.6.0/govuk-frontend.min.css",
    (GOVUK, "dist/govuk/govuk-frontend.min.js"): "static/govuk/6.6.0/govuk-frontend.min.js",
    (HTMX, "dist/htmx.min.js"): "static/htmx/4.0.1/htmx.min.js",
    (HTMX, "LICENSE"): "static/htmx/4.0.1/LICENSE",
    (AXE, "axe.min.js"): "tests/vendor/axe-core/axe.min.js",
    (AXE, "LICENSE"): "tests/vendor/axe-core/LICENSE",
    (SOURCE_SANS, "OTF/SourceSans3-Regular.otf"): "print/fonts/source-sans/SourceSans3-Regular.otf",
    (SOURCE_SANS, "OTF/SourceSans3-Bold.otf"): "print/fonts/source-sans/SourceSans3-Bold.otf",
    (SOURCE_SANS, "LICENSE.md"): "print/fonts/source-sans/LICENSE",
    (DEJAVU, "ttf/DejaVuSans.ttf"): "print/fonts/dejavu/DejaVuSans.ttf",
    (DEJAVU, "LICENSE"): "print/fonts/dejavu/LICENSE",
}

FIXTURES = (
    "back-link", "breadcrumbs", "button", "character-count", "checkboxes", "date-input", "details",
    "error-summary", "fieldset", "file-upload", "generic-header", "input", "inset-text",
    "notification-banner", "pagination", "panel", "phase-banner", "radios", "select",
    "service-navigation", "skip-link", "summary-list", "tag", "task-list", "textarea", "warning-text",
)  # fmt: skip

# The crown, the royal arms, the GOV.UK logotype and the typeface belong to services on gov.uk.
RESERVED = re.compile(r"govuk-footer__crown|govuk-footer__copyright-logo|govuk-header__logotype|govuk-logo-dot")


def without_source_map(text: str) -> str:
    """A source map is not shipped, so the browser must not be told to look for one."""
    text = re.sub(r"\s*/\*# sourceMappingURL=\S+ \*/", "", text)
    return re.sub(r"\s*//# sourceMappingURL=\S+\s*$", "", text) + "\n"


def stylesheet_we_may_ship(css: str) -> str:
    """The GOV.UK stylesheet without its typeface and without the rules that draw reserved emblems."""
    css = re.sub(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", "", css, flags=re.S)
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,", "")
    rule = re.compile(r"([^{}]+)\{([^{}]*)\}")
    css = rule.sub(lambda found: "" if RESERVED.search(found[1]) else found[0], css)
    while (tidied := re.sub(r"@(?:media|supports)[^{}]*\{\}", "", css)) != css:
        css = tidied
    return css


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(package: str, folder: Path) -> tarfile.TarFile:
    answer = subprocess.run(
        ["npm", "pack", package, "--json"], cwd=folder, check=True, capture_output=True, text=True
    )  # npm itself checks the archive against the integrity its registry announces
    return tarfile.open(folder / json.loads(answer.stdout)[0]["filename"])


def content_of(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"package/{name}")
    assert member is not None, f"{name} is not a file in the package"
    return member.read()


def refresh() -> None:
    lines = ["# path; package; sha256 as published; sha256 as shipped"]
    with tempfile.TemporaryDirectory() as folder:
        archives = {package: packed(package, Path(folder)) for package in sorted({package for package, _ in FILES})}
        for (package, name), path in FILES.items():
            published = content_of(archives[package], name)
            shipped = published
            if package == GOVUK:
                text = without_source_map(published.decode())
                shipped = (stylesheet_we_may_ship(text) if name.endswith(".css") else text).encode()
            target = ROOT / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(shipped)
            lines.append(f"{path}; {package}; {sha256(published)}; {sha256(shipped)}")
        for component in FIXTURES:
            found = json.loads(content_of(archives[GOVUK], f"dist/govuk/components/{component}/fixtures.json"))
            slim = {fixture["name"]: fixture["html"] for fixture in found["fixtures"]}
            target = ROOT / f"tests/vendor/govuk-frontend/{component}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(slim, indent=1, ensure_ascii=False) + "\n")
    (ROOT / "static/vendored.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    refresh()
