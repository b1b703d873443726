"""The contract's rules as nested serializers of Django REST framework, the usual way to validate a body.

They accept and refuse what the service does, as far as serializers can: a NUL is refused in known fields
only, and a body that is no JSON at all is named without a place.
"""

import json
from datetime import UTC
from typing import Any

from rest_framework import serializers


class UnitField(serializers.Field):  # type: ignore[type-arg] # a text or a number: two types by nature
    """A text of 1 to 200 characters, or a number."""

    default_error_messages = {"invalid": "Expected a text of 1 to 200 characters, or a number."}

    def to_internal_value(self, data: Any) -> str | int | float:
        if isinstance(data, str) and 1 <= len(data) <= 200 and "\0" not in data:
            return data
        if isinstance(data, int | float) and not isinstance(data, bool):
            return data
        raise serializers.ValidationError(self.error_messages["invalid"])


class EventSerializer(serializers.Serializer[Any]):
    unit = UnitField()
    type = serializers.CharField(
        max_length=200, allow_null=True, allow_blank=True, required=False, trim_whitespace=False
    )
    created_time = serializers.DateTimeField(allow_null=True, required=False, default_timezone=UTC)
    score = serializers.FloatField(min_value=0, max_value=1, allow_null=True, required=False)


class ClassSerializer(serializers.ListSerializer[Any]):
    def validate(self, attrs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = {(student.get("namespace") or "", student["student_id"]) for student in attrs}
        if len(keys) < len(attrs):
            raise serializers.ValidationError("A student is in the list twice.")
        return attrs


class StudentSerializer(serializers.Serializer[Any]):
    student_id = serializers.CharField(max_length=200, trim_whitespace=False)
    namespace = serializers.CharField(
        max_length=200, allow_null=True, allow_blank=True, required=False, trim_whitespace=False
    )
    events = EventSerializer(many=True)

    class Meta:
        list_serializer_class = ClassSerializer


def decode(body: bytes) -> list[dict[str, Any]]:
    """The validated students of a class. Raises rest_framework's ValidationError and ValueError."""
    serializer = StudentSerializer(data=json.loads(body), many=True)
    serializer.is_valid(raise_exception=True)
    validated: list[dict[str, Any]] = serializer.validated_data
    return validated
