import copy
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.certificate import Facts, Share, Substitute, as_text, certificate, read, verify
from core.sampling import File, Pool, Rule, commitment, draw, line_up, next_in_line, seed_of

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_draw.py"
FROZEN = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
GIVEN = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
DRAWN = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
RULE = Rule(("service", "age"), number=6)
WORDS = (("Ann Lee", "four grey horses", "5a17"), ("Bo Ray", "wet sand at low tide", "0ff1"))


def pool():
    """Thirty files in three parts, one of them with signs that are written differently in the file."""
    files = [
        File(f"70{n:02}", ("Family\tsupport" if n % 3 else "Early help", "0–4" if n % 2 else "5–9"))
        for n in range(30)
    ]
    return Pool(tuple(files), ("service", "age"))


def shares():
    return tuple(
        Share(who, words, salt, commitment(words, salt), GIVEN) for who, words, salt in WORDS
    )


def plain_pool():
    """The same files, not divided."""
    return Pool(tuple(File(file.reference) for file in pool().files))


def facts(rule=RULE, kind="two_people", seed=None, **changes):
    files = pool() if rule.by else plain_pool()
    given = shares() if kind == "two_people" else ()
    seed = seed or (seed_of(share.words for share in given) if given else "04 11 27 31")
    return Facts(
        **{
            "council": "bracknell-forest",
            "number": 3,
            "title": "October",
            "frozen_at": FROZEN,
            "pool": files,
            "fingerprint": files.fingerprint,
            "rule": rule,
            "seed_kind": kind,
            "seed_source": "" if given else "The lottery of 7 October 2026",
            "seed_known_on": None if given else date(2026, 10, 7),
            "seed": seed,
            "shares": given,
            "drawn_at": DRAWN,
            "result": draw(files, rule, seed),
        }
        | changes
    )


def replaced(one, barred=0, times=1):
    """The facts after the first drawn file was replaced, and the one in its place again."""
    out, stratum = one.result.files[0].reference, one.result.files[0].stratum
    used, line = (
        {f.reference for f in one.result.files},
        line_up(one.pool, one.rule, one.seed, stratum),
    )
    made = []
    for _ in range(times):
        closed = [c for c in line if c not in used][:barred]
        instead, passed = next_in_line(line, used, closed)
        made.append(Substitute(out, instead, stratum, "closed", DRAWN, passed))
        used.add(instead)
        out = instead
    return Facts(**{**vars(one), "replacements": tuple(made)})


KINDS = {
    "two people": facts(),
    "public": facts(kind="public"),
    "uniform": facts(rule=Rule(percent=15)),
    "fixed": facts(rule=Rule(("service", "age"), quotas={"Early help | 0–4": 40, "Nowhere": 2})),
    "replaced": replaced(facts()),
    "replaced twice, some closed": replaced(facts(), barred=2, times=2),
    "nobody left": replaced(facts(), barred=30),
}


def by_script(folder, about, text):
    """What the stand-alone script says of a certificate and a pool, and how it ends."""
    (folder / "certificate.json").write_text(about, encoding="utf-8")
    (folder / "pool.txt").write_text(text, encoding="utf-8", newline="")
    ended = subprocess.run(
        [sys.executable, "-I", SCRIPT, "certificate.json", "pool.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout.strip()


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_verifies_here_and_with_the_stand_alone_script(kind, tmp_path):
    one = KINDS[kind]

    assert verify(read(as_text(one)), one.pool.text) == []
    assert by_script(tmp_path, as_text(one), one.pool.text) == (0, "VERIFIED")


def test_a_certificate_holds_what_a_reader_needs():
    about = certificate(facts(kind="public", follows=(2, "A team was missing.")))

    assert about["frozen_at"] == "2026-10-05T09:00:00Z"
    assert about["pool"] == {"fingerprint": pool().fingerprint, "files": 30}
    assert about["seed"] == {
        "kind": "public",
        "source": "The lottery of 7 October 2026",
        "known_on": "2026-10-07",
        "text": "04 11 27 31",
        "shares": [],
    }
    assert (about["follows"], about["followed_by"]) == (
        {"draw": 2, "reason": "A team was missing."},
        {},
    )
    assert [one["order"] for one in about["result"]] == [1, 2, 3, 4, 5, 6]


# --- altering anything breaks it -----------------------------------------------------------------


def test_the_certificate_of_a_pool_of_which_one_row_was_altered_does_not_verify(tmp_path):
    rows = pool().text.splitlines(keepends=True)
    for n in (0, 1, 15, 30):
        altered = "".join(
            [*rows[:n], rows[n].replace("5–9", "0–4").replace("e", "i", 1), *rows[n + 1 :]]
        )
        assert altered != pool().text or n

        for text in (altered, "".join(rows[:n] + rows[n + 1 :]), "".join([*rows, "9999\tA\tB\n"])):
            if text == pool().text:
                continue
            assert verify(certificate(facts()), text)
            code, said = by_script(tmp_path, as_text(facts()), text)
            assert code == 1
            assert "VERIFIED" not in said


def alterations():
    """A name for each single thing that can be changed in a certificate, and what changes it."""

    def put(path, value):
        def change(about):
            *way, last = path
            for step in way:
                about = about[step]
            about[last] = value(about[last]) if callable(value) else value

        return change

    def other(text):
        return chr(ord(text[0]) ^ 1) + text[1:]

    return {
        "fingerprint": put(("pool", "fingerprint"), other),
        "seed": put(("seed", "text"), other),
        "seed's case": put(("seed", "text"), str.upper),
        "a person's words": put(("seed", "shares", 0, "words"), other),
        "a salt": put(("seed", "shares", 1, "salt"), other),
        "a commitment": put(("seed", "shares", 1, "commitment"), other),
        "the rule's number": put(("rule", "number"), 7),
        "what the pool is divided by": put(("rule", "by"), ["age", "service"]),
        "quotas": put(("rule",), {"by": ["service", "age"], "quotas": {"Early help | 0–4": 6}}),
        "a case of the result": put(("result", 2, "case"), "7099"),
        "a stratum of the result": put(("result", 2, "stratum"), "Elsewhere"),
        "the order": put(("result",), lambda lines: lines[::-1]),
        "a line less": put(("result",), lambda lines: lines[:-1]),
        "a line more": put(
            ("result",), lambda lines: [*lines, {"order": 7, "case": "7000", "stratum": ""}]
        ),
        "who came in": put(("replacements", 0, "in"), "7000"),
        "who went out": put(("replacements", 0, "out"), "7099"),
        "who was passed over": put(("replacements", 0, "passed_over"), ["7000"]),
        "the same replacement twice": put(("replacements",), lambda lines: lines * 2),
        "no seed": put(("seed", "text"), ""),
    }


@pytest.mark.parametrize("name", alterations())
def test_altering_one_thing_of_the_certificate_breaks_it(name, tmp_path):
    one = KINDS["replaced"]
    about = copy.deepcopy(certificate(one))
    alterations()[name](about)

    problems = verify(about, one.pool.text)

    assert problems
    assert all(words.endswith(".") for words in problems)
    assert by_script(tmp_path, json.dumps(about), one.pool.text)[0] == 1


def test_one_character_of_a_published_seed_breaks_it(tmp_path):
    about = certificate(KINDS["public"])
    about["seed"]["text"] = "04 11 27 32"

    assert verify(about, pool().text)
    assert by_script(tmp_path, json.dumps(about), pool().text)[0] == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"drawn_at": "2026-10-05T08:59:59Z"}, "given before the pool was frozen"),
        ({"frozen_at": "2026-10-05T09:30:01Z"}, "given before the pool was frozen"),
    ],
)
def test_a_seed_that_was_there_before_the_pool_is_noticed(changes, words):
    problems = verify(certificate(facts()) | changes, pool().text)

    assert [words in one for one in problems] == [True]


def test_a_published_value_that_was_known_is_noticed():
    about = certificate(facts(kind="public", seed_known_on=date(2026, 10, 5)))

    assert verify(about, pool().text) == ["The published value was known when the pool was frozen."]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("seed", "The seed is not made of the two people's words."),
        ("a commitment", "The words of Bo Ray are not those of the commitment."),
        ("the rule's number", "The draw gives 7 files; the certificate lists 6."),
        ("a stratum of the result", "has another number or part than the draw gives."),
        ("no seed", "The certificate has no seed."),
        ("who went out", "Case 7099 was not drawn, or was replaced already."),
    ],
)
def test_what_does_not_match_is_said_in_words(name, words):
    one = KINDS["replaced"]
    about = copy.deepcopy(certificate(one))
    alterations()[name](about)

    assert words in "\n".join(verify(about, one.pool.text))


@pytest.mark.parametrize("part", ["rule", "pool", "seed", "result", "replacements"])
def test_a_certificate_with_a_broken_part_does_not_verify(part):
    about = certificate(KINDS["replaced"]) | {part: [5]}

    assert verify(about, pool().text) in (
        ["A part of the certificate is missing or is of another kind than it should be."],
        ["The rule says something that is not known."],
    )


def test_the_lines_of_a_pool_out_of_order_are_noticed():
    head, *rows = pool().text.splitlines(keepends=True)

    assert "The pool's lines are not in their order." in verify(
        certificate(facts()), "".join([head, *rows[::-1]])
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("VERIFIED", "not a JSON file"),
        ("[]", "its parts"),
        ("{}", "its parts"),
        (as_text(facts()).replace('"draw": 3', '"draw": "3"', 1), "“draw” cannot be read"),
        (as_text(facts()).replace('"format": 1', '"format": 2', 1), "has format 2"),
    ],
)
def test_a_file_that_is_no_certificate_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        read(text)


def test_the_script_says_how_it_is_used_and_imports_the_standard_library_only(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-I", SCRIPT], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert ended.returncode == 1
    assert "python3 verify_draw.py CERTIFICATE.json POOL.txt" in ended.stderr
    names = {
        word
        for line in SCRIPT.read_text("utf-8").splitlines()
        if line.startswith(("import ", "from "))
        for word in line.split()[1:2]
    }
    assert names <= sys.stdlib_module_names
