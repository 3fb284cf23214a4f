"""The pages behind a link: no account, no session, any language, and nothing of whose it is."""

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from core import clock
from core.hiding import HideLinks
from core.models import TrailEntry
from feedback.models import AnonymousAnswer, Invitation, Reply, Ticket
from feedback.paging import first_open, pages_of
from feedback.selectors.instruments import instrument_of
from feedback.services.contact import lift_warning, warn
from feedback.services.ending import ending_of
from feedback.services.inviting import invite, take_back
from feedback.services.surveys import Planned, close_survey, open_survey, plan_survey
from feedback.tickets import new_ticket
from tests.factories.answering import answering
from tests.factories.audits import audit_at
from tests.factories.cast import cast
from tools.paths import ROOT
from tools.translations import messages

pytestmark = pytest.mark.django_db
TEMPLATES = ROOT / "templates" / "feedback" / "public"
AWAY = re.compile(r"\{% (?:translate|blocktranslate)")


@pytest.fixture
def version(tmp_path):
    return answering(tmp_path)


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def audit(version, people):
    return audit_at("in_session", people, version)


@pytest.fixture
def link(audit):
    _, secret = invite(audit, "voice", relation="Mother", by=audit.auditor, at=clock.now())
    return f"/answer/{secret}/"


@pytest.fixture
def survey(people):
    today = clock.today()
    plan = Planned("How are we doing?", today, today + timedelta(days=13))
    made = plan_survey(people.council, "nameless", plan, by=people.officer, at=clock.now())
    return open_survey(made, by=people.officer, at=clock.now())


@pytest.fixture
def ticket(survey):
    return f"/answer/{new_ticket(survey.pk)}/"


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def everything():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            yield from (row for (row,) in cursor.fetchall())


def save(client, link, number, go="next", query="", **answers):
    return client.post(f"{link}{number}/{query}", {"go": go, **answers})


def test_from_the_first_page_to_the_thanks(client, link, audit):
    assert "Your say" in text(client.get(link))
    first = save(client, link, 1, listens="5", helped="0", fair="4")
    assert first.headers["Location"] == f"{link}2/"
    assert save(client, link, 2, worried="yes").headers["Location"] == f"{link}3/"
    since = {"since_0": "4", "since_1": "5", "since_2": "2026"}
    done = save(client, link, 3, worry="Shouting", name="Good", **since)
    assert done.headers["Location"] == f"{link}check/"
    page = text(client.get(f"{link}check/"))
    assert all(word in page for word in ("Very happy", "Agree", "Yes", "Shouting", "4 May 2026"))

    thanks = client.post(f"{link}check/")

    assert "Thank you for your time." in text(thanks)
    reply = Reply.objects.get()
    assert reply.answers == {
        "listens": 5,
        "helped": 0,
        "fair": 4,
        "worried": "yes",
        "worry": "Shouting",
        "since": "2026-05-04",
        "name": "Good",
    }
    assert (reply.audit, reply.outcome, reply.worry) == (audit, "answered", True)


def test_an_anonymous_answer(client, ticket):
    save(client, ticket, 1, helped="7", comment="Fine")

    assert "Thank you" in text(client.post(f"{ticket}check/"))
    assert AnonymousAnswer.objects.get().answers == {"helped": 7, "comment": "Fine"}


def test_a_question_to_which_nothing_leads_is_passed_over(client, link):
    there = save(client, link, 2, worried="no").headers["Location"]

    page = client.get(there).content.decode()
    assert 'name="name"' in page
    assert 'name="worry"' not in page


def test_back_keeps_and_goes_back(client, link):
    assert save(client, link, 2, "back", worried="yes").headers["Location"] == f"{link}1/"
    assert save(client, link, 1, "back", listens="1").headers["Location"] == link
    assert Invitation.objects.get().draft == {"listens": 1, "worried": "yes"}


def test_the_link_opened_again_goes_on_where_it_stopped(client, link):
    save(client, link, 1, "later", listens="5")

    page = Client().get(link).content.decode()

    assert f'href="{link}2/"' in page
    assert "saved" in page
    assert 'value="5" checked' in Client().get(f"{link}1/").content.decode()


def test_an_answer_can_be_taken_away_again(client, link):
    save(client, link, 1, listens="5", helped="3")
    save(client, link, 1, listens="", helped="3")

    assert Invitation.objects.get().draft == {"helped": 3}


def test_a_fault_is_told_beside_its_question_and_the_rest_is_kept(client, link):
    save(client, link, 2, worried="yes")
    since = {"since_0": "31", "since_1": "2", "since_2": "2026"}

    page = save(client, link, 3, worry="Shouting", name="x" * 301, **since)

    assert page.status_code == 422
    assert "Enter a real date in numbers" in text(page)
    assert "Write at most 300 characters. You have written 301." in text(page)
    assert 'href="#id_since_0"' in page.content.decode()
    assert Invitation.objects.get().draft == {"worried": "yes", "worry": "Shouting"}


@pytest.mark.parametrize("value", ["11", "-1", "1e9", "<script>", "٣", "x" * 9999])
def test_what_is_no_answer_is_refused_and_not_kept(client, ticket, value):
    page = save(client, ticket, 1, helped=value)

    assert page.status_code == 422
    assert "Choose one of the answers." in text(page)
    assert Ticket.objects.get().draft == {}


def test_what_looks_like_html_is_shown_as_text(client, ticket):
    save(client, ticket, 1, helped="1", comment="<script>alert(1)</script>{{7*7}}")

    for page in (client.get(f"{ticket}1/"), client.get(f"{ticket}check/")):
        assert b"<script>alert" not in page.content
        assert b"{{7*7}}" in page.content


def test_nothing_is_ticked_before_somebody_answers(client, link):
    assert "checked" not in client.get(f"{link}1/").content.decode()


def test_declining_is_asked_once_and_counted(client, link, ticket):
    there = save(client, link, 1, "decline", name="x").headers["Location"]
    assert there == f"{link}decline/"
    assert "Go back to the questions" in text(client.get(there))
    assert Reply.objects.count() == 0

    assert "chosen not to answer" in text(client.post(there))
    client.post(f"{ticket}decline/")

    assert Reply.objects.get().outcome == "declined"
    assert Ticket.objects.get().declined


@pytest.mark.parametrize("page", ["", "1/", "check/"])
def test_on_each_page_one_can_decline_and_gets_help(client, link, page):
    found = text(client.get(link + page))

    assert "I do not want to answer" in found
    assert "Ring the helpline on 0800 000 000." in found


def test_nothing_answered_is_not_sent(client, link, ticket):
    for one in (link, ticket):
        page = client.post(f"{one}check/")
        assert page.status_code == 422
        assert "not answered anything" in text(page)
    assert (Reply.objects.count(), Ticket.objects.filter(used=True).count()) == (0, 0)


def test_links_that_lead_nowhere_look_alike(client, audit, survey, link):
    made = Invitation.objects.get()
    take_back(made, by=audit.auditor, at=clock.now())
    old, secret = invite(audit, "voice", by=audit.auditor, at=clock.now() - timedelta(days=40))
    assert old.expires_at < clock.now()
    forged = new_ticket(survey.pk)[:-1] + "x"
    bodies = set()
    for one in (
        link,
        f"/answer/{secret}/",
        "/answer/nothing/",
        f"/answer/{forged}/",
        "/answer/~%00/",
    ):
        for page in (client.get(one), client.post(f"{one}1/"), client.post(f"{one}check/")):
            assert page.status_code == 410
            # Each answer has a number of its own for what it loads.
            bodies.add(re.sub(rb'nonce="[^"]+"', b"", page.content))

    assert len(bodies) == 1


def test_a_used_and_a_closed_link_say_so(client, people, survey, link, ticket):
    save(client, link, 1, listens="5")
    client.post(f"{link}check/")
    close_survey(survey, by=people.officer, at=clock.now())

    used, closed = client.get(link), client.post(f"{ticket}1/", {"helped": "1"})

    assert (used.status_code, closed.status_code) == (410, 410)
    assert "used already" in text(used)
    assert "survey is closed" in text(closed)
    assert b"Bexley" not in used.content + closed.content


def test_whoever_sends_twice_reads_again_that_it_has_been_sent(client, link, ticket):
    for one in (link, ticket):
        save(client, one, 1, helped="5")
        client.post(f"{one}check/")

        again = client.post(f"{one}check/")

        assert again.status_code == 200
        assert "We have what you said. You can close this page." in text(again)
        assert b"Bexley" not in again.content
        assert "no-store" in again.headers["Cache-Control"]
        assert client.get(f"{one}check/").status_code == 410
        assert save(client, one, 1, helped="6").status_code == 410
    assert (Reply.objects.count(), AnonymousAnswer.objects.count()) == (1, 1)


def test_whoever_declines_twice_reads_again_that_they_have(client, link, ticket):
    for one in (link, ticket):
        client.post(f"{one}decline/")

        for page in ("decline/", "check/"):
            again = client.post(one + page)
            assert again.status_code == 200
            assert "You have chosen not to answer" in text(again)
    assert Reply.objects.count() == 1


def test_whoever_sends_twice_reads_it_in_the_language_of_the_link(client, audit):
    _, secret = invite(audit, "voice", language="ur", by=audit.auditor, at=clock.now())
    there = f"/answer/{secret}/check/"
    save(client, f"/answer/{secret}/", 1, helped="5")
    client.post(there)

    assert '<html lang="ur" dir="rtl"' in client.post(there).content.decode()
    assert "Otrzymaliśmy Twoje odpowiedzi" in text(client.post(f"{there}?lang=pl"))
    assert "We have what you said" in text(client.post(f"{there}?lang=../etc"))


def test_a_used_link_that_is_too_old_or_unsafe_says_no_more_than_before(
    client, people, audit, link, survey, ticket
):
    for one in (link, ticket):
        save(client, one, 1, helped="5")
        client.post(f"{one}check/")
    close_survey(survey, by=people.officer, at=clock.now())
    warning = warn(audit.case, "He reads her post", by=people.officer, at=clock.now())
    unsafe = client.post(f"{link}check/")
    lift_warning(warning, by=people.officer, at=clock.now())
    Invitation.objects.update(expires_at=clock.now() - timedelta(days=1))

    for page in (unsafe, client.post(f"{link}check/"), client.post(f"{ticket}check/")):
        assert page.status_code == 410
        assert "We have what you said" not in text(page)


def test_a_link_that_is_unused_or_unknown_has_not_ended(link, ticket):
    save(Client(), ticket, 1, helped="5")

    for one in (link.split("/")[2], ticket.split("/")[2], "nothing", "~", "\x00"):
        assert ending_of(one, at=clock.now()) is None


def test_the_pages_say_nothing_of_child_worker_or_case(client, link, audit, people):
    save(client, link, 1, listens="5")
    pages = b"".join(client.get(link + page).content for page in ("", "1/", "2/", "check/"))

    for secret in (audit.case.number, audit.reference, people.worker.name, people.auditor.name):
        assert secret.encode() not in pages
    assert b"Mother" not in pages


def test_no_session_is_made_and_only_the_cookie_against_forgery_is_set(client, link, ticket):
    for one in (link, ticket):
        client.get(one)
        assert not client.cookies
    for one in (link, ticket):
        save(client, one, 1, helped="1")
        for page in ("1/", "check/", "decline/"):
            client.get(one + page)
    client.post(f"{link}check/")

    assert set(client.cookies) == {"csrf"}
    assert Session.objects.count() == 0


def test_a_form_from_elsewhere_is_refused(link):
    strict = Client(enforce_csrf_checks=True)
    strict.get(f"{link}1/")

    assert save(strict, link, 1, listens="5").status_code == 403
    assert Invitation.objects.get().draft == {}


@pytest.mark.parametrize("page", ["", "1/", "99/"])
def test_it_is_not_kept_found_or_passed_on(client, link, page):
    headers = client.get(link + page).headers

    assert "noindex" in headers["X-Robots-Tag"]
    assert "no-store" in headers["Cache-Control"]
    # Not "no-referrer", with which browsers send "Origin: null" and every form is refused.
    assert headers["Referrer-Policy"] == "strict-origin"


def test_the_link_and_the_address_are_kept_nowhere(link, ticket, people):
    client = Client(REMOTE_ADDR="203.0.113.77")
    client.force_login(people.worker, backend="allauth.account.auth_backends.AuthenticationBackend")
    for one in (link, ticket):
        save(client, one, 1, helped="1")
        client.post(f"{one}check/")

    rows = list(everything())
    secrets = [one.split("/")[2] for one in (link, ticket)]
    assert not any(secret in row for secret in secrets for row in rows)
    assert not any("203.0.113.77" in row for row in rows)
    assert not TrailEntry.objects.filter(verb__contains="reply", by_id=people.worker.pk).exists()


def test_the_link_does_not_reach_the_log(link):
    hide = HideLinks("/answer/")
    secret = link.split("/")[2]
    line = logging.LogRecord("x", 30, "", 1, "%s: %s", ("Gone", f"{link}1/?lang=ur"), None)
    try:
        raise ValueError(link)
    except ValueError as fault:
        line.exc_info = (type(fault), fault, fault.__traceback__)

    assert hide.filter(line)
    said = logging.Formatter().format(line)
    assert secret not in said
    assert "Gone: /answer/…/1/?lang=ur" in said


def test_urdu_is_read_from_the_right(client, link):
    page = client.get(f"{link}?lang=ur").content.decode()

    assert '<html lang="ur" dir="rtl"' in page
    assert "آپ کسی بھی وقت رک سکتے ہیں۔" in page
    assert "آپ کی رائے" in page
    assert f'href="{link}1/?lang=ur"' in page
    question = client.get(f"{link}1/?lang=ur").content.decode()
    assert "کیا آپ کا ورکر سنتا ہے؟" in question
    assert "بہت خوش" in question


def test_a_language_stays_from_page_to_page(client, link):
    there = save(client, link, 1, query="?lang=pl", listens="5").headers["Location"]

    assert there == f"{link}2/?lang=pl"


def test_a_language_in_which_the_questions_do_not_stand_is_not_offered(client, link):
    page = client.get(f"{link}?lang=cy").content.decode()

    assert '<html lang="en" dir="ltr"' in page
    assert "Cymraeg" not in page
    assert "Polski" in page


def test_a_link_sent_in_a_language_opens_in_it(client, audit):
    _, secret = invite(audit, "voice", language="ur", easy=True, by=audit.auditor, at=clock.now())

    page = client.get(f"/answer/{secret}/1/").content.decode()
    assert '<html lang="ur" dir="rtl"' in page
    assert "pictures/listen.svg" in page
    assert f'href="/answer/{secret}/?lang=en"' in client.get(f"/answer/{secret}/").content.decode()


def test_the_gone_page_stands_in_the_language_asked_for(client):
    assert "Ten link nie działa" in text(client.get("/answer/x/?lang=pl"))
    assert "This link does not work" in text(client.get("/answer/x/?lang=../../etc"))


def test_easy_read_is_one_question_a_page_with_its_picture(client, link):
    page = client.get(f"{link}1/?easy=1").content.decode()

    assert "Do they listen to you?" in page
    assert 'alt="An ear that listens"' in page
    assert page.count("<fieldset") == 1
    assert "pictures/face-5.svg" in page
    assert "Tell us what you think." in client.get(f"{link}?easy=1").content.decode()
    assert save(client, link, 1, query="?easy=1", listens="1").headers["Location"] == (
        f"{link}2/?easy=1"
    )


def test_the_rest_of_the_service_stays_in_english(people):
    client = Client(HTTP_ACCEPT_LANGUAGE="ur")
    client.get("/answer/x/?lang=ur")

    assert 'lang="en-GB"' in client.get("/accounts/login/").content.decode()


def test_methods_that_are_not_for_it(client, link):
    assert client.post(link).status_code == 405
    assert client.put(f"{link}1/").status_code == 405


def test_a_page_holds_few_questions_and_hangs_none_on_itself(version):
    instrument = instrument_of(Invitation(version=version, instrument="voice"))
    usual = pages_of(instrument, {"worried": "yes"}, easy=False)
    easy = pages_of(instrument, {}, easy=True)

    assert [[one.code for one in page.fields] for page in usual] == [
        ["listens", "helped", "fair"],
        ["worried"],
        ["worry", "since", "name"],
    ]
    assert [page.number for page in easy] == [1, 2, 3, 4, 7]
    assert first_open(usual, {}) == usual[0]
    assert first_open(usual, {"worried": "no"}) == usual[2]
    assert first_open(usual, {"name": "x"}) is None


@pytest.mark.parametrize("language", ["cy", "pl", "ur"])
def test_every_word_of_the_pages_stands_in_every_language(language):
    source = (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text()
    have = messages(source)
    forms = (ROOT / "feedback" / "forms" / "answering.py").read_text()
    want = set(re.findall(r'gettext_noop\(\s*"([^"]+)"', forms))
    want |= set(re.findall(r'\b_\("([^"]+)"\)', forms))
    for path in TEMPLATES.glob("*.html"):
        page = path.read_text()
        found = re.findall(r"{% translate (?:\"([^\"]+)\"|'([^']+)') %}", page)
        found = [one or other for one, other in found]
        blocks = re.findall(r"{% blocktranslate trimmed %}(.+?){% endblocktranslate %}", page)
        found += [re.sub(r"{{ (\w+) }}", r"%(\1)s", one) for one in blocks]
        assert len(found) == len(AWAY.findall(page)), path.name
        want |= set(found)

    assert want - set(have) == set()
    assert source.count("# for review\n") == len(have) - 1
    for english, words in have.items():
        if english:
            assert sorted(re.findall(r"%\(\w+\)[sd]", english)) == sorted(
                re.findall(r"%\(\w+\)[sd]", words)
            ), english


@pytest.mark.parametrize(
    "name",
    [
        "listen",
        "talk",
        "visit",
        "family",
        "home",
        "school",
        "safe",
        "happy",
        "help",
        "plan",
        "change",
        "worker",
        "question",
        "thanks",
    ],
)
def test_every_picture_of_the_framework_is_drawn(name):
    drawn = (ROOT / "static" / "pictures" / f"{name}.svg").read_text()

    assert drawn.startswith("<svg")
    assert "script" not in drawn
