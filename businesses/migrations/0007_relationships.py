from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("businesses", "0006_lists")]

    operations = []
