"""One row a report."""

from django.db import models


class UsualReport(models.Model):
    task_id = models.UUIDField(unique=True)
    student_id = models.CharField(max_length=200)
    status = models.CharField(max_length=16, default="PENDING")
    content = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: models.Manager["UsualReport"] = models.Manager()

    class Meta:
        app_label = "usual"

    def __str__(self) -> str:
        return f"{self.student_id}: {self.status}"
