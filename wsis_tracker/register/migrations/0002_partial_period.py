from django.db import migrations


def on_postgresql(statement):
    """Run `statement` where the database is PostgreSQL; SQLite needs nothing."""

    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    """The range of partial dates, over which PostgreSQL excludes periods that overlap."""

    dependencies = [("register", "0001_initial")]
    operations = [
        migrations.RunPython(
            on_postgresql('CREATE TYPE partial_period AS RANGE (subtype = text, collation = "C")'),
            on_postgresql("DROP TYPE partial_period"),
        )
    ]
