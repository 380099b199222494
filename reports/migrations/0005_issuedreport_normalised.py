from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_texts_of_the_secretariat")]

    operations = [
        migrations.AddField(
            model_name="issuedreport",
            name="normalised",
            field=models.CharField(editable=False, max_length=100, null=True, verbose_name="normalised symbol"),
        ),
    ]
