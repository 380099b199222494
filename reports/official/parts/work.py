"""Who led the Group, and how it worked."""

from action_lines.models import ActivityState
from mandates.models.organisations import Capacity, Office

from ..layout import paragraph
from ..wording import bare, call, held_from_until, listed, noun, number, phrase, sentence, sentences


def with_country(person):
    """A person by title and name, with the country where it is known."""
    return phrase(call(person), " (", call(person.country), ")") if person.country else call(person)


def officers(account, number_of):
    """Who chaired the Group, what else they were, who took their place, and how often it met."""
    told = [chaired(account, one) for one in account.offices(Office.CHAIR, Capacity.TITULAR)]
    told += [other_office(account, one) for one in account.appointments if stands_beside(account, one)]
    told += [stood_in(account, one) for one in account.offices(Office.CHAIR, Capacity.ACTING)]
    vices = account.offices(Office.VICE_CHAIR, Capacity.TITULAR)
    if vices:
        verb = "was vice-chair" if len(vices) == 1 else "were vice-chairs"
        told.append(sentence(listed([with_country(one.person) for one in vices]), f" {verb}", facts=vices))
    return paragraph(account, "officers", number_of, [*told, *met(account)])


def ended(account, appointment):
    """Whether an office had come to its end by the day."""
    return bool(appointment.valid_until) and appointment.valid_until <= account.day


def lasted(account, appointment):
    return held_from_until(appointment, account.day)


def chaired(account, appointment):
    verb = " chaired " if ended(account, appointment) else " has chaired "
    person = with_country(appointment.person)
    return sentence(person, verb, call(account.group), " ", lasted(account, appointment), facts=[appointment])


def stood_in(account, appointment):
    verb = " took the chair of " if ended(account, appointment) else " takes the chair of "
    person = with_country(appointment.person)
    group = call(account.group)
    return sentence(person, verb, group, " in the absence of the chairman, ", lasted(account, appointment), facts=[appointment])


def stands_beside(account, appointment):
    """Whether it is an office outside the Union; those within it are told with what Council concluded."""
    return appointment.organisation_id not in account.union_keys


def other_office(account, appointment):
    office = appointment.words or appointment.get_office_display()
    of = call(appointment.organisation)
    return sentence(call(appointment.person), " was " if ended(account, appointment) else " is ", office, ", ", of, facts=[appointment])


def met(account):
    """How many meetings the Group held, as one sentence or none."""
    held = account.group_meetings
    if not held:
        return []
    first, last = held[0].held_from[:4], held[-1].held_from[:4]
    years = f"in {first}" if first == last else f"from {first} to {last}"
    times = "once" if len(held) == 1 else f"{number(len(held))} times"
    return [sentence(f"The Group met {times} {years}", facts=held)]


def own_work(account, number_of):
    """What the Group itself did."""
    done = [one for one in account.activities if is_own(account, one) and one.state != ActivityState.ONGOING]
    told = []
    if done:
        told.append(sentence("The work of the Group included ", listed([titled(one) for one in done]), facts=done))
        told += [one for activity in done for one in sentences(activity.summary, facts=[activity])]
    return paragraph(account, "own-work", number_of, told)


def is_own(account, activity):
    return activity.organisation_id == account.group.pk


def titled(activity):
    """An activity by its title, within a sentence."""
    return noun(activity, bare(activity.title))
