"""Our addresses and one more: a page of 20 kB that comes from no database, behind the same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

_PAGE = b"<!DOCTYPE html><title>Static</title>" + b"<p>Nothing of a student.</p>" * 740


@login_not_required
def static_page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_PAGE)


urlpatterns = [path("static-page", static_page), path("", include("config.urls"))]
