"""Plain factories: a published record of each kind with as little as it needs; each is written in an act of its own."""

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from action_lines import models as lines
from mandates import models as mandates
from meetings import models as meetings
from reports import models as reports
from wsis_tracker.register.changes import act


class RecordFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with act(reason="made by a test"):
            return super()._create(model_class, *args, **kwargs)


class PublishedFactory(RecordFactory):
    class Meta:
        abstract = True

    visibility = "published"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = settings.AUTH_USER_MODEL

    username = factory.Sequence("user-{}".format)
    is_staff = True


class OrganisationFactory(PublishedFactory):
    class Meta:
        model = mandates.Organisation

    slug = factory.Sequence("organisation-{}".format)
    acronym = factory.Sequence("ORG-{}".format)
    name = factory.Sequence(lambda n: {"en": f"Organisation number {n}"})
    kind = "agency"


class PersonFactory(PublishedFactory):
    class Meta:
        model = mandates.Person

    slug = factory.Sequence("person-{}".format)
    name = factory.Sequence("Person {}".format)


class AppointmentFactory(PublishedFactory):
    class Meta:
        model = mandates.Appointment

    slug = factory.Sequence("appointment-{}".format)
    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    office = "chair"
    valid_from = "2002"
    date_basis = "printed"


class DocumentFactory(PublishedFactory):
    class Meta:
        model = mandates.Document

    slug = factory.Sequence("document-{}".format)
    symbol = factory.Sequence("C77/{}".format)
    title = factory.Sequence(lambda n: {"en": f"Document number {n}"})
    kind = "report"
    dated_on = "2005-06-01"
    date_basis = "printed"


class ProvisionFactory(RecordFactory):
    class Meta:
        model = mandates.Provision

    slug = factory.LazyAttribute(lambda o: f"{o.document.slug}-{o.label}")
    document = factory.SubFactory(DocumentFactory)
    position = factory.Sequence(lambda n: n + 1)
    label = factory.LazyAttribute(lambda o: f"para-{o.position}")
    gist = "A paragraph says something."


class RelationFactory(PublishedFactory):
    class Meta:
        model = mandates.Relation

    slug = factory.Sequence("relation-{}".format)
    document = factory.SubFactory(DocumentFactory)
    target = factory.SubFactory(DocumentFactory)
    kind = "amends"
    valid_from = "2005-06-01"
    date_basis = "printed"


class MandateFactory(PublishedFactory):
    class Meta:
        model = mandates.Mandate

    slug = factory.Sequence("mandate-{}".format)
    action = factory.Sequence("Do the thing number {}".format)
    made_in = factory.SubFactory(ProvisionFactory)
    nature = "new-task"
    modality = "instructs"
    valid_from = "2005-06-01"
    date_basis = "printed"


class MentionFactory(PublishedFactory):
    class Meta:
        model = mandates.Mention

    slug = factory.Sequence("mention-{}".format)
    provision = factory.SubFactory(ProvisionFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class FigureFactory(PublishedFactory):
    class Meta:
        model = mandates.Figure

    slug = factory.Sequence("figure-{}".format)
    of = factory.Sequence("things of kind {}".format)
    value = 7
    dated_on = "2005-06-01"
    date_basis = "printed"


class ActionLineFactory(PublishedFactory):
    class Meta:
        model = lines.ActionLine

    slug = factory.Sequence("x{}".format)
    code = factory.Sequence("X{}".format)
    title = factory.Sequence(lambda n: {"en": f"Action line number {n}"})
    position = factory.Sequence(lambda n: 100 + n)
    dated_on = "2003-12-12"
    date_basis = "printed"


class RoleFactory(PublishedFactory):
    class Meta:
        model = lines.Role

    slug = factory.Sequence("role-{}".format)
    organisation = factory.SubFactory(OrganisationFactory)
    action_line = factory.SubFactory(ActionLineFactory)
    kind = "partner"
    claimant = factory.SubFactory(OrganisationFactory)
    made_in = factory.SubFactory(ProvisionFactory)
    valid_from = "2005-06-01"
    date_basis = "printed"


class ActivityFactory(PublishedFactory):
    class Meta:
        model = lines.Activity

    slug = factory.Sequence("activity-{}".format)
    kind = "stocktaking-entry"
    number = factory.Sequence("{}".format)
    title = factory.Sequence("Activity number {}".format)
    action_line = factory.SubFactory(ActionLineFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    dated_on = "2005-06-01"
    date_basis = "printed"


class MeetingFactory(PublishedFactory):
    class Meta:
        model = meetings.Meeting

    slug = factory.Sequence("meeting-{}".format)
    title = factory.Sequence(lambda n: {"en": f"Meeting number {n}"})
    kind = "workshop"
    held_from = "2005-06-01"
    held_to = "2005-06-02"
    date_basis = "printed"


class SubmissionFactory(PublishedFactory):
    class Meta:
        model = meetings.Submission

    slug = factory.Sequence("submission-{}".format)
    document = factory.SubFactory(DocumentFactory)
    meeting = factory.SubFactory(MeetingFactory)
    dated_on = "2005-06-01"
    date_basis = "meeting"


class ConclusionFactory(PublishedFactory):
    class Meta:
        model = meetings.Conclusion

    slug = factory.Sequence("conclusion-{}".format)
    meeting = factory.SubFactory(MeetingFactory)
    item = factory.Sequence("item {}".format)
    text = "The meeting concluded something."
    provision = factory.SubFactory(ProvisionFactory)
    concluded_by = factory.SubFactory(OrganisationFactory)
    dated_on = "2005-06-02"
    date_basis = "meeting"


class QuestionFactory(PublishedFactory):
    class Meta:
        model = meetings.Question

    slug = factory.Sequence("question-{}".format)
    number = factory.Sequence(lambda n: n + 1)
    text = "What is to be done?"
    meeting = factory.SubFactory(MeetingFactory)
    dated_on = "2005-06-01"
    date_basis = "meeting"


class TaskFactory(PublishedFactory):
    """A task that was opened on `opened_on`; without that day it has no move yet."""

    class Meta:
        model = meetings.Task

    slug = factory.Sequence("task-{}".format)
    title = factory.Sequence("Task number {}".format)
    opened_on = "2005-06-01"

    @classmethod
    def _create(cls, model_class, *args, opened_on, **kwargs):
        with act(reason="made by a test"):
            task = super()._create(model_class, *args, **kwargs)
            if opened_on:
                task.move_to("open", on=opened_on)
            return task


class ProgressFactory(PublishedFactory):
    class Meta:
        model = meetings.Progress

    slug = factory.Sequence("progress-{}".format)
    task = factory.SubFactory(TaskFactory)
    on = "2005-07-01"
    text = "Something was done."


class RulingFactory(PublishedFactory):
    class Meta:
        model = reports.Ruling

    slug = factory.Sequence("ruling-{}".format)
    subject = "role-itu-c7"
    weighed = ["a", "b"]
    stands = ["a"]
    reason = "The later text prevails."
    by = factory.SubFactory(UserFactory)
    ruled_on = "2006-06-01"


class ReportFactory(PublishedFactory):
    class Meta:
        model = reports.Report

    slug = factory.Sequence("report-{}".format)
    title = factory.Sequence(lambda n: {"en": f"Report number {n}"})
    kind = "annual"
    covers_from = "2005"
    covers_to = "2005"
    day = "2005-12-31"
