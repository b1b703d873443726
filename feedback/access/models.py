"""What callers are known by, and what is counted and kept of them."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from feedback.events import settled

NAME_CHARACTERS = 60
# For so long before a key expires, lists warn of it.
EXPIRY_WARNING = timedelta(days=30)


class ApiKey(models.Model):
    """What a program proves itself with; the key itself is shown once and kept nowhere.

    Submissions belong to the key's *name*, not to the key: so a key is replaced by a second one of the same
    name, with both valid until the first is revoked, and a read-only key of the same name serves whoever
    only fetches.
    """

    name = models.CharField(max_length=NAME_CHARACTERS)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    # Of the secret's 256 random bits, which no one can guess from their hash: neither salt nor stretching is needed.
    secret_sha256 = models.CharField(max_length=64, editable=False)
    namespaces = models.JSONField(null=True, blank=True, help_text="null: all of them")
    read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="from then on it is refused; empty: never")
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} (fbk_{self.prefix}…)"

    @property
    def owner(self) -> str:
        return f"key:{self.name}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        """Whether it is time to make another, and to replace this one where it is used."""
        soon = timezone.now() + EXPIRY_WARNING
        return self.expires_at is not None and not self.has_expired and self.expires_at <= soon


class Grant(models.Model):
    """A namespace in which a person may read, and perhaps also submit, erase and hand out."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    namespace = models.CharField(max_length=200, blank=True, help_text="empty: students without a namespace")
    may_write = models.BooleanField(default=False, help_text="may also submit, erase and hand out")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "namespace"], name="one_grant_per_namespace")]

    def __str__(self) -> str:
        return f"{self.namespace or '(no namespace)'}: {'read and write' if self.may_write else 'read'}"

    def clean(self) -> None:
        """The namespace in the form in which those of uploads are kept."""
        self.namespace = settled(self.namespace)


class Counter(models.Model):
    """How much of a limit was used in a window, where no Redis counts it (rate_limits.py)."""

    name = models.CharField(max_length=120, primary_key=True)
    period = models.BigIntegerField()
    used = models.BigIntegerField()
    # In seconds since 1970: when the window is over and the row may go.
    until = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.used}"


class AuditEntry(models.Model):
    """Something that was done with students' data, and by whom (audit.py). Never any of the data itself."""

    class Action(models.TextChoices):
        READ = "read"
        HAND_OUT = "hand out"
        WITHDRAW = "withdraw"
        ERASE = "erase"
        KEY = "key"
        LOG_IN = "log in"
        SUBMIT = "submit"
        AMEND = "amend"
        WEBHOOK = "webhook"

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=8, choices=Action.choices)
    what = models.CharField(max_length=200)
    task_id = models.UUIDField(null=True)
    report_id = models.UUIDField(null=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["task_id", "at"], name="audit_by_task"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.what}"
