from django.db import migrations

from mandates.symbols import normalise


def fill(apps, schema_editor):
    """Relations that know a document by its symbol alone are found by it when the document arrives."""
    relations = apps.get_model("mandates", "Relation").objects
    for key, symbol in relations.exclude(target_symbol="").values_list("pk", "target_symbol"):
        relations.filter(pk=key).update(target_normalised=normalise(symbol)[:100])


class Migration(migrations.Migration):
    dependencies = [("mandates", "0003_relation_target_normalised")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
