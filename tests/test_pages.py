"""The public pages: each address answers, on any day and in every language, and says what it shows."""

import re
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from action_lines.models import ActionLine
from mandates.models import Document, DocumentAlias, Mandate, Organisation, OrganisationName, Provision
from mandates.sources import Source
from meetings.models import Meeting, Task, TaskSource
from reports.coverage import coverage
from reports.discrepancies import source_models
from reports.models import Report
from wsis_tracker import drawn
from wsis_tracker.register.changes import act

from . import factories

pytestmark = pytest.mark.django_db

ADDRESSES = """
/ /action-lines/ /action-lines/c7/ /matrix/ /timeline/ /documents/ /documents/wg-wsis-report-2002-2006/ /mandates/ /organisations/
/organisations/wg-wsis/ /people/ /meetings/ /meetings/wg-wsis-9/ /tasks/ /activities/ /discrepancies/ /reports/
/reports/wg-wsis-2002-2006/ /reports/wg-wsis-2002-2006/text/
/search/ /search/?q=stocktaking /about/ /accessibility/ /meetings/calendar/ /timeline/?from=2003&to=2003
/documents/council-res-1222/ /tasks/final-report-to-pp-06/ /mandates/wg-wsis-continue-pp-dec-8/ /using-the-api/
/monitoring/ /monitoring/?sector=itu&quiet_days=30 /monitoring/coverage/ /monitoring/mentions/
""".split()
LISTS = """
action-lines documents mandates organisations people meetings tasks activities discrepancies reports
monitoring monitoring/coverage monitoring/mentions
""".split()


@pytest.fixture
def get(client):
    def get(address, **params):
        return client.get(address, params or None, headers={"host": "localhost"})

    return get


@pytest.fixture
def text(get):
    """What a reader sees at an address, without the markup."""

    def text(address, **params):
        response = get(address, **params)
        assert response.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main(response).replace("<wbr>", ""))).replace(" ,", ",")

    return text


def main(response):
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")]


@pytest.mark.parametrize("language", ["", "/ar", "/zh-hans", "/fr", "/ru", "/es"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_answers_in_every_language(get, language, address):
    response = get(language + address)
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language.strip("/") or "en"}" dir="{"rtl" if language == "/ar" else "ltr"}"' in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize("address", [a for a in ADDRESSES if "?" not in a])
def test_every_page_of_facts_can_be_asked_as_of_a_day(get, address):
    html = main(get(address, as_of="2006-05-01"))
    if address != "/about/":
        assert "1 May 2006" in html
        assert 'href="?"' in html or f'href="{address}"' in html


def test_links_stay_on_the_day_and_in_the_language(get):
    html = get("/fr/action-lines/c7/", as_of="2005-12-01").content.decode()
    assert 'href="/fr/organisations/itu/?as_of=2005-12-01"' in html
    assert 'href="/fr/documents/council-res-1244/?as_of=2005-12-01#annex"' in html


def test_a_source_of_a_later_day_leads_to_its_paragraph_as_it_is_now(get):
    html = get("/action-lines/c7/", as_of="2005-12-01").content.decode()
    assert 'href="/documents/wg-wsis-report-2002-2006/#footnote"' in html
    assert "wg-wsis-report-2002-2006/?as_of" not in html


@pytest.mark.parametrize("day", ["0001-01-01", "1000-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "address", ["/", "/action-lines/c7/", "/matrix/", "/timeline/", "/meetings/calendar/", "/documents/council-res-1222/"]
)
def test_any_day_can_be_asked(get, address, day):
    page, _mark, asked = address.partition("?")
    assert get(page, **dict(parse_qsl(asked)), as_of=day).status_code == 200


def test_the_other_languages_keep_what_was_asked(get):
    html = get("/documents/", kind="resolution", as_of="2005-12-01").content.decode()
    assert 'href="/ru/documents/?kind=resolution&amp;as_of=2005-12-01" hreflang="ru"' in html
    assert 'rel="alternate" hreflang="es" href="http://localhost/es/documents/?kind=resolution&amp;as_of=2005-12-01"' in html


def test_a_title_in_another_language_says_so(get):
    html = get("/fr/documents/geneva-plan-of-action/").content.decode()
    assert '<span lang="en" dir="ltr">Geneva Plan of Action</span> <small class="fallback">(anglais)</small>' in html


@pytest.mark.parametrize(
    "address,day,words",
    [
        ("/documents/wg-wsis-report-2002-2006/", "2004-01-01", "On 1 January 2004 this was not there yet"),
        ("/mandates/wg-wsis-continue-pp-dec-8/", "2010-01-01", "On 1 January 2010 this held no longer"),
    ],
)
def test_a_record_that_was_not_there_on_the_day_says_so_and_nothing_else(text, address, day, words):
    page = text(address, as_of=day)
    assert words in page
    assert "Paragraphs" not in page
    assert "Nature" not in page


def test_a_record_without_a_date_says_so_and_nothing_else(text):
    document = factories.DocumentFactory(dated_on=None, date_basis="")
    page = text(document.get_absolute_url(), as_of="2004-01-01")
    assert "No date of this is known" in page
    assert "left out" not in page


def test_drafts_around_a_published_mandate_are_nowhere(get, text):
    mandate = factories.MandateFactory()
    draft, later = factories.ConclusionFactory(visibility="draft", text="Hidden words"), factories.ConclusionFactory(text="Later words")
    line = factories.ActionLineFactory(visibility="draft", code="C99")
    with act(reason="around it"):
        for conclusion in (draft, later):
            conclusion.mandates.create(mandate=mandate)
        line.mandates.create(mandate=mandate)
    address = mandate.get_absolute_url()
    assert "Later words" in text(address)
    for hidden in ("Hidden words", "C99"):
        assert hidden not in text(address)
    assert "Later words" not in text(address, as_of="2004-01-01")


def test_a_cancellation_to_come_is_not_told(text):
    meeting = factories.MeetingFactory(held_from="2006-05-01", held_to="2006-05-02", announced_on="2006-01", cancelled_on="2006-04-01")
    page = text(meeting.get_absolute_url(), as_of="2006-03-01")
    assert "planned" in page
    assert "Cancelled" not in page
    assert str(meeting) in text("/", as_of="2006-03-01")
    assert "Cancelled" in text(meeting.get_absolute_url(), as_of="2006-04-01")


def test_a_period_is_said_with_both_ends_included_as_documents_print_it(text):
    factories.AppointmentFactory(organisation=(body := factories.OrganisationFactory()), valid_from="2002", valid_until="2006-04")
    assert "2002 to March 2006" in text(body.get_absolute_url())


def test_what_is_late_is_called_overdue(text):
    task = factories.TaskFactory(opened_on="2005-06-01")
    with act(reason="a date"):
        task.move_to("in-progress", on="2005-07-01", due_on="2005-12-31")
    assert "overdue" not in text(task.get_absolute_url(), as_of="2005-12-31")
    assert "overdue" in text(task.get_absolute_url(), as_of="2006-01-01")


def test_a_request_for_another_host_is_refused_in_words(client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "cannot be read" in response.content.decode()


@pytest.mark.parametrize(
    "address,parameter",
    [(f"/{name}/?nonsense=1", "nonsense") for name in LISTS]
    + [(f"/{name}/?as_of=2005-13-40", "as_of") for name in LISTS]
    + [
        ("/documents/?body=nobody", "body"),
        ("/documents/?kind=poem", "kind"),
        ("/documents/?limit=0", "limit"),
        ("/documents/?offset=-1", "offset"),
        ("/documents/?as_of=2005-01-01&as_of=2006-01-01", "as_of"),
        ("/documents/geneva-plan-of-action/?as_of=yesterday", "as_of"),
        ("/documents/geneva-plan-of-action/?colour=red", "colour"),
        ("/search/?q=a&collection=poems", "collection"),
        ("/search/?collection=poems", "collection"),
        ("/search/?limit=abc", "limit"),
        ("/documents/?ordering=,", "ordering"),
        ("/search/?q=a&as_of=2005", "as_of"),
        ("/matrix/?as_of=2005", "as_of"),
        ("/timeline/?as_of=2005", "as_of"),
        ("/timeline/?limit=x", "limit"),
        ("/timeline/?from=2003&from=2004", "from"),
        ("/search/?q=itu&limit=0", "limit"),
        ("/search/?q=%01x", "q"),
        ("/meetings/calendar/?year=2003&year=2004", "year"),
        ("/?as_of=2005", "as_of"),
        ("/doc/C06/7?as_of=2005", "as_of"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(get, address, parameter):
    response = get(address)
    assert response.status_code == 400
    assert f"<code>{parameter}</code>" in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/search/?q=%00", "/documents/?q=%00", "/doc/%00", "/documents/?symbol=%00", "/search/?q=" + "x" * 400]
)
def test_odd_characters_are_never_a_failure_of_ours(get, address):
    assert get(address).status_code in (400, 404)


def test_an_empty_field_of_the_form_asks_nothing(get):
    assert get("/documents/?q=&kind=&body=&phase=&as_of=").status_code == 200
    assert get("/discrepancies/?organisation=&action_line=&kind=&state=&as_of=").status_code == 200


@pytest.mark.parametrize("address", ["/nowhere/", "/documents/nowhere/", "/fr/nowhere/", "/action-lines/c99/"])
def test_an_unknown_page_is_a_page_that_says_so(get, address):
    response = get(address)
    assert response.status_code == 404
    assert ("Page inexistante" if address.startswith("/fr/") else "There is no such page") in response.content.decode()


def test_a_draft_is_nowhere(get):
    document = factories.DocumentFactory(symbol="X99/1", title={"en": "Unseen zebra"}, visibility="draft")
    task = factories.TaskFactory(title="Unseen zebra task", visibility="in-review")
    assert get(document.get_absolute_url()).status_code == 404
    assert get(task.get_absolute_url()).status_code == 404
    assert get("/doc/X99/1").status_code == 404
    for address in ("/", "/documents/?limit=1000", "/tasks/", "/timeline/?limit=1000", "/search/?q=zebra"):
        assert "zebra" not in main(get(address)).replace('value="zebra"', "")


def test_a_symbol_as_printed_leads_to_its_document(get):
    for symbol in ("C06/07", "C06/7", "c06/7-E"):
        assert get(f"/doc/{symbol}").headers["Location"] == "/documents/c06-7/"
        assert get("/search/", q=symbol).headers["Location"] == "/documents/c06-7/"
    assert get("/es/doc/C06/07", as_of="2006-05-01").headers["Location"] == "/es/documents/c06-7/?as_of=2006-05-01"


def test_a_symbol_that_may_mean_several_offers_them(get):
    response = get("/doc/Resolution 113")
    assert response.status_code == 404
    assert "/documents/pp-res-113-2002/" in response.content.decode()


def test_a_document_shows_under_each_paragraph_what_was_drawn_from_it(get):
    document = factories.DocumentFactory()
    first, second = (factories.ProvisionFactory(document=document) for _ in range(2))
    mandate = factories.MandateFactory(action="Count the zebras", made_in=first)
    task = factories.TaskFactory(title="Feed the zebras")
    hidden = factories.TaskFactory(title="Sell the zebras", visibility="draft")
    with act(reason="a test"):
        TaskSource.objects.create(record=task, provision=first, words="shall be fed")
        TaskSource.objects.create(record=hidden, provision=first)
    html = main(get(document.get_absolute_url()))
    paragraph = html[html.index(f'id="{first.label}"') : html.index(f'id="{second.label}"')]
    assert mandate.get_absolute_url() in paragraph
    assert "made here" in paragraph
    assert task.get_absolute_url() in paragraph
    assert "shall be fed" in paragraph
    assert "Sell the zebras" not in html
    assert "nothing drawn from it" not in paragraph
    assert "nothing drawn from it" in html[html.index(f'id="{second.label}"') :]


def test_every_kind_of_source_can_be_drawn_from_a_paragraph():
    assert {kind.model._meta.get_field("sources").related_model for kind in drawn.KINDS} == set(source_models())
    assert all(issubclass(model, Source) for model in source_models())


def test_what_is_drawn_from_the_report_is_read_in_one_query_and_agrees_with_its_coverage():
    report = Provision.objects.select_related("document").get(slug="wg-wsis-report-2002-2006-para-16").document
    with CaptureQueriesContext(connection) as captured:
        facts = drawn.drawn_from(report)
    assert len(captured) == 1
    assert {provision.pk for provision in coverage(report).silent}.isdisjoint(facts)
    assert coverage(report).drawn_from == len([p for p in facts if p in speaking(report)])


def speaking(document):
    from reports.coverage import SILENT

    return set(document.provisions.exclude(kind__in=SILENT).values_list("pk", flat=True))


def test_the_paragraphs_of_another_day_show_the_facts_of_that_day():
    report = Provision.objects.select_related("document").get(slug="wg-wsis-report-2002-2006-para-16").document
    held = [fact for facts in drawn.drawn_from(report, "2004-01-01").values() for fact in facts]
    assert held
    assert not [fact for fact in held if "C7" in fact.name and fact.word]


def test_the_chain_of_the_groups_resolutions_is_readable_from_each_of_its_links(get):
    chain = ["council-res-1196", "council-res-1214", "council-res-1222", "council-res-1244"]
    for slug in chain:
        html = main(get(f"/documents/{slug}/"))
        part = html[html.index('class="chain"') : html.index("</ol>")]
        places = [part.find(f"/documents/{other}/") for other in chain if other != slug]
        assert -1 not in places
        assert places == sorted(places)


@pytest.mark.parametrize(
    "day,words,absent",
    [
        ("2005-10-15", ["stakeholder"], ["co-moderator/facilitator", "partner"]),
        ("2005-12-01", ["stakeholder", "co-moderator/facilitator"], ["shared role"]),
        ("2006-05-01", ["stakeholder", "co-moderator/facilitator", "shared role", "partner"], []),
    ],
)
def test_the_page_of_c7_shows_the_claims_of_the_day(text, day, words, absent):
    page = text("/action-lines/c7/", as_of=day)
    roles = page[page.index("In the word of") :]
    assert all(word in roles for word in words)
    assert not any(word in roles for word in absent)


def test_the_discrepancy_on_c7_is_said_in_words(text):
    page = text("/action-lines/c7/", as_of="2005-12-01")
    assert "Sources differ on the part of ITU in C7 ICT Applications" in page
    assert "ITU Council says stakeholder" in page
    assert "WSIS says co-moderator/facilitator" in page


def test_the_discrepancies_of_itu_are_those_of_the_day(get):
    html = main(get("/discrepancies/", organisation="itu", as_of="2006-05-01"))
    lines = re.findall(r'<li id="role-itu-(\w+)">', html)
    assert sorted(lines, key=lambda line: int(line[1:])) == ["c1", "c3", "c4", "c6", "c7", "c11"]


@pytest.mark.parametrize("day,chair", [("2004-03-01", "Grin"), ("2006-10-01", "Minkin")])
def test_the_groups_page_names_the_chair_of_the_day(text, day, chair):
    assert chair in re.search(r"Chair on [^.]*? (Dr|Prof)[^.]*?\w+ \w*\.? ?\w+", text("/organisations/wg-wsis/", as_of=day)).group()


def test_an_organisation_bears_the_names_of_the_day(text):
    organisation = factories.OrganisationFactory()
    with act(reason="a test"):
        OrganisationName.objects.create(record=organisation, name="Herd", valid_from="2001", valid_until="2005")
        OrganisationName.objects.create(record=organisation, name="Pack", valid_from="2005")
        OrganisationName.objects.create(record=organisation, name="Flock")
    page = text(organisation.get_absolute_url(), as_of="2004-01-01")
    assert "Herd" in page
    assert "Pack" not in page
    assert "1 record is left out, because no date of it is known" in page
    assert "Flock" in text(organisation.get_absolute_url())


def test_what_has_no_date_is_left_out_of_a_day_and_counted(text):
    before = text("/documents/", as_of="2006-05-01", limit=1000)
    factories.DocumentFactory(symbol="X99/2", dated_on=None, date_basis="")
    after = text("/documents/", as_of="2006-05-01", limit=1000)
    counted = [int(re.search(r"(\d+) records? (?:is|are) left out", page).group(1)) for page in (before, after)]
    assert counted[1] == counted[0] + 1
    assert "X99/2" not in after
    assert "X99/2" in text("/documents/", limit=1000)


def test_what_the_other_filters_leave_out_is_not_counted_as_undated(text):
    before = "left out" in text("/documents/", as_of="2006-05-01", phase="geneva", kind="letter")
    factories.DocumentFactory(symbol="X99/3", dated_on=None, date_basis="", kind="letter", phase="tunis")
    assert ("left out" in text("/documents/", as_of="2006-05-01", phase="geneva", kind="letter")) == before


def test_a_matrix_without_claims_says_so(text):
    assert "No role is known for that day" in text("/matrix/", as_of="1990-01-01")


def test_a_probable_alias_is_shown_as_such(text):
    document = factories.DocumentFactory()
    with act(reason="a test"):
        DocumentAlias.objects.create(record=document, text="ZZ/1", certainty="probable")
    assert re.search(r"ZZ/1 \(? ?probable", text(document.get_absolute_url()))


def test_a_list_is_paged_and_keeps_its_filters(get):
    html = main(get("/documents/", kind="resolution", limit=5, offset=5))
    assert "6 to 10 shown" in html
    assert 'href="?kind=resolution&amp;limit=5&amp;offset=10"' in html
    assert 'href="?kind=resolution&amp;limit=5"' in html


def test_a_page_beyond_the_end_is_empty_and_no_failure(get):
    assert "Nothing fits" in main(get("/documents/", offset=100_000))


def test_pages_obey_the_strict_policy_for_content(get):
    for address in ADDRESSES:
        response = get(address)
        html = response.content.decode()
        assert not re.search(r"<style|<script|\sstyle=|\son\w+=|javascript:", html), address
        assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_every_link_of_our_own_leads_somewhere(get):
    """Every address on the main pages answers, and every anchor of the register's own pages is there."""
    pages, wanted = {}, set()
    for address in ADDRESSES:
        wanted |= set(re.findall(r'href="(/[^"]*)"', main(get(address)))) - {"/api/v1/", "/account/tokens/"}  # this needs signing in
    broken = []
    for link in sorted(wanted):
        page, _hash, anchor = link.replace("&amp;", "&").partition("#")
        if page not in pages:
            response = get(page)
            pages[page] = response.getvalue().decode(errors="replace") if response.status_code == 200 else None
        if pages[page] is None or (anchor and f'id="{anchor}"' not in pages[page]):
            broken.append(link)
    assert broken == []


def test_as_of_a_day_no_page_shows_a_later_one(get):
    """Every page of facts, and every record that there was on the day."""
    day, records = "2004-06-08", [ActionLine, Document, Mandate, Meeting, Organisation, Report, Task]
    lists = [address for address in ADDRESSES if address.count("/") == 2] + ["/search/?q=summit"]
    pages = [record.get_absolute_url() for model in records for record in model.objects.published().as_of(day)]
    assert len(pages) > 100
    for address in [*lists, *pages]:
        shown = re.findall(r'<time datetime="([^"]+)">', main(get(f"{address}{'&' if '?' in address else '?'}as_of={day}")))
        assert [date for date in shown if date > day] == [], address


def test_the_years_are_drawn_and_each_can_be_chosen(get, text):
    html = main(get("/timeline/", **{"from": "2003", "to": "2004"}))
    assert 'href="?from=2003&amp;to=2003"' in html
    assert "10 December 2003" in text("/timeline/", **{"from": "2003", "to": "2003", "limit": 1000})
    assert "2005" not in text("/timeline/", **{"from": "2003", "to": "2003"}).partition(" entries.")[2]


def test_the_chain_is_drawn_with_a_line_for_each_link(get):
    html = main(get("/documents/council-res-1222/"))
    drawing = html[html.index('<figure class="chain-drawing">') : html.index("</figure>")]
    assert drawing.count("<circle") == 6
    assert drawing.count("y2=") > 5


def test_the_matrix_names_the_claimant_of_each_claim(text):
    page = text("/matrix/", as_of="2006-05-01")
    assert "co-moderator/facilitator WSIS" in page
    assert "restates: shared role, WG-WSIS" in page


def test_a_code_or_an_acronym_leads_straight_to_its_record(get):
    for words, address in {"C7": "/action-lines/c7/", "unesco": "/organisations/unesco/", "C06/07": "/documents/c06-7/"}.items():
        assert get("/search/", q=words).headers["Location"] == address


def test_a_search_marks_the_words_and_counts_each_kind(get):
    html = main(get("/search/", q="stocktaking"))
    assert "<mark>stocktaking</mark>" in html
    assert re.search(r'href="\?q=stocktaking&amp;collection=documents">documents \(\d+\)', html)


def test_a_search_is_one_list_in_which_names_come_first_each_with_its_kind(get):
    said = factories.DocumentFactory(symbol="", title={"en": "A paper"}, gist="It tells of a long-lost pangolin.")
    task = factories.TaskFactory(title="Find the pangolin", description="The pangolin is to be found.")
    html = main(get("/search/", q="Pangolin"))
    rows = re.findall(r"<li>(<a.*?)</li>", html[html.index('<ul class="records">') : html.index('<nav class="follow"')])
    assert rows == [
        f'<a href="{task.get_absolute_url()}">Find the <mark>pangolin</mark></a> <span class="kind">task</span>'
        ' <span class="meta">The <mark>pangolin</mark> is to be found.</span>',
        f'<a href="{said.get_absolute_url()}">A paper</a> <span class="kind">document</span>'
        ' <span class="meta">It tells of a long-lost <mark>pangolin</mark>.</span>',
    ]
    assert "2 entries" in re.sub("<[^>]+>", "", html)


def test_an_excerpt_is_cut_around_the_word_sought(get):
    factories.DocumentFactory(symbol="", title={"en": "A paper"}, gist=f"begins {'word ' * 60} pangolin {'word ' * 60} ends")
    [excerpt] = re.findall(r'<span class="meta">(.*?)</span>', main(get("/search/", q="pangolin")))
    assert "<mark>pangolin</mark>" in excerpt
    assert "begins" not in excerpt
    assert "ends" not in excerpt
    assert len(excerpt) < 220


def test_a_search_can_be_followed_and_taken_along_as_it_was_asked(get):
    html = main(get("/search/", q="stocktaking", collection="documents", limit=2))
    for address in ("/search/feed.atom", "/search.csv", "/search.xlsx"):
        assert f'href="{address}?q=stocktaking&amp;collection=documents"' in html
    assert 'href="/api/v1/search/?q=stocktaking' in html


def test_discrepancies_are_sought_by_the_lines_on_which_sources_ever_differed_and_by_the_one_asked_for(get):
    offered = re.findall(r'<option value="(c\d+)"', main(get("/discrepancies/")))
    assert "c1" in offered
    assert "c9" not in offered
    assert re.search(r'<option value="c9"\s+selected>', main(get("/discrepancies/", action_line="c9")))


def test_each_choice_of_a_list_says_how_many_it_would_leave(get):
    html = main(get("/documents/", kind="resolution"))
    count = int(re.search(r"(\d+) entries", re.sub("<[^>]+>", "", html))[1])
    assert f"resolution ({count})" in html
