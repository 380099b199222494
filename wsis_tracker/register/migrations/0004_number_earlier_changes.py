from django.db import migrations
from django.db.models import F


def number(apps, schema_editor):
    """Acts made before they were numbered come in the order in which they were begun."""
    apps.get_model("register", "Change").objects.filter(number=None).update(number=F("pk"))


class Migration(migrations.Migration):
    dependencies = [("register", "0003_number_changes")]

    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
