"""Seals the secrets of second factors that were set up before secrets were sealed."""

from django.db import migrations

from people.factors import SECRETS, closed, seal


def seal_plain(apps, schema_editor):
    """Seal what is plain with the newest key of QA_DATA_KEYS; what is sealed stays as it is."""
    rows = apps.get_model("mfa", "Authenticator").objects.filter(data__has_any_keys=list(SECRETS))
    for row in rows.order_by("pk").iterator(chunk_size=200):
        plain = {
            name: row.data[name]
            for name in SECRETS
            if row.data.get(name) and closed(row.data[name]) is None
        }
        if plain:
            row.data = row.data | {name: seal(text) for name, text in plain.items()}
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_sign_in_and_reviews"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal_plain, migrations.RunPython.noop)]
