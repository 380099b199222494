"""Every address: the pages in each language, the staff's application, and the API."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from meetings import calendars

from . import downloads, feeds, security, sign_in, sitemaps, tokens, views

handler400 = "wsis_tracker.pages.errors.bad_request"
handler403 = "wsis_tracker.pages.errors.permission_denied"
handler404 = "wsis_tracker.pages.errors.page_not_found"
handler500 = "wsis_tracker.pages.errors.server_error"

urlpatterns = [
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap-index"),
    path("sitemap-<section>.xml", sitemaps.section, name="sitemap"),
    path("api/", include("wsis_tracker.api")),
    *i18n_patterns(
        path("", views.HomePage.as_view(), name="home"),
        re_path(r"^(?P<collection>[a-z-]+)\.(?P<suffix>csv|xlsx)$", downloads.download, name="download"),
        path("", include("mandates.urls")),
        path("", include("action_lines.urls")),
        path("", include("meetings.urls")),
        path("", include("reports.urls")),
        path("documents/<slug:slug>/", views.DocumentPage.as_view(), name="document"),
        path("action-lines/<slug:slug>/", views.ActionLinePage.as_view(), name="action-line"),
        path("action-lines/<slug:slug>/feed.atom", feeds.ActionLineFeed.as_view(), name="action-line-feed"),
        path("action-lines/<slug:slug>/calendar.ics", calendars.MeetingCalendar.as_view(), name="action-line-calendar"),
        path("meetings/calendar.ics", calendars.MeetingCalendar.as_view(), name="meeting-calendar"),
        path("tasks/feed.atom", feeds.TaskFeed.as_view(), name="task-feed"),
        path("tasks/due.ics", calendars.DueCalendar.as_view(), name="due-calendar"),
        path("search/feed.atom", feeds.SearchFeed.as_view(), name="search-feed"),
        path("changes/feed.atom", feeds.ChangesFeed.as_view(), name="changes-feed"),
        path("matrix/", views.MatrixPage.as_view(), name="matrix"),
        path("timeline/", views.TimelinePage.as_view(), name="timeline"),
        path("search/", views.SearchPage.as_view(), name="search"),
        path("doc/<path:symbol>", views.SymbolRedirect.as_view(), name="doc"),
        path("about/", views.AboutPage.as_view(), name="about"),
        path("accessibility/", views.AccessibilityPage.as_view(), name="accessibility"),
        path("using-the-api/", views.UsingTheApiPage.as_view(), name="using-the-api"),
        path("account/tokens/", tokens.TokensPage.as_view(), name="tokens"),
        path("account/tokens/<slug:key>/revoke/", tokens.RevokeToken.as_view(), name="revoke-token"),
        path("account/security/", security.SecurityPage.as_view(), name="security"),
        path("account/language/", security.LanguagePage.as_view(), name="language"),
        path("account/security/second-factor/", security.SetUpPage.as_view(), name="second-factor"),
        path("account/security/second-factor.svg", security.QrCode.as_view(), name="second-factor-qr"),
        path("account/security/recovery-codes/", security.NewCodes.as_view(), name="recovery-codes"),
        path("account/code/", sign_in.CodePage.as_view(), name="sign-in-code"),
        path("account/sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
        path("account/password/", sign_in.ChangePassword.as_view(), name="password-change"),
        # The names that Django's own views and the sign-in page of the admin ask for.
        path("account/password/forgotten/", sign_in.AskForPassword.as_view(), name="admin_password_reset"),
        path("account/password/forgotten/sent/", sign_in.LinkSent.as_view(), name="password_reset_done"),
        path("account/password/set/", sign_in.PasswordIsSet.as_view(), name="password_reset_complete"),
        path("account/password/<uidb64>/<token>/", sign_in.SetPassword.as_view(), name="password_reset_confirm"),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
