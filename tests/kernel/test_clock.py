"""The clock: London's day, a time that can be stopped, and moments that always say their zone."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from portal.kernel import clock


@pytest.fixture(autouse=True)
def _the_clock_is_given_back():
    with clock.at(clock.now()):
        yield


def test_now_is_in_utc_and_is_the_real_time():
    clock.set_clock(None)
    before, read, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert before <= read <= after
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 4, 22, 59, tzinfo=UTC), date(2026, 6, 4)),
        (datetime(2026, 6, 4, 23, 0, tzinfo=UTC), date(2026, 6, 5)),
        (datetime(2026, 1, 4, 23, 59, tzinfo=UTC), date(2026, 1, 4)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_today_is_the_day_in_london(moment, day):
    with clock.at(moment):
        assert clock.today() == day


def test_a_stopped_clock_stands_still_and_starts_again_when_the_block_ends():
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    with clock.at(first):
        with clock.at(second):
            assert clock.now() == second
        assert clock.now() == first == clock.now()


def test_the_clock_is_given_back_when_the_block_fails():
    clock.set_clock(None)
    with pytest.raises(RuntimeError), clock.at(date(2000, 1, 1)):
        raise RuntimeError
    assert clock.today().year > 2000


def test_a_bare_day_means_midday_in_london():
    with clock.at(date(2026, 6, 4)):
        assert clock.now() == datetime(2026, 6, 4, 11, tzinfo=UTC)
        assert clock.today() == date(2026, 6, 4)


def test_another_thread_sees_the_same_stopped_clock():
    seen = []
    with clock.at(datetime(2026, 6, 4, tzinfo=UTC)):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [datetime(2026, 6, 4, tzinfo=UTC)]


def test_a_clock_can_be_read_from_anywhere_and_is_told_in_utc():
    hour_ahead = timezone(timedelta(hours=1))
    clock.set_clock(lambda: datetime(2026, 6, 4, 12, tzinfo=hour_ahead))
    assert clock.now() == datetime(2026, 6, 4, 11, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        clock.london(datetime(2026, 6, 4))
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2026, 6, 4)):
        raise AssertionError("the block ran")


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 15, 0, tzinfo=UTC), 24),
        (date(2026, 6, 4), datetime(2026, 6, 3, 23, tzinfo=UTC), 24),
        (date(2026, 3, 29), datetime(2026, 3, 29, 0, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
    ],
)
def test_a_day_starts_at_midnight_in_london_and_two_days_a_year_are_not_24_hours(day, start, hours):
    assert clock.start_of_day(day) == start
    assert clock.start_of_day(day + timedelta(days=1)) - start == timedelta(hours=hours)
    assert clock.london(start).date() == day
