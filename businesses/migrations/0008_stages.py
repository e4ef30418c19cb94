from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("businesses", "0007_relationships")]

    operations = []
