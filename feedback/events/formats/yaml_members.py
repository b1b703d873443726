"""The members of a YAML mapping as texts, lists and mappings of them, one at a time: PyYAML parses, nothing constructs.

Tags are not looked at, so no object of any kind is made; an alias is the very node that it names, so aliases of aliases
take no room.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import yaml

from feedback.events.faults import Faults, Line

_MOST_DEPTH = 32
# By libyaml where it is there: the wheels have it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Node = Any  # a text, a list of nodes, or a mapping of texts to nodes


class Readable(Protocol):
    """What the parser asks of a file."""

    def read(self, size: int = ..., /) -> bytes: ...


class NotAMappingError(Exception):
    """The document is something else than a mapping with texts as its keys."""


def members_of(source: Readable, faults: Faults) -> Iterator[tuple[Line, str, Node]]:
    """(its line, its key, its value) of each member of the document; what is no YAML is a fault of its line.

    Raises NotAMappingError.
    """
    try:
        yield from _Builder(yaml.parse(source, Loader=_LOADER), faults).members()
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        why = str(getattr(fault, "problem", None) or "a character that YAML does not allow")[:200]
        place = (Line(mark.line + 1),) if mark else ()
        faults.add(place, f"not YAML: {why}; send the file as it was exported")
    except RecursionError:
        faults.add((), "not YAML of this export: nested too deeply")


class _Builder:
    """Nodes out of a parser's events, and the nodes that aliases name: Ruby writes an object that comes twice once."""

    def __init__(self, events: Iterator[Any], faults: Faults) -> None:
        self._events, self._faults = events, faults
        self._anchors = dict[str, Node]()

    def _next(self) -> Any:
        self._faults.spend(4)
        return next(self._events)

    def members(self) -> Iterator[tuple[Line, str, Node]]:
        """The members of the document, one at a time."""
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        if not isinstance(event, yaml.MappingStartEvent):
            raise NotAMappingError
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise NotAMappingError
            name = event.value
            line = event.start_mark.line + 1 if event.start_mark else 0
            yield Line(line), name, self._node(self._next(), 1)

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.get(event.anchor or "")
        if isinstance(event, yaml.ScalarEvent):
            node: Node = event.value
        elif depth > _MOST_DEPTH:
            raise RecursionError
        elif isinstance(event, yaml.SequenceStartEvent):
            node = list(self._sequence(depth + 1))
        else:
            node = self._mapping(depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _sequence(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._node(event, depth)

    def _mapping(self, depth: int) -> dict[str, Node]:
        node = dict[str, Node]()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth)
            node[key if isinstance(key, str) else ""] = self._node(self._next(), depth)
        return node
