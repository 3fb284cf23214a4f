import pytest

from tools import scan
from tools.paths import ROOT

# Put together here, so that this file passes the scan itself.
NHS = "943" + "476" + "5919"
MAILBOX = "@".join(["someone", "council.gov.uk"])
NI = "AB" + "123456" + "C"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"the child {NHS} was seen", "an NHS number"),
        (f"the child {NHS[:3]} {NHS[3:6]} {NHS[6:]} was seen", "an NHS number"),
        (f"write to {MAILBOX}", "an e-mail address at council.gov.uk"),
        (f"insured under {NI}", "a National Insurance number"),
    ],
)
def test_personal_finds_what_could_be_a_real_persons(text, what):
    found = list(scan.personal(text))

    assert len(found) == 1
    assert what in found[0]


@pytest.mark.parametrize(
    "text",
    [
        f"{NHS[:-1]}8",  # fails the check digit
        "999 000 0018",  # set aside for tests
        "auditor@example.org and qa@northshire.example.gov.uk",
        f"sha256:{NHS}ab",
        "0000000000",
    ],
)
def test_personal_passes_what_is_invented(text):
    assert list(scan.personal(text)) == []


def test_machine_paths_finds_this_checkout_and_any_home():
    paths = scan.machine_paths()

    assert paths.search(f"see {ROOT}/manage.py")
    assert paths.search("see " + "/home" + "/jo/notes")
    assert not paths.search("see my/home/page and docs/decisions/")


@pytest.mark.parametrize("name", ["requirements.txt", "package-lock.json", "a/requirements-x.txt"])
def test_locks_are_known_by_name(name):
    assert scan.LOCKS.search(name)


def test_production_lock_holds_the_very_versions_that_are_tested():
    def pins(name):
        lines = (ROOT / name).read_text().splitlines()
        return {line.split(" \\")[0] for line in lines if "==" in line}

    assert pins("requirements-production.txt") < pins("requirements.txt")
