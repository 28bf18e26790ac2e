from django.db import migrations, models


def to_results(apps, schema_editor):
    """What is shown of the test part depends on the kind of data; a confusion matrix is one of it."""
    ModelVersion = apps.get_model("registry", "ModelVersion")
    for model in ModelVersion.objects.exclude(confusion=[]).iterator():
        model.results = {"confusion": model.confusion}
        model.save(update_fields=["results"])
    ModelVersion.objects.filter(problem="few_images").update(problem="few_items")


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.RenameField("modelversion", "parity_images", "compared"),
        migrations.AddField("modelversion", "results", models.JSONField(default=dict)),
        migrations.RunPython(to_results, migrations.RunPython.noop),
        migrations.RemoveField("modelversion", "confusion"),
    ]
