"""PUT and DELETE of a roster: who the students of an upload are."""

from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.api.authentication import caller_of
from feedback.api.bodies import table_of
from feedback.api.openapi.messages import RosterLine, RosterTaken, StudentKey
from feedback.api.views import ContractView, writable_task
from feedback.contract.formats import Format
from feedback.submissions import rosters
from feedback.submissions.roster_file import RosterRow, read_roster
from feedback.submissions.roster_match import Joined


class RosterView(ContractView):
    def put(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        task = writable_task(request, format_, task_id)
        with table_of(request) as (body, limits):
            joined = rosters.replace(task, read_roster(body, limits), caller_of(request).name)
        return Response(msgspec.to_builtins(taken(joined)))

    def delete(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        rosters.forget(writable_task(request, format_, task_id), caller_of(request).name)
        return Response(status=204)


def taken(joined: Joined) -> RosterTaken:
    people = [StudentKey(person.student_id, person.namespace or None) for person in joined.people]
    return RosterTaken(len(joined.pairs), people, [_line(row, why) for row, why in joined.rows])


def _line(row: RosterRow, why: str) -> RosterLine:
    name, email = row.name or None, row.email or None
    return RosterLine(row.line, row.student_id or row.login or None, row.namespace or None, name, email, why)
