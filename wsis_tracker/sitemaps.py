"""What search engines may visit: every published record that has a page, in each language."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpResponse
from django.urls import reverse

from action_lines.models import ActionLine
from mandates.models import Document, Mandate, Organisation
from meetings.models import Meeting, Task
from reports.models import Report

PAGES = """
home action-lines matrix timeline documents mandates organisations people meetings meeting-year tasks activities discrepancies monitoring
coverage mentions reports about accessibility using-the-api
""".split()


class RecordSitemap(Sitemap):
    """The pages of one kind of record."""

    i18n = alternates = True
    limit = 5000
    protocol = "https" if settings.SECURE else "http"

    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.published().order_by("pk")

    def lastmod(self, record):
        return record.updated_at


class PageSitemap(Sitemap):
    """The pages that every register has."""

    i18n = alternates = True
    protocol = RecordSitemap.protocol

    def items(self):
        return PAGES

    def location(self, name):
        return reverse(name)


SECTIONS = {model.collection: RecordSitemap(model) for model in [ActionLine, Document, Mandate, Meeting, Organisation, Report, Task]}
SECTIONS["pages"] = PageSitemap()


def index(request):
    return sitemap_views.index(request, SECTIONS, sitemap_url_name="sitemap")


def section(request, section):
    return sitemap_views.sitemap(request, SECTIONS, section)


def robots(request):
    """Everything public may be read; lists with filters, and the staff's pages, need not be crawled."""
    sitemap = request.build_absolute_uri(reverse("sitemap-index"))
    closed = [f"Disallow: {path}" for path in ("/admin/", "/*/admin/", "/account/", "/*/account/", "/*?")]
    lines = ["User-agent: *", *closed, f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")
