"""Every address: the pages in each language, the staff's application, and the API."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

handler400 = "wsis_tracker.pages.errors.bad_request"
handler403 = "wsis_tracker.pages.errors.permission_denied"
handler404 = "wsis_tracker.pages.errors.page_not_found"
handler500 = "wsis_tracker.pages.errors.server_error"

urlpatterns = [
    path("api/", include("wsis_tracker.api")),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
