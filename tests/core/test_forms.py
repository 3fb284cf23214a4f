from datetime import date, time

import pytest
from django import forms
from django.template import Context, Template
from lxml import html

from core.forms import DateField, Radios, ServiceForm, TimeInput

PAGE = Template(
    "{% load crispy_forms_tags %}<main>{% include 'components/error_summary.html' %}{{ form|crispy }}</main>"
)
NASTY = "</textarea><script>alert('x')</script>\"&"
FILLED = {
    "on_0": "4",
    "on_1": "5",
    "on_2": "2026",
    "at": "14:30",
    "mode": "room",
    "kind": "a",
    "note": "Words",
    "place": "Room 2",
    "sure": "on",
    "count": "3",
}


class VisitForm(ServiceForm):
    on = DateField(label="Day", help_text="For example 4 5 2026.")
    at = forms.TimeField(label="Time", widget=TimeInput)
    mode = forms.ChoiceField(
        label="Where", choices=[("room", "In a <room>"), ("call", "By call")], widget=Radios
    )
    kind = forms.ChoiceField(label="Kind", choices=[("a", "First"), ("b", "Second")])
    note = forms.CharField(label="Note", widget=forms.Textarea, help_text="Short & clear.")
    place = forms.CharField(label="Place <of the visit>")
    sure = forms.BooleanField(label="I am sure", help_text="Tick it.")
    count = forms.IntegerField(label="How many")

    def clean(self):
        if self.data.get("place") == "nowhere":
            raise forms.ValidationError("Go <b>somewhere</b>.")


def page(data=None, **kwargs):
    """The form as it is shown, with its error summary."""
    form = VisitForm(data, **kwargs)
    return html.fromstring(PAGE.render(Context({"form": form})))


def texts(found):
    return [one.text_content() for one in found]


@pytest.mark.parametrize("data", [None, {}, {**FILLED, "place": "nowhere"}, FILLED])
def test_every_id_stands_once_and_every_reference_leads_to_one(data):
    made = page(data)

    ids = made.xpath("//@id")
    described = [name for names in made.xpath("//@aria-describedby") for name in names.split()]
    assert sorted(ids) == sorted(set(ids))
    assert {*made.xpath("//label/@for"), *described} <= set(ids)


def test_every_control_has_a_label():
    made = page()

    controls = made.xpath("//input/@id | //select/@id | //textarea/@id")
    assert sorted(controls) == sorted(made.xpath("//label/@for"))
    assert texts(made.xpath("//legend")) == ["Day", "Where"]


def test_the_error_summary_leads_to_the_first_control_of_each_faulty_field():
    made = page({})

    links = made.xpath("//*[contains(@class, 'error-summary__list')]//a/@href")
    targets = [made.get_element_by_id(link.removeprefix("#")) for link in links]
    assert [target.name for target in targets] == [
        "on_0",
        "at",
        "mode",
        "kind",
        "note",
        "place",
        "sure",
        "count",
    ]
    assert {target.tag for target in targets} == {"input", "select", "textarea"}


def test_each_faulty_field_says_its_error_beside_it():
    made = page({**FILLED, "at": "soon", "on_1": "13"})

    assert [
        (one.get("id"), one.text_content())
        for one in made.xpath("//*[@class='govuk-error-message']")
    ] == [
        ("id_on_error", "Error: Enter a real date in numbers, for example 4 5 2026."),
        ("id_at_error", "Error: Enter a time, for example 14:30."),
    ]


def test_a_fault_of_the_whole_form_is_told_in_the_summary():
    made = page({**FILLED, "place": "nowhere"})

    assert texts(made.xpath("//*[contains(@class, 'error-summary__list')]/li")) == [
        "Go <b>somewhere</b>."
    ]


def test_a_form_without_faults_shows_no_summary():
    assert page(FILLED).xpath("//*[contains(@class, 'govuk-error-summary')]") == []


@pytest.mark.parametrize("field", FILLED)
def test_what_somebody_typed_is_shown_again_as_text_only(field):
    made = page({**FILLED, field: NASTY})

    assert made.xpath("//script") == []


@pytest.mark.parametrize("field", ["on_0", "on_1", "on_2", "at", "note", "place", "count"])
def test_nothing_typed_is_lost(field):
    made = page({**FILLED, field: NASTY, "sure": ""})

    (box,) = made.xpath(f"//*[@name='{field}']")
    assert (box.get("value") or box.text).strip() == NASTY


def test_labels_and_choices_are_shown_as_text():
    made = page()

    assert "Place <of the visit>" in texts(made.xpath("//label"))
    assert "In a <room>" in texts(made.xpath("//label"))


def test_a_form_shows_its_initial_values():
    made = page(initial={"on": date(2026, 5, 4), "at": time(9, 5), "mode": "call"})

    assert made.xpath("//*[starts-with(@name, 'on_')]/@value") == ["4", "5", "2026"]
    assert made.xpath("//*[@name='at']/@value") == ["09:05"]
    assert made.xpath("//*[@name='mode'][@checked]/@value") == ["call"]


@pytest.mark.parametrize(
    ("boxes", "day"),
    [
        (("4", "5", "2026"), date(2026, 5, 4)),
        ((" 04 ", "05", "2026"), date(2026, 5, 4)),
        (("29", "2", "2028"), date(2028, 2, 29)),
    ],
)
def test_a_date_is_read_from_its_three_boxes(boxes, day):
    form = VisitForm(FILLED | dict(zip(("on_0", "on_1", "on_2"), boxes, strict=True)))

    assert form.is_valid()
    assert form.cleaned_data["on"] == day


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (("", "", ""), "This field is required."),
        (("29", "2", "2027"), "Enter a real date in numbers, for example 4 5 2026."),
        (("4", "May", "2026"), "Enter a real date in numbers, for example 4 5 2026."),
        (("4", "5", "26"), "Enter a real date in numbers, for example 4 5 2026."),
        (("0", "1", "2026"), "Enter a real date in numbers, for example 4 5 2026."),
        (("4", "5", "0000"), "Enter a real date in numbers, for example 4 5 2026."),
        (("4", "9" * 30, "2026"), "Enter a real date in numbers, for example 4 5 2026."),
        (("4", "9" * 5_000, "2026"), "Enter a real date in numbers, for example 4 5 2026."),
        (("4", "", "2026"), "The date must include a month."),
        (("", "", "2026"), "The date must include a day and a month."),
    ],
)
def test_a_date_that_is_none_is_refused_in_words_and_kept(boxes, words):
    data = FILLED | dict(zip(("on_0", "on_1", "on_2"), boxes, strict=True))

    assert VisitForm(data).errors == {"on": [words]}
    assert page(data).xpath("//*[starts-with(@name, 'on_')]/@value") == [
        box for box in boxes if box
    ]


def test_controls_have_the_services_classes_and_no_browser_checks():
    made = page()

    classes = {box.get("name"): box.get("class") for box in made.xpath("//*[@name]")}
    assert classes["place"] == "govuk-input"
    assert classes["at"] == "govuk-input govuk-input--width-5"
    assert (classes["note"], classes["kind"]) == ("govuk-textarea", "govuk-select")
    assert made.xpath("//@required | //@style | //@onclick") == []
    assert made.xpath("//*[@name='place']/@autocomplete") == ["off"]


class NarrowForm(ServiceForm):
    count = forms.CharField(widget=forms.TextInput(attrs={"class": "govuk-input--width-3"}))


def test_a_field_with_a_width_of_its_own_keeps_the_look_of_the_others():
    form = NarrowForm()
    form.dress()

    assert form.fields["count"].widget.attrs["class"] == "govuk-input govuk-input--width-3"


@pytest.mark.parametrize(("note", "typed"), [("Words", True), (" ", False), (None, False)])
def test_there_are_words_to_lose_only_where_somebody_wrote_some(note, typed):
    assert VisitForm(FILLED | {"note": note, "place": "Room 2"}).typed == typed


def test_words_that_come_too_late_are_handed_back_with_the_reason_alone():
    form = VisitForm(FILLED | {"on_0": "40", "place": ""})

    form.too_late("The visit is over.")

    made = html.fromstring(PAGE.render(Context({"form": form})))
    said = made.xpath("//ul[contains(@class, 'error-summary__list')]/li/text()")
    assert said == ["The visit is over. Your words below are not saved."]
    (note,) = made.xpath("//textarea")
    assert (note.text.strip(), note.get("readonly") is not None) == ("Words", True)
    assert made.xpath("//input[@name='on_0']/@value") == ["40"]
