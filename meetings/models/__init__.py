"""Where it was discussed, and what is being done about it."""

from .discussions import (
    Conclusion,
    ConclusionMandate,
    ConclusionSource,
    Meeting,
    MeetingConvener,
    MeetingLine,
    MeetingSource,
    Question,
    QuestionForum,
    QuestionSource,
    Submission,
    SubmissionSource,
)
from .reminders import Reminder
from .tasks import (
    Progress,
    ProgressEvidence,
    Task,
    TaskAssignee,
    TaskLine,
    TaskMove,
    TaskOrganisation,
    TaskSource,
)

__all__ = [
    "Conclusion",
    "ConclusionMandate",
    "ConclusionSource",
    "Meeting",
    "MeetingConvener",
    "MeetingLine",
    "MeetingSource",
    "Progress",
    "ProgressEvidence",
    "Question",
    "QuestionForum",
    "QuestionSource",
    "Reminder",
    "Submission",
    "SubmissionSource",
    "Task",
    "TaskAssignee",
    "TaskLine",
    "TaskMove",
    "TaskOrganisation",
    "TaskSource",
]
