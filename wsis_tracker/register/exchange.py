"""A collection as a table to take along and to bring back: the exported columns are the imported ones (see `cells.py`).

The slug names the record of a row; without one the row is a new record, whose slug is made. A column that is missing leaves what
there is, an empty cell empties it. A cell that says what its record says is never read, so what was exported changes nothing. A row may
name a record that a row above it makes. Slugs, visibility, moves and accounts' rights are not set by a file.
"""

from collections import defaultdict
from itertools import chain, islice

from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Prefetch
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from import_export.resources import Resource
from import_export.results import Result, RowResult

from . import tables
from .cells import PartsColumn, columns_of
from .fields import PartialDateField
from .loading import sign
from .proposals import PUBLISH
from .records import names_of_links
from .tables import CHUNK, Unreadable, Unusable, safe
from .writing import Making, Rows

#: How many rows of each kind a preview shows, how many errors, and how much of a text.
SHOWN, ERRORS_SHOWN, LETTERS = 50, 200, 300
NOT_YOURS = gettext_lazy("“%s” is not yours to change.")
NEW, CHANGED, UNCHANGED, WRONG = (
    RowResult.IMPORT_TYPE_NEW,
    RowResult.IMPORT_TYPE_UPDATE,
    RowResult.IMPORT_TYPE_SKIP,
    RowResult.IMPORT_TYPE_INVALID,
)


class RecordResource(Resource):
    """The columns of a collection, and what a file says in them; one class for every model of the register."""

    def __init__(self, model_admin, request):
        super().__init__()
        self.model, self.admin, self.request = model_admin.model, model_admin, request
        self.fields = columns_of(self.model, model_admin.exchanged_parts())

    # -- out --------------------------------------------------------------------------------------------------------

    def prepared(self, records):
        """`records` with all that their cells show read, in a number of queries that does not grow with them."""
        links = [field.name for field in self.model._meta.concrete_fields if field.is_relation]
        parts = [column for column in self.fields.values() if isinstance(column, PartsColumn)]
        rows = records.select_related(None).select_related(*links)
        return rows.prefetch_related(None).prefetch_related(
            *(Prefetch(c.accessor, c.part.objects.select_related(*links_of(c.fields))) for c in parts)
        )

    def rows(self, records, *, numbers=False):
        """The names of the columns, then the cells of each record: texts, with `numbers` also numbers that a spreadsheet keeps whole."""
        found = self.prepared(records).order_by("pk").iterator(CHUNK)
        return chain([list(self.fields)], self.cells(found, numbers, get_language()))

    def cells(self, records, numbers, language):
        while True:
            with override(language):  # the rows are read when they are sent
                rows = [[self.cell(column, record, numbers) for column in self.fields.values()] for record in islice(records, CHUNK)]
            if not rows:
                return
            yield from rows

    def cell(self, column, record, numbers):
        text = column.export(record)
        if numbers and text and isinstance(column.field, models.IntegerField | models.DecimalField) and len(text) <= tables.DIGITS:
            return column.field.to_python(text)
        return safe(text)

    def book(self, records, name):
        """The records as a spreadsheet. Raises ValidationError where a text is longer than a cell."""
        columns = list(self.fields.values())
        dates = {place for place, column in enumerate(columns) if isinstance(column.field, PartialDateField)}
        return tables.book(self.rows(records, numbers=True), name, as_text=dates)

    # -- in ---------------------------------------------------------------------------------------------------------

    def import_data_inner(self, dataset, dry_run, raise_errors, using_transactions, collect_failed_rows, *, versions=None, **kwargs):
        """Write the rows of `dataset` (see `tables.read`), some hundreds at a time; the library undoes all where one is wrong.

        New records of most kinds are written together; where the database refuses them, one by one, to tell which and why.

        With `versions`, those of a preview, a row whose record is another now is wrong. Raises Unreadable.
        """
        result, self.versions, self.compared_with, self.seen = Result(), versions, {}, {}
        names = [name.strip() for name in next(dataset, (1, []))[1]]
        while names and not names[-1]:
            names.pop()
        self.check_columns(names)
        self.making = Making(self.model) if self.admin.says_plainly and Making.is_for(self.model) else None
        while some := list(islice(dataset, CHUNK)):
            self.find, self.told, self.unwritten = Links(self.model, self.write_waiting), {}, []
            for number, row in self.compared(some, names):
                self.import_row(row, None, row_number=number, result=result)
            self.write_waiting()
            self.tell(result)
        result.total_rows = sum(result.totals.values())
        if not result.total_rows:
            raise Unreadable(_("The file has no rows."))
        return result

    def check_columns(self, names):
        """Raises Unreadable that names the columns that are unknown, given twice, or lacking."""
        known = set(self.fields)
        fixed = {field.name for field in self.model._meta.concrete_fields} | set(self.model.parts())
        others = [name for name in names if name not in known]
        if "slug" not in names:
            raise Unreadable(_("The column “slug” is missing. It names the record of each row, and is empty for a new one."))
        if not_given := [name for name in others if name in fixed]:
            raise Unreadable(_("These columns are not set by a file: %s.") % ", ".join(not_given))
        if others:
            raise Unreadable(_("Unknown columns: %s.") % ", ".join(f"“{Truncator(name).chars(60)}”" for name in others))
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise Unreadable(_("These columns stand in the file twice: %s.") % ", ".join(twice))

    def compared(self, some, names):
        """Of each row: its record as the register holds it, and the cells that say something else than it does."""
        slugs = {row[names.index("slug")].strip() for _number, row in some if len(row) > names.index("slug")}
        held = self.prepared(self.model.objects.filter(slug__in=slugs))
        if self.versions is not None:
            held = held.order_by("pk").lock()
        held = {record.slug: record for record in held}
        seen = set(self.admin.get_queryset(self.request).filter(slug__in=slugs).values_list("slug", flat=True))
        rows = [(number, Row(self.fields, names, row, held, seen)) for number, row in some]
        self.find.read_at_once(chain.from_iterable(row.named() for _number, row in rows))
        return rows

    def import_row(self, row, instance_loader, *, row_number, result):
        """Write one row, or let it wait to be written with others, and remember what it is."""
        row.number, told = row_number, RowResult()
        try:
            self.check_row(row, row_number)
            told.import_type, row.changed = self.write(row)
        except ValidationError as error:
            told.import_type, told.validation_error = WRONG, error
        except IntegrityError:
            told.import_type, told.validation_error = WRONG, ValidationError(_("Somebody else has just recorded the same."))
        told.number = row_number
        self.told[row_number] = told, row

    def tell(self, result):
        """Count the rows in their order as what they are; of the first is shown what they say."""
        for number, (told, row) in sorted(self.told.items()):
            result.increment_row_result_total(told)
            if told.import_type == WRONG and result.totals[WRONG] <= ERRORS_SHOWN:
                result.append_invalid_row(number, {}, told.validation_error)
            elif told.import_type in (NEW, CHANGED) and result.totals[told.import_type] <= SHOWN:
                told.object_repr = row.written.slug
                told.diff = [(name, shortened(row.shown[name]), shortened(row.cells[name].strip())) for name in row.changed]
                result.append_row_result(told)

    def check_row(self, row, number):
        """Refuse a row that is no row of the table, a record's second one, and one whose record is another than when it was previewed."""
        if row.misfit:
            raise ValidationError(row.misfit)
        if not row.slug:
            return
        if row.slug in self.seen:
            raise ValidationError({"slug": _("“%(slug)s” stands in row %(row)d too.") % {"slug": row.slug, "row": self.seen[row.slug]}})
        self.seen[row.slug] = number
        version = row.record.updated_at.isoformat() if row.record else None
        self.compared_with[row.slug] = version
        if self.versions is not None and self.versions.get(row.slug) != version:
            raise ValidationError(_("“%s” was changed by somebody else after the preview.") % row.slug)

    def write(self, row):
        """Say of the record what the row says, or let it wait; what becomes of it, and the columns that change it."""
        if row.record is None:
            record, kind = self.model(slug=row.slug), NEW
        elif not row.cells:
            return UNCHANGED, []
        else:
            record, kind = rows_of(self.model).get(pk=row.record.pk), CHANGED
        values, parts, changed = self.read(row, record)
        if kind == CHANGED and not changed:
            return UNCHANGED, []
        self.check_rights(record, values)
        row.written = record
        if kind == NEW:
            sign(record, self.request.user)
            if self.may_wait(row, values, parts):
                return kind, changed
        try:
            with transaction.atomic():
                self.admin.say(self.request, record, values, parts)
                self.check_rights(record, {})
        except ValidationError as error:
            raise by_column(error, row.columns) from error
        return kind, changed

    def may_wait(self, row, values, parts):
        """Whether the row's new record, of which no rule of its own is broken, waits to be written with others."""
        if self.making is None or row.number in self.told:
            return False
        try:
            self.making.add(row.written, values, parts)
        except ValidationError:
            return False
        self.unwritten.append(row)
        return True

    def write_waiting(self):
        """Write what waits together; where the database refuses it, or it is not the person's, row by row."""
        rows, self.unwritten = self.unwritten, []
        if not rows:
            return
        try:
            with transaction.atomic():
                for record in self.making.write():
                    self.check_rights(record, {})
        except (ValidationError, IntegrityError):
            for row in rows:
                self.seen.pop(row.slug, None)
                self.import_row(row, None, row_number=row.number, result=None)

    def read(self, row, record):
        """The values and parts of which the row says something new, and their columns. Raises ValidationError by column."""
        values, parts, changed, errors = {}, [], [], {}
        for name, cell in row.cells.items():
            column = self.fields[name]
            try:
                if isinstance(column, PartsColumn):
                    parts.append(Rows(name, column.accessor, column.rows(cell, self.find)))
                    changed.append(name)
                elif column.say(values, record, cell, self.find):
                    changed.append(name)
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return values, parts, changed

    def check_rights(self, record, values):
        """What is published is changed by reviewers alone, and so are its parts; nobody takes another's record, or gives one away."""
        may_publish, whole = self.request.user.has_perm(PUBLISH), values.get(self.model.whole)
        for published in (record if record.pk else None, whole):
            if published is not None and published.shown_to_public and not may_publish:
                raise ValidationError(_("“%s” is published: a reviewer can change it.") % published)
        if record.pk and not self.admin.has_change_permission(self.request, record):
            raise ValidationError(NOT_YOURS % record)


class Row:
    """A row of a file beside the record that it is about."""

    number = written = None

    def __init__(self, columns, names, row, held, seen):
        self.cells, self.shown, self.misfit, self.changed = {}, {}, None, []
        given = dict(zip(names, row, strict=False))
        self.columns = {name: columns[name] for name in given} | columns
        self.slug = given.pop("slug", "").strip()
        self.record = held.get(self.slug)
        if len(row) < len(names) or any(row[len(names) :]):
            self.misfit = _("The row has %(cells)d cells, and there are %(columns)d columns.") % {"cells": len(row), "columns": len(names)}
            return
        if self.record and self.slug not in seen:
            self.misfit = NOT_YOURS % self.slug
            return
        for name, cell in given.items():
            text = columns[name].export(self.record) if self.record else ""
            if isinstance(cell, Unusable) or not columns[name].unchanged(cell, text):
                self.cells[name], self.shown[name] = cell, text

    def named(self):
        """What the row may link to."""
        return chain.from_iterable(self.columns[name].named(cell) for name, cell in self.cells.items())


class Links:
    """The records and accounts that some rows name, read at once; one that a row of the file has made since is written and looked up."""

    def __init__(self, model, write_waiting):
        self.model, self.write_waiting, self.found = model, write_waiting, defaultdict(dict)

    def read_at_once(self, named):
        wanted = defaultdict(set)
        for model, name in named:
            wanted[model].add(name)
        for model, names in wanted.items():
            names = iter(names)
            while some := list(islice(names, CHUNK)):
                for record in rows_of(model).filter(**{f"{key_of(model)}__in": some}):
                    self.found[model][record.natural_key()[0]] = record

    def __call__(self, model, name):
        """The record or account called `name`. Raises ValidationError."""
        record = self.found[model].get(name)
        if record is None and model is self.model:
            self.write_waiting()
            record = rows_of(model).filter(**{key_of(model): name}).first()
        if record is None:
            raise ValidationError(_("There is no “%(name)s” among the %(kind)s.") % {"name": name, "kind": model._meta.verbose_name_plural})
        return record


def key_of(model):
    """The field by which a record, or an account, is named."""
    return model.USERNAME_FIELD if issubclass(model, get_user_model()) else "slug"


def rows_of(model):
    return model._default_manager.select_related(*names_of_links(model))


def links_of(fields):
    return [field.name for field in fields if field.is_relation]


def by_column(error, columns):
    """An error of a record told of its columns, those of the file first: of a text in several languages one, of a part its line."""
    if not hasattr(error, "error_dict"):
        return error
    told = defaultdict(list)
    for name, messages in error.message_dict.items():
        name, *within = name.split("/")
        column = next((key for key, column in columns.items() if name in (key, column.attribute)), None)
        label = _("Line %d: ") % (int(within[0]) + 1) if within else ""
        field = f"{within[1]}: " if within[1:] else ""
        told[column or NON_FIELD_ERRORS] += [f"{label}{field}{message}" for message in messages]
    return ValidationError(told)


def shortened(text):
    return Truncator(text).chars(LETTERS)
