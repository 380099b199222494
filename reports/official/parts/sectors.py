"""What a Sector is made of and what it does."""

from ..layout import bullets, paragraph
from ..wording import call, in_one, listed, number, phrase, sentence, the, title_of
from .actions import resource
from .inputs import told
from .mentions import held, on_line


def bodies(account, number_of, sector):
    """The Sector and its organs."""
    organs = [one for one in account.organs if account.sector_of[one.pk] == sector.pk and one.pk != sector.pk]
    named = phrase(", with ", listed([the(one) for one in organs])) if organs else ""
    return paragraph(account, f"bodies-{sector.slug}", number_of, [sentence(call(sector), " is a Sector of ", the(account.union), named)])


def roles(account, number_of, sector):
    """The claims that name the Sector as the one that carries a role."""
    claims = [one for one in account.roles if one.sector_id == sector.pk]
    found = []
    for one in claims:
        line = phrase(" on ", on_line(one)) if one.action_line else " in the implementation as a whole"
        by = phrase("In the word of ", the(one.claimant), ", ", the(account.union), f" {held(one)}")
        found.append(sentence(by, line, ", through ", call(sector), facts=[one]))
    return paragraph(account, f"roles-{sector.slug}", number_of, found)


def papers(account, number_of, sector):
    """The documents of its organs in the period."""
    found = []
    for document in account.papers_of_sectors:
        authors = [row.organisation for row in document.authors.all() if account.sector_of.get(row.organisation_id) == sector.pk]
        if authors:
            symbol = account.printed(document, str(number_of))
            title = phrase(", ", title_of(document)) if document.symbol and document.title else ""
            gist = f": {in_one(document.gist)}" if document.gist else ""
            found.append([sentence(listed([the(one) for one in authors]), " submitted ", symbol, title, gist, facts=[document])])
    return paragraph(account, f"papers-{sector.slug}", number_of, items=bullets(found))


def activities(account, number_of, sector):
    """What its organs did or announced, and how many entries of the stocktaking are theirs."""
    items = [told(one) for one in account.activities if account.sector_of.get(one.organisation_id) == sector.pk]
    entries = sum(many for key, many in account.entries.items() if account.sector_of.get(key) == sector.pk)
    closing = (
        [sentence(f"The stocktaking has {number(entries)} {'entry' if entries == 1 else 'entries'} of ", call(sector))] if entries else []
    )
    return paragraph(account, f"activities-{sector.slug}", number_of, items=bullets(items), closing=closing)


def resources(account, number_of):
    """The resources that sources name for the whole: by budget, and by financial period."""
    money = [one for one in account.figures if one.funding or one.unit]
    return paragraph(account, "resources", number_of, [resource(one) for one in money])
