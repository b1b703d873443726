"""What a page for students is written in: the language that the reader's browser asks for."""

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from feedback.contract.languages import LANGUAGES, Language


def language_of(request: HttpRequest) -> Language:
    """The best of our languages by `Accept-Language` (RFC 9110, 12.5.4), whatever the region; English without any."""
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language = tag.partition("-")[0]
        if language in LANGUAGES:
            return language
    return "en"
