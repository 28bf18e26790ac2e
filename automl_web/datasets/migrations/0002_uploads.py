import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_what_waits(apps, schema_editor):
    """Files that wait to be prepared become uploads of their own; of others nothing was kept."""
    Upload, Version = apps.get_model("datasets", "Upload"), apps.get_model("datasets", "Version")
    folder = Path(settings.DATA) / "uploads"
    for version in Version.objects.filter(state__in=["uploaded", "preparing"]):
        file = folder / f"{version.pk}.zip"
        if not file.is_file():
            continue
        size = file.stat().st_size
        dataset = version.dataset
        upload = Upload.objects.create(
            id=uuid.uuid4(),
            project=dataset.project,
            created_by=dataset.created_by,
            name=file.name,
            size=size,
            received=size,
        )
        file.rename(folder / str(upload.pk))
        version.source = upload
        version.save(update_fields=["source"])


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("projects", "0001_initial"),
        ("datasets", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("size", models.PositiveBigIntegerField()),
                ("received", models.PositiveBigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("touched_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "version",
            "source",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="datasets.upload"),
        ),
        migrations.AddField("version", "options", models.JSONField(default=dict)),
        migrations.AddField(
            "version",
            "parent",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="datasets.version",
            ),
        ),
        migrations.RunPython(keep_what_waits, migrations.RunPython.noop),
    ]
