import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

VISIBILITY = {
    "choices": [("draft", "draft"), ("in-review", "in review"), ("published", "published")],
    "db_index": True,
    "default": "draft",
    "max_length": 10,
    "verbose_name": "visibility",
}


def show_as_their_tasks(apps, schema_editor):
    """What was reported of a task was seen with it until now, and so was what had been reported before."""
    task = apps.get_model("meetings", "Task").objects.filter(pk=OuterRef("task_id")).values("visibility")
    for name in ("Progress", "HistoricalProgress"):
        rows = apps.get_model("meetings", name).objects.filter(task_id__in=apps.get_model("meetings", "Task").objects.values("pk"))
        rows.update(visibility=Subquery(task))


class Migration(migrations.Migration):
    """A report of progress is drafted, reviewed and published by itself, also on a task that is published."""

    dependencies = [("meetings", "0004_say_what_is_there_already")]

    operations = [
        migrations.AddField("historicalprogress", "visibility", models.CharField(**VISIBILITY)),
        migrations.AddField("progress", "visibility", models.CharField(**VISIBILITY)),
        migrations.AlterField(
            "progress",
            "task",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="progress", to="meetings.task", verbose_name="task"
            ),
        ),
        migrations.RunPython(show_as_their_tasks, migrations.RunPython.noop, elidable=True),
    ]
