"""What one body may hold, and what a hostile one costs."""

import gzip
import itertools
import json
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from feedback.events import (
    InvalidEvents,
    Limits,
    MediaType,
    TooLarge,
    inflate,
    json_any,
    spool,
)
from feedback.events.spool import CHUNK_BYTES, MAX_MEMBERS
from tests.harness.reading import read, student_with

SMALL = Limits(max_students=3, max_events=10, max_student_events=4)
MEBIBYTE = 1 << 20


def a_class(*events: int) -> bytes:
    """A class with a student for each number, and so many events each."""
    return json.dumps(
        [{"student_id": str(index), "events": [{"unit": 1}] * number} for index, number in enumerate(events)]
    ).encode()


def test_a_body_may_fill_every_limit() -> None:
    assert len(read(a_class(4, 4, 2), limits=SMALL)) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (a_class(0, 0, 0, 0), "More than 3 students"),
        (a_class(5), "More than 4 events for one student"),
        (a_class(4, 4, 3), "More than 10 events in one body"),
        (b"[1,2,3,4]", "More than 3 students"),
        (
            b'[{"student_id": "a", "events": [' + b'{"unit": 1, "code": "{"},' * 4 + b'{"unit": 1}]}]',
            "More than 4 events",
        ),
    ],
)
def test_a_limit_that_is_passed_is_named(body: bytes, words: str) -> None:
    with pytest.raises(TooLarge, match=words):
        read(body, limits=SMALL)


def test_the_student_with_too_many_events_is_named() -> None:
    with pytest.raises(TooLarge) as refused:
        read(a_class(0, 5), limits=SMALL)
    assert refused.value.details == {"students[1].events": ["at most 4 events are accepted"]}


def test_ndjson_has_the_same_limits() -> None:
    with pytest.raises(TooLarge, match="More than 3 students"):
        read(b"1\n2\n3\n4\n", MediaType.NDJSON, SMALL)
    with pytest.raises(TooLarge, match="More than 6 lines"):
        read(b"\n" * 7, MediaType.NDJSON, SMALL)


def test_braces_in_text_are_not_taken_for_events() -> None:
    body = student_with(events=[{"unit": "{" * 200, "type": "{" * 200}] * 4)
    assert len(read(body, limits=SMALL)[0].events) == 4


def peak_memory(read_it: Callable[[], object], *refusals: type[Exception]) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(refusals):
            read_it()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("element", [b"1,", b"{},", b"[],", b'"",', b'{"unit":1},'])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[", b"1]"),
        (b"[[", b"1]]"),
        (b'{"student_id":"a","events":[', b'{"unit":1}]}'),
        (b'{"student_id":"a","events":[],"x":[', b"1]}"),
    ],
)
def test_a_body_of_millions_of_small_things_does_not_fill_the_memory(
    element: bytes, before: bytes, after: bytes
) -> None:
    body = before + element * (32 * MEBIBYTE // len(element)) + after
    peak = peak_memory(lambda: read(body, limits=Limits(max_students=500)), TooLarge, InvalidEvents)
    assert peak < 2 * len(body) + 8 * MEBIBYTE


@pytest.mark.parametrize("member", [b'"a":0,', b'"students":[],'])
def test_an_envelope_of_very_many_members_is_refused_without_a_place_for_each(member: bytes) -> None:
    body = b"{" + member * 20_000 + b'"students":[]}'
    assert peak_memory(lambda: read(body), TooLarge) < 3 * len(body)


def test_an_envelope_may_have_a_thousand_members_and_a_student_more() -> None:
    members = [f'"x{number}":0' for number in range(999)]
    envelope = f'{{{",".join(members)},"students":[{{"student_id":"a","events":[]}}]}}'
    assert len(read(envelope.encode())) == 1
    with pytest.raises(TooLarge, match="More than 1,000 members in one envelope"):
        read(envelope.replace("{", '{"y":0,', 1).encode())
    assert len(read(f'{{{",".join(members * 2)},"student_id":"a","events":[]}}'.encode())) == 1


def test_students_that_do_not_look_like_any_are_not_held_twice() -> None:
    student = b'{"name":"%s","student_id":"a","events":[]}' % (b"x" * MEBIBYTE)
    body = b"[" + b",".join([student] * 32) + b"]"
    peak = peak_memory(lambda: read(body), InvalidEvents)
    assert peak < len(body) / 2


def test_what_is_too_much_to_examine_is_refused_with_the_decoders_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_any, "_ALWAYS_AFFORDABLE", 0)
    monkeypatch.setattr(json_any, "MEMORY_BYTES", 0)
    with pytest.raises(InvalidEvents) as refused:
        read(b"[" + student_with() + ',\n {"é" 1}]'.encode())
    assert refused.value.details == {"body": ["not JSON: expected ':' at line 2, column 7"]}
    with pytest.raises(TooLarge) as too_large:
        read(b"[" + student_with(unknown=1) + b"]")
    assert list(too_large.value.details) == ["students[0]"]


def test_a_student_of_many_bytes_but_few_things_is_accepted() -> None:
    assert read(student_with(code="x" * 24 * MEBIBYTE))[0].student_id == "a"


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_gzip_of_several_members_is_inflated_whole(size: int) -> None:
    content = [b"", b"one", b"two" * 100_000, b""]
    assert b"".join(inflate(chunked(b"".join(map(gzip.compress, content)), size))) == b"".join(content)


def test_every_cut_of_a_gzip_stream_is_noticed() -> None:
    whole = gzip.compress(student_with())
    for length in range(len(whole)):
        with pytest.raises(InvalidEvents, match="cut short"):
            list(inflate([whole[:length]]))


GZIP = gzip.compress(b"x", mtime=0)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"no gzip", "it does not begin like gzip"),
        (b"\x1f\x8b\x07" + GZIP[3:], "it does not begin like gzip"),
        (GZIP[:-8] + b"\0" * 8, "what it holds is damaged"),
        (GZIP[:10] + b"\xff" * 20, "what it holds is damaged"),
        (GZIP + b"tail", "what follows its end is none"),
    ],
)
def test_damaged_gzip_is_refused_in_words_that_say_where(body: bytes, why: str) -> None:
    with pytest.raises(InvalidEvents) as refused:
        list(inflate([body]))
    assert refused.value.error == f"The body is not valid gzip: {why}. Compress it again, or send it plain."
    assert refused.value.details == {"body": [f"not valid gzip: {why}"]}


def test_a_gzip_bomb_is_refused_without_being_inflated_whole() -> None:
    bomb = gzip.compress(bytes(256 * MEBIBYTE), 1)
    sizes = []

    def counted() -> Iterator[bytes]:
        for piece in inflate([bomb]):
            sizes.append(len(piece))
            yield piece

    peak = peak_memory(lambda: spool(counted(), 4 * MEBIBYTE), TooLarge)
    assert sum(sizes) <= 4 * MEBIBYTE + CHUNK_BYTES
    assert max(sizes) <= CHUNK_BYTES
    assert peak < 2 * len(bomb) + 8 * MEBIBYTE


def test_a_stream_of_endless_empty_members_is_given_up() -> None:
    with pytest.raises(InvalidEvents, match=f"more than {MAX_MEMBERS:,} members"):
        list(inflate(itertools.repeat(gzip.compress(b""))))


def test_a_body_is_spooled_up_to_its_limit_and_rewound() -> None:
    with spool([b"abc", b"", b"de"], max_bytes=5) as body:
        assert body.read() == b"abcde"


def test_a_body_over_its_limit_is_not_read_on() -> None:
    chunks = iter([b"abc", b"def", b"ghi"])
    with pytest.raises(TooLarge, match="larger than 5 bytes"):
        spool(chunks, max_bytes=5)
    assert list(chunks) == [b"ghi"]


def test_a_fault_of_the_sender_while_spooling_passes_through() -> None:
    def broken() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        spool(broken(), max_bytes=5)
