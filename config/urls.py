"""Where everything is served."""

from django.urls import include, path

urlpatterns = [path("", include("feedback.reports.api.urls"))]

handler400 = "feedback.reports.api.errors.bad_request"
handler403 = "feedback.reports.api.errors.forbidden"
handler404 = "feedback.reports.api.errors.not_found"
handler500 = "feedback.reports.api.errors.server_error"
