"""When each job is due, in London's days."""

from datetime import UTC, date, datetime, time

import pytest

from portal.jobs import schedule
from portal.jobs.schedule import Each, Job


def a_job(each, at=time(7)):
    return Job("test", lambda _today, _since: iter(()), each, "a test", at)


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        (datetime(2026, 6, 1, 5, 59, tzinfo=UTC), "2026-05-31"),  # 6:59 in London
        (datetime(2026, 6, 1, 6, 0, tzinfo=UTC), "2026-06-01"),
        (datetime(2026, 12, 1, 6, 30, tzinfo=UTC), "2026-11-30"),  # 6:30 in London in winter
        (datetime(2026, 12, 1, 7, 0, tzinfo=UTC), "2026-12-01"),
    ],
)
def test_a_daily_job_is_due_at_its_hour_in_london(moment, period):
    assert a_job(Each.DAY).latest_period(moment) == period


def test_an_hour_that_the_clock_shows_twice_is_two_hours():
    hourly = a_job(Each.HOUR)
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]  # both are half past one in London
    assert len({hourly.latest_period(moment) for moment in twice}) == 2


def test_every_job_is_named_once_and_says_when_and_why():
    assert len(schedule.BY_NAME) == len(schedule.JOBS)
    table = schedule.as_markdown()
    for job in schedule.JOBS:
        assert f"| `{job.name}` | {job.when} | {job.why} |" in table


def test_every_errand_is_named_once_beside_the_jobs_and_says_why():
    names = [one.name for one in (*schedule.JOBS, *schedule.ERRANDS)]
    assert len(set(names)) == len(names)
    for errand in schedule.ERRANDS:
        assert f"| `{errand.name}` | every 5 seconds | {errand.why} |" in schedule.as_markdown()


def test_every_job_can_be_asked_for_its_steps(cast):
    for job in schedule.JOBS:
        assert all(callable(step) for step in job.steps(date(2026, 6, 1), date(2026, 5, 31)))
