"""Commands of whoever writes courses, and of whoever corrects them."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from portal import serving
from portal.accreditation.courses import checking, readability
from portal.accreditation.courses.reading import course as course_in
from portal.accreditation.courses.reading import files_of
from portal.accreditation.courses.records import Course
from portal.accreditation.exchange import as_gift, bank
from portal.accreditation.exchange.reading import read as read_questions
from portal.accreditation.models import CourseVersion
from portal.accreditation.operations import publishing, remarking
from portal.accreditation.queries.catalogue import versions as versions_of
from portal.cli.working import InOrder, at_work
from portal.kernel import words
from portal.kernel.content import ContentError
from portal.kernel.db import db, only_reading
from portal.kernel.errors import Refusal
from portal.policy import PORTAL


@click.group(cls=InOrder)
def course() -> None:
    """The courses that people learn and are examined by."""


@course.command("check")
@click.argument("names", metavar="[COURSE]...", nargs=-1)
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=serving.COURSES, help="where the courses are")
def course_check(names: tuple[str, ...], folder: Path) -> None:
    """Read COURSE (or every course) and say, by file and line, what is wrong and what to write instead."""
    wrong = checking.check(folder, names)
    for line in wrong.in_words():
        click.echo(line)
    if wrong.faults:
        sys.exit(1)


@course.command("read")
@click.argument("name", metavar="COURSE")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=serving.COURSES, help="where the courses are")
def course_read(name: str, folder: Path) -> None:
    """Say of every lesson of COURSE how long it takes, and for what reading age it is written."""
    for line in readability.in_words(course_on_disk(name, folder)):
        click.echo(line)


@course.command("publish")
@click.argument("name", metavar="COURSE")
@click.option("--note", required=True, help="what is new in it, in one line, for those who learn")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=serving.COURSES, help="where the courses are")
def course_publish(name: str, note: str, folder: Path) -> None:
    """Keep the words of COURSE for good: whoever begins it from now on begins this version."""
    there = folder_of(name, folder)
    with at_work():
        try:
            made = publishing.publish(there, note, by=PORTAL)
        except ContentError as error:
            raise click.ClickException(f"{name} cannot be published as it is:\n{error}") from None
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{made.course} {made.version} is published. Its hash is {made.sha256}.")


@course.command("close")
@click.argument("name", metavar="COURSE")
@click.argument("version")
def course_close(name: str, version: str) -> None:
    """Close VERSION of COURSE to people who have not begun it; those who have go on."""
    with at_work():
        one = published(name, version)
        publishing.close(one, by=PORTAL)
        db.session.commit()
        click.echo(f"{one.course} {one.version} is closed to people who have not begun it.")


@course.command("remark")
@click.argument("name", metavar="COURSE")
@click.argument("version")
@click.option("--because", required=True, help="what was wrong, in one line, for those whose papers they are")
@click.option("--now", "for_good", is_flag=True, help="mark them again; without it, only say who is affected")
def course_remark(name: str, version: str, because: str, for_good: bool) -> None:
    """Mark the papers of COURSE again by the corrected VERSION. Nobody loses a pass by it: that is for a person to decide."""
    with at_work(), nullcontext() if for_good else only_reading():
        one = published(name, version)
        marked = remarking.affected(one)
        for paper in marked:
            was = paper.sitting.attempt
            click.echo(f"{was.reference}: {was.correct} of {was.asked} right comes to {paper.result.right}; {paper.outcome}")
        click.echo(f"{words.count(len(marked), 'paper is', 'papers are').capitalize()} affected.")
        if not for_good:
            click.echo("Nothing was changed. To mark them again, add --now.")
            return
        try:
            made = remarking.remark(one, because, by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"Marked again as {made.reference}." if made else "Nothing was to be marked again.")


@course.command("load")
def course_load() -> None:
    """Publish here what was published elsewhere: each course on disk that is as its newest release says."""
    with at_work():
        click.echo(publishing.load_shipped(serving.COURSES).in_words())
        db.session.commit()


@course.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="the new file that the drafts are written to")
def course_import(file: Path, target: Path) -> None:
    """Read the questions in FILE (GIFT, Aiken, or a zip of QTI 1.2) into a draft, and say what became of each."""
    if target.exists():
        raise click.ClickException(f"{target} is there already. Choose another name: nothing is written over.")
    if (target.resolve().parent.parent / "course.yaml").exists():
        raise click.ClickException(f"{target} would stand in the bank of a course. Write the draft elsewhere, and move each question over once it is whole.")
    try:
        report = read_questions(file.read_bytes())
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from None
    for line in report.in_words():
        click.echo(line)
    if not report.drafts:
        sys.exit(1)
    target.write_text(bank.written(report.drafts), encoding="utf-8")
    click.echo(f"The drafts are in {target}. Give each its outcome, its expectations, and what else is missing, and move it into the bank.")


@course.command("export")
@click.argument("name", metavar="COURSE")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=serving.COURSES, help="where the courses are")
def course_export(name: str, folder: Path) -> None:
    """Print the questions of COURSE as GIFT, with their answers: keep them from those who will be examined."""
    click.echo(as_gift.written(course_on_disk(name, folder)))


def folder_of(name: str, folder: Path) -> Path:
    if not (folder / name).is_dir():
        raise click.ClickException(f"There is no course {name} in {folder}.")
    return folder / name


def published(name: str, version: str) -> CourseVersion:
    one = next((one for one in versions_of(name.upper()) if one.version == version), None)
    if one is None:
        raise click.ClickException(f"There is no published version {version} of {name}.")
    return one


def course_on_disk(name: str, folder: Path) -> Course:
    there = folder_of(name, folder)
    try:
        return course_in(files_of(there), name)
    except ContentError as error:
        raise click.ClickException(f"{name} cannot be read as it is:\n{error}") from None
