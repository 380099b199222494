"""How pages show dates of the world, texts in several languages, and links that stay on the day asked for."""

import re
from itertools import accumulate
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from wsis_tracker.register import dates
from wsis_tracker.register.addresses import address
from wsis_tracker.register.fields import Translation
from wsis_tracker.register.words import fold
from wsis_tracker.rest.fields import API

register = template.Library()

#: The language in which the register's own summaries and the words of its sources are written.
WRITTEN_IN = "en"


def say_date(value):
    """A partial date in words: 2002, April 2006, 16 December 2005."""
    return dates.in_words(str(value))


@register.filter
def partial_date(value):
    """A day, month or year of the world, localised, readable by machines; “date unknown” without one."""
    return format_html('<time datetime="{}">{}</time>', value, say_date(value)) if value else _("date unknown")


def end_by(record, day):
    """The first day on which a record no longer holds, as far as it had come by the day asked for; else None."""
    return record.valid_until if day is None or known_by(record.valid_until, day) else None


@register.simple_tag(takes_context=True)
def period(context, record):
    """From when to when a record holds, both included, as documents print it; the register keeps the first day after."""
    until = end_by(record, context.get("day"))
    last = dates.before(until) if until else None
    if not record.valid_from and not last:
        return _("date unknown")
    if not last:
        return format_html(_("since {}"), partial_date(record.valid_from))
    if not record.valid_from:
        return format_html(_("to {}"), partial_date(last))
    return span(record.valid_from, last)


@register.inclusion_tag("pages/_period_bar.html", takes_context=True)
def period_bar(context, record, axis, kind=""):
    """The time for which a record holds, drawn on an axis; nothing where its beginning is unknown."""
    drawn = axis and record.valid_from
    return {"span": axis.span(record.valid_from, end_by(record, context.get("day"))) if drawn else None, "kind": kind}


@register.simple_tag
def span(first, last):
    """From one day or year to another, both included."""
    if last and last != first:
        return format_html(_("{} to {}"), partial_date(first), partial_date(last))
    return partial_date(first)


def in_other_language(text, code):
    info = get_language_info(code)
    direction = "rtl" if info["bidi"] else "ltr"
    return format_html('<span lang="{}" dir="{}">{}</span>', info["code"], direction, text)


@register.filter
def as_written(text):
    """A text of the register or of its sources, marked with its language where the page is in another."""
    return in_other_language(text, WRITTEN_IN) if text and get_language() != WRITTEN_IN else text


@register.filter
def translated(text):
    """A text in the reader's language; in another where there is none, which is then said."""
    code = text.shown_language
    if code is None or code == get_language():
        return str(text)
    name = get_language_info(code)["name_translated"]
    return format_html('{} <small class="fallback">({})</small>', in_other_language(text, code), name)


def in_its_language(record, shown):
    """What is shown of a record's name, marked with its language where the page is in another."""
    text = next((value for value in (getattr(record, field, None) for field in ("title", "name")) if isinstance(value, Translation)), None)
    code = (text.shown_language if text else getattr(record, "language", None)) or WRITTEN_IN
    return shown if code == get_language() else in_other_language(shown, code)


@register.filter
def name_of(record):
    """A record's name in one line."""
    return in_its_language(record, str(record))


#: How many letters of a text are shown before and after the first word sought.
AROUND = 90


def pieces_of(text, words):
    """The words of a text and what stands between them, each with whether it is one of the words sought."""
    sought = set(fold(words))
    return [(piece, bool(sought & set(fold(piece)))) for piece in re.split(r"(\w+)", text)]


def with_marks(pieces):
    return format_html_join("", "{}", ([format_html("<mark>{}</mark>", piece) if hit else piece] for piece, hit in pieces))


@register.filter
def marked(record, words):
    """A record's name in one line, the words sought marked."""
    return in_its_language(record, with_marks(pieces_of(str(record), words)))


@register.filter
def says(record, words):
    """The line of a record's text, its name apart, in which the first of the words sought stands, cut around it, all of them marked."""
    for line in record.text.splitlines():
        pieces = pieces_of(line, words)
        if line != str(record) and any(hit for _piece, hit in pieces):
            return as_written(with_marks(around_first(pieces)))
    return ""


def around_first(pieces):
    """The pieces of a text that stand around the first word sought."""
    ends = list(accumulate(len(piece) for piece, _hit in pieces))
    middle = next(end for end, (_piece, hit) in zip(ends, pieces, strict=True) if hit)
    return [piece for end, piece in zip(ends, pieces, strict=True) if abs(end - middle) < AROUND]


def with_parameters(url, **parameters):
    """`url` with more parameters before its fragment."""
    given = [(name, value) for name, value in parameters.items() if value]
    if not given:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *given])))


@register.simple_tag(takes_context=True)
def url_as_of(context, target, **parameters):
    """The address of a record, of a page by its name, or an address itself, on the day that this page shows."""
    if hasattr(target, "get_absolute_url"):
        url = target.get_absolute_url()
    else:
        url = target if target.startswith("/") else address(target)
    return with_parameters(url, **parameters, as_of=context.get("day"))


@register.simple_tag(takes_context=True)
def url_of_text(context, provision):
    """Where a paragraph can be read: on the day that this page shows, but where its document is later, as it is now."""
    day = context.get("day")
    return url_as_of(context, provision) if day and known_by(provision.document.dated_on, day) else provision.get_absolute_url()


@register.inclusion_tag("pages/_take.html", takes_context=True)
def take(context, title, collection, **asked):
    """A list to take along, on the day that this page shows, as CSV, as a spreadsheet and as data."""
    addresses = {suffix.upper(): address("download", collection, suffix) for suffix in ("csv", "xlsx")}
    addresses["JSON"] = f"{API}{collection}/"
    asked["as_of"] = context.get("day")
    return {"title": title, "addresses": [(name, with_parameters(place, **asked)) for name, place in addresses.items()]}


@register.simple_tag(takes_context=True)
def link(context, record):
    """A record's name, leading to it on the day that this page shows."""
    return format_html('<a href="{}">{}</a>', url_as_of(context, record), name_of(record)) if record else ""


@register.simple_tag(takes_context=True)
def section(context, name, title):
    """An entry of the register's menu, on the day that this page shows, marked where this page belongs to it."""
    entry = (
        '<li><a href="{}" aria-current="true">{}</a></li>'
        if context["request"].path.startswith(address(name))
        else '<li><a href="{}">{}</a></li>'
    )
    return format_html(entry, url_as_of(context, name), title)


@register.simple_tag(takes_context=True)
def page_in_languages(context):
    """This page in each language, with all that is asked of it: the language's code and own name, and the address."""
    here = context["request"].get_full_path()
    return [(code, get_language_info(code)["name_local"], translate_url(here, code)) for code, _name in settings.LANGUAGES]


@register.simple_tag(takes_context=True)
def absolute(context, path):
    return context["request"].build_absolute_uri(path)


@register.simple_tag(takes_context=True)
def tell_of_error(context):
    """Where a reader tells of an error on this page: a mail that names the page, or what the register says of errors."""
    if not settings.CONTACT:
        return f"{url_as_of(context, 'about')}#errors"
    page = context["request"].build_absolute_uri()
    return f"mailto:{settings.CONTACT}?{urlencode({'subject': page}, quote_via=quote)}"


@register.filter
def breakable(text):
    """A term whose line may break after a stroke: moderator/facilitator."""
    return format_html_join(SafeString("/<wbr>"), "{}", ([piece] for piece in str(text).split("/")))


@register.filter
def state_on(record, day):
    """The word for a record's state on a day."""
    return record.state_on(day).label


@register.filter
def late_on(task, day):
    """Whether a task was overdue on a day."""
    return task.late_on(day)


@register.filter
def known_by(date, day):
    """Whether a date had come by `day`."""
    return bool(date) and date <= str(day)


@register.filter
def ended_on(record, day):
    """Whether a record that holds for a time no longer held on `day`."""
    return known_by(record.valid_until, day)


@register.filter
def label_of(record, field):
    """What a field of a record is called, in the reader's language."""
    return getattr(record._meta.get_field(field), "verbose_name", field)


@register.filter
def amount(value):
    """A number as it is said, in the groups of the reader's language, without idle zeros after the point."""
    whole = value.to_integral_value()
    return number_format(whole if value == whole else value, force_grouping=True)


@register.filter
def value_of(mapping, key):
    """The value under a key, where the template cannot name the key."""
    return mapping.get(key)


@register.simple_block_tag
def shown(content, kind, caption):
    """A command, or the answer to it, under its caption."""
    return format_html('<figure><figcaption>{}</figcaption><pre class="{}">{}</pre></figure>', caption, kind, content)
