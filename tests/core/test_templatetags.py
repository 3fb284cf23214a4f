import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from audits.models import Audit
from audits.states import AuditState
from core.forms import DateField, ServiceForm
from core.templatetags.service import STATE_COLOURS
from tests.factories.cast import cast
from tests.factories.core import AT, NoticeFactory

# Noon in winter; half past two in a London summer; the first minute of a London day.
WINTER = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SUMMER = datetime(2026, 5, 4, 13, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 4, 23, 0, tzinfo=UTC)


def shown(template, **context):
    return Template(template).render(Context(context))


def request(user, address="/messages/"):
    made = RequestFactory().get(address)
    made.user = user
    return made


@pytest.mark.parametrize(
    ("filter_name", "value", "text"),
    [
        ("day", date(2026, 5, 4), "4 May 2026"),
        ("day", date(2026, 12, 31), "31 December 2026"),
        ("day", SUMMER, "4 May 2026"),
        ("day", MIDNIGHT, "5 May 2026"),
        ("day", None, ""),
        ("moment", WINTER, "5 January 2026 at 12:00"),
        ("moment", SUMMER, "4 May 2026 at 14:30"),
        ("moment", MIDNIGHT, "5 May 2026 at 00:00"),
        ("moment", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29 March 2026 at 00:59"),
        ("moment", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29 March 2026 at 02:00"),
        ("moment", datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "25 October 2026 at 01:59"),
        ("moment", datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "25 October 2026 at 01:00"),
        ("moment", None, ""),
        ("clock", WINTER, "12:00"),
        ("clock", SUMMER, "14:30"),
        ("clock", MIDNIGHT, "00:00"),
        ("clock", None, ""),
    ],
)
def test_days_and_times_are_written_as_people_in_london_do(filter_name, value, text):
    assert shown("{{ value|" + filter_name + " }}", value=value) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (None, "<p></p>"),
        ("One", "<p>One</p>"),
        ("One\nstill one\n\nTwo", "<p>One<br>still one</p>\n\n<p>Two</p>"),
        ("<script>alert('x')</script>", "<p>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;</p>"),
        ("<p onclick=x>", "<p>&lt;p onclick=x&gt;</p>"),
        ("a &amp; b", "<p>a &amp;amp; b</p>"),
        (mark_safe("<b>x</b>"), "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
    ],
)
def test_paragraphs_show_what_looks_like_html_as_text(text, html):
    assert shown("{{ text|paragraphs }}", text=text) == html


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Case 7, team (A)", "Case 7, team (A)"),
        ('"; } body { display: none', "  body  display none"),
        ("\\22 url(//example.org)</style>", "22 url(example.org)style"),
        ("Zoë’s", "Zoë’s"),
        ("Children's & Families'", "Children's & Families'"),
        (7, "7"),
    ],
)
def test_css_text_cannot_leave_its_quotes(value, text):
    assert shown("{{ value|css_text }}", value=value) == text


@pytest.mark.parametrize(("key", "value"), [("a", "1"), ("b", "()"), (None, "()")])
def test_item_gives_nothing_for_a_key_that_is_not_there(key, value):
    assert shown("{{ value|item:key }}", value={"a": 1}, key=key) == value


@pytest.mark.parametrize("state", AuditState)
def test_every_stage_of_an_audit_has_a_colour_and_its_words(state):
    tag = shown("{% state_tag audit %}", audit=Audit(state=state))

    colour = STATE_COLOURS[state.value]
    assert tag == f'<strong class="govuk-tag govuk-tag--{colour}">{state.label}</strong>'


def test_a_grade_is_shown_by_its_word_as_text():
    policy = SimpleNamespace(grade=lambda code: SimpleNamespace(colour="green", label=f"<{code}>"))

    assert shown("{% grade_tag policy 'good' %}", policy=policy) == (
        '<strong class="govuk-tag govuk-tag--green">&lt;good&gt;</strong>'
    )


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("/?page=1&q=a", ["?page=2&amp;q=a"]),
        ("/?page=2&q=a&q=b", ["?page=1&amp;q=a&amp;q=b", "?page=3&amp;q=a&amp;q=b"]),
        ("/?page=3", ["?page=2"]),
        ("/?q=%22%3E%3Cscript%3E", ["?q=%22%3E%3Cscript%3E&amp;page=2"]),
    ],
)
def test_the_pager_keeps_what_the_list_is_narrowed_to(address, links):
    made = request(None, address)
    page = Paginator(range(5), 2).get_page(made.GET.get("page"))

    html = shown("{% pager page %}", request=made, page=page)

    assert [part.split('"')[0] for part in html.split('href="')[1:]] == links
    assert f"Page {page.number} of 3" in html


def test_a_list_of_one_page_has_no_pager():
    html = shown("{% pager page %}", request=request(None), page=Paginator([1], 2).get_page(1))

    assert html.strip() == ""


def test_an_error_leads_to_the_first_box_of_a_date_and_to_any_other_control():
    class DayForm(ServiceForm):
        day = DateField()
        note = forms.CharField()

    form = DayForm(auto_id="x_%s")

    assert shown("{% error_target f.day %} {% error_target f.note %}", f=form) == "x_day_0 x_note"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "words"),
    [
        (
            "stranger",
            [
                "My work",
                "Dashboard",
                "Audits",
                "Actions",
                "Concerns",
                "Personal supervision",
                "Cases",
                "Reports",
                "Messages",
            ],
        ),
        (
            "auditor",
            [
                "My work",
                "Dashboard",
                "Audits",
                "Actions",
                "My allocations",
                "Requests",
                "Concerns",
                "Being audited",
                "Personal supervision",
                "Feedback",
                "Cases",
                "Reports",
                "Messages",
            ],
        ),
        (
            "officer",
            [
                "My work",
                "Dashboard",
                "Audits",
                "Actions",
                "Programme",
                "Draws",
                "Allocate",
                "Requests",
                "Moderation",
                "Escalations",
                "Concerns",
                "Feedback",
                "Cases",
                "Learning",
                "Reports",
                "Messages",
                "People",
                "Frameworks",
                "Import",
                "Data protection",
                "Jobs",
            ],
        ),
        (
            "moderator",
            ["My work", "Dashboard", "Audits", "Actions", "Moderation", "Reports", "Messages"],
        ),
        (
            "administrator",
            [
                "My work",
                "Dashboard",
                "Audits",
                "Actions",
                "Reports",
                "Messages",
                "People",
                "Frameworks",
                "Import",
                "Data protection",
            ],
        ),
    ],
)
def test_the_menu_offers_what_this_person_may_open(who, words):
    html = shown("{% menu %}", request=request(getattr(cast(), who)))

    assert re.findall(r"<a [^>]*>([^<]*?) *<", html) == words


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "here"), [("/messages/", "Messages"), ("/", "My work")])
def test_the_menu_marks_the_page_one_is_on(address, here):
    html = shown("{% menu %}", request=request(cast().worker, address))

    assert html.count("aria-current") == 1
    assert f'aria-current="page">{here}' in html


@pytest.mark.django_db
@pytest.mark.parametrize("unread", [0, 1, 3])
def test_the_menu_counts_ones_own_unread_messages(unread):
    user = cast().worker
    NoticeFactory.create_batch(unread, to=user)
    NoticeFactory(to=user, read_at=AT)
    NoticeFactory()

    html = shown("{% menu %}", request=request(user))

    assert (f'qa-menu__count">{unread}<' in html) == bool(unread)


@pytest.mark.django_db
def test_on_a_page_that_only_says_no_the_menu_counts_nothing(client):
    user = cast().worker
    NoticeFactory(to=user)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    found, missing = (client.get(path).content.decode() for path in ("/messages/", "/audits/0/"))

    assert [page.count("qa-menu__count") for page in (found, missing)] == [1, 0]
    assert "My work" in missing
