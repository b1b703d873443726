"""File names that are safe everywhere."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.contract import filenames
from feedback.contract.filenames import file_stems


def hashed(slug: str, namespace: str, student_id: str) -> str:
    key = namespace.encode() + b"\0" + student_id.encode()
    return f"{slug}-{hashlib.sha256(key).hexdigest()[:12]}"


@pytest.mark.parametrize("plain", ["a", "s1234", "ada@example.org", "A.b_c-d", "0" * 100, "-".join("abc"), "common"])
def test_a_plain_id_is_its_own_name(plain: str) -> None:
    assert file_stems([("any", plain)]) == [plain]


@pytest.mark.parametrize(
    ("student_id", "slug"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Zoë Ångström", "zoe-angstrom"),
        ("张伟", "student"),
        (".hidden", "hidden"),
        ("a" * 101, "a" * 40),
        ("con", "con"),
        ("NUL.txt", "nul-txt"),
        ("com1", "com1"),
        ("a/b", "a-b"),
        ("\u202eabc", "abc"),
        ("x\n", "x"),
    ],
)
def test_any_other_id_becomes_a_slug_and_a_hash_of_its_key(student_id: str, slug: str) -> None:
    assert file_stems([("course", student_id)]) == [hashed(slug, "course", student_id)]


def test_ids_that_differ_only_in_case_or_namespace_are_told_apart() -> None:
    assert file_stems([("", "Ada"), ("", "ada"), ("", "bob")]) == [
        hashed("ada", "", "Ada"),
        hashed("ada", "", "ada"),
        "bob",
    ]
    assert file_stems([("x", "ada"), ("y", "ada")]) == [hashed("ada", "x", "ada"), hashed("ada", "y", "ada")]


def test_an_id_that_poses_as_the_hashed_name_of_another_is_hashed_itself() -> None:
    posing = hashed("student", "", "张伟")
    stems = file_stems([("", "张伟"), ("", posing)])
    assert stems == [posing, hashed(posing[:40], "", posing)]


def test_each_id_is_hashed_once_however_they_pose_as_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed_stem = filenames._hashed_stem
    chain = ["!"]
    while len(chain) < 100:
        chain.append(hashed_stem("", chain[-1]))
    hashed = list[str]()

    def counted(namespace: str, student_id: str) -> str:
        hashed.append(student_id)
        return hashed_stem(namespace, student_id)

    monkeypatch.setattr(filenames, "_hashed_stem", counted)

    assert file_stems([("", one) for one in chain]) == [hashed_stem("", one) for one in chain]
    assert sorted(hashed) == sorted(chain)


ids = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), st.sampled_from("aAbB"))


@given(st.lists(st.tuples(st.sampled_from(["", "x", "Y"]), ids), unique=True, max_size=30))
def test_names_are_safe_and_differ_even_where_case_does_not_count(keys: list[tuple[str, str]]) -> None:
    stems = file_stems(keys)
    assert len({stem.lower() for stem in stems}) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}", stem) for stem in stems)


@given(st.lists(st.tuples(st.just(""), ids), unique=True, max_size=20))
def test_the_order_of_a_class_changes_no_name(keys: list[tuple[str, str]]) -> None:
    assert dict(zip(keys, file_stems(keys), strict=True)) == dict(
        zip(reversed(keys), file_stems(list(reversed(keys))), strict=True)
    )
