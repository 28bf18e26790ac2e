from django.db import migrations


def by_kind_of_data(apps, schema_editor):
    """A space names the kind of data that it is for; whether it is of architectures, it says itself."""
    apps.get_model("runs", "SearchSpace").objects.filter(kind="architectures").update(kind="images")


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_architectures")]

    operations = [migrations.RunPython(by_kind_of_data, migrations.RunPython.noop)]
