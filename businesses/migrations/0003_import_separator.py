"""Keep the separator of a list, so that its rows go back as they came."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0002_order_and_import"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="separator",
            field=models.CharField(default=",", help_text="What stands between the file's cells.", max_length=1),
        ),
    ]
