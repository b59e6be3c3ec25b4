"""Commands for people: `portal --help` reads like a table of contents."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

from portal import ROOT, audit, create_app, serving
from portal.accreditation.courses import checking, readability
from portal.accreditation.courses.reading import course as course_in
from portal.accreditation.courses.reading import files_of
from portal.accreditation.courses.records import Course
from portal.accreditation.credentials.baking import NoCredential, token_in
from portal.accreditation.credentials.checking import Outcome
from portal.accreditation.exchange import as_gift, bank
from portal.accreditation.exchange.reading import read as read_questions
from portal.accreditation.operations import deciding, issuing, publishing, remarking
from portal.accreditation.queries import examining as papers
from portal.accreditation.queries import exporting
from portal.accreditation.queries.catalogue import versions as versions_of
from portal.accreditation.queries.posts import broken as broken_figures
from portal.accreditation.rechecking import recheck
from portal.assessments.operations.receipts import verify_snapshots
from portal.config import Settings, SettingsError, explained
from portal.demonstration import building
from portal.documents import write_all
from portal.jobs import runner, schedule
from portal.kernel import words
from portal.kernel.content import ContentError
from portal.kernel.db import db, only_reading
from portal.kernel.errors import Away, Refusal
from portal.organisations import addresses
from portal.organisations.operations import importing, memberships
from portal.organisations.queries import organisation as by_code
from portal.organisations.queries.people import person_of_address
from portal.policy import PORTAL, Role
from portal.recommendations.importing.reading import read
from portal.recommendations.importing.rows import Read
from portal.recommendations.operations import importing as importing_cases
from portal.recommendations.operations import tokens
from portal.recommendations.queries.tokens import listed as listed_tokens
from portal.recommendations.queries.tokens import token as token_of
from portal.standards import library


class InOrder(click.Group):
    """A group that lists its commands in the order in which they are written here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def the_app() -> Flask:
    os.umask(0o077)  # the database, its log and uploads are for the account that runs the portal alone
    try:
        return create_app(Settings.from_env())
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def at_work() -> Iterator[Flask]:
    """The application, with its connections to the database closed at the end."""
    app = the_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@click.group(cls=InOrder)
def main() -> None:
    """The Complaint Standards and Accreditation Portal.

    Settings come from PORTAL_… in the environment: `portal settings` explains each.
    """


@main.command()
def run() -> None:
    """Set everything up and serve: schema, register, demonstration, web server and worker together."""
    serving.run_everything(the_app)


@main.command()
def serve() -> None:
    """The web server alone."""
    serving.serve(the_app())


@main.command()
def work() -> None:
    """The worker alone: opens and closes periods, reminds, sends letters."""
    runner.work(the_app())


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with at_work():
        upgrade(directory=str(ROOT / "migrations"))
    click.echo("The database has the newest schema.")


@main.group(cls=InOrder)
def register() -> None:
    """The register of organisations."""


@register.command("load")
def register_load() -> None:
    """Put the organisations that ship with the portal on the register; those already there stay as they are."""
    with at_work():
        click.echo(importing.load_shipped().in_words())
        db.session.commit()


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", help="the kind of every organisation in a file that does not say, for example G for GP practices")
@click.option("--preview", is_flag=True, help="say what would change, and change nothing")
def register_import(file: Path, kind: str | None, preview: bool) -> None:
    """Read FILE (ODS as published, or our CSV) into the register. A file with a bad row changes nothing."""
    with at_work():
        outcome = importing.import_file(file.read_bytes(), kind=kind, source=file.name)
        click.echo(outcome.in_words())
        if outcome.faults:
            sys.exit(1)
        if not preview:
            db.session.commit()


@main.group(cls=InOrder)
def person() -> None:
    """The people who act for organisations. All but the first are invited on the pages of their organisation."""


@person.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([one.value for one in Role]), help="what they will do")
@click.option("--organisation", "code", required=True, help="its code on the register; phso is the Ombudsman's")
def person_add(email: str, name: str, role: str, code: str) -> None:
    """Give somebody a role without an invitation: the first administrator, whom nobody is there to invite."""
    folded, called = addresses.folded(email), words.clean_line(name)
    if folded is None or not called:
        raise click.ClickException("Write an email address and then a name, like: owner@example.org 'Ada Jones'")
    with at_work() as app:
        body = by_code(code)
        if body is None:
            raise click.ClickException(f"No organisation has the code {code}. Is the register loaded (portal register load)?")
        try:
            memberships.take_on(body, email=folded, name=called, roles=[Role(role)], by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{folded} is {role} at {body.name}. They sign in at {app.extensions['settings'].address}/sign-in")


@main.group(cls=InOrder)
def recommendations() -> None:
    """What the Ombudsman recommends."""


@recommendations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="the address of the compliance officer who imports")
@click.option("--dry-run", is_flag=True, help="say what would change, and change nothing")
def recommendations_import(file: Path, email: str, dry_run: bool) -> None:
    """Draft what FILE (CSV or JSON) says of cases: docs/importing.md. A file with a bad line changes nothing."""
    with at_work(), only_reading() if dry_run else nullcontext():
        officer = person_of_address(addresses.folded(email) or "")
        if officer is None:
            raise click.ClickException(f"Nobody here has the address {email}. Write that of a compliance officer.")
        bring = importing_cases.preview if dry_run else importing_cases.take_in
        try:
            outcome = bring(lambda: reading(file), source=file.name, by=officer)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        click.echo(outcome.in_words())
        if outcome.refused:
            sys.exit(1)
        if not dry_run:
            db.session.commit()


def reading(file: Path) -> Iterator[Read]:
    with file.open("rb") as content:
        yield from read(content)


@main.group(cls=InOrder)
def token() -> None:
    """The tokens of other systems: docs/api.md."""


@token.command("make")
@click.argument("name")
@click.option("--for", "email", required=True, help="the address of the compliance officer in whose name it acts")
@click.option("--scope", "scopes", required=True, multiple=True, type=click.Choice(list(tokens.SCOPES)), help="what it may do; may be given twice")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="the last day on which it works, like 2027-03-27")
def token_make(name: str, email: str, scopes: tuple[str, ...], until: datetime) -> None:
    """Make a token for the system NAME, and print it: it is shown this once."""
    with at_work():
        try:
            one, secret = tokens.make(name=name, scopes=scopes, officer=addresses.folded(email) or "", ends_on=until.date(), by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{one.reference} works until {words.day(one.ends_on)}. Copy it now, for nobody can show it again:\n{secret}")


@token.command("list")
def token_list() -> None:
    """Each token, what it may do, in whose name, and until when."""
    with at_work(), only_reading():
        for one in listed_tokens():
            until = "revoked" if one.revoked else f"until {words.day(one.ends_on)}"
            click.echo(f"{one.reference}  {one.name}: {one.scopes}, for {one.person}, {until}")


@token.command("revoke")
@click.argument("reference")
@click.option("--reason", required=True, help="why, for the record")
def token_revoke(reference: str, reason: str) -> None:
    """Revoke the token REFERENCE: from now on whoever shows it is refused."""
    with at_work():
        one = token_of(reference)
        if one is None:
            raise click.ClickException(f"There is no token {reference}. Look for it with: portal token list")
        try:
            tokens.revoke(one, version=one.version, reason=reason, by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{one.reference} is revoked.")


@main.group(cls=InOrder)
def standard() -> None:
    """The complaint standards."""


@standard.command("check")
def standard_check() -> None:
    """Read every standard and say, by file and line, what is wrong and what to write instead."""
    faults = library.check()
    for fault in faults:
        click.echo(str(fault))
    if faults:
        sys.exit(1)
    click.echo("Every standard can be read, and every published one is as it was published.")


@standard.command("publish")
@click.argument("id")
@click.argument("version")
def standard_publish(id: str, version: str) -> None:
    """Lock version VERSION of the standard ID: assessments may use it from now on, and it can never change."""
    library.publish(id, version)
    click.echo(f"{id} {version} is published.")


@main.group(cls=InOrder)
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
    if not (folder / name).is_dir():
        raise click.ClickException(f"There is no course {name} in {folder}.")
    with at_work():
        try:
            made = publishing.publish(folder / name, note, by=PORTAL)
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
        one = next((one for one in versions_of(name.upper()) if one.version == version), None)
        if one is None:
            raise click.ClickException(f"There is no published version {version} of {name}.")
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
        one = next((one for one in versions_of(name.upper()) if one.version == version), None)
        if one is None:
            raise click.ClickException(f"There is no published version {version} of {name}.")
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


def course_on_disk(name: str, folder: Path) -> Course:
    if not (folder / name).is_dir():
        raise click.ClickException(f"There is no course {name} in {folder}.")
    try:
        return course_in(files_of(folder / name), name)
    except ContentError as error:
        raise click.ClickException(f"{name} cannot be read as it is:\n{error}") from None


@main.group(cls=InOrder)
def attempt() -> None:
    """The papers that people sat."""


@attempt.command("export")
@click.argument("reference")
def attempt_export(reference: str) -> None:
    """Print the paper REFERENCE as JSON: what it asked, what was answered and what it came to, and not whose it is."""
    with at_work(), only_reading():
        one = exporting.attempt(reference)
        if one is None:
            raise click.ClickException(f"There is no paper {reference}.")
        click.echo(json.dumps(exporting.export(papers.whole(one)), indent=2))


@attempt.command("recheck")
@click.argument("export", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("corrected", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def attempt_recheck(export: Path | None, folder: Path | None, corrected: Path | None) -> None:
    """Compute the result in EXPORT again from the course in FOLDER alone; without them, of every paper that is over.

    A paper that was marked again needs the CORRECTED course, too."""
    if export is None:
        with at_work(), only_reading():
            wrong = {at.attempt.reference: list(recheck(exporting.export(at), at.course, exporting.corrected(at))) for at in exporting.all_over()}
        _told(wrong)
        return
    if folder is None:
        raise click.UsageError("Name the folder of the course after the export.")
    try:
        paper = json.loads(export.read_text(encoding="utf-8"))
        _told({str(paper["paper"]): list(recheck(paper, course_in(files_of(folder), folder.name), course_in(files_of(corrected), corrected.name) if corrected else None))})
    except ContentError as error:
        raise click.ClickException(f"The course cannot be read:\n{error}") from None
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{export} is not a paper as `portal attempt export` prints it.") from None


def _told(wrong: dict[str, list[str]]) -> None:
    """Say what does not agree, and end with 1 if anything does not."""
    for reference, sentences in wrong.items():
        for sentence in sentences:
            click.echo(f"{reference}: {sentence}")
    faulty = sum(bool(sentences) for sentences in wrong.values())
    click.echo(f"{words.count(len(wrong), 'paper', 'papers')} computed again; {words.number(faulty)} did not come to the same.")
    if faulty:
        sys.exit(1)


@main.group(cls=InOrder)
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


@main.group(cls=InOrder)
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


@main.group(cls=InOrder)
def record() -> None:
    """The record of what happened."""


@record.command("verify")
def record_verify() -> None:
    """Recompute every chain, every receipt and every published figure, and name the first record that was altered by hand."""
    with at_work(), only_reading():
        broken = audit.verify()
        for fault in broken:
            click.echo(f"Stream {fault.organisation_id}, record {fault.sequence}: {fault.why}.")
        receipts = verify_snapshots()
        for receipt in receipts:
            click.echo(str(receipt))
        figures = list(broken_figures())
        for figure in figures:
            click.echo(figure)
        if broken or receipts or figures:
            sys.exit(1)
        click.echo("Every record and every receipt is as it was written.")


@main.group(cls=InOrder)
def files() -> None:
    """What was handed in."""


@files.command("verify")
def files_verify() -> None:
    """Hash every stored file again now, and name each that is altered or missing."""
    with at_work() as app:
        try:
            checked, damaged = runner.verify_files(app)
        except Away:
            raise click.ClickException("The store of files does not answer; the log has what it said.") from None
    for one in damaged:
        click.echo(one)
    if damaged:
        sys.exit(1)
    click.echo(f"{words.count(checked, 'stored file was', 'stored files were').capitalize()} hashed again: all as received.")


@main.group(cls=InOrder)
def jobs() -> None:
    """What the portal does by itself."""


@jobs.command("list")
def jobs_list() -> None:
    """Each job, when it runs and why."""
    for job in schedule.JOBS:
        click.echo(f"{job.name:<24} {job.when:<28} {job.why}")
    for errand in schedule.ERRANDS:
        click.echo(f"{errand.name:<24} {f'every {schedule.ERRANDS_EVERY.seconds} seconds':<28} {errand.why}")


@jobs.command("run")
@click.argument("name")
def jobs_run(name: str) -> None:
    """Run the job NAME now; every job may be run twice."""
    try:
        click.echo(f"{name}: {runner.run_job(the_app(), name)}")
    except LookupError as error:
        raise click.ClickException(str(error.args[0])) from None


@main.command()
def demonstration() -> None:
    """Fill an empty database with the invented demonstration."""
    with at_work():
        click.echo(building.build_if_empty())
        db.session.commit()


@main.command()
def check() -> None:
    """Say whether this installation is sound: settings, database, schema, standards, record, files."""
    with at_work() as app, only_reading():
        lines, sound = serving.soundness(app)
    click.echo("\n".join(lines))
    sys.exit(0 if sound else 1)


@main.command()
def settings() -> None:
    """Every setting, what it means, and its value here (secrets are not shown)."""
    click.echo(explained(Settings.from_env()))


@main.command()
def docs() -> None:
    """Write again the documents that are generated from the code."""
    for path in write_all(ROOT / "docs"):
        click.echo(path)
