# Indexes and constraints stand with their tables, so that it runs quicker.

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audits', '0007_actions_of_audits'),
        ('people', '0002_daily_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
        ('standards', '0003_calendar_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlindRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('pool', models.JSONField(help_text='the ids of the extracts that were drawn from')),
                ('seed', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('shown_at', models.DateTimeField(blank=True, help_text='both had finished', null=True)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blind_rounds', to='people.council')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-number',),
                'constraints': [models.UniqueConstraint(fields=('council', 'number'), name='blind_round_number_once'), models.CheckConstraint(condition=models.Q(('first', models.F('second')), _negated=True), name='blind_round_two_people')],
            },
        ),
        migrations.CreateModel(
            name='BlindRoundEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('pool', models.JSONField(help_text='the ids of the extracts that were drawn from')),
                ('seed', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('shown_at', models.DateTimeField(blank=True, help_text='both had finished', null=True)),
                ('council', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.council')),
                ('first', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learning.blindround')),
                ('second', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Extract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('audit', 'Audits'), ('moderation', 'Moderation'), ('meeting', 'Meetings about a grade'), ('panel', 'Panels'), ('reply', 'Feedback'), ('summary', 'Summaries of feedback'), ('impact', 'Impact of actions'), ('loop', 'Closing the loop')], max_length=12)),
                ('source_id', models.BigIntegerField()),
                ('place', models.CharField(blank=True, max_length=80)),
                ('month', models.DateField(help_text='first day of the month that it counts for')),
                ('grade', models.SlugField(blank=True, help_text="the audit's when it was found", max_length=40)),
                ('kind', models.CharField(blank=True, choices=[('strength', 'Strength'), ('develop', 'To develop'), ('barrier', 'Barrier'), ('difference', 'Difference made'), ('said', 'What people say')], max_length=12)),
                ('found_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=0)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('quotation', models.CharField(blank=True, max_length=500)),
                ('quoted_at', models.DateTimeField(blank=True, null=True)),
                ('audit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='extracts', to='audits.audit')),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extracts', to='people.council')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('quoted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='standards.frameworkversion')),
            ],
            options={
                'ordering': ('-month', 'id'),
                'indexes': [models.Index(fields=['council', '-month', 'id'], name='learning_ex_council_93c2dc_idx'), models.Index(condition=models.Q(('done_at', None)), fields=['council', '-month', 'id'], name='extract_waiting')],
                'constraints': [models.UniqueConstraint(fields=('source', 'source_id', 'place'), name='extract_once'), models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('done_by', None)), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='extract_done_by_and_at'), models.CheckConstraint(condition=models.Q(models.Q(('quotation', ''), ('quoted_at', None), ('quoted_by', None)), models.Q(models.Q(('quotation', ''), _negated=True), ('quoted_at__isnull', False), ('quoted_by__isnull', False)), _connector='OR'), name='quotation_has_writer')],
            },
        ),
        migrations.CreateModel(
            name='ExtractEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(choices=[('audit', 'Audits'), ('moderation', 'Moderation'), ('meeting', 'Meetings about a grade'), ('panel', 'Panels'), ('reply', 'Feedback'), ('summary', 'Summaries of feedback'), ('impact', 'Impact of actions'), ('loop', 'Closing the loop')], max_length=12)),
                ('source_id', models.BigIntegerField()),
                ('place', models.CharField(blank=True, max_length=80)),
                ('month', models.DateField(help_text='first day of the month that it counts for')),
                ('grade', models.SlugField(blank=True, db_index=False, help_text="the audit's when it was found", max_length=40)),
                ('kind', models.CharField(blank=True, choices=[('strength', 'Strength'), ('develop', 'To develop'), ('barrier', 'Barrier'), ('difference', 'Difference made'), ('said', 'What people say')], max_length=12)),
                ('found_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=0)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('quotation', models.CharField(blank=True, max_length=500)),
                ('quoted_at', models.DateTimeField(blank=True, null=True)),
                ('audit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='audits.audit')),
                ('council', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.council')),
                ('done_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learning.extract')),
                ('quoted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.orgunit')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='standards.frameworkversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Gathered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('council', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.council')),
            ],
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('used', 'In use'), ('new', 'New tag'), ('retired', 'No longer used'), ('merged', 'Merged')], default='new', max_length=10)),
                ('from_framework', models.BooleanField(default=False)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='themes', to='people.council')),
                ('into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='learning.theme')),
            ],
            options={
                'ordering': ('label',),
                'constraints': [models.UniqueConstraint(models.F('council'), django.db.models.functions.text.Lower('label'), name='theme_label_once'), models.CheckConstraint(condition=models.Q(models.Q(('into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('into', None)), _connector='OR'), name='merged_theme_has_another')],
            },
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.FloatField()),
                ('extract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='learning.extract')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='learning.theme')),
            ],
            options={
                'ordering': ('-score', 'id'),
                'constraints': [models.UniqueConstraint(fields=('extract', 'theme'), name='suggestion_once')],
            },
        ),
        migrations.CreateModel(
            name='ThemeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('label', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('used', 'In use'), ('new', 'New tag'), ('retired', 'No longer used'), ('merged', 'Merged')], default='new', max_length=10)),
                ('from_framework', models.BooleanField(default=False)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('council', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.council')),
                ('into', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learning.theme')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learning.theme')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('coded', models.PositiveIntegerField()),
                ('themes', models.PositiveIntegerField(help_text='how many could be suggested')),
                ('council', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.council')),
            ],
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('workshop', 'Workshop'), ('briefing', 'Briefing'), ('note', 'Practice note'), ('supervision', 'Focus of supervision'), ('conference', 'Conference'), ('policy', 'Change of policy')], max_length=12)),
                ('held_on', models.DateField()),
                ('invited', models.PositiveIntegerField(blank=True, null=True)),
                ('attended', models.PositiveIntegerField(blank=True, null=True)),
                ('measure', models.CharField(choices=[('develop', 'To develop: fewer audits should say so'), ('strength', 'A strength: more audits should say so')], default='develop', max_length=10)),
                ('months', models.PositiveSmallIntegerField(default=3)),
                ('note', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField()),
                ('form_token', models.UUIDField(blank=True, null=True, unique=True)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='people.council')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
                ('themes', models.ManyToManyField(related_name='activities', to='learning.theme')),
            ],
            options={
                'verbose_name_plural': 'activities',
                'ordering': ('-held_on', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('invited', None), ('attended', None), ('attended__lte', models.F('invited')), _connector='OR'), name='no_more_attended_than_invited'), models.CheckConstraint(condition=models.Q(('months__gte', 1), ('months__lte', 12)), name='months_of_an_activity')],
            },
        ),
        migrations.CreateModel(
            name='ActivityEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('workshop', 'Workshop'), ('briefing', 'Briefing'), ('note', 'Practice note'), ('supervision', 'Focus of supervision'), ('conference', 'Conference'), ('policy', 'Change of policy')], max_length=12)),
                ('held_on', models.DateField()),
                ('invited', models.PositiveIntegerField(blank=True, null=True)),
                ('attended', models.PositiveIntegerField(blank=True, null=True)),
                ('measure', models.CharField(choices=[('develop', 'To develop: fewer audits should say so'), ('strength', 'A strength: more audits should say so')], default='develop', max_length=10)),
                ('months', models.PositiveSmallIntegerField(default=3)),
                ('note', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField()),
                ('form_token', models.UUIDField(blank=True, null=True)),
                ('council', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.council')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learning.activity')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.orgunit')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BlindItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveIntegerField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='learning.blindround')),
                ('extract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blind_items', to='learning.extract')),
            ],
            options={
                'ordering': ('order',),
                'constraints': [models.UniqueConstraint(fields=('round', 'extract'), name='blind_item_once'), models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('extract',), name='in_one_open_round')],
            },
        ),
        migrations.CreateModel(
            name='BlindSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('codes', models.JSONField(default=list, help_text='[theme id, kind] pairs')),
                ('at', models.DateTimeField()),
                ('coder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sheets', to='learning.blinditem')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'coder'), name='blind_sheet_once')],
            },
        ),
        migrations.CreateModel(
            name='Coding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('strength', 'Strength'), ('develop', 'To develop'), ('barrier', 'Barrier'), ('difference', 'Difference made'), ('said', 'What people say')], max_length=12)),
                ('at', models.DateTimeField()),
                ('coder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('extract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codings', to='learning.extract')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='learning.theme')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['theme', 'kind'], name='learning_co_theme_i_505fee_idx')],
                'constraints': [models.UniqueConstraint(fields=('extract', 'theme', 'kind'), name='coding_once')],
            },
        ),
        migrations.CreateModel(
            name='CodingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('strength', 'Strength'), ('develop', 'To develop'), ('barrier', 'Barrier'), ('difference', 'Difference made'), ('said', 'What people say')], max_length=12)),
                ('at', models.DateTimeField()),
                ('coder', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learning.coding')),
                ('extract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learning.extract')),
                ('theme', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learning.theme')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activityevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f1f3726a708d088c79ff5ba108ca6f48c27f4a41', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d16e2', table='learning_activityevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='blindround',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "learning_blindroundevent" ("council_id", "first_id", "id", "made_at", "made_by_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pool", "second_id", "seed", "shown_at") VALUES (NEW."council_id", NEW."first_id", NEW."id", NEW."made_at", NEW."made_by_id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pool", NEW."second_id", NEW."seed", NEW."shown_at"); RETURN NULL;', hash='27f4ce698f96c11600b5223fa07857a2cd4eb3a5', operation='INSERT', pgid='pgtrigger_insert_insert_1af84', table='learning_blindround', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='blindround',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "learning_blindroundevent" ("council_id", "first_id", "id", "made_at", "made_by_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pool", "second_id", "seed", "shown_at") VALUES (NEW."council_id", NEW."first_id", NEW."id", NEW."made_at", NEW."made_by_id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pool", NEW."second_id", NEW."seed", NEW."shown_at"); RETURN NULL;', hash='197c9e0855227fc3260552ba7aa646cb117e058a', operation='UPDATE', pgid='pgtrigger_update_update_fb7b8', table='learning_blindround', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='blindroundevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3f08067a659b139305bc1f6e091f0d72ab15b277', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_31d90', table='learning_blindroundevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='extract',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "learning_extractevent" ("audit_id", "council_id", "done_at", "done_by_id", "found_at", "grade", "id", "kind", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "quotation", "quoted_at", "quoted_by_id", "revision", "source", "source_id", "unit_id", "version_id") VALUES (NEW."audit_id", NEW."council_id", NEW."done_at", NEW."done_by_id", NEW."found_at", NEW."grade", NEW."id", NEW."kind", NEW."month", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."quotation", NEW."quoted_at", NEW."quoted_by_id", NEW."revision", NEW."source", NEW."source_id", NEW."unit_id", NEW."version_id"); RETURN NULL;', hash='97f49d9c3105808ca2d909eb4aff911c234aed66', operation='INSERT', pgid='pgtrigger_insert_insert_1b8f6', table='learning_extract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='extract',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "learning_extractevent" ("audit_id", "council_id", "done_at", "done_by_id", "found_at", "grade", "id", "kind", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "quotation", "quoted_at", "quoted_by_id", "revision", "source", "source_id", "unit_id", "version_id") VALUES (NEW."audit_id", NEW."council_id", NEW."done_at", NEW."done_by_id", NEW."found_at", NEW."grade", NEW."id", NEW."kind", NEW."month", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."quotation", NEW."quoted_at", NEW."quoted_by_id", NEW."revision", NEW."source", NEW."source_id", NEW."unit_id", NEW."version_id"); RETURN NULL;', hash='095f0903a689fdf0a38b0dce0a413704cd28c0fe', operation='UPDATE', pgid='pgtrigger_update_update_88577', table='learning_extract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='extractevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='94d85c2d389600040d1c2201071bea5c7dd8ba30', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b5d34', table='learning_extractevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='theme',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "learning_themeevent" ("added_at", "added_by_id", "council_id", "from_framework", "id", "into_id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."added_at", NEW."added_by_id", NEW."council_id", NEW."from_framework", NEW."id", NEW."into_id", NEW."label", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state"); RETURN NULL;', hash='ca09006dafe45dc850ce5eff3060b0a3d2b5c168', operation='INSERT', pgid='pgtrigger_insert_insert_781e2', table='learning_theme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='theme',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "learning_themeevent" ("added_at", "added_by_id", "council_id", "from_framework", "id", "into_id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."added_at", NEW."added_by_id", NEW."council_id", NEW."from_framework", NEW."id", NEW."into_id", NEW."label", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state"); RETURN NULL;', hash='3b91e6ba0f58155ca4284c6a0bbfcda4a9c3238f', operation='UPDATE', pgid='pgtrigger_update_update_42b4d', table='learning_theme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='codingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='73caa98f1860ac32ad1f6a438fe19ba55271a52e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_47266', table='learning_codingevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coding',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "learning_codingevent" ("at", "coder_id", "extract_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "theme_id") VALUES (NEW."at", NEW."coder_id", NEW."extract_id", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."theme_id"); RETURN NULL;', hash='c6ce03fb45c95eb4ae5c7d3da1dad2d09ddbf466', operation='INSERT', pgid='pgtrigger_insert_insert_69e21', table='learning_coding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coding',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "learning_codingevent" ("at", "coder_id", "extract_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "theme_id") VALUES (NEW."at", NEW."coder_id", NEW."extract_id", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."theme_id"); RETURN NULL;', hash='b3c7bfdf69791dd1db4e7df5eb7729f79b2cf0fa', operation='UPDATE', pgid='pgtrigger_update_update_7484c', table='learning_coding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activity',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "learning_activityevent" ("attended", "council_id", "form_token", "held_on", "id", "invited", "kind", "measure", "months", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "title", "unit_id") VALUES (NEW."attended", NEW."council_id", NEW."form_token", NEW."held_on", NEW."id", NEW."invited", NEW."kind", NEW."measure", NEW."months", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."title", NEW."unit_id"); RETURN NULL;', hash='a7553a14733d2473e8df545909d571edf1d0da0b', operation='INSERT', pgid='pgtrigger_insert_insert_fadb5', table='learning_activity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activity',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "learning_activityevent" ("attended", "council_id", "form_token", "held_on", "id", "invited", "kind", "measure", "months", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "title", "unit_id") VALUES (NEW."attended", NEW."council_id", NEW."form_token", NEW."held_on", NEW."id", NEW."invited", NEW."kind", NEW."measure", NEW."months", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."title", NEW."unit_id"); RETURN NULL;', hash='be7d21f8676bc59a027bfb0af4479e43b147b8b0', operation='UPDATE', pgid='pgtrigger_update_update_dcf17', table='learning_activity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='themeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d29929eea8f63061bc7460ebbf76acf10fb79886', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_beeac', table='learning_themeevent', when='BEFORE')),
        ),
    ]
