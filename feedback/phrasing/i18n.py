"""Every text of a report through GNU gettext, from one catalogue: a translation is a file, not a fork.

A text is marked with `N_` (with `NN_` where a number decides the form) where it is written, and looked up with the
`Speech` of a language where it is used. `locale/feedback.pot` lists all of them; `locale/README.md` describes how to
make a translation.
"""

import gettext
from functools import lru_cache
from pathlib import Path

DOMAIN = "feedback"
LOCALE = Path(__file__).with_name("locale")

Speech = gettext.NullTranslations


def N_(text: str) -> str:  # noqa: N802 - the name xgettext and its readers know
    """The text itself; marks it for extraction."""
    return text


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as N_
    """Both forms of a sentence with a number in it; marks them for extraction."""
    return singular, plural


@lru_cache(maxsize=32)
def speech(language: str) -> Speech:
    """The texts in a language (`de`, `pt_BR`, …); English where there is no translation."""
    return gettext.translation(DOMAIN, LOCALE, [language], fallback=True)
