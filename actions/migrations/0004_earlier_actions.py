"""Actions from before the tracker: when they were opened, and whose team they are about."""

from django.db import migrations

FILL = """
UPDATE actions_action
SET opened_on = (recorded_at AT TIME ZONE 'Europe/London')::date,
    set_on = (recorded_at AT TIME ZONE 'Europe/London')::date
WHERE state = 'open' AND opened_on IS NULL;
UPDATE actions_action
SET unit_id = cases_casefile.unit_id
FROM cases_casefile
WHERE cases_casefile.id = actions_action.case_id AND actions_action.unit_id IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("actions", "0003_tracker")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
