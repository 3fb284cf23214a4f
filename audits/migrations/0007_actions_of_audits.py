"""Actions of audits from before actions kept an edition: the edition, the worker and the auditor of their audit."""

from django.db import migrations

FILL = """
UPDATE actions_action a
SET version_id = u.version_id, worker_id = u.worker_id, auditor_id = u.auditor_id
FROM audits_audit u
WHERE a.source = 'audit' AND a.source_id = u.id AND a.version_id IS NULL
"""


def fill(apps, schema_editor):
    schema_editor.execute(FILL)


class Migration(migrations.Migration):
    dependencies = [("audits", "0006_loops"), ("actions", "0004_earlier_actions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
