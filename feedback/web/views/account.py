"""Logging in and out, and one's own password: Django's views, with a limit on guessing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from feedback.access import limits
from feedback.access.people import count_attempt


@method_decorator(login_not_required, name="dispatch")
class LoginView(views.LoginView):
    template_name = "login.html.j2"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        attempt = count_attempt(request.POST.get("username", ""))
        response = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            limits.give_back(attempt)
        return response


class PasswordView(views.PasswordChangeView):
    template_name = "password.html.j2"
    success_url = reverse_lazy("recent")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
