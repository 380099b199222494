"""Checks of the register's content: `manage.py check --tag register`. They read the database, so they only run where one is named."""

from django.apps import apps
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef

from .records import Part, Record, Visibility


def named(queryset):
    """The first five of the records, or nothing."""
    return ", ".join(str(getattr(record, "slug", None) or record) for record in queryset[:5])


def record_links(model):
    """The foreign keys of a model that lead to records, a part's own whole apart."""
    own = {"record", getattr(model, "whole", None)}
    return [f for f in model._meta.concrete_fields if f.is_relation and issubclass(f.related_model, Record) and f.name not in own]


@checks.register("register")
def published_points_to_published(app_configs, databases=None, **kwargs):
    """What the public sees leads nowhere that it may not see."""
    return warnings(databases, _hidden_targets)


def _hidden_targets():
    for model in apps.get_models():
        if issubclass(model, Record):
            seen = model.objects.published()
        elif issubclass(model, Part):
            seen = model.objects.filter(
                **{f"record__{model._meta.get_field('record').related_model.visibility_path()}": Visibility.PUBLISHED}
            )
        else:
            continue
        for link in record_links(model):
            path = f"{link.name}__{link.related_model.visibility_path()}"
            hidden = named(seen.filter(**{f"{link.name}__isnull": False}).exclude(**{path: Visibility.PUBLISHED}))
            if hidden:
                yield f"{model._meta.label}: published, but “{link.name}” leads to an unpublished record: {hidden}", "register.W001"


@checks.register("register")
def facts_have_sources(app_configs, databases=None, **kwargs):
    """Every published fact names the paragraph where we read it."""
    return warnings(databases, _sourceless)


def _sourceless():
    for model in apps.get_models():
        if issubclass(model, Record) and "sources" in model.parts():
            source = model._meta.get_field("sources").related_model
            without = named(model.objects.published().filter(~Exists(source.objects.filter(record=OuterRef("pk")))))
            if without:
                yield f"{model._meta.label}: without a source: {without}", "register.W002"


@checks.register("register")
def records_have_history(app_configs, databases=None, **kwargs):
    """Of every record it is known who made it."""
    return warnings(databases, _without_history)


def _without_history():
    for model in apps.get_models():
        if issubclass(model, Record):
            history = model.history.model.objects.filter(id=OuterRef("pk"))
            without = named(model.objects.filter(~Exists(history)))
            if without:
                yield f"{model._meta.label}: without history: {without}", "register.W003"


def warnings(databases, findings):
    """The findings as warnings; none where no database is named, or while it is to be migrated to what the models say."""
    if not databases:
        return []
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return []
    return [checks.Warning(message, id=number) for message, number in findings()]
