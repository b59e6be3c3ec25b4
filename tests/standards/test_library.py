"""The texts that ship, and what the library refuses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.kernel.content import ContentError, parse
from portal.kernel.errors import NotFound
from portal.organisations.kinds import KINDS
from portal.standards import library, lock, shape
from portal.standards.library import TEXTS, Library
from portal.standards.records import Weight

Edit = Callable[[str, str, str], None]
DOCS = Path(__file__).parents[2] / "docs" / "writing-standards.md"


def test_the_texts_that_ship_have_no_faults() -> None:
    assert library.check() == ()


@pytest.mark.parametrize(("id", "versions"), [("NHS", ["0.9", "1.0"]), ("GOV", ["0.9", "1.0"]), ("VEN", ["1.0"])])
def test_each_version_is_published_and_whole(id: str, versions: list[str]) -> None:
    assert [standard.version for standard in library.versions(id)] == versions
    for standard in library.versions(id):
        assert len(standard.expectations) == 25
        assert [level.name for level in standard.levels] == ["Starting", "Developing", "Meeting", "Leading"]
        assert sum(len(standard.within(pillar.code)) for pillar in standard.pillars) == 25
    assert library.latest(id).version == versions[-1]


@pytest.mark.parametrize(
    ("kind", "standard", "core", "light"),
    [
        ("T", "NHS", 25, 0),
        ("I", "NHS", 24, 1),
        ("N", "NHS", 20, 5),
        ("G", "NHS", 12, 13),
        ("D", "NHS", 0, 23),
        ("C", "NHS", 0, 23),
        ("O", "NHS", 0, 23),
        ("P", "NHS", 25, 0),
        ("MD", "GOV", 25, 0),
        ("ND", "GOV", 23, 2),
        ("EA", "GOV", 24, 1),
        ("NB", "GOV", 24, 1),
        ("OB", "GOV", 0, 24),
        ("IT", "GOV", 16, 7),
        ("PO", "VEN", 25, 0),
    ],
)
def test_each_kind_is_asked_what_its_profile_says(kind: str, standard: str, core: int, light: int) -> None:
    assert library.kind(kind).standard == standard
    asked = library.profile(library.latest(library.kind(kind).standard), kind)
    assert sum(one.weight is Weight.CORE for one in asked) == core
    assert sum(one.weight is Weight.LIGHT for one in asked) == light
    assert {one.target for one in asked if one.core} <= {3}
    assert {one.target for one in asked if not one.core} <= {2}


def test_what_does_not_apply_is_left_out() -> None:
    nhs = library.latest("NHS")
    codes = {one.code for one in library.profile(nhs, "D")}
    assert {e.code for e in nhs.expectations} - codes == {"NHS-1.3", "NHS-3.6"}
    assert library.target(nhs, "D", "NHS-1.3") is None
    assert library.target(nhs, "D", "NHS-1.1") == 2
    assert library.target(nhs, "T", "NHS-1.1") == 3


def test_a_light_profile_asks_the_shorter_question() -> None:
    nhs = library.latest("NHS")
    expectation = nhs.expectation("NHS-1.1")
    assert nhs.profile("G")[0].question == expectation.light_wording
    assert nhs.profile("T")[0].question == expectation.question


def test_an_expectation_is_found_by_code_and_version() -> None:
    assert library.expectation("NHS-2.6", "0.9").title == "A quick reply"
    assert library.expectation("NHS-2.6", "1.0").title == "A quick reply and the right route"
    assert library.expectation("NHS-2.6", "1.0").descriptor(1) == "Acknowledgement times are not tracked."


@pytest.mark.parametrize(
    "lookup",
    [
        lambda: library.standard("NHS", "7.0"),
        lambda: library.standard("XYZ", "1.0"),
        lambda: library.latest("XYZ"),
        lambda: library.expectation("NHS-9.9", "1.0"),
        lambda: library.expectation("", "1.0"),
        lambda: library.profile(library.latest("NHS"), "MD"),
        lambda: library.target(library.latest("NHS"), "MD", "NHS-1.1"),
        lambda: library.kind("ZZ"),
        lambda: library.latest("NHS").pillar("NHS-7"),
        lambda: library.expectation("NHS-1.1", "1.0").descriptor(5),
    ],
)
def test_what_is_not_there_is_not_found(lookup: Callable[[], object]) -> None:
    with pytest.raises(NotFound):
        lookup()


def test_every_venice_principle_says_that_it_is_to_be_checked() -> None:
    venice = library.latest("VEN")
    numbers = [int(expectation.code.rpartition(".")[2]) for expectation in venice.expectations]
    assert numbers == list(range(1, 26))
    assert all("to be checked before use" in (e.source_note or "") for e in venice.expectations)


# Below: a copy of the texts that each test may spoil.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEXTS, tmp_path / "texts"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace words in a draft 1.1 of the NHS standard, or in another file of the copy."""
    draft = (folder / "NHS-1.0.yaml").read_text("utf-8").replace('version: "1.0"', 'version: "1.1"')
    (folder / "NHS-1.1.yaml").write_text(draft, "utf-8")

    def change(name: str, old: str, new: str) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return change


def test_a_draft_can_be_read_but_is_not_the_latest(folder: Path, edit: Edit) -> None:
    books = Library.from_folder(folder)
    assert books.latest("NHS").version == "1.0"
    assert not books.standard("NHS", "1.1").published


def test_publishing_fixes_the_words(folder: Path, edit: Edit) -> None:
    published = library.publish("NHS", "1.1", folder)
    assert published.published
    assert Library.from_folder(folder).latest("NHS").version == "1.1"
    before = (folder / "LOCK").read_text()
    library.publish("NHS", "1.1", folder)
    assert (folder / "LOCK").read_text() == before
    edit("NHS-1.1.yaml", "A named senior person", "A senior person")
    (fault,) = library.check(folder)
    assert str(fault) == (
        "NHS-1.1.yaml: is published and has been changed. Undo the change, and make a new version in a new file instead"
    )


def test_a_published_version_may_not_disappear(folder: Path) -> None:
    (folder / "GOV-0.9.yaml").unlink()
    assert [str(fault) for fault in library.check(folder)] == [
        "GOV-0.9.yaml: is published but missing. Restore it: assessments refer to it"
    ]


def test_line_endings_do_not_change_the_hash(folder: Path) -> None:
    path = folder / "NHS-1.0.yaml"
    before = lock.digest(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert lock.digest(path) == before


def test_version_1_10_comes_after_1_9(folder: Path) -> None:
    text = (folder / "NHS-1.0.yaml").read_text("utf-8")
    for version in ("1.9", "1.10"):
        path = folder / f"NHS-{version}.yaml"
        path.write_text(text.replace('version: "1.0"', f'version: "{version}"'), "utf-8")
        library.publish("NHS", version, folder)
    assert Library.from_folder(folder).latest("NHS").version == "1.10"


def test_a_target_of_its_own_replaces_the_usual_one(folder: Path, edit: Edit) -> None:
    edit("NHS-1.1.yaml", "    light: [G, D, C, O]\n", "    light: [G, D, C, O]\n    targets: {T: 4, G: 1}\n")
    first = Library.from_folder(folder).standard("NHS", "1.1").expectations[0]
    assert (first.targets["T"], first.targets["G"], first.targets["I"], first.targets["D"]) == (4, 1, 3, 2)


KINDS_HEAD = "kinds: [T, I, N, G, D, C, O, P]"
FIRST_LIGHT = "    light: [G, D, C, O]\n"

# file, words, replaced by, path, message
SPOILT = [
    ("NHS-1.1.yaml", 'version: "1.1"', 'version: "1.2"', "version", "the file is NHS-1.1.yaml but holds NHS 1.2. Make them agree"),
    ("NHS-1.1.yaml", "- code: NHS-2\n", "- code: NHS-1\n", "pillars.1.code", "“NHS-1” is used 2 times. Give each pillar its own code"),
    ("NHS-1.1.yaml", "- code: NHS-2\n", "- code: GOV-2\n", "pillars.2.code", "“GOV-2” does not begin with NHS-. Pillar codes begin with the standard's id"),
    ("NHS-1.1.yaml", "- code: NHS-2\n", "- code: NHS-5\n", "pillars.2.code", "“NHS-5” has no expectations. Add one, or take the pillar out"),
    ("NHS-1.1.yaml", "    pillar: NHS-1\n", "    pillar: NHS-7\n", "expectations.1.pillar", "“NHS-7” is not a pillar here. Pillars: NHS-1, NHS-2, NHS-3, NHS-4"),
    ("NHS-1.1.yaml", "    pillar: NHS-1\n", "    pillar: NHS-2\n", "expectations.1.code", "“NHS-1.1” does not begin with its pillar. Write NHS-2. and a number"),
    ("NHS-1.1.yaml", "- code: NHS-1.2\n", "- code: NHS-1.1\n", "expectations.2.code", "“NHS-1.1” is used twice. Give each expectation its own code"),
    ("NHS-1.1.yaml", FIRST_LIGHT, "    light: [G, D, C]\n", "expectations.1", "says nothing about kind O. Add O to core, light or na"),
    ("NHS-1.1.yaml", FIRST_LIGHT, "    light: [G, D, C, O, T]\n", "expectations.1", "lists kind T 2 times. Keep it in one of core, light and na"),
    ("NHS-1.1.yaml", FIRST_LIGHT, "    light: [G, D, C, O, MD]\n", "expectations.1", "lists kind MD, which is not among the kinds at the top. Add it there, or take it out"),
    ("NHS-1.1.yaml", FIRST_LIGHT, FIRST_LIGHT + "    targets: {MD: 3}\n", "expectations.1.targets.MD", "sets a target for MD, which is neither core nor light here"),
    ("NHS-1.1.yaml", FIRST_LIGHT, FIRST_LIGHT + "    targets: {T: 5}\n", "expectations.1.targets.T", "is 5, but must be at most 4"),
    ("NHS-1.1.yaml", "    light_wording: >-\n      Is one named", "    metric: >-\n      Is one named", "expectations.1", "has light kinds but no light_wording. Add the shorter question they are asked"),
    ("NHS-1.1.yaml", KINDS_HEAD, "kinds: [T, I, N, G, D, C, O, P, X]", "kinds.9", "“X” is not in kinds.yaml. Add it there, or take it out"),
    ("NHS-1.1.yaml", "    principles: [P3]\n", "    principles: [P9]\n", "expectations.1.principles.1", "“P9” is not in tags.yaml. Known: P1, P2, P3, P4, P5, P6"),
    ("NHS-1.1.yaml", "      1: Names", "      5: Names", "expectations.1.levels.1", "is missing. Add a line “1: …” here"),
    ("kinds.yaml", "- code: I\n", "- code: T\n", "kinds.2.code", "“T” already stands for another kind. Choose another code"),
    ("kinds.yaml", "standard: NHS\n    small: no\n", "standard: XYZ\n    small: no\n", "T", "is assessed against XYZ, but no version of it, or not the newest, names this kind. Add the kind there"),
    ("LOCK", "GOV 0.9 ", "GOV-0.9 ", "", "must be: id, version, 64 hexadecimal figures. Restore the line"),
    ("LOCK", "GOV 1.0 ", "NHS 0.9 ", "", "NHS 0.9 is listed twice. Keep the first line"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "path", "message"), SPOILT)
def test_a_spoilt_text_is_told_where(
    folder: Path, edit: Edit, name: str, old: str, new: str, path: str, message: str
) -> None:
    edit(name, old, new)
    found = library.check(folder)
    assert (name, path, message) in [(fault.file, fault.path, fault.message) for fault in found]
    assert all(fault.line > 0 for fault in found if fault.file == name and fault.path and fault.path != "T")


def test_faults_in_several_files_are_told_at_once(folder: Path, edit: Edit) -> None:
    edit("kinds.yaml", "small: no", "small: maybe")
    edit("NHS-1.1.yaml", "    pillar: NHS-1\n", "    pillar: NHS-7\n")
    (folder / "VEN-1.1.yaml").write_text("id: VEN\n", "utf-8")
    files = {fault.file for fault in library.check(folder)}
    assert files == {"kinds.yaml", "NHS-1.1.yaml", "VEN-1.1.yaml"}
    with pytest.raises(ContentError):
        Library.from_folder(folder)


def test_the_example_in_the_guide_is_right() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    entry = parse(example, shape.StandardEntry, "example", shape.codes_fit, shape.profiles_whole)
    assert entry.expectations[0].targets == {"T": 4}


GUIDE = re.findall(r"^\| `(.+?)` \|", DOCS.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("message", [row[4] for row in SPOILT])
def test_every_fault_is_explained_to_authors(message: str) -> None:
    # In the guide … stands for the words that depend on the case.
    patterns = [".+".join(re.escape(part) for part in row.split("…")) for row in GUIDE]
    assert any(re.fullmatch(pattern, message) for pattern in patterns)


def test_every_kind_in_the_register_is_assessed_against_something() -> None:
    # The register's kinds stand on a lower floor and cannot read kinds.yaml; the two lists must agree.
    assert {code: kind.name for code, kind in library.load().kinds.items()} == KINDS
