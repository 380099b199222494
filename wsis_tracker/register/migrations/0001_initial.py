import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False, verbose_name='at')),
                ('by', models.ForeignKey(blank=True, help_text='Empty where a command of the system acted.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('request_id', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='request')),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype', verbose_name='kind of record')),
                ('slug', models.SlugField(max_length=200, verbose_name='slug of the record')),
                ('base_version', models.DateTimeField(help_text='`updated_at` of the record when the change was made.', verbose_name='version it was made on')),
                ('fields', models.JSONField(default=dict, verbose_name='changed fields')),
                ('parts', models.JSONField(blank=True, default=dict, verbose_name='changed parts')),
                ('reason', models.TextField(verbose_name='reason')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('accepted', 'accepted'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], db_index=True, default='waiting', max_length=10, verbose_name='state')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='at')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decided_proposals', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decision_reason', models.TextField(blank=True, verbose_name='reason of the decision')),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['-at', '-pk'],
                'permissions': [('publish', 'Can publish and withdraw records, and decide on proposals')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['accepted', 'refused'])), models.Q(('decided_by', None), ('state__in', ['waiting', 'withdrawn'])), _connector='OR'), name='proposal_decision_names_who_and_when'), models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('by')), _negated=True), _connector='OR'), name='proposal_is_decided_by_another', violation_error_message='Who made the proposal cannot decide it.')],
            },
        ),
    ]
