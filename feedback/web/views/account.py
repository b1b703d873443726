"""Logging in and out, and one's own password: Django's views. Guesses are counted in `access.passwords`."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from feedback.access.passwords import CountedPasswordChangeForm


@method_decorator(login_not_required, name="dispatch")
class LoginView(views.LoginView):
    template_name = "login.html.j2"


class PasswordView(views.PasswordChangeView):
    template_name = "password.html.j2"
    success_url = reverse_lazy("recent")
    form_class = CountedPasswordChangeForm

    def get_form(self, form_class: Any = None) -> Any:
        form: Any = super().get_form(form_class)
        form.request = self.request
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
