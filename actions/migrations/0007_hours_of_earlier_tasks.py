"""Tasks in hours from before: how many hours they were given, and which action began a row of replacements."""

from django.db import migrations

FILL = """
UPDATE actions_action
SET hours = GREATEST(1, ROUND(EXTRACT(EPOCH FROM due_at - recorded_at) / 3600))
WHERE due_at IS NOT NULL AND action_class = '';
WITH RECURSIVE found (id, first) AS (
    SELECT made.id, made.source_id
    FROM actions_action made JOIN actions_action old ON old.id = made.source_id
    WHERE made.source = 'impact' AND old.source <> 'impact'
    UNION ALL
    SELECT made.id, found.first
    FROM actions_action made JOIN found ON found.id = made.source_id
    WHERE made.source = 'impact'
)
UPDATE actions_action
SET instead_of_id = found.first
FROM found
WHERE found.id = actions_action.id;
"""


class Migration(migrations.Migration):
    dependencies = [("actions", "0006_hours_and_replacements")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
