"""Who speaks, and what was said."""

from .documents import (
    Document,
    DocumentAlias,
    DocumentAuthor,
    DocumentLink,
    Provision,
)
from .mandates import (
    Figure,
    FigureSource,
    Mandate,
    MandateAddressee,
    MandateSource,
    Mention,
    MentionSource,
)
from .organisations import (
    Appointment,
    AppointmentSource,
    Organisation,
    OrganisationAdmission,
    OrganisationEditor,
    OrganisationName,
    OrganisationSource,
    Person,
    PersonName,
    PersonSource,
    Phase,
)
from .relations import Relation, RelationSource

__all__ = [
    "Appointment",
    "AppointmentSource",
    "Document",
    "DocumentAlias",
    "DocumentAuthor",
    "DocumentLink",
    "Figure",
    "FigureSource",
    "Mandate",
    "MandateAddressee",
    "MandateSource",
    "Mention",
    "MentionSource",
    "Organisation",
    "OrganisationAdmission",
    "OrganisationEditor",
    "OrganisationName",
    "OrganisationSource",
    "Person",
    "PersonName",
    "PersonSource",
    "Phase",
    "Provision",
    "Relation",
    "RelationSource",
]
