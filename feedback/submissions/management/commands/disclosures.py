"""`feedback manage disclosures`: who read a student's reports."""

import csv
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from feedback.events import settled
from feedback.store.models import Student
from feedback.submissions import disclosures


class Command(BaseCommand):
    help = "Lists, as CSV, who read or handed out a student's reports, as far as the audit log goes back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--student-id", required=True)
        parser.add_argument("--namespace", help="in this namespace only; empty for students without one")

    def handle(self, *_: Any, student_id: str, namespace: str | None, **__: Any) -> None:
        student_id, namespace = settled(student_id), None if namespace is None else settled(namespace)
        known = Student.objects.filter(student_id=student_id)
        if not (known if namespace is None else known.filter(namespace=namespace)).exists():
            raise CommandError("Nothing is held on a student of this id. Check --student-id and --namespace.")
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(["at", "by", "what", "task_id", "report_id"])
        for one in disclosures.of_student(student_id, namespace):
            table.writerow([one.at.isoformat(), one.by, one.what, one.task_id, one.report_id or ""])
