"""The API's documentation: Swagger UI from our own static files, on the schema that a test holds to the code."""

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView


@method_decorator(login_not_required, name="dispatch")  # as the schema: an integrator with a key has no account
class ApiDocsView(TemplateView):
    template_name = "api_docs.html.j2"
