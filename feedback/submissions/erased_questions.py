"""Questions of an upload that only an erased student had: their words are forgotten, and they count as before.

The log of another platform names its questions itself, and such a name may be a student's own
(`https://lms/users/ada/essay`, "Essay of Ada"). It is part of what is said of the exam, which all reports of a class
show. What the sender says of a log in our own format names nobody by the log, and stays.
"""

import secrets
from collections.abc import Hashable, Iterable

import msgspec
from django.db.models import F, Q, QuerySet

from feedback.analysis import known_names
from feedback.analysis.facts import decode_facts, encode_facts
from feedback.events import OWN, Context, Question, decode_context, encode_context, units_in
from feedback.store import leftovers, loading
from feedback.store.models import Document, Student, Upload

_RANDOM_BYTES = 6


_question_of = known_names().question_of


def without_words(upload: Upload, wanted: Q) -> Context | None:
    """What is said of an upload's exam, without the words of questions that only these of its students have.

    None where nothing is to be forgotten. Reads logs until each question of the erased was met in another's. In an open
    transaction that holds the upload.
    """
    if upload.source == OWN or upload.context is None:
        return None
    students, context = Student.objects.filter(upload=upload.pk), decode_context(bytes(upload.context))
    said = {_question_of(question.unit) for question in context.questions}
    only_theirs = set[Hashable]().union(*_units(students.filter(wanted))) & said
    for units in _units(students.exclude(wanted)) if only_theirs else ():
        only_theirs -= units
        if not only_theirs:
            break
    if not only_theirs:
        return None
    questions = [_wordless(one) if _question_of(one.unit) in only_theirs else one for one in context.questions]
    return msgspec.structs.replace(context, questions=tuple(questions))


def forget_words(upload: Upload, context: Context) -> None:
    """Store what `without_words` gave, in the same transaction, and forget what was made of the others' logs with it.

    The class facts stay, without the names that are gone. The caller has the documents made again.
    """
    facts = None if upload.facts is None else _facts_without(bytes(upload.facts), context)
    Upload.objects.filter(pk=upload.pk).update(context=encode_context(context) or None, facts=facts)
    Student.objects.filter(upload=upload.pk).update(findings=None, revision=F("revision") + 1)
    nothing = {"filename": "", "media_type": "", "body": None, "stored_fence": None, "size": None, "sha256": ""}
    documents = Document.objects.filter(task__upload=upload.pk)
    leftovers.note(documents)
    documents.update(**nothing)


def _facts_without(encoded: bytes, context: Context) -> bytes:
    facts, kept = decode_facts(encoded), {_question_of(question.unit) for question in context.questions}
    groups = {name: slot for name, slot in facts.groups.items() if _question_of(name) in kept}
    merged = tuple(names for names in facts.merged if all(_question_of(name) in kept for name in names))
    return encode_facts(msgspec.structs.replace(facts, groups=groups, merged=merged))


def _units(students: QuerySet[Student]) -> Iterable[set[Hashable]]:
    for _, payload in loading.payloads(students):
        yield set(map(_question_of, units_in(payload)))


def _wordless(question: Question) -> Question:
    """It counts as it did for those who never had it, under a name that says nothing."""
    name = f"erased {secrets.token_hex(_RANDOM_BYTES)}"
    return Question(name, points=question.points, optional=question.optional)
