"""Any damage to the export of any platform: it is read, or refused with a reason. No fault of ours, no hang."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import EventsError, Limits, SourceOptions, Student, decode_student, encode_student, read_source
from feedback.events.effort import Effort
from feedback.events.formats.look import Look
from feedback.events.formats.registry import FORMATS
from feedback.events.sources import recognised
from tests.fuzz.conftest import MODES, REQUESTS, examples
from tests.fuzz.strategies import BYTEWISE, REFUSED_VALUES, SYNTAX, Request, cut, damaged
from tests.fuzz.wire import Wire
from tests.harness.exports import EXPORTS, ODD_ARCHIVES
from tests.harness.site import Site

# Many times what reading any of these files takes; past it the reader says so, and a loop that never asks is found
# by the limit of the test.
_SECONDS = 5.0
_BATCH = 10


def _lines(body: bytes, chance: random.Random) -> bytes:
    """Lines dropped, doubled or put elsewhere, as editors and joins of files leave them."""
    lines = body.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        if lines:
            at = chance.randrange(len(lines))
            line = lines.pop(at) if chance.random() < 0.7 else lines[at]
            lines[(to := chance.randrange(len(lines) + 1)) : to] = [line] * chance.choice([0, 1, 2])
    return b"".join(lines)


def _cells(body: bytes, chance: random.Random) -> bytes:
    """A piece between two separators replaced by something that nobody expects there."""
    separator = chance.choice([b",", b"\t", b'"', b": ", b"\n"])
    cells = body.split(separator)
    value = chance.choice([*SYNTAX, *(str(value) for value in REFUSED_VALUES)])
    cells[chance.randrange(len(cells))] = value.encode("utf-8", "replace")
    return separator.join(cells)


def _structure(body: bytes, chance: random.Random) -> bytes:
    """The JSON of the file, or of one of its lines, damaged in its structure; other files by their bytes."""
    try:
        return damaged(json.loads(body), chance)
    except (ValueError, RecursionError):
        pass
    lines = body.split(b"\n")
    at = chance.randrange(len(lines))
    try:
        lines[at] = damaged(json.loads(lines[at]), chance)
    except (ValueError, RecursionError):
        return cut(body, chance)
    return b"\n".join(lines)


def _packed(body: bytes, chance: random.Random) -> bytes:
    """In an archive, under a name that counts somewhere, and that damaged; or an archive that no program packs."""
    if chance.random() < 0.2:
        return chance.choice([*ODD_ARCHIVES.values()])
    names = [format_.member.replace("*", "x") for format_ in FORMATS.values() if format_.member]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in chance.sample([folder + name for folder in ("", "./", "a/", "../", "/") for name in names], k=2):
            packed.writestr(path, body)
    whole = content.getvalue()
    return chance.choice([whole, *(damage(whole, chance) for damage in BYTEWISE)])


def _encoded(body: bytes, chance: random.Random) -> bytes:
    text = body.decode(errors="replace")
    return text.encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig"]), "replace")


_DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    *BYTEWISE,
    *BYTEWISE,
    _lines,
    _cells,
    _cells,
    _structure,
    _structure,
    _packed,
    _encoded,
]


def _damaged(name: str, chance: random.Random) -> bytes:
    body = EXPORTS[name]
    for _ in range(chance.randint(0, 3)):
        body = chance.choice(_DAMAGES)(body, chance)
    return body


def _read(body: bytes, name: str) -> list[Student] | EventsError:
    """The students of a file, or the refusal; any other exception is a fault of ours."""
    limits = Limits(max_students=6, max_events=30, effort=Effort(_SECONDS))
    try:
        recognised(Look(io.BytesIO(body)))
        return list(read_source(io.BytesIO(body), name, SourceOptions(max_bytes=256 << 10), limits))
    except EventsError as refused:
        return refused


@pytest.mark.parametrize("name", EXPORTS)
def test_a_damaged_export_is_read_or_refused(name: str) -> None:
    @examples(REQUESTS // 20)
    @given(seed=st.integers(0, 1 << 32))
    def read(seed: int) -> None:
        found = _read(_damaged(name, random.Random(seed)), name)  # noqa: S311 - chance that can be repeated
        if isinstance(found, EventsError):
            assert found.error
            assert "processor time" not in found.error, "it would have gone on"
        else:
            assert found, "a file of nobody is refused"
            assert all(decode_student(encode_student(student)) == student for student in found)

    read()


@pytest.mark.parametrize("fuzzed_site", MODES, indirect=True)
def test_no_damaged_export_is_answered_by_a_fault_of_ours_or_stored(fuzzed_site: Site, told: list[str]) -> None:
    fuzzed_site.query("TRUNCATE reports_upload CASCADE")
    wire = Wire(fuzzed_site.port, fuzzed_site.headers)

    @examples(REQUESTS // 100)
    @given(seed=st.integers(0, 1 << 32))
    def send(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
        for _ in range(_BATCH):
            name = chance.choice(list(EXPORTS))
            source = chance.choice([name, name, name, "auto", *FORMATS])
            body, headers = _damaged(name, chance), {"Content-Type": "application/octet-stream"}
            if chance.random() < 0.1:
                body, headers = gzip.compress(body), headers | {"Content-Encoding": "gzip"}
            wire.send(Request(body, path=f"/assignment/html?source={source}", headers=headers))

    send()
    wire.close()
    stored = fuzzed_site.query("SELECT count(*) FROM reports_task")[0][0]
    told.append(f"exports: {wire.statuses.total()}, by status: {dict(sorted(wire.statuses.items()))}, stored: {stored}")
    assert wire.tasks, "some are valid"
    assert stored == len(wire.tasks), "nothing of what was refused"
