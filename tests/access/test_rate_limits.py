"""How much a key may ask for: counted exactly, said in headers, and never a reason to be down."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import redis
from django.db import DatabaseError, connection
from pytest_django import Settings

from feedback.access import rate_limits
from feedback.access.models import Counter

LIMIT = rate_limits.Limit("students", 10, 3600)


@pytest.fixture(params=["redis", "database"])
def meter(request: pytest.FixtureRequest, db: None, broker: str, settings: Settings) -> str:  # noqa: ARG001
    """Somebody new, counted in one and the other."""
    settings.CELERY_BROKER_URL = broker if request.param == "redis" else "filesystem://"
    return f"key:{uuid4().hex[:12]}"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    def set_clock(seconds: float) -> None:
        monkeypatch.setattr(rate_limits, "_now", lambda: int(1_800_000_000 + seconds))  # a full hour

    set_clock(0)
    return set_clock


@pytest.fixture(autouse=True)
def _forget_failures() -> Iterator[None]:
    rate_limits._redis.cache_clear()
    yield
    rate_limits._redis.cache_clear()


@pytest.mark.usefixtures("at")
def test_each_takes_from_what_is_left_and_one_too_much_takes_nothing(meter: str) -> None:
    first, second = rate_limits.take(LIMIT, meter, 4), rate_limits.take(LIMIT, meter, 5)
    assert first is not None
    assert second is not None
    assert (first.remaining, second.remaining) == (6, 1)

    with pytest.raises(rate_limits.Exceeded) as refused:
        rate_limits.take(LIMIT, meter, 2)
    assert (refused.value.taken.remaining, refused.value.taken.seconds_left) == (1, 3600)
    last = rate_limits.take(LIMIT, meter, 1)
    assert last is not None
    assert last.remaining == 0


def test_a_new_window_begins_with_the_whole(meter: str, at: Callable[[float], None]) -> None:
    rate_limits.take(LIMIT, meter, 10)
    at(3599.5)
    with pytest.raises(rate_limits.Exceeded) as refused:
        rate_limits.take(LIMIT, meter)
    assert refused.value.taken.seconds_left == 1
    at(3600)

    again = rate_limits.take(LIMIT, meter, 3)
    assert again is not None
    assert again.remaining == 7


def test_what_is_given_back_counts_for_the_window_in_which_it_was_taken(
    meter: str, at: Callable[[float], None]
) -> None:
    taken = rate_limits.take(LIMIT, meter, 10)
    rate_limits.give_back(taken)
    assert rate_limits.take(LIMIT, meter, 10)
    at(3600)
    rate_limits.take(LIMIT, meter, 1)
    rate_limits.give_back(taken)

    with pytest.raises(rate_limits.Exceeded):
        rate_limits.take(LIMIT, meter, 10)


@pytest.mark.usefixtures("at")
def test_meters_and_limits_do_not_mix(meter: str) -> None:
    rate_limits.take(LIMIT, meter, 10)

    assert rate_limits.take(LIMIT, f"{meter}0", 10)
    assert rate_limits.take(rate_limits.Limit("requests", 10, 60), meter, 10)


def test_nobody_in_particular_and_no_limit_are_not_counted(meter: str) -> None:
    assert rate_limits.take(LIMIT, "", 100) is None
    assert rate_limits.take(rate_limits.Limit("students", 0, 3600), meter, 100) is None
    rate_limits.give_back(None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["redis", "database"])
def test_a_hundred_at_once_share_exactly_what_there_is(kind: str, broker: str, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = broker if kind == "redis" else "filesystem://"
    meter, limit = f"key:{uuid4().hex[:12]}", rate_limits.Limit("requests", 60, 86_400 * 365)
    granted: list[int] = []

    def ask() -> None:
        with contextlib.suppress(rate_limits.Exceeded):
            while taken := rate_limits.take(limit, meter):
                granted.append(taken.remaining)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(granted) == list(range(60))


def test_counters_in_redis_end_by_themselves(broker: str, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = broker
    meter = f"key:{uuid4().hex[:12]}"
    rate_limits.take(LIMIT, meter)

    with redis.Redis.from_url(broker) as client:
        [name] = client.keys(f"*{meter}*")
        assert 0 < client.ttl(name) <= 7200


@pytest.mark.django_db
def test_counters_in_the_database_do_not_pile_up(settings: Settings, at: Callable[[float], None]) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    for hour in range(5):
        at(3600 * hour)
        rate_limits.take(LIMIT, "key:x")

    assert Counter.objects.count() == 1
    assert rate_limits.purge() == 0
    at(3600 * 5 + 1)
    rate_limits.take(LIMIT, "key:y")
    assert rate_limits.purge() == 1, "of a window that is over"
    assert Counter.objects.get().name.endswith("key:y")


def test_where_redis_cannot_be_reached_all_are_let_through_and_the_log_says_so_once_in_a_while(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    asked: list[object] = []
    real = redis.Redis.pipeline

    def counted(client: redis.Redis, transaction: bool) -> object:
        asked.append(client)
        return real(client, transaction)

    monkeypatch.setattr(redis.Redis, "pipeline", counted)

    with caplog.at_level(logging.WARNING):
        assert [rate_limits.take(LIMIT, "key:x", 11) for _ in range(20)] == [None] * 20
    assert "key:x is not counted" in caplog.text
    assert len(asked) == 1, "a broken counter is not waited for again and again"


def test_where_the_database_cannot_count_all_are_let_through(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise DatabaseError("read-only")

    settings.CELERY_BROKER_URL = "filesystem://"
    monkeypatch.setattr(rate_limits, "_add_in_database", broken)

    assert rate_limits.take(LIMIT, "key:x", 11) is None
    assert "key:x is not counted" in caplog.text


def test_the_headers_are_those_of_the_ietf_draft(settings: Settings) -> None:
    settings.FEEDBACK_REQUESTS_PER_MINUTE, settings.FEEDBACK_STUDENTS_PER_HOUR = 6000, 0
    assert rate_limits.policy() == '"requests";q=6000;w=60'
    settings.FEEDBACK_STUDENTS_PER_HOUR = 100_000
    assert rate_limits.policy() == '"requests";q=6000;w=60, "students";q=100000;w=3600'
    taken = rate_limits.Taken(rate_limits.requests(), "key:x", 0, 1, 5999, 42)
    assert rate_limits.standing(taken) == '"requests";r=5999;t=42'


@pytest.mark.usefixtures("at")
def test_what_fails_costs_nothing(meter: str) -> None:
    with pytest.raises(ZeroDivisionError), rate_limits.spending(LIMIT, meter, 10):
        raise ZeroDivisionError
    with rate_limits.spending(LIMIT, meter, 10):
        pass
    with pytest.raises(rate_limits.Exceeded), rate_limits.spending(LIMIT, meter, 1):
        raise AssertionError("not done")
