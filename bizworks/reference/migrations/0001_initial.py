"""First tables."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="County",
            fields=[
                ("fips", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
            ],
            options={
                "ordering": ["state", "name"],
            },
        ),
        migrations.CreateModel(
            name="FederalCategory",
            fields=[
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("position", models.SmallIntegerField(unique=True)),
                ("name", models.CharField(max_length=80)),
                ("description", models.TextField(help_text="Our paraphrase; the official wording is to be confirmed.")),
            ],
            options={
                "verbose_name_plural": "federal categories",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="NaicsCode",
            fields=[
                ("code", models.CharField(max_length=6, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("edition", models.SmallIntegerField(default=2022)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="ReferenceLoad",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("row_count", models.IntegerField()),
                ("loaded_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="State",
            fields=[
                ("code", models.CharField(max_length=2, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40)),
                ("fips", models.CharField(max_length=2)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                (
                    "name_key",
                    models.CharField(
                        help_text="Name as compared: lower case, letters and single spaces.", max_length=60
                    ),
                ),
                ("kind", models.CharField(choices=[("town", "town"), ("postal city", "postal city")], max_length=12)),
                (
                    "county",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="municipalities",
                        to="reference.county",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reference.state"
                    ),
                ),
            ],
            options={
                "ordering": ["state", "name"],
            },
        ),
        migrations.AddField(
            model_name="county",
            name="state",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reference.state"
            ),
        ),
        migrations.CreateModel(
            name="ZipCode",
            fields=[
                ("code", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("usps_city", models.CharField(max_length=60)),
                (
                    "county",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reference.county"
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.municipality",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reference.state"
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="PlaceAlias",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name_key", models.CharField(max_length=60)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="reference.municipality"
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reference.state"
                    ),
                ),
            ],
            options={
                "ordering": ["state", "name_key"],
                "constraints": [
                    models.UniqueConstraint(fields=("state", "name_key", "municipality"), name="place_alias")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="municipality",
            index=models.Index(fields=["state", "name_key"], name="municipality_key"),
        ),
    ]
