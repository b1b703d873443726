"""API keys: made and shown once, kept as a hash, scoped, and worthless once revoked."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback.access import keys
from feedback.access.callers import EVERYWHERE, NOWHERE
from feedback.access.models import ApiKey

Apikey = Callable[..., tuple[str, str]]


@pytest.fixture
def apikey(db: None) -> Apikey:  # noqa: ARG001 - the database
    """Runs `manage.py apikey …`; its standard output and error."""

    def run(*arguments: str) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        call_command("apikey", *arguments, stdout=out, stderr=err, no_color=True)
        return out.getvalue(), err.getvalue()

    return run


def test_a_key_alone_is_printed_so_that_a_script_can_take_it(apikey: Apikey) -> None:
    out, err = apikey("create", "--name", "platform")

    assert re.fullmatch(r"fbk_[0-9a-f]{12}_[0-9a-f]{64}\n", out)
    assert "shown this once" in err
    assert out.strip() not in err


def test_of_a_key_only_its_prefix_and_a_hash_are_kept(apikey: Apikey) -> None:
    out, _ = apikey("create", "--name", "platform")
    _, prefix, secret = out.strip().split("_")
    stored = ApiKey.objects.values().get()

    assert secret not in str(stored)
    assert (stored["prefix"], stored["secret_sha256"]) == (prefix, hashlib.sha256(secret.encode()).hexdigest())
    assert secret not in "".join(apikey("list"))


def test_a_key_stands_for_its_name_within_its_scope(apikey: Apikey) -> None:
    everywhere, _ = apikey("create", "--name", "platform")
    scoped, _ = apikey("create", "--name", "platform", "--namespace", "cs101", "--namespace", "", "--read-only")

    caller = keys.caller_with(everywhere.strip())
    assert caller is not None
    assert (caller.owner, caller.reads, caller.writes) == ("key:platform", EVERYWHERE, EVERYWHERE)
    reader = keys.caller_with(scoped.strip())
    assert reader is not None
    assert (reader.owner, reader.reads.names, reader.writes) == ("key:platform", frozenset({"cs101", ""}), NOWHERE)
    assert "cs102" not in reader.reads


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key[:0],
        lambda key: key[:-1],
        lambda key: key + "0",
        lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
        lambda key: key.upper(),
        lambda key: f"fbk_{'0' * 12}_{key[-64:]}",
        lambda key: f"{key}\n",
        lambda key: key.replace("fbk", "fbk\0"),
        lambda key: f"fbk_' OR 1=1 --{key[-65:]}",
        lambda key: key + "_" * 100_000,
    ],
)
def test_what_is_not_exactly_a_key_is_nobody(apikey: Apikey, change: Callable[[str], str]) -> None:
    out, _ = apikey("create", "--name", "platform")

    assert keys.caller_with(out.strip()) is not None
    assert keys.caller_with(change(out.strip())) is None


def test_a_revoked_key_is_nobody(apikey: Apikey) -> None:
    out, _ = apikey("create", "--name", "platform")
    apikey("revoke", out.strip().rpartition("_")[0])

    assert keys.caller_with(out.strip()) is None
    assert "revoked" in apikey("list")[0]


def test_a_name_is_enough_to_revoke_the_only_key_that_has_it(apikey: Apikey) -> None:
    first, _ = apikey("create", "--name", "platform")
    apikey("revoke", "platform")
    assert keys.caller_with(first.strip()) is None

    apikey("create", "--name", "platform")
    second, err = apikey("create", "--name", "platform")
    assert "shares the submissions of 1 other" in err
    with pytest.raises(CommandError, match="2 keys that are not revoked are named"):
        apikey("revoke", "platform")
    assert keys.caller_with(second.strip()) is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "--name", ""),
        ("create", "--name", "x" * 61),
        ("create", "--name", "two\nlines"),
        ("create", "--name", "x", "--namespace", "n" * 201),
        ("revoke", "nobody"),
    ],
)
def test_what_cannot_be_done_is_said(apikey: Apikey, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        apikey(*arguments)
    assert not ApiKey.objects.exists()


def test_a_key_pasted_whole_into_revoke_is_not_repeated_on_the_screen(apikey: Apikey) -> None:
    text = f"fbk_{'0' * 12}_{'1' * 64}"
    with pytest.raises(CommandError) as refused:
        apikey("revoke", text)

    assert "1" * 64 not in str(refused.value)


def test_the_last_use_is_noted_at_most_once_a_minute(apikey: Apikey) -> None:
    text = apikey("create", "--name", "platform")[0].strip()
    assert "never used" in apikey("list")[0]
    keys.caller_with(text)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    keys.caller_with(text)
    assert ApiKey.objects.get().last_used_at == first

    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    keys.caller_with(text)
    renewed = ApiKey.objects.get().last_used_at
    assert renewed is not None
    assert renewed >= first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2099-09-30", datetime(2099, 9, 30, tzinfo=UTC)),
        ("2099-09-30T18:00Z", datetime(2099, 9, 30, 18, tzinfo=UTC)),
        ("2099-09-30T18:00+05:30", datetime(2099, 9, 30, 12, 30, tzinfo=UTC)),
    ],
)
def test_an_expiry_is_a_date_or_a_time(apikey: Apikey, text: str, expected: datetime) -> None:
    apikey("create", "--name", "platform", "--expires", text)

    assert ApiKey.objects.get().expires_at == expected


def test_an_expiry_is_a_number_of_days(apikey: Apikey) -> None:
    _, err = apikey("create", "--name", "platform", "--expires", "90")
    left = ApiKey.objects.get().expires_at - timezone.now()  # type: ignore[operator] # it has one

    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
    assert " until " in err


@pytest.mark.parametrize("text", ["0", "2020-01-01", "tomorrow", "-3", "9" * 12, "2099-13-01"])
def test_an_expiry_that_is_none_to_come_makes_no_key(apikey: Apikey, text: str) -> None:
    with pytest.raises(CommandError):
        apikey("create", "--name", "platform", f"--expires={text}")
    assert not ApiKey.objects.exists()


def test_an_expired_key_is_refused_with_the_moment(apikey: Apikey) -> None:
    text = apikey("create", "--name", "platform", "--expires", "90")[0].strip()
    assert keys.caller_with(text) is not None
    ApiKey.objects.update(expires_at="2026-01-31T12:00Z")

    with pytest.raises(keys.Expired, match="expired at 2026-01-31 12:00 UTC"):
        keys.caller_with(text)
    assert keys.caller_with(text[:-1] + ("0" if text[-1] != "0" else "1")) is None, "told to who has the key alone"
    apikey("revoke", "platform")
    assert keys.caller_with(text) is None


def test_the_list_warns_before_a_key_expires(apikey: Apikey) -> None:
    for name, days in (("soon", "29"), ("later", "31")):
        apikey("create", "--name", name, "--expires", days)
    apikey("create", "--name", "never")
    out, err = apikey("list")
    lines = {line.split()[1]: line for line in out.splitlines()}

    assert "EXPIRES SOON" in lines["soon"]
    assert "  expires 20" in lines["later"]
    assert "expire" not in lines["never"]
    assert "1 key(s) will expire within 30 days" in err
    ApiKey.objects.filter(name="soon").update(expires_at=timezone.now() - timedelta(seconds=1))
    out, err = apikey("list")
    assert "EXPIRED" in out
    assert err == ""
