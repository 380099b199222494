"""Export and import of a collection in the admin: a file is previewed, and written once the one who sent it confirms."""

from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property, partial

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError
from django.http import FileResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin

from . import tables, writing
from .cells import PartsColumn
from .changes import act
from .database import on_a_copy
from .drawing import DrawnAdmin
from .exchange import CHANGED, ERRORS_SHOWN, NEW, SHOWN, UNCHANGED, WRONG, RecordResource
from .lists import with_filters
from .models import Upload
from .rights import sees_all
from .tables import Unreadable
from .undoing import check_reason

#: So many bytes of a table are written in no time.
SMALL = 50_000


class FileForm(forms.Form):
    """A table to import, and why."""

    file = forms.FileField(label=_("File"), help_text=_("CSV in UTF-8, or XLSX; the first row names the columns."))
    change_reason = forms.CharField(
        label=_("Reason for the change"), widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Kept in the history of each record that the file changes."),
    )  # fmt: skip


class Undone(Exception):
    """An import that was tried only, or in which a row is wrong."""


class ExchangeAdmin(ImportExportMixin, DrawnAdmin):
    """A collection that is exported and imported; the addresses, buttons and filtered rows are those of django-import-export."""

    import_export_change_list_template = "register/change_list.html"

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request) and sees_all(request.user, self.model)

    def exchanged_parts(self):
        """The names of the kinds of parts that stand in a table: those that are typed in the record's form."""
        inlines = {inline.model for inline in self.inlines if getattr(inline, "exchanged", False)}
        return [relation.get_accessor_name() for relation in self.model._part_relations() if relation.related_model in inlines]

    def say(self, request, record, values, parts):
        """Write what a row of a file says of a record, by all the rules of its form."""
        writing.say(record, values, parts)

    @property
    def says_plainly(self):
        """Whether a row is written with no rules besides those of its record."""
        return type(self).say is ExchangeAdmin.say

    # -- out --------------------------------------------------------------------------------------------------------

    def export_action(self, request):
        """What the filters of the list leave, as the file that `?format=` asks for."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        asked = request.GET.copy()
        form = asked.pop("format", ["csv"])[-1]
        if request.method != "GET" or form not in ("csv", "xlsx"):
            raise BadRequest
        request.GET = asked
        try:
            records = self.get_export_queryset(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        resource, name = RecordResource(self, request), self.model.collection
        if form == "csv":
            headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
            return StreamingHttpResponse(tables.lines(resource.rows(records)), content_type="text/csv; charset=utf-8", headers=headers)
        try:
            return FileResponse(resource.book(records, name), as_attachment=True, filename=f"{name}.xlsx", content_type=tables.XLSX)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(f"{self._address('changelist')}?{asked.urlencode()}")

    # -- in ---------------------------------------------------------------------------------------------------------

    def import_action(self, request, **kwargs):
        """The form for a file; sent, the preview of what its rows would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form, preview, upload = FileForm(request.POST or None, request.FILES or None), None, None
        if form.is_valid():
            file, reason = form.cleaned_data["file"], form.cleaned_data["change_reason"]
            try:
                content = file.read(tables.LARGEST + 1)
                preview = Preview(*self.tried(request, content, reason))
            except Unreadable as error:
                form.add_error("file", str(error))
            except OperationalError:
                form.add_error(None, _("Somebody else is writing the same records. Try again."))
            else:
                if preview.may_be_confirmed:
                    upload = Upload.objects.keep(
                        model=self.model, by=request.user, name=file.name[:255], content=content, reason=reason,
                        versions=preview.compared_with,
                    )  # fmt: skip
        return self.import_page(request, form=form, preview=preview, upload=upload)

    def process_import(self, request, **kwargs):
        """Write a file that was previewed: all of it in one act, or nothing."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(self._beside(request, "import"))
        key = request.POST.get("upload", "")
        waiting = Upload.objects.filter(kind=ContentType.objects.get_for_model(self.model), by=request.user)
        upload = waiting.filter(pk=key).first() if key.isascii() and key.isdecimal() and len(key) < 19 else None
        if upload is None:
            self.message_user(request, _("Nothing was imported: the file has been imported already, or waits no longer."), messages.ERROR)
            return HttpResponseRedirect(self._beside(request, "import"))
        form, preview = FileForm(initial={"change_reason": upload.reason}), None
        try:
            done = partial(self.written, request, bytes(upload.content), upload.reason, upload.versions)
            result, change = done(begin=partial(wait_no_longer, upload))
        except Undone as undone:
            preview = Preview(undone.args[0], refused=True)
        except ValidationError as error:  # a rule no longer holds, for what others have done meanwhile
            self.message_user(request, _("Nothing was imported. %s") % " · ".join(error.messages), messages.ERROR)
        except (IntegrityError, OperationalError):
            self.message_user(request, _("Nothing was imported: somebody else is writing the same records. Try again."), messages.ERROR)
        else:
            self.message_user(request, with_link(told(result), change, request.user), messages.SUCCESS if change else messages.WARNING)
            return HttpResponseRedirect(self._beside(request, "changelist"))
        return self.import_page(request, form=form, preview=preview)

    def tried(self, request, content, reason):
        """What the rows of a file would do, and the versions of the records that they name: all is done, and undone.

        Of a large file all is done to a copy where the database lets one write at a time.
        """
        resource = RecordResource(self, request)
        beside = on_a_copy() if len(content) > SMALL else nullcontext()
        with beside, suppress(Undone), act(by=request.user, reason=reason, request_id=request.id):
            result = resource.import_data(tables.read(content), dry_run=True, rollback_on_validation_errors=True)
            raise Undone
        return result, resource.compared_with

    def written(self, request, content, reason, versions=None, begin=nullcontext):
        """Write a file in one act, or nothing: Undone with what was told of its rows where one is wrong. `begin` is done in the act.

        Returns what was told of its rows, and the act, or None where they change nothing.
        """
        check_reason(reason)
        with act(by=request.user, reason=reason, request_id=request.id) as change, begin():
            result = RecordResource(self, request).import_data(tables.read(content), rollback_on_validation_errors=True, versions=versions)
            if result.has_validation_errors():
                raise Undone(result)
        return result, change if change.written else None

    def import_page(self, request, **context):
        columns = list(RecordResource(self, request).fields.values())
        context |= {
            **self.admin_site.each_context(request),
            "title": _("Import %s") % self.opts.verbose_name_plural,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "columns": [column for column in columns if not is_parts(column)],
            "parts": [
                (column.column_name, column.part._meta.verbose_name_plural, " | ".join(field.name for field in column.fields))
                for column in columns
                if is_parts(column)
            ],
        }
        return TemplateResponse(request, "register/import.html", context)

    def _address(self, page):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def _beside(self, request, page):
        """The address of a page of the collection that knows how its list was filtered."""
        return with_filters(self, request, self._address(page))


def is_parts(column):
    return isinstance(column, PartsColumn)


@contextmanager
def wait_no_longer(upload):
    """Let a file no longer wait to be imported; refuse where it does not."""
    if not Upload.objects.filter(pk=upload.pk).delete()[0]:
        raise ValidationError(_("The file has been imported already."))
    yield


def told(result):
    """What an import did, in a sentence."""
    new, changed = result.totals[NEW], result.totals[CHANGED]
    said = [
        ngettext("%d new record.", "%d new records.", new) % new,
        ngettext("%d record changed.", "%d records changed.", changed) % changed,
    ]
    return f"{gettext('The file was imported.')} {' '.join(said)}"


def with_link(said, change, user):
    """What an import did, with a link to all that it wrote for those who may read acts."""
    if change is None or not user.has_perm("register.view_change"):
        return said
    return format_html('{} <a href="{}">{}</a>', said, reverse("admin:register_change_change", args=[change.pk]), _("What it wrote"))


class Preview:
    """What the rows of a file would do, as the page shows it: how many of each kind, and the first of them."""

    def __init__(self, result, compared_with=None, *, refused=False):
        self.result, self.compared_with, self.refused = result, compared_with, refused
        self.total = result.total_rows
        self.new, self.changed, self.unchanged, self.wrong = (result.totals[kind] for kind in (NEW, CHANGED, UNCHANGED, WRONG))

    @property
    def may_be_confirmed(self):
        return not self.wrong and bool(self.new or self.changed)

    @cached_property
    def first_new(self):
        return [row for row in self.result.rows if row.import_type == NEW]

    @cached_property
    def first_changed(self):
        return [row for row in self.result.rows if row.import_type == CHANGED]

    @property
    def errors(self):
        """The errors as (row, column or nothing, reason)."""
        for row in self.result.invalid_rows:
            for column, reasons in row.field_specific_errors.items():
                yield from ((row.number, column, reason) for reason in reasons)
            yield from ((row.number, "", reason) for reason in row.non_field_specific_errors)

    @property
    def shown(self):
        return SHOWN

    @property
    def errors_shown(self):
        return ERRORS_SHOWN
