"""A whole course read from its files, with everything that is wrong or doubtful in it named by file and line."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from portal.accreditation.courses import assignments, hashing, lessons, prose, questions, scenarios, shape, written
from portal.accreditation.courses.records import (
    Assignment,
    Course,
    Lesson,
    Module,
    Outcome,
    Paper,
    Question,
    Scenario,
    Topic,
    Version,
)
from portal.accreditation.courses.written import Source
from portal.kernel.content import ContentError, Fault, parse
from portal.standards import library

Files = Mapping[str, bytes]  # by path within the course, parts divided by "/"

COURSE, SOURCES, NOTES, RELEASES = "course.yaml", "sources.md", "notes.md", "releases.yaml"
FEWEST_QUESTIONS = 40
TIMES_A_PAPER = 3  # as many questions of an outcome as a paper draws, so that a second attempt is another paper
FEWEST_OF_EXPECTATION = 3
APART = 0.2  # minutes that are said and minutes that are reckoned may differ by so much
MOST_LONGEST = 0.45  # of the questions with one right answer that may have it as the longest
MOST_BYTES = 5_000_000
_PICTURE = re.compile(r"^images/[a-z0-9-]+\.(svg|png)$")
_LESSON = re.compile(r"^\d\d-[a-z0-9]+(-[a-z0-9]+)*\.md$")
_SCRIPT = re.compile(rb"<\s*(script|foreignObject|iframe|image|use)\b|\bon[a-z]+\s*=|(?:href|src)\s*=\s*[\"'](?!#)", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """What came of reading a course. It may be used if nothing is at fault; `warnings` are for its author to weigh."""

    course: Course | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def files_of(folder: Path) -> Files:
    """Every file of a course's folder but its releases. Raises ContentError for what is no plain file of a decent size."""
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            faults.append(Fault(f"{folder.name}/{name}", 0, "", "is a link to another place. Put the file itself here"))
        elif path.is_file() and name != RELEASES:
            if path.stat().st_size > MOST_BYTES:
                faults.append(Fault(f"{folder.name}/{name}", 0, "", "is larger than 5 MB. Make it smaller"))
            else:
                found[name] = path.read_bytes()
    if faults:
        raise ContentError(faults)
    return found


def checked(files: Files, name: str) -> Checked:
    """The course made of these files; `name` is its folder's, as messages say it."""
    return _Reading(files, name).checked()


def course(files: Files, name: str) -> Course:
    """The course made of these files, or a ContentError with everything that is wrong in them."""
    read = checked(files, name)
    if read.course is None:
        raise ContentError(read.faults)
    return read.course


class _Reading:
    """Reads the files one after the other, and keeps what was noted."""

    def __init__(self, files: Files, name: str) -> None:
        self.files, self.name = files, name
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.pictures = frozenset(path for path in files if path.startswith("images/"))

    def checked(self) -> Checked:
        self._names()
        entry = self._entry()
        if entry is None:
            return Checked(None, tuple(sorted(set(self.faults))), ())
        self.outcomes = {outcome.code: frozenset(outcome.expectations) for outcome in entry.outcomes}
        modules = tuple(Module(one.folder, one.title, self._lessons(one.folder)) for one in entry.modules)
        bank = [question for topic in entry.topics for question in self._bank(topic.file)]
        told = tuple(self._scenario(one) for one in entry.scenarios)
        written_work = tuple(self._assignment(one) for one in entry.assignments)
        sources = self._sources()
        self._strangers(entry)
        made = Course(
            **entry.model_dump(include={"id", "title", "about", "audience", "roles", "settings", "minutes", "cpd_minutes", "valid_months", "standards"}),
            version=version(entry.version), outcomes=tuple(Outcome(**one.model_dump()) for one in entry.outcomes),
            topics=tuple(Topic(**one.model_dump()) for one in entry.topics), paper=Paper(**entry.paper.model_dump()), modules=modules,
            questions={one.id: one for one in bank}, scenarios=told, assignments=written_work, sources=sources,
            renewal=entry.renewal.needs, sha256=hashing.content_hash(self.files),
        )  # fmt: skip
        self._bank_whole(made, bank)
        self._taught(made)
        self._in_time(made)
        faults = tuple(sorted(set(self.faults)))
        return Checked(None if faults else made, faults, tuple(sorted(set(self.warnings))))

    def _fault(self, path: str, line: int, message: str) -> None:
        self.faults.append(Fault(f"{self.name}/{path}" if path else self.name, line, "", message))

    def _warn(self, path: str, line: int, message: str) -> None:
        self.warnings.append(Fault(f"{self.name}/{path}" if path else self.name, line, "", message))

    def _names(self) -> None:
        for path, data in self.files.items():
            if not unicodedata.is_normalized("NFC", path) or path != path.strip() or "\n" in path:
                self._fault(path, 0, "has a name that not every computer writes alike. Use small letters, figures and hyphens")
            if path.startswith("images/"):
                if not _PICTURE.match(path):
                    self._fault(path, 0, "must be called in small letters, figures and hyphens, and end with .svg or .png")
                elif path.endswith(".svg") and (found := _SCRIPT.search(data)):
                    self._fault(path, data[: found.start()].count(b"\n") + 1, "holds something that runs or fetches. A drawing is only lines, shapes and words")

    def _entry(self) -> shape.CourseEntry | None:
        if COURSE not in self.files:
            self._fault("", 0, f"has no {COURSE}. Every course begins with one")
            return None
        try:
            text = self.files[COURSE].decode("utf-8")
            return parse(text, shape.CourseEntry, f"{self.name}/{COURSE}", shape.once, shape.needs_exist, shape.expectations_known(expectation_codes()))
        except UnicodeDecodeError:
            self._fault(COURSE, 0, "is not UTF-8 text. Save the file as UTF-8")
        except ContentError as error:
            self.faults.extend(error.faults)
        return None

    def _opened(self, path: str) -> Source:
        return written.opened(f"{self.name}/{path}", self.files[path])

    def _noted(self, source: Source) -> None:
        self.faults.extend(source.faults)
        self.warnings.extend(source.warnings)

    def _there(self, path: str, told: str) -> bool:
        if path not in self.files:
            self._fault(COURSE, 0, told.format(path))
        return path in self.files

    def _lessons(self, folder: str) -> tuple[Lesson, ...]:
        paths = sorted(path for path in self.files if path.startswith(f"{folder}/") and path.endswith(".md"))
        if not paths:
            self._fault(COURSE, 0, f"the module {folder} has no lesson. Put files such as 01-its-name.md into its folder")
        found = []
        for path in paths:
            source = self._opened(path)
            if not _LESSON.match(path.removeprefix(f"{folder}/")):
                source.fault(0, "must be called two figures, a hyphen and a name in small letters, for example 01-listening.md")
            found.append(lessons.lesson(source, path.removesuffix(".md"), self.outcomes, self.pictures))
            self._noted(source)
        return tuple(found)

    def _bank(self, topic: str) -> list[Question]:
        path = f"questions/{topic}.md"
        if not self._there(path, "names a topic whose file {} does not exist. Write it, or take the topic out"):
            return []
        source = self._opened(path)
        found = questions.bank(source, topic, self.outcomes)
        self._noted(source)
        return found

    def _scenario(self, entry: shape.ScenarioEntry) -> Scenario:
        path = f"scenarios/{entry.file}.md"
        there = self._there(path, "names a scenario whose file {} does not exist. Write it, or take it out")
        source = self._opened(path) if there else Source(path)
        found = scenarios.scenario(source, entry.file, entry.pass_mark, self.outcomes, self.pictures)
        if there:
            self._noted(source)
        return found

    def _assignment(self, entry: shape.AssignmentEntry) -> Assignment:
        path = f"assignments/{entry.file}.md"
        there = self._there(path, "names an assignment whose file {} does not exist. Write it, or take it out")
        source = self._opened(path) if there else Source(path)
        inside = sorted(one for one in self.files if one.startswith(f"assignments/{entry.file}/") and one.endswith(".md"))
        scripts = [(PurePosixPath(one).stem, self._opened(one)) for one in inside]
        found = assignments.assignment(source, entry, scripts, self.outcomes, self.pictures)
        for one in [source, *(script for _, script in scripts)] if there else []:
            self._noted(one)
        return found

    def _sources(self) -> str:
        if SOURCES not in self.files:
            self._fault("", 0, f"has no {SOURCES}. Say in it where each fact comes from")
            return ""
        source = self._opened(SOURCES)
        whole = written.top(source)
        prose.check(source, whole.lines, PurePosixPath(), self.pictures, above=1)
        self._noted(source)
        return whole.text

    def _strangers(self, entry: shape.CourseEntry) -> None:
        """Note each file that nothing in the course leads to: it would be published and never read."""
        folders = tuple(f"{one.folder}/" for one in entry.modules) + tuple(f"assignments/{one.file}/" for one in entry.assignments)
        expected = {COURSE, SOURCES, NOTES, *self.pictures}
        expected |= {f"questions/{one.file}.md" for one in entry.topics} | {f"scenarios/{one.file}.md" for one in entry.scenarios}
        expected |= {f"assignments/{one.file}.md" for one in entry.assignments}
        for path in self.files:
            if path not in expected and not (path.startswith(folders) and path.endswith(".md")):
                self._fault(path, 0, "belongs to nothing in course.yaml. Name it there, or take it away")

    def _bank_whole(self, made: Course, bank: list[Question]) -> None:
        where: dict[str, Question] = {}
        for one in bank:
            path = f"questions/{one.topic}.md"
            if one.id and one.id in where:
                first = where[one.id]
                self._fault(path, one.line, f"the id {one.id} is already used in questions/{first.topic}.md, line {first.line}. Ids must be different")
            where.setdefault(one.id, one)
        if len(bank) < FEWEST_QUESTIONS:
            self._fault("questions", 0, f"the bank has {len(bank)} questions. Write {FEWEST_QUESTIONS - len(bank)} more: a course has at least {FEWEST_QUESTIONS}")
        of_outcome = Counter(one.outcome for one in bank)
        draws = made.paper.questions_per_outcome
        for outcome in made.outcomes:
            there = of_outcome[outcome.code]
            if there < draws:
                self._fault(COURSE, 0, f"a paper draws {draws} questions of each outcome, and “{outcome.code}” has {there}. Add {draws - there}, or draw fewer")
            elif there < TIMES_A_PAPER * draws:
                self._warn("questions", 0, f"“{outcome.code}” has {there} questions, {there / draws:.1f} times one paper. Aim for {TIMES_A_PAPER} times, "
                                           "so that a second attempt is different")  # fmt: skip
        examined = Counter(code for one in bank for code in one.expectations)
        for code in sorted({code for outcome in made.outcomes for code in outcome.expectations}):
            if examined[code] < FEWEST_OF_EXPECTATION:
                self._warn("questions", 0, f"{code} is examined by {examined[code]} questions. Aim for {FEWEST_OF_EXPECTATION}")
        longest, ones = questions.longest_is_right(bank)
        if ones and longest / ones > MOST_LONGEST:
            self._warn("questions", 0, f"in {longest} of {ones} questions the right answer is the longest. Make wrong ones as long, for lengths give it away")

    def _taught(self, made: Course) -> None:
        taught = {lesson.outcome for lesson in made.lessons}
        for outcome in made.outcomes:
            if outcome.code not in taught:
                self._fault(COURSE, 0, f"no lesson teaches the outcome “{outcome.code}”. Name it in a lesson, or take it out")
        for lesson in made.lessons:
            reckoned = lessons.minutes_to_read(lesson.words)
            if lesson.minutes and abs(reckoned - lesson.minutes) > APART * lesson.minutes:  # 0 where they cannot be read
                self._warn(f"{lesson.slug}.md", 0, f"takes about {reckoned:.1f} minutes at the pace of a learner and says {lesson.minutes}. Change one of them")

    def _in_time(self, made: Course) -> None:
        parts = [*(one.minutes for one in made.lessons), *(one.minutes for one in made.scenarios), *(one.minutes for one in made.assignments)]
        if abs(sum(parts) - made.minutes) > APART * made.minutes:
            self._warn(COURSE, 0, f"minutes says {made.minutes}, and its parts make {sum(parts)}. Change one of them")
        if abs(made.cpd_minutes - made.minutes) > APART * made.minutes:
            self._warn(COURSE, 0, f"cpd_minutes says {made.cpd_minutes}, and the course takes {made.minutes}. Say in notes.md why they differ")


def expectation_codes() -> frozenset[str]:
    """Every expectation of the newest published version of each standard."""
    known = library.load()
    return frozenset(one.code for id in known.standards if known.versions(id) for one in known.latest(id).expectations)


def version(text: str) -> Version:
    major, minor, patch = (int(part) for part in text.split("."))
    return major, minor, patch

