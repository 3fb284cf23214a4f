"""The checks that look for known weaknesses and for dangerous ways, and what the service is made of (checklist H4)."""

import http.server
import json
import threading
from datetime import date, timedelta

import pytest

from tools import advisories, dangers, sbom
from tools.advisories import Advisory, older, pinned
from tools.faults import Missing


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("5.2.9", "5.2.19"),
        ("69.0", "70.0"),
        ("46.0.6", "46.0.7"),
        ("2.0rc1", "2.0"),
        ("1.2", "1.2.1"),
        ("9.1.2", "9.1.2.post2"),
    ],
)
def test_versions_stand_in_their_order(first, second):
    assert older(first, second)
    assert not older(second, first)
    assert not older(first, first)


def test_a_version_without_its_last_nought_is_the_same():
    assert not older("1.2", "1.2.0")
    assert not older("1.2.0", "1.2")


def test_a_weakness_touches_its_own_line_of_versions_only():
    one = Advisory("django", "5.2.8", "CVE-2025-64459", "SQL", line="5.2")

    assert [one.touches(version) for version in ("5.2.7", "5.2.8", "5.20.1", "6.0.1", "4.2.1")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_lock_is_read_with_extras_and_conditions():
    text = (
        "Django_X[mfa]==1.2 \\\n    --hash=sha256:ab\nb==2 ; python_version < '3' \\\n    # c==3\n"
    )

    assert pinned(text) == {("django-x", "1.2"), ("b", "2")}


def test_our_locks_hold_no_weakness_of_the_list_and_would_if_they_were_old(monkeypatch, tmp_path):
    assert advisories.faults() == []

    for name in advisories.LOCKS:
        (tmp_path / name).write_text("weasyprint==67.0 \\\n    --hash=sha256:00\ndjango==5.2.7\n")
    monkeypatch.setattr(advisories, "ROOT", tmp_path)
    found = advisories.faults()
    assert len(found) == 2 * 7
    assert found[4].startswith("requirements.txt: weasyprint 67.0, CVE-2025-68616")


def test_every_package_of_the_list_is_one_that_we_use():
    packages = {
        name
        for lock in advisories.LOCKS
        for name, _ in pinned((advisories.ROOT / lock).read_text())
    }

    assert {one.package for one in advisories.read()[1]} - packages == set()


def test_the_age_of_the_list_is_told():
    looked, _ = advisories.read()

    assert "gone through 3 days before today" in advisories.age(looked + timedelta(days=3))
    assert "run ./qa advisories" in advisories.age(looked + timedelta(days=31))
    assert looked >= date(2026, 11, 22)


@pytest.fixture
def database():
    """The public database on this machine: it knows one weakness of one package."""

    class Answer(http.server.BaseHTTPRequestHandler):
        asked: list[dict] = []

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            self.asked += asked
            results = [
                {"vulns": [{"id": "X-1"}, {"id": "X-2"}]}
                if one["package"]["name"] == "django"
                else {}
                for one in asked
            ]
            body = json.dumps({"results": results}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", Answer.asked
    server.shutdown()


def test_the_public_database_is_asked_about_every_package_and_its_answer_told(database, capsys):
    address, asked = database

    assert advisories.ask(address) == 1

    said = capsys.readouterr().out
    assert said.startswith("django 5.2.")
    assert said.strip().endswith("X-1, X-2")
    assert {"package": {"name": "weasyprint", "ecosystem": "PyPI"}, "version": "70.0"} in asked
    assert len(asked) > 100


def test_without_a_network_it_says_so():
    with pytest.raises(Missing, match="could not be asked"):
        advisories.ask("http://127.0.0.1:1/")


# --- dangerous ways ------------------------------------------------------------------------------


def test_our_code_holds_no_dangerous_way_without_a_reason():
    assert dangers.faults() == []
    assert all(reason for _, reason in dangers.ALLOWED.values())


@pytest.mark.parametrize(
    ("name", "text", "danger"),
    [
        ("core/a.py", "mark_safe(words)", "mark_safe"),
        ("core/a.py", 'format_html(f"<b>{x}")', "format_html"),
        ("templates/a.html", "{{ x|safe }}", "safe"),
        ("templates/a.html", "{% autoescape off %}", "autoescape"),
        ("core/a.py", "Audit.objects.raw(words)", "raw"),
        ("core/a.py", "rows.extra(where=[x])", "raw"),
        ("core/a.py", 'cursor.execute(f"SELECT {x}")', "sql words"),
        ("core/a.py", 'cursor.execute("SELECT %s" % x)', "sql words"),
        ("core/a.py", "run(words, shell=True)", "shell"),
        ("core/a.py", "yaml.load(text)", "yaml"),
        ("core/a.py", "import pickle", "pickle"),
        ("core/a.py", "eval(words)", "eval"),
        ("core/a.py", "rows.filter(**request.GET)", "spread"),
        ("core/a.py", "rows.filter(**request.GET.dict())", "spread"),
        ("core/a.py", "@csrf_exempt", "csrf"),
        ("core/a.py", 'rows.order_by(request.GET["by"])', "order"),
        ("core/views.py", "get_object_or_404(Audit, pk=pk)", "own row"),
        ("core/views.py", "Audit.objects.get(pk=pk)", "own row"),
        ("core/a.py", "get(x, verify=False)", "verify"),
    ],
)
def test_each_dangerous_way_is_found(name, text, danger):
    assert dangers.found_in(name, text) == {danger: 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core/views.py", "get_object_or_404(Audit.objects.visible_to(user), pk=pk)"),
        ("core/views.py", "get_object_or_404(UserSession, pk=pk, user=request.user)"),
        ("core/services.py", "Audit.objects.get(pk=pk)"),
        ("core/a.py", 'cursor.execute("SELECT 1 WHERE a = %s", [x])'),
        ("core/a.py", "safe_yaml.load(text)"),
        ("core/a.py", "re.compile(words)"),
        ("templates/a.html", "{{ safe }}"),
    ],
)
def test_what_is_harmless_is_let_be(name, text):
    assert dangers.found_in(name, text) == {}


def test_an_exception_to_a_safety_rule_says_why():
    text = "a()  # noqa: S308\nb()  # noqa: S308 - escaped there\nc()  # noqa: DTZ001\n"

    assert dangers.bare(text) == [1]


# --- what it is made of --------------------------------------------------------------------------


def test_what_the_service_is_made_of_is_the_lock_with_its_checksums(tmp_path):
    file = tmp_path / "sbom.json"

    assert sbom.write([str(file)]) == 0

    found = json.loads(file.read_text())
    parts = {one["name"]: one for one in found["components"]}
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert found["metadata"]["component"]["name"] == "qaframework"
    assert parts["weasyprint"]["purl"] == "pkg:pypi/weasyprint@70.0"
    assert len(parts["weasyprint"]["hashes"][0]["content"]) == 64
    assert parts["govuk-frontend"]["purl"].startswith("pkg:npm/govuk-frontend@")
    assert all(one.get("hashes") for one in found["components"] if "pypi" in one["purl"])
    assert len({one["bom-ref"] for one in found["components"]}) == len(found["components"])
