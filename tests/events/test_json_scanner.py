"""The splitter, and the words of the decoder that it relies on."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events.json_scanner import MalformedError, elements

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def test_the_decoder_still_says_where_what_follows_a_value_stands() -> None:
    with pytest.raises(msgspec.DecodeError, match=r"trailing characters \(byte 6\)"):
        msgspec.json.decode(b"[1]  ,", type=msgspec.Raw)


@given(
    st.lists(values),
    st.sampled_from(["", " ", "\n\t "]),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_every_element_of_a_list_is_found(
    items: list[object], space: str, indent: int | None, ascii_only: bool
) -> None:
    text = space + json.dumps(items, indent=indent, ensure_ascii=ascii_only) + space
    body = text.encode("utf-8", "surrogatepass")
    assert [json.loads(body[begin:end]) for begin, end in elements(body, len(space))] == items


@pytest.mark.parametrize(
    "body", ["[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1]x", "[}", "[1}", '["', "[01]", "[1,,2]"]
)
def test_what_is_no_list_is_malformed(body: str) -> None:
    with pytest.raises(MalformedError) as fault:
        list(elements(body.encode(), 0))
    assert 0 < fault.value.position <= len(body)


def test_a_nest_too_deep_for_the_decoder_is_malformed() -> None:
    with pytest.raises(MalformedError, match="nested too deep"):
        list(elements(b"[1," + b"[" * 100_000 + b"]" * 100_001, 0))
