"""Lists in workbooks, checked before they are taken, matched with what is known, and undone as a whole."""

import django.db.models.deletion
from django.db import migrations, models

import bizworks.tenancy.context
import bizworks.tenancy.models
from bizworks.tenancy.operations import RunStatements, SecureTenantTable

PHASES = [
    ("read", "Reading the workbook"),
    ("check", "Checking every row"),
    ("take", "Taking the rows"),
    ("undo_check", "Looking what can be undone"),
    ("undo", "Undoing"),
]
EFFECTS = [
    ("new", "New"),
    ("matched", "Known from elsewhere"),
    ("changed", "Changed"),
    ("unchanged", "Unchanged"),
    ("rejected", "Not taken"),
]


class CreateNameKey(RunStatements):
    """A company's name as compared: "The Acme Co., Inc." is "acme"; the same rule as `name_key` in Python."""

    forwards = (
        r"""CREATE FUNCTION businesses_name_key(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ DECLARE plain text := lower(name); bare text; BEGIN
        IF plain ~ '[^ -~]' THEN plain := regexp_replace(normalize(plain, NFKD), '[^ -~]', '', 'g'); END IF;
        plain := btrim(regexp_replace(replace(lower(plain), '''', ''), '[^a-z0-9]+', ' ', 'g'));
        bare := btrim(regexp_replace(plain, '\m(inc|incorporated|llc|corp|corporation|co|company|ltd|limited|lp|llp|pllc|pc|plc|the|and|of)\M ?', '', 'g'));
        RETURN CASE WHEN bare = '' THEN plain ELSE bare END; END $$""",
    )
    backwards = ("DROP FUNCTION businesses_name_key(text)",)


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0008_stages"),
        ("directory", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        CreateNameKey(),
        migrations.AddField(
            "business",
            "name_key",
            models.GeneratedField(
                db_persist=True,
                expression=models.Func("name", function="businesses_name_key"),
                help_text="The name as lists are matched by it: no case, marks or legal form.",
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex("business", models.Index(fields=["tenant", "name_key"], name="business_name_key")),
        migrations.AddField(
            "businessidentifier",
            "fingerprint",
            models.BigIntegerField(
                editable=False,
                help_text="Digest of the list's row as it came: the same again is not read again.",
                null=True,
            ),
        ),
        # Imports that began before this took their rows at once.
        migrations.AddField("importbatch", "phase", models.CharField(choices=PHASES, default="take", max_length=10)),
        migrations.AlterField("importbatch", "phase", models.CharField(choices=PHASES, default="check", max_length=10)),
        migrations.AddField(
            "importbatch",
            "workbook_path",
            models.CharField(
                blank=True,
                default="",
                help_text="The uploaded workbook, if it was one; below the same directory.",
                max_length=300,
            ),
        ),
        migrations.AddField(
            "importbatch",
            "sheets",
            models.JSONField(default=list, help_text="Of a workbook: [name, rows] of each sheet."),
        ),
        migrations.AddField(
            "importbatch",
            "sheet",
            models.CharField(blank=True, default="", help_text="The sheet that is read.", max_length=100),
        ),
        migrations.AddField(
            "importbatch",
            "matched_policy",
            models.CharField(
                choices=[
                    ("fill", "Use the known business, and fill in what is empty there"),
                    ("link", "Use the known business as it is"),
                    ("add", "Add it again as a new business"),
                ],
                default="fill",
                max_length=4,
            ),
        ),
        migrations.AddField(
            "importbatch",
            "forecast",
            models.JSONField(
                default=dict,
                help_text="What the check of every row found: counts, examples; empty when not checked as mapped.",
            ),
        ),
        migrations.AddField(
            "importbatch",
            "undo_report",
            models.JSONField(default=dict, help_text="What undoing would do, or did: counts and examples."),
        ),
        migrations.AddField("importbatch", "undone_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "importbatch",
            "undone_by",
            bizworks.tenancy.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.staffmember",
            ),
        ),
        migrations.AddField(
            "importbatch",
            "rows_matched",
            models.IntegerField(default=0, help_text="Of a business another source brought: linked to it."),
        ),
        migrations.AddField(
            "importbatch",
            "rows_doubtful",
            models.IntegerField(default=0, help_text="New ones that resemble a known business: to be reviewed."),
        ),
        SecureTenantTable("ImportBatch", fields_only=("undone_by",)),
        migrations.CreateModel(
            name="ImportEffect",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant", "batch", "row_number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("row_number", models.IntegerField()),
                ("effect", models.CharField(choices=EFFECTS, max_length=10)),
                ("business_number", models.BigIntegerField()),
                (
                    "version",
                    models.IntegerField(help_text="The version of the business that this row left behind."),
                ),
                (
                    "before",
                    models.JSONField(help_text="Of a changed or matched one: the values before, by table.", null=True),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "Stands"), ("undone", "Undone"), ("kept", "Left alone")],
                        default="",
                        max_length=6,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", help_text="Why undoing left it alone.", max_length=300),
                ),
                (
                    "batch",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="effects",
                        to="businesses.importbatch",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={"ordering": ["row_number"], "abstract": False, "base_manager_name": "objects"},
        ),
        SecureTenantTable("ImportEffect", audited=False, own_key=True),
    ]
