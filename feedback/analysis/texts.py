"""Every sentence the analysis says, through GNU gettext: a translation is a file, not a fork.

Sentences are marked with `N_` (with `NN_` where a number decides the form) where they are written, and
looked up with the `Speech` of a language where they are used. `locale/analysis.pot` lists them all;
`locale/README.md` says how a translation is made.
"""

import gettext
from functools import lru_cache
from pathlib import Path

DOMAIN = "analysis"
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
    """The sentences in a language (`de`, `pt_BR`, …); where there is no translation, in English."""
    return gettext.translation(DOMAIN, LOCALE, [language], fallback=True)
