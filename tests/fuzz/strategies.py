"""What may come in over the wire: students of any content, and bodies that are damaged in every way we know of.

Hypothesis draws the structure; a body is then damaged by a drawn list of mutations, so that most of it stays valid
and the damage reaches deep.
"""

import copy
import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Json = Any
# Syntax of everything that a text passes through on its way into a report.
SYNTAX = [
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "&amp;&#0;&lt;", "]]>", "<!--", "-->", "{{7*7}}",
    "{% raw %}", "#set page(width: 1pt)", "#read(\"/etc/passwd\")", "$x$ *bold* _it_ `raw` @ref <label>", "//",
    "/* */", "</style>", "}</style><style>*{display:none}", "=1+1", "@SUM(1)", "\r\nSet-Cookie: a=b", "a\tb\vc\fd",
    "../../etc/passwd", "CON", "nul.txt", "%00", "%s%n", "${jndi:ldap://x}", "' OR 1=1 --", "\u202eab", "\u2066x\u2069",
    "\ufeff", "\ufffe", "\ufdd0", "\ue000", "\U000e0001", "\U0010fffd", "é", "e\u0301" * 20, "👩‍👩‍👧", "🏳️‍🌈", "नमस्ते",
    "السلام عليكم", "שלום", "สวัสดี", "日本語", "\u0378", "a" * 200, "ﷺ" * 50, "\u00ad", "\u200d", "->", "Q1 -> Q2",
]  # fmt: skip
TEXT = st.one_of(st.sampled_from(SYNTAX), st.text(max_size=200))
ID = TEXT.filter(lambda text: 1 <= len(text) <= 200 and "\0" not in text)
OPTIONAL_TEXT = st.none() | TEXT.filter(lambda text: len(text) <= 200 and "\0" not in text)
TIME = st.one_of(
    st.none(),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S").zfill(19)),
    st.sampled_from(["2024-07-21T03:04:55Z", "2024-07-21T03:04:55.123456+05:30", "0001-01-01T00:00:00Z"]),
)
EVENT = st.fixed_dictionaries(
    {"unit": st.one_of(ID, st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False))},
    optional={
        "type": st.one_of(OPTIONAL_TEXT, st.sampled_from(["saved_code", "submission", "focus_lost"])),
        "created_time": TIME,
        "score": st.none() | st.floats(0, 1),
        "ignored": st.recursive(
            st.none() | st.booleans() | TEXT, lambda inner: st.lists(inner, max_size=3), max_leaves=5
        ),
    },
)
STUDENT = st.fixed_dictionaries(
    {"student_id": ID, "events": st.lists(EVENT, max_size=8)}, optional={"namespace": OPTIONAL_TEXT}
)
DOCUMENT = st.one_of(STUDENT, st.lists(STUDENT, min_size=1, max_size=4))

REFUSED_VALUES: list[Any] = [
    True, False, [], {}, "", 0, -1, 1.5, 2, "x" * 201, "a\0b", "\ud800", "yesterday", "2024-02-30T00:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z", 10**400, float("inf"),
    float("nan"), None, ["x"], {"$gt": ""}, "2024-07-21",
]  # fmt: skip


@dataclass
class Request:
    """One request to send."""

    body: bytes
    method: str = "POST"
    path: str = "/assignment/html"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def places(document: Json) -> list[tuple[Any, Any]]:
    """Every (container, key) below a document."""
    found: list[tuple[Any, Any]] = []
    for key in document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ():
        found += [(document, key), *places(document[key])]
    return found


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def replace_value(document: Json, chance: random.Random) -> None:
    if found := places(document):
        container, key = chance.choice(found)
        container[key] = copy.deepcopy(chance.choice(REFUSED_VALUES))


def drop_value(document: Json, chance: random.Random) -> None:
    if found := places(document):
        container, key = chance.choice(found)
        del container[key]


def double_value(document: Json, chance: random.Random) -> None:
    lists = [container for container, _ in places(document) if isinstance(container, list)]
    if lists:
        chosen = chance.choice(lists)
        chosen.append(copy.deepcopy(chance.choice(chosen)))


def bury_value(document: Json, chance: random.Random) -> None:
    if found := places(document):
        container, key = chance.choice(found)
        for _ in range(chance.choice([1, 30, 62, 64, 65, 70, 200])):
            container[key] = [container[key]] if chance.random() < 0.5 else {"deep": container[key]}


STRUCTURAL: list[Callable[[Json, random.Random], None]] = [replace_value, drop_value, double_value, bury_value]


def cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def flip(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def insert(body: bytes, chance: random.Random) -> bytes:
    pieces = [b"\x00", b"\xff", b"\xed\xa0\x80", b'"', b"{", b"]", b",", b"\\u0000", b"\\ud800", b"NaN", b"-", b"1e999"]
    pieces += [b"9" * 5000, b"\xef\xbb\xbf", b"/*", b"'", b"\r\n", b'{"a":1,"a":2}', _nested(100), _nested(3000)]
    at = chance.randrange(len(body) + 1)
    return body[:at] + chance.choice(pieces) + body[at:]


BYTEWISE: list[Callable[[bytes, random.Random], bytes]] = [cut, flip, insert]


def encoded(document: Json) -> bytes:
    """JSON as Python writes it: lone surrogates as escapes, NaN and Infinity bare."""
    return json.dumps(document, ensure_ascii=True).encode()


def damaged(document: Json, chance: random.Random) -> bytes:
    changed = [copy.deepcopy(document)]  # in a list, so that the whole can be replaced, too
    for _ in range(chance.randint(0, 3)):
        chance.choice(STRUCTURAL)(changed if chance.random() < 0.1 else changed[0] if changed else changed, chance)
    body = encoded(changed[0]) if changed else b""
    if chance.random() < 0.4:
        body = chance.choice(BYTEWISE)(body, chance)
    return body


def as_lines(document: Json) -> bytes:
    return b"\n".join(encoded(one) for one in (document if isinstance(document, list) else [document]))


TYPES = [
    "application/json",
    "application/x-ndjson",
    "text/csv",
    "text/plain",
    "application/json; charset=utf-16",
    "",
    ";",
    "a/b/c",
]
# None of them is anybody's.
CREDENTIALS = [
    "",
    "Bearer",
    "Bearer fbk_",
    "Bearer fbk_AAAAAAAA_" + "A" * 43,
    "Bearer " + "x" * 4000,
    "Bearer \u00e9\x7f%00' OR 1=1 --",
    "Basic YWRtaW46YWRtaW4=",
    "Negotiate, Bearer",
]
QUERIES = [
    "",
    "?tz=UTC",
    "?tz=Asia/Kolkata",
    "?tz=Mars",
    "?tz=%00",
    "?compare=class",
    "?compare=x",
    "?tz=../../etc",
    "?" + "a=b&" * 500,
]


def request_from(document: Json, chance: random.Random) -> Request:
    """A request around a document: often only its body is damaged, sometimes everything about it."""
    format_ = chance.choice(["html", "pdf"])
    body = damaged(document, chance)
    headers = {"Content-Type": "application/json"}
    query = ""
    if chance.random() < 0.15:
        headers["Content-Type"] = chance.choice(TYPES)
        body = as_lines(document) if "ndjson" in headers["Content-Type"] and chance.random() < 0.5 else body
    if chance.random() < 0.15:
        headers["Content-Encoding"] = chance.choice(["gzip", "gzip", "x-gzip", "identity", "br", "gzip, gzip", "\x7f"])
        whole = gzip.compress(body, 1)
        body = chance.choice([whole, whole + whole, cut(whole, chance), flip(whole, chance), body])
    if chance.random() < 0.1:
        headers["Idempotency-Key"] = chance.choice(["k", "x" * 255, "x" * 256, " ", "a b", "\x7f", "\u00e9"])
    if chance.random() < 0.05:
        headers["Authorization"] = chance.choice(CREDENTIALS)
    if chance.random() < 0.1:
        headers["Accept"] = chance.choice(
            ["text/html", "application/json", "*/*;q=x", ";;;", "a" * 5000, "application/pdf;q=0"]
        )
    if chance.random() < 0.15:
        query = chance.choice(QUERIES)
    return Request(body, path=f"/assignment/{format_}{query}", headers=headers)


def stray_request(chance: random.Random) -> Request:
    """Any method on any address that looks like one of ours."""
    ids = [
        "00000000-0000-0000-0000-000000000001",
        "%00",
        "x" * 300,
        "..",
        "1'%20OR%20'1'='1",
        "%F0%9F%92%A9",
        "NaN",
        "%2e%2e%2f",
    ]
    tails = [
        "",
        "/",
        "/reports",
        "/reports/" + chance.choice(ids),
        "/archive.zip",
        "/archive.zip?partial=x",
        "/findings",
        "//",
    ]
    first, second = chance.choice(["assignment", "assignmen", "students", ""]), chance.choice(["html", "pdf", "%68tml"])
    path = f"/{first}/{second}/{chance.choice(ids)}{chance.choice(tails)}"
    return Request(
        b"",
        method=chance.choice(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "POST", "GET"]),
        path=path,
        headers={},
    )
