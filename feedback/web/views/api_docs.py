"""The API's documentation: Swagger UI from our own static files, on the schema that a test holds to the code."""

from django.views.generic import TemplateView


class ApiDocsView(TemplateView):
    template_name = "api_docs.html.j2"
