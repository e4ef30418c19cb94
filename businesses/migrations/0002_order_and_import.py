"""The order whatever the case; what a list said last; which rows were taken but not placed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0001_initial"),
        ("directory", "0001_initial"),
        ("reference", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="business",
            options={
                "base_manager_name": "objects",
                "ordering": ["search_text", "id"],
                "verbose_name_plural": "businesses",
            },
        ),
        migrations.RemoveIndex(
            model_name="business",
            name="business_name",
        ),
        migrations.RemoveIndex(
            model_name="business",
            name="business_region_name",
        ),
        migrations.AddField(
            model_name="businessidentifier",
            name="listed",
            field=models.JSONField(
                blank=True,
                help_text="What the list's row said when last imported; tells a change of the list from one by staff.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="attempts",
            field=models.SmallIntegerField(default=0, help_text="Starts since the last chunk of rows was done."),
        ),
        migrations.AddField(
            model_name="importrowproblem",
            name="is_unplaced",
            field=models.BooleanField(default=False, help_text="Taken, but the map has no area for its place."),
        ),
        migrations.AlterField(
            model_name="business",
            name="search_text",
            field=models.TextField(
                editable=False, help_text="Lower-case name, alias and town: the order, and what search reads."
            ),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "search_text", "id"], name="business_order"),
        ),
        migrations.AddIndex(
            model_name="business",
            index=models.Index(fields=["tenant", "region", "search_text", "id"], name="business_region_order"),
        ),
    ]
