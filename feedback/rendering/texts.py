"""Every word a document adds to the findings, through GNU gettext: a translation is a file, not a fork."""

import gettext
from functools import lru_cache
from pathlib import Path

DOMAIN = "rendering"
LOCALE = Path(__file__).with_name("locale")


def N_(text: str) -> str:  # noqa: N802 - the name xgettext and its readers know
    """The text itself; marks it for extraction where it is written away from where it is used."""
    return text


@lru_cache(maxsize=32)
def speech(language: str, folder: Path = LOCALE) -> gettext.NullTranslations:
    """The texts in a language (`de`, `pt_BR`, …); where there is no translation, in English."""
    return gettext.translation(DOMAIN, folder, [language], fallback=True)
