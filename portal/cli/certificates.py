"""Commands about papers that people sat, works that they wrote, certificates, and the keys that sign them."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from portal.accreditation.courses.reading import course as course_in
from portal.accreditation.courses.reading import files_of
from portal.accreditation.credentials.baking import NoCredential, token_in
from portal.accreditation.credentials.checking import Outcome
from portal.accreditation.operations import deciding, issuing
from portal.accreditation.queries import examining as papers
from portal.accreditation.queries import exporting, works
from portal.accreditation.rechecking import recheck, recheck_work
from portal.cli.working import InOrder, at_work
from portal.kernel import words
from portal.kernel.content import ContentError
from portal.kernel.db import db, only_reading
from portal.kernel.errors import Refusal
from portal.policy import PORTAL


@click.group(cls=InOrder)
def attempt() -> None:
    """The papers that people sat, and the works that they wrote."""


@attempt.command("export")
@click.argument("reference")
def attempt_export(reference: str) -> None:
    """Print the paper or the work REFERENCE as JSON: what its result was made of, what it came to, and not whose it is."""
    with at_work(), only_reading():
        paper, work = exporting.attempt(reference), works.any_of(reference)
        if paper is None and work is None:
            raise click.ClickException(f"There is no paper {reference}, and no work of this reference was handed in.")
        made = exporting.export(papers.whole(paper)) if paper else exporting.export_work(work) if work else {}
        click.echo(json.dumps(made, indent=2, ensure_ascii=False))


@attempt.command("recheck")
@click.argument("export", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("corrected", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def attempt_recheck(export: Path | None, folder: Path | None, corrected: Path | None) -> None:
    """Compute the result in EXPORT again from the course in FOLDER alone; without them, of every paper that is over and every work.

    A paper that was marked again needs the CORRECTED course, too."""
    if export is None:
        with at_work(), only_reading():
            sat = {at.attempt.reference: list(recheck(exporting.export(at), at.course, exporting.corrected(at))) for at in exporting.all_over()}
            written = {at.work.reference: list(recheck_work(exporting.export_work(at), at.course)) for at in works.all_handed_in()}
        _told(sat, written)
        return
    if folder is None:
        raise click.UsageError("Name the folder of the course after the export.")
    try:
        one, course = json.loads(export.read_text(encoding="utf-8")), course_in(files_of(folder), folder.name)
        if "work" in one:
            _told(None, {str(one["work"]): list(recheck_work(one, course))})
        else:
            _told({str(one["paper"]): list(recheck(one, course, course_in(files_of(corrected), corrected.name) if corrected else None))}, None)
    except ContentError as error:
        raise click.ClickException(f"The course cannot be read:\n{error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise click.ClickException(f"{export} is no paper and no work as `portal attempt export` prints it.") from None


def _told(sat: dict[str, list[str]] | None, written: dict[str, list[str]] | None) -> None:
    """Say what does not agree of papers and of works, and end with 1 if anything does not."""
    for wrong, one, several in ((sat, "paper", "papers"), (written, "work", "works")):
        if wrong is not None:
            for reference, sentences in wrong.items():
                for sentence in sentences:
                    click.echo(f"{reference}: {sentence}")
            faulty = sum(bool(sentences) for sentences in wrong.values())
            click.echo(f"{words.count(len(wrong), one, several)} computed again; {words.number(faulty)} did not come to the same.")
    if any(any(wrong.values()) for wrong in (sat, written) if wrong):
        sys.exit(1)


@click.group(cls=InOrder)
def key() -> None:
    """The keys that sign certificates."""


@key.command("list")
def key_list() -> None:
    """Every key that this portal has signed with, and what became of it."""
    with at_work(), only_reading():
        keys = issuing.ring().all()
    for one in keys:
        made, retired, stolen = one.days
        became = f"stolen from {words.day(stolen)} on" if stolen else f"in use until {words.day(retired)}" if retired else "in use"
        click.echo(f"{one.name}  made on {words.day(made)}, {became}")
    if not keys:
        click.echo("No key has been made. One is made when the portal starts.")


@key.command("rotate")
def key_rotate() -> None:
    """Make a new key, once a year. The private half of the old one is deleted; its public half stays for ever."""
    with at_work():
        click.echo(f"Certificates are signed with the key {issuing.ring().rotate().name} from now on.")


@key.command("stolen")
@click.argument("name")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="From which day on somebody else may have had it.")
def key_stolen(name: str, since: datetime) -> None:
    """Answer that the key NAME was stolen: publish it, make every certificate that counts again under a new key, revoke the old ones."""
    with at_work():
        try:
            again = deciding.key_stolen(name, since.date(), by=PORTAL)
            db.session.commit()
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
    click.echo(f"The key {name} is known to be stolen. {words.count(again, 'certificate was', 'certificates were').capitalize()} made again, and the holders are written to.")


@click.group(cls=InOrder)
def certificate() -> None:
    """Certificates, as anybody may check them."""


@certificate.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def certificate_check(file: Path) -> None:
    """Check the PNG, SVG or JWT in FILE; the exit code is 0 for one that counts."""
    with at_work(), only_reading():
        try:
            found = issuing.checked(token_in(file.read_bytes()))
        except NoCredential as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{found.outcome.value}: {found.why}")
    sys.exit(0 if found.outcome in (Outcome.VALID, Outcome.EXPIRING) else 1)
