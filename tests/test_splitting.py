"""A pasted text is split into numbered provisions, which a person sees before they are made."""

import pytest

from mandates.models import Document, Provision
from mandates.splitting import in_order, positions, split
from tests.factories import DocumentFactory, ProvisionFactory
from tests.forms import address
from wsis_tracker.register.models import Change

SHAPES = {
    "a resolution of Council": (
        "RESOLUTION 1282 (MODIFIED 2008)\r\n\r\nThe Council,\r\n\r\nrecalling\r\n\r\na)\tResolution 140;\r\nb)\tResolution 172,\r\n\r\n"
        "resolves\r\n\r\n1\tthat the Group shall continue\r\nits work:\r\ni) first;\r\nii) second;\r\n\r\n2\tto open it, namely:\r\n\r\n"
        "–\tto States;\r\n–\tto Members,\r\n\r\ninstructs the Secretary-General, with the Directors\r\n"
        "of the Bureaux\r\n\r\n1 to report;\r\n\r\n"
        "- 2 -\r\n\r\n2 to convene.\r\n\r\nANNEX\r\n\r\nTerms of reference\r\n\r\n1. To study.",
        [
            ("title", "", "heading", ""), ("unnumbered", "", "paragraph", ""),
            ("recalling", "", "section", ""), ("recalling-a", "a)", "sub-paragraph", "recalling"),
            ("recalling-b", "b)", "sub-paragraph", "recalling"),
            ("resolves", "", "section", ""), ("resolves-1", "1", "paragraph", "resolves"),
            ("resolves-1-i", "i)", "sub-paragraph", "resolves-1"), ("resolves-1-ii", "ii)", "sub-paragraph", "resolves-1"),
            ("resolves-2", "2", "paragraph", "resolves"), ("resolves-2-bullet-1", "–", "bullet", "resolves-2"),
            ("resolves-2-bullet-2", "–", "bullet", "resolves-2"),
            ("instructs-the-secretary-general", "", "section", ""),
            ("instructs-the-secretary-general-1", "1", "paragraph", "instructs-the-secretary-general"),
            ("instructs-the-secretary-general-2", "2", "paragraph", "instructs-the-secretary-general"),
            ("annex", "ANNEX", "annex", ""), ("annex-para-1-heading", "", "heading", "annex"),
            ("annex-para-1", "1.", "paragraph", "annex"),
        ],
    ),
    "a clause of one sentence": (
        "considering\n\nthat ITU has a part\nin it,\n\nresolves to close the Group\n\ninvites\n\nMember States to take part.",
        [("considering", "", "paragraph", ""), ("resolves-to-close-the-group", "", "paragraph", ""), ("invites", "", "paragraph", "")],
    ),
    "paragraphs of an outcome document, letters within and numerals within those": (
        "B. Financial mechanisms\n\n27. We recommend:\n\na) at home:\n\ni) ratify;\nii) support;\n\n"
        "b) abroad.\n\nThis besides.\n\n120. ITU keeps it.",
        [
            ("section-b", "B.", "section", ""), ("para-27", "27.", "paragraph", "section-b"),
            ("para-27-a", "a)", "sub-paragraph", "para-27"), ("para-27-a-i", "i)", "sub-paragraph", "para-27-a"),
            ("para-27-a-ii", "ii)", "sub-paragraph", "para-27-a"), ("para-27-b", "b)", "sub-paragraph", "para-27"),
            ("para-27-unnumbered", "", "continuation", "para-27"), ("para-120", "120.", "paragraph", "section-b"),
        ],
    ),
    "a report without empty lines": (
        "Background\n1.\tIts subject.\nWhat it did\n2.\tIt met:\n·\tin Lisbon;\n·\tin Geneva.\nIn all it met twice.",
        [
            ("title", "", "heading", ""), ("para-1", "1.", "paragraph", ""), ("para-2-heading", "", "heading", ""),
            ("para-2", "2.", "paragraph", ""), ("para-2-bullet-1", "·", "bullet", "para-2"),
            ("para-2-bullet-2", "·", "bullet", "para-2"), ("para-2-unnumbered", "", "continuation", "para-2"),
        ],
    ),
    "a resolution of the General Assembly": (
        "Recalling its resolution 56/183 of 21 December 2001,\n\nRecalling also 57/238,\n\n1. Welcomes it;\n\n"
        "2. Invites all:\n\n(a) To do this;\n\n"
        "(b) To do that.",
        [
            ("recalling", "", "paragraph", ""), ("recalling-2", "", "paragraph", ""), ("para-1", "1.", "paragraph", ""),
            ("para-2", "2.", "paragraph", ""), ("para-2-a", "(a)", "sub-paragraph", "para-2"),
            ("para-2-b", "(b)", "sub-paragraph", "para-2"),
        ],
    ),
    "Arabic, with its own digits and letters": (
        "١. يستمر الفريق\r\n\r\n٢. يكلف الأمين العام\r\n\r\nأ ) أن يقدم تقريرا\r\n\r\nب) أن يعقد اجتماعا",
        [
            ("para-1", "١.", "paragraph", ""), ("para-2", "٢.", "paragraph", ""),
            ("para-2-a", "أ )", "sub-paragraph", "para-2"), ("para-2-b", "ب)", "sub-paragraph", "para-2"),
        ],
    ),
    "French": (
        "rappelant\n\na) la Résolution 140,\n\ndécide\n\n1 de poursuivre;\n\ncharge le Secrétaire général\n\nde faire rapport.",
        [
            ("rappelant", "", "section", ""), ("rappelant-a", "a)", "sub-paragraph", "rappelant"), ("decide", "", "section", ""),
            ("decide-1", "1", "paragraph", "decide"), ("charge-le-secretaire-general", "", "paragraph", ""),
        ],
    ),
    "page numbers, a number above its text, a wrapped year and a footnote": (
        "1\nThe first.\n\n2 It met in\n2006 and in\n12 May 2007 again.\n\n7\n\nPage 3 of 9\n\n3 The third.\n\n¹ See there.",
        [
            ("para-1", "1", "paragraph", ""), ("para-2", "2", "paragraph", ""), ("para-3", "3", "paragraph", ""),
            ("footnote", "¹", "footnote", ""),
        ],
    ),
    "annexes with numbers, one of them quoted": (
        "1 It is amended.\n\nANNEX 1\n\n“1 Quoted.\n\n2 To the end.”\n\nAnnex 2 to Resolution 1282\n\n1) First;\n\na) a part.",
        [
            ("para-1", "1", "paragraph", ""), ("annex-1", "ANNEX 1", "annex", ""), ("annex-1-para-1", "1", "paragraph", "annex-1"),
            ("annex-1-para-2", "2", "paragraph", "annex-1"), ("annex-2", "Annex 2", "annex", ""),
            ("annex-2-para-1", "1)", "paragraph", "annex-2"), ("annex-2-para-1-a", "a)", "sub-paragraph", "annex-2-para-1"),
        ],
    ),
    "numbers of two steps": (
        "2. Of the Group\n\n2.1 It meets.\n\n2.2 It reports.",
        [("para-2", "2.", "paragraph", ""), ("para-2-1", "2.1", "sub-paragraph", "para-2"), ("para-2-2", "2.2", "sub-paragraph", "para-2")],
    ),
    "h and i are letters, i after a letter is a numeral": (
        "1. It has:\n\ng) one;\n\nh) two;\n\ni) three;\n\ni) within three.",
        [
            ("para-1", "1.", "paragraph", ""), ("para-1-g", "g)", "sub-paragraph", "para-1"), ("para-1-h", "h)", "sub-paragraph", "para-1"),
            ("para-1-i", "i)", "sub-paragraph", "para-1"), ("para-1-i-i", "i)", "sub-paragraph", "para-1-i"),
        ],
    ),
    "nothing": (" \r\n\ufeff\n7\n", []),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_text_is_split_into_provisions_with_their_labels_numbers_kinds_and_wholes(name):
    text, expected = SHAPES[name]
    assert [(piece.label, piece.number, piece.kind, piece.parent) for piece in split(text)] == expected


def test_wrapped_lines_are_one_paragraph_and_no_two_have_one_label():
    pieces = split("1 It met in\n2006 and in\n12 May 2007.\n\n1 It is said anew.\n\n1 And again.")
    assert [(piece.label, piece.text) for piece in pieces] == [
        ("para-1", "1 It met in 2006 and in 12 May 2007."),
        ("para-1-2", "1 It is said anew."),
        ("para-1-3", "1 And again."),
    ]


@pytest.mark.parametrize(
    "held, labels, expected",
    [
        ({}, ["a", "b"], {"a": 10, "b": 20}),
        ({"para-1": 10, "para-3": 30}, ["para-1", "para-2", "para-3", "para-4"], {"para-1": 10, "para-2": 20, "para-3": 30, "para-4": 40}),
        ({"para-1": 10, "para-1-a": 20, "para-3": 40}, ["para-1", "para-2"], {"para-1": 10, "para-1-a": 20, "para-2": 30, "para-3": 40}),
        ({"whole": 1, "annex": 10}, ["x", "y", "annex"], {"whole": 1, "x": 4, "y": 7, "annex": 10}),
        ({"whole": 1, "annex": 2}, ["x", "y", "annex"], {"whole": 1, "x": 2, "y": 3, "annex": 13}),
    ],
)
def test_new_provisions_stand_among_those_that_there_are_in_the_order_of_the_text(held, labels, expected):
    ordered = in_order(list(held), labels)
    assert list(expected) == ordered
    found = positions(ordered, held)
    assert sorted(found, key=found.get) == ordered
    assert len(set(found.values())) == len(ordered)
    if held.get("annex") != 2:
        assert found == expected


TEXT = "resolves\n\n1 that the Group shall continue;\n\n2 that it is open:\n\na) to States;\n\nb) to Members."


def paste(client, document, **changes):
    """What the page would send if the text were pasted and nothing else were changed but this."""
    url = address(Document, "text", document.pk)
    page = client.post(url, {"text": TEXT})
    data = {"text": TEXT, "make": "yes", "change_reason": "Read the text"}
    formset = page.context["pieces"]
    data |= {bound.html_name: bound.value() for bound in formset.management_form}
    for form in formset:
        data |= {bound.html_name: "on" if bound.value() is True else bound.value() for bound in form if not form.held}
    data |= changes
    return client.post(url, {name: value for name, value in data.items() if value is not None})


@pytest.mark.django_db
class TestPage:
    def test_what_is_found_is_shown_and_nothing_is_made_yet(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft")
        page = client.post(address(Document, "text", document.pk), {"text": TEXT}).content.decode()
        assert "5 paragraphs were found." in page
        assert "resolves-2-a" in page
        assert "1 that the Group shall continue;" in page
        assert '<input type="hidden" name="piece-TOTAL_FORMS" value="5"' in page
        assert not document.provisions.exists()

    def test_what_is_ticked_is_made_in_one_act_with_a_reason_and_without_the_text(self, client, sign_in):
        user = sign_in("Editor")
        document = DocumentFactory(visibility="draft")
        changes = {"piece-1-label": "resolves-one", "piece-1-gist": "The Group goes on.", "piece-2-make": None, "piece-4-kind": "paragraph"}
        assert paste(client, document, **changes).status_code == 302
        made = list(document.provisions.select_related("parent"))
        assert [(p.label, p.number, p.kind, p.parent and p.parent.label, p.position, p.gist) for p in made] == [
            ("resolves", "", "section", None, 10, ""),
            ("resolves-one", "1", "paragraph", "resolves", 20, "The Group goes on."),
            ("resolves-2-a", "a)", "sub-paragraph", "resolves", 30, ""),
            ("resolves-2-b", "b)", "paragraph", "resolves", 40, ""),
        ]
        change = Change.objects.get(reason="Read the text")
        assert change.by == user
        assert {p.history.get().change for p in made} == {change}

    def test_what_the_document_has_is_known_and_made_no_second_time(self, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft")
        held = [ProvisionFactory(document=document, label=label, position=n + 1) for n, label in enumerate(["resolves", "resolves-2"])]
        paste(client, document)
        made = list(document.provisions.values_list("label", flat=True))
        assert made == ["resolves", "resolves-1", "resolves-2", "resolves-2-a", "resolves-2-b"]
        assert Provision.objects.get(document=document, label="resolves-2-a").parent == held[1]
        page = client.post(address(Document, "text", document.pk), {"text": TEXT}).content.decode()
        assert "0 are not in the register yet." in page
        assert "Make these provisions" not in page

    @pytest.mark.parametrize(
        "changes, words",
        [
            ({"piece-1-label": "resolves-2"}, "Another paragraph of the document has this label."),
            ({"piece-1-label": "two words"}, "Enter a valid “slug”"),
            ({"piece-1-label": ""}, "This field is required"),
            ({"piece-1-number": "x" * 41}, "at most 40 characters"),
            ({"piece-1-kind": "nonsense"}, "not one of the available choices"),
            ({"change_reason": " "}, "This field is required"),
            ({f"piece-{n}-make": None for n in range(5)}, "Tick the paragraphs"),
        ],
    )
    def test_wrong_input_is_refused_in_words_and_nothing_is_made(self, changes, words, client, sign_in):
        sign_in("Editor")
        document = DocumentFactory(visibility="draft")
        assert words in paste(client, document, **changes).content.decode()
        assert not document.provisions.exists()

    @pytest.mark.parametrize(
        "text, words", [("", "required"), ("7\n", "No paragraph was found"), ("x\n\n" * 1600, "at most 1500"), ("\0", "Null")]
    )
    def test_a_text_without_paragraphs_or_with_too_many_is_refused(self, text, words, client, sign_in):
        sign_in("Editor")
        assert words in client.post(address(Document, "text", DocumentFactory(visibility="draft").pk), {"text": text}).content.decode()

    @pytest.mark.parametrize(
        "role, visibility, status", [("Reader", "draft", 403), ("Editor", "published", 403), ("Reviewer", "published", 200)]
    )
    def test_provisions_are_made_by_who_may_change_the_document(self, role, visibility, status, client, sign_in):
        sign_in(role)
        document = DocumentFactory(visibility=visibility)
        assert client.get(address(Document, "text", document.pk)).status_code == status
        assert ("Paste its text" in client.get(address(Document, "change", document.pk)).content.decode()) == (status == 200)

    def test_a_document_that_is_not_there_is_not_found(self, client, sign_in):
        sign_in("Editor")
        assert client.get(f"/admin/mandates/document/{'9' * 30}/text/").status_code == 404
