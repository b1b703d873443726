"""Settings are checked when they are made, wherever they come from."""

import math
from typing import Any

import msgspec
import pytest

from feedback.analysis import AnalysisSettings, analyse
from tests.harness.logs import save, student


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("session_gap_minutes", 0),
        ("session_gap_minutes", -1),
        ("session_gap_minutes", math.nan),
        ("session_gap_minutes", math.inf),
        ("session_gap_minutes", 1e308),
        ("late_share_of_window", 1.5),
        ("weak_score", -1),
        ("batch_questions", 2.5),
        ("language", "../../etc"),
        ("language", ""),
    ],
)
def test_a_setting_out_of_range_is_refused_with_its_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        AnalysisSettings(**{name: value})


@pytest.mark.parametrize("language", ["en", "de", "pt_BR", "sr@latin", "tlh"])
def test_languages_are_named_as_gettext_names_them(language: str) -> None:
    assert AnalysisSettings(language=language).language == language


def test_settings_of_another_version_can_be_read() -> None:
    assert msgspec.json.decode(b'{"session_gap_minutes": 7, "from_the_future": 1}', type=AnalysisSettings) == (
        AnalysisSettings(session_gap_minutes=7)
    )


@pytest.mark.parametrize("gap", [1e-9, 1_000_000])
def test_the_extremes_in_range_work(gap: float) -> None:
    found = analyse(student(save("a", 0), save("a", 60)), settings=AnalysisSettings(session_gap_minutes=gap))
    assert found.key_figures.active_seconds in (0, 60)
