"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from feedback.contract.formats import Format
from feedback.web.views.account import LoginView, PasswordView
from feedback.web.views.api_docs import ApiDocsView
from feedback.web.views.classes import FindingsTableView
from feedback.web.views.exam import ExamView, RemarkView
from feedback.web.views.handouts import HandOutsView, LinksTableView, LinksView, WithdrawView
from feedback.web.views.links import LinkView
from feedback.web.views.mail import MailView
from feedback.web.views.recent import DeleteView, RecentView
from feedback.web.views.roster import RosterView
from feedback.web.views.security_contact import security_txt
from feedback.web.views.start import SampleView, StartView, WhoIsWhoView
from feedback.web.views.students import StudentView
from feedback.web.views.submissions import (
    OtherFormatView,
    ProgressRowsView,
    ProgressView,
    RetryView,
    SubmissionView,
)
from feedback.web.views.webhooks import ReplayView, WebhooksView

urlpatterns = [
    path("", StartView.as_view(), name="start"),
    path(".well-known/security.txt", security_txt, name="security-txt"),
    path("login", LoginView.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("password", PasswordView.as_view(), name="password"),
    path("r/<str:token>.pdf", LinkView.as_view(format_=Format.PDF), name="link-pdf"),
    path("r/<str:token>", LinkView.as_view(), name="link"),
    path("submissions/who-is-who.csv", WhoIsWhoView.as_view(), name="who-is-who"),
    path("sample", SampleView.as_view(), name="sample"),
    path("api/docs/", ApiDocsView.as_view(), name="api-docs"),
    path("submissions", RecentView.as_view(), name="recent"),
    path("webhooks", WebhooksView.as_view(), name="webhooks"),
    path("webhooks/<uuid:delivery_id>/replay", ReplayView.as_view(), name="webhook-replay"),
    path("submissions/<uuid:task_id>", SubmissionView.as_view(), name="submission"),
    path("submissions/<uuid:task_id>/progress", ProgressView.as_view(), name="progress"),
    path("submissions/<uuid:task_id>/progress/students", ProgressRowsView.as_view(), name="progress-rows"),
    path("submissions/<uuid:task_id>/retry", RetryView.as_view(), name="retry"),
    path("submissions/<uuid:task_id>/formats/<format:format_>", OtherFormatView.as_view(), name="other-format"),
    path("submissions/<uuid:task_id>/exam", ExamView.as_view(), name="exam"),
    path("submissions/<uuid:task_id>/handouts", HandOutsView.as_view(), name="handing-out"),
    path("submissions/<uuid:task_id>/handouts/<uuid:handout_id>", LinksView.as_view(), name="links"),
    path(
        "submissions/<uuid:task_id>/handouts/<uuid:handout_id>/links.csv", LinksTableView.as_view(), name="links-table"
    ),
    path("submissions/<uuid:task_id>/handouts/<uuid:handout_id>/withdraw", WithdrawView.as_view(), name="withdraw"),
    path("submissions/<uuid:task_id>/handouts/<uuid:handout_id>/mail", MailView.as_view(), name="mail"),
    path("submissions/<uuid:task_id>/roster", RosterView.as_view(), name="class-roster"),
    path("submissions/<uuid:task_id>/delete", DeleteView.as_view(), name="delete"),
    path("submissions/<uuid:task_id>/findings.csv", FindingsTableView.as_view(), name="findings-table"),
    path("submissions/<uuid:task_id>/students/<uuid:report_id>", StudentView.as_view(), name="student"),
    path("submissions/<uuid:task_id>/students/<uuid:report_id>/remark", RemarkView.as_view(), name="student-remark"),
]
