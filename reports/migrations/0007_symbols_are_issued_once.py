from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_normalise_symbols_of_issues")]

    operations = [
        migrations.AlterField(
            model_name="issuedreport",
            name="normalised",
            field=models.CharField(editable=False, max_length=100, unique=True, verbose_name="normalised symbol"),
        ),
    ]
