"""The admin's site: Django's, without a second way to change one's password."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class Site(AdminSite):
    def password_change(  # type: ignore[override] # a redirect, where Django has a page
        self,
        request: HttpRequest,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """To the page for it, which counts how often the old password is guessed."""
        return redirect("password")
