from django.db import migrations

from mandates.symbols import normalise


def fill(apps, schema_editor):
    """Where a symbol was given twice in two spellings, the later is told apart by its key: what was issued keeps its symbol."""
    issues, taken = apps.get_model("reports", "IssuedReport").objects, set()
    for key, symbol in issues.order_by("pk").values_list("pk", "symbol"):
        normalised = normalise(symbol)[:100]
        if normalised in taken:
            normalised = f"{normalised[:80]} {key}"
        taken.add(normalised)
        issues.filter(pk=key).update(normalised=normalised)


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_issuedreport_normalised")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
