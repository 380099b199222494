"""How reports put records into words."""

import pytest

from reports.official.wording import (
    Phrase,
    amount,
    in_one,
    is_plural,
    listed,
    lower_first,
    noun,
    number,
    ordinal,
    phrase,
    sentence,
    sentences,
    when,
)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2002-09-21", "2002-09-21", "on 21 September 2002"),
        ("2002-09-21", None, "on 21 September 2002"),
        ("2004-06-07", "2004-06-08", "from 7 to 8 June 2004"),
        ("2002-04-22", "2002-05-03", "from 22 April to 3 May 2002"),
        ("2003-12-30", "2004-01-02", "from 30 December 2003 to 2 January 2004"),
        ("2006-04", None, "in April 2006"),
        ("2003", None, "in 2003"),
        ("2006-04", "2006-05", "from April 2006 to May 2006"),
    ],
)
def test_days_are_told_from_the_first_to_the_last(first, last, said):
    assert when(first, last) == said


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], ""),
        (["C2"], "C2"),
        (["C2", "C5"], "C2 and C5"),
        (["C1", "C3", "C4"], "C1, C3 and C4"),
        (["Doha, Qatar", "Geneva"], "Doha, Qatar and Geneva"),
        (["Doha, Qatar", "Geneva", "Tunis"], "Doha, Qatar; Geneva; and Tunis"),
    ],
)
def test_a_list_ends_with_and(parts, said):
    assert listed(parts).text == said


def test_numbers_are_words_up_to_twelve_and_ordinals_follow_english():
    assert [number(count) for count in (0, 1, 12, 13, 2600)] == ["no", "one", "twelve", "13", "2,600"]
    assert [ordinal(count) for count in (1, 2, 3, 4, 11, 12, 13, 21, 22, 111)] == "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 111th".split()
    assert [amount(value) for value in (1_600_000, 12.5)] == ["1,600,000", "12.50"]


def test_a_title_within_a_sentence_takes_an_article_and_keeps_its_names():
    titles = ["Workshop on the multilingual internet", "World Summit on the Information Society", "WSIS Forum", "6th annual symposium"]
    said = [
        "the workshop on the multilingual internet",
        "the World Summit on the Information Society",
        "the WSIS Forum",
        "the 6th annual symposium",
    ]
    assert [noun(None, title).text for title in titles] == said
    assert [lower_first(text) for text in ("Report to PP-06", "ITU input", "A package")] == ["report to PP-06", "ITU input", "a package"]


def test_whether_a_title_speaks_of_several_is_read_from_its_first_noun():
    several = [
        "Consultations of the Committee",
        "Events related to the day",
        "Reports on meetings",
        "Coordination meetings with others, and more",
    ]
    one = ["Consultation on roles", "Press event on pledges", "Meeting of facilitators", "Progress of the plan", "Status of tasks"]
    assert [is_plural(title) for title in several] == [True] * 4
    assert [is_plural(title) for title in one] == [False] * 5


def test_a_text_falls_into_its_sentences_and_not_after_a_title_of_somebody():
    assert [one.text for one in sentences("Prof. Dr. Minkin took the chair. No. 224 of the text sets a date. Done")] == [
        "Prof. Dr. Minkin took the chair.",
        "No. 224 of the text sets a date.",
        "Done.",
    ]
    assert in_one("Held in two parts. Chaired by Utsumi.") == "held in two parts; chaired by Utsumi"


def test_a_sentence_begins_with_a_capital_and_ends_with_one_mark():
    assert [sentence(text).text for text in ("the Group met", "Did it meet?", "as follows:", "it met.")] == [
        "The Group met.",
        "Did it meet?",
        "As follows:",
        "It met.",
    ]


def test_a_phrase_remembers_whom_its_parts_name():
    assert phrase("for ", Phrase("ITU", ("a record",)), " and ", Phrase("WHO", ("another",))) == Phrase(
        "for ITU and WHO", ("a record", "another")
    )
