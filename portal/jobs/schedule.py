"""What the portal does by itself: each job, when it runs and why. The schedule is code; the work is rows."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.accreditation.operations import assessing, counting, examining, posts, renewing
from portal.assessments.operations import closing, periods, reminding, superseding
from portal.evidence.operations import looking, removing
from portal.files import scanning
from portal.files.sweeping import clear as clear_files
from portal.gaps.operations import tallying
from portal.jobs import checking, sweeping
from portal.kernel import clock
from portal.recommendations.operations import climbing

Step = Callable[[], int]


class Each(enum.Enum):
    """How often a job is due."""

    HOUR = "each hour"
    DAY = "each day"


@dataclass(frozen=True)
class Job:
    """A job yields steps; each step is one transaction, and all of them may safely run twice and on two machines.

    `steps` is given the day it is, and the day on which the job last ran to its end.
    """

    name: str
    steps: Callable[[date, date], Iterator[Step]]
    each: Each
    why: str
    at: time = time(0)  # London

    @property
    def when(self) -> str:
        return self.each.value if self.each is Each.HOUR else f"each day from {self.at:%H:%M}"

    def latest_period(self, now: datetime) -> str:
        """The name of the newest period that is due; what was missed before it is made good by the same run."""
        if self.each is Each.HOUR:
            return f"{now:%Y-%m-%dT%HZ}"
        there = clock.london(now)
        day = there.date() if there.time() >= self.at else there.date() - timedelta(days=1)
        return day.isoformat()


@dataclass(frozen=True)
class Errand:
    """Work that people wait for: looked for every few seconds, beside the jobs, and mostly there is none.

    It yields steps as a job does, and knows by its rows what is left to do."""

    name: str
    steps: Callable[[], Iterator[Step]]
    why: str


def _fold_tallies(_today: date, _since: date) -> Iterator[Step]:
    yield tallying.fold


JOBS: tuple[Job, ...] = (
    Job(
        "close-papers",
        lambda _today, _since: examining.close_abandoned(),
        Each.HOUR,
        "marks papers that nobody handed in and whose time is over, so that none stays open",
    ),
    Job(
        "free-marking",
        lambda _today, _since: assessing.free_left(),
        Each.DAY,
        "puts back works and appeals that an assessor took and has not written in for 5 working days, so that none waits for somebody who is away",
        time(5),
    ),
    Job(
        "open-periods",
        lambda today, _since: periods.open_periods(today),
        Each.HOUR,
        "opens assessments whose day has come, also for an organisation that joined an hour ago",
    ),
    Job(
        "close-periods",
        lambda today, _since: closing.close_periods(today),
        Each.DAY,
        "records as not submitted what was not handed in by its last day",
        time(0, 15),
    ),
    Job(
        "supersede",
        lambda today, _since: superseding.supersede(today),
        Each.DAY,
        "ends what an organisation that closed, or became a branch, had not handed in, for another answers from now on",
        time(0, 10),
    ),
    Job(
        "remind",
        lambda today, since: reminding.reminders(today, since),
        Each.DAY,
        "writes to each person once, 30, 14, 7 and 1 days before something is due and weekly after",
        time(7),
    ),
    Job(
        "climb-ladder",
        lambda today, since: climbing.climb(today, since),
        Each.DAY,
        "reminds organisations of what the Ombudsman recommended, writes when it is overdue, places further steps before an officer, "
        "and opens the gaps that time alone opens",
        time(6, 30),
    ),
    Job(
        "settle-accreditation",
        lambda _today, _since: posts.settle_all(),
        Each.DAY,
        "opens a gap where too few frontline posts are accredited, and closes it once the target is reached again",
        time(0, 30),
    ),
    Job(
        "remind-of-ends",
        lambda today, since: renewing.remind(today, since),
        Each.DAY,
        "writes to the holder of a certificate once, 90, 30 and 7 days before it ends, and renews awards whose courses were renewed",
        time(7, 15),
    ),
    Job(
        "fold-tallies",
        _fold_tallies,
        Each.DAY,
        "adds up the changes in the counts of gaps, so that counting stays quick",
        time(2),
    ),
    Job(
        "count-figures",
        lambda _today, _since: counting.count_all(),
        Each.DAY,
        "sums what people read and answered in each course, so that the pages of its authors open quickly however many have learnt",
        time(2, 30),
    ),
    Job(
        "sweep",
        lambda _today, _since: sweeping.sweep(),
        Each.DAY,
        "deletes what is no longer needed of signing in and of these jobs, 30 days after its end, workbooks not saved in a week, "
        "and letters to complainants that did not leave in 30 days",
        time(3),
    ),
    Job(
        "check-files",
        lambda _today, _since: checking.check_files(),
        Each.DAY,
        "hashes again every stored file that was last hashed a week ago, and reports what rotted or vanished",
        time(1),
    ),
    Job(
        "clear-files",
        lambda _today, _since: clear_files(),
        Each.DAY,
        "removes what a stopped upload left half-way, and stored bytes that belong to nothing",
        time(4),
    ),
    Job(
        "remove-evidence",
        lambda today, _since: removing.remove(today),
        Each.DAY,
        "removes the files of evidence that was withdrawn and need no longer be kept, or was stopped a month ago; never what was signed",
        time(4, 30),
    ),
)
ERRANDS: tuple[Errand, ...] = (
    Errand("scan-files", scanning.scan_waiting, "takes each file that waits to the malware scanner"),
    Errand(
        "look-into-evidence",
        looking.move_on,
        "looks for personal data in what came from the scanner, releases what is clear, and takes out hidden details",
    ),
)
BY_NAME = {job.name: job for job in JOBS}
LETTERS_EVERY = timedelta(seconds=5)
ERRANDS_EVERY = timedelta(seconds=5)


def as_markdown() -> str:
    """The table for docs/jobs.md."""
    rows = [f"| `{job.name}` | {job.when} | {job.why} |" for job in JOBS]
    rows += [f"| `{one.name}` | every {ERRANDS_EVERY.seconds} seconds | {one.why} |" for one in ERRANDS]
    rows.append(f"| letters | every {LETTERS_EVERY.seconds} seconds | sends what waits in the outbox, one letter at a time |")
    return "\n".join(["| Job | when | what it does |", "| --- | --- | --- |", *rows])
