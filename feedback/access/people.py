"""People: Django's accounts, and what each may see and do."""

from typing import Any

from feedback.access.callers import EVERYWHERE, Caller, Scope
from feedback.access.models import Grant


def caller_for(user: Any) -> Caller:
    """Whoever is logged in: they see what was submitted, by anyone, in the namespaces that were granted to them.

    Django's permissions on tasks stand for all namespaces: "view" to read, "add" to submit and erase.
    """
    grants = dict(Grant.objects.filter(user=user.pk).values_list("namespace", "may_write"))
    writable = frozenset(namespace for namespace, may_write in grants.items() if may_write)
    return Caller(
        owner=f"user:{user.pk}",
        reads=EVERYWHERE if user.has_perm("reports.view_task") else Scope(frozenset(grants)),
        writes=EVERYWHERE if user.has_perm("reports.add_task") else Scope(writable),
        of_all_owners=True,
        meter=f"user:{user.pk}",
        name=f"user {user.get_username()}",
    )
