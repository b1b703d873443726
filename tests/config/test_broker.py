"""Which brokers are taken, and what is said of the others when a process starts."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from feedback.config.broker import broker


@pytest.mark.parametrize("url", ["redis://:secret@redis:6379/0", "rediss://redis/1", "redis://[::1]:6379"])
def test_redis_is_taken_as_it_is_written(url: str) -> None:
    address, options = broker(url)
    assert address == url
    assert options["visibility_timeout"] == 3600


def test_there_may_be_none() -> None:
    assert broker("") == ("", {})


@pytest.mark.parametrize(
    "url",
    [
        "rediss//:secret@x",
        "amqp://user:secret@rabbit/",
        "http://:secret@x",
        "redis://",
        "redis://:secret@host:port/0",
        "redis:secret",
        "filesystem:///absolute/folder",
        "memory://",
        "secret",
    ],
)
def test_any_other_broker_is_refused_with_what_to_write_and_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="redis://host:port/number") as refused:
        broker(url)
    assert str(refused.value).startswith("CELERY_BROKER_URL is not understood (")
    assert "secret" not in str(refused.value)
