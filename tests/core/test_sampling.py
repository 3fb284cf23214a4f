import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from core.sampling import (
    File,
    Pool,
    Rule,
    canonical,
    commitment,
    draw,
    expected,
    fixed,
    in_proportion,
    line_up,
    next_in_line,
    read_pool,
    seed_of,
    share,
)

TEXT = st.text(alphabet="ab\\\t\n\r \u2028é0", min_size=1, max_size=6)


def pool(*references, **strata):
    """A pool of these files, or of so many files for each stratum."""
    files = [File(one) for one in references]
    files += [File(f"{name}{n}", (name,)) for name, size in strata.items() for n in range(size)]
    return Pool(tuple(files), ("service",) if strata else ())


def references(result):
    return [one.reference for one in result.files]


# --- the pool as text ----------------------------------------------------------------------------


def test_the_text_of_a_pool_is_exactly_defined():
    made = Pool((File("20", ("B",)), File("100", ("A\tb\\",)), File("é1", ("\r\n",))), ("service",))

    assert made.text == "case\tservice\n100\tA\\tb\\\\\n20\tB\né1\t\\r\\n\n"
    assert made.fingerprint == hashlib.sha256(made.text.encode("utf-8")).hexdigest()


def test_the_text_does_not_depend_on_the_order_in_which_files_come():
    assert pool("3", "1", "2").text == pool("2", "3", "1").text == "case\n1\n2\n3\n"


@given(st.dictionaries(TEXT, st.tuples(TEXT, TEXT), max_size=5))
def test_a_text_reads_back_as_its_pool(rows):
    made = Pool(tuple(File(one, values) for one, values in sorted(rows.items())), ("a", "b"))

    assert read_pool(made.text) == made
    assert len(made.text.split("\n")) == len(rows) + 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not end with the end of a line"),
        ("case\n1", "does not end with the end of a line"),
        ("\n", "does not begin with the names"),
        ("1\n", "does not begin with the names"),
        ("case\n1\n1\n", "stands twice"),
        ("case\n1\tA\n", "another number of values"),
        ("case\n\n", "no reference"),
        ("case\n\\x\n", "backslash"),
        ("case\n1\\\n", "backslash"),
    ],
)
def test_a_text_that_is_no_pool_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        read_pool(text)


# --- the rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ({"number": 3}, '{"number":3}'),
        ({"percent": 15}, '{"percent":15}'),
        ({"by": ["service", "age"], "number": 3}, '{"by":["service","age"],"number":3}'),
        ({"by": ["a"], "quotas": {"Z": 1, "É": 0}}, '{"by":["a"],"quotas":{"Z":1,"É":0}}'),
    ],
)
def test_a_rule_reads_back_and_has_one_text(about, text):
    rule = Rule.read(about)

    assert (rule.stored, rule.text) == (about, text)


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"number": 0},
        {"number": -1},
        {"number": 1.5},
        {"number": "3"},
        {"number": True},
        {"number": 3, "percent": 10},
        {"percent": 0},
        {"percent": 101},
        {"quotas": {"A": 1}},
        {"by": ["a"], "quotas": {}},
        {"by": ["a"], "quotas": {"A": 0}},
        {"by": ["a"], "quotas": {"A": -1}},
        {"by": ["a"], "quotas": [1]},
        {"by": ["a", "a"], "number": 1},
        {"by": "a", "number": 1},
        {"by": [1], "number": 1},
        {"number": 1, "skip": "A1"},
    ],
)
def test_what_is_no_rule_is_refused(about):
    with pytest.raises(ValueError, match=r"."):
        Rule.read(about)


@pytest.mark.parametrize(
    ("percent", "n", "expected"),
    [
        (15, 27, 5),  # B6-4
        (7, 100, 7),  # B6-4: 8 in floating point
        (15, 0, 0),
        (0, 27, 0),
        (1, 1, 1),
        (15, 20, 3),
        (15, 21, 4),
        (100, 27, 27),
        (29, 100, 29),
        (57, 100, 57),
    ],
)
def test_a_share_is_rounded_up_in_whole_numbers(percent, n, expected):
    assert share(percent, n) == expected


@pytest.mark.parametrize(("percent", "n"), [(-1, 5), (5, -1), (1.5, 5), (True, 5)])
def test_a_share_of_anything_else_is_refused(percent, n):
    with pytest.raises(ValueError, match="whole numbers"):
        share(percent, n)


# --- the seed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "counts"),
    [
        ("  04 11\t27  \n31 ", "04 11 27 31"),
        ("Grey  horses", "Grey horses"),
        ("Cafe\u0301", "Caf\u00e9"),
        (" ", ""),
        ("GREY", "GREY"),
    ],
)
def test_words_count_in_one_way(typed, counts):
    assert canonical(typed) == counts


def test_a_seed_of_two_peoples_words_keeps_their_order():
    assert seed_of([" four  horses", "wet sand "]) == "four horses + wet sand"
    assert seed_of(["04 11 27"]) == "04 11 27"


def test_a_commitment_hides_words_behind_the_salt_and_stands_for_one_text_only():
    assert commitment("wet  sand", "a1") == commitment("wet sand ", "a1")
    assert len({commitment(words, salt) for words in ("wet", "dry") for salt in ("a", "b")}) == 4


# --- the draw ------------------------------------------------------------------------------------


def test_a_draw_is_what_its_definition_says():
    made = pool("1", "2", "3", "4", "5")

    result = draw(made, Rule(number=2), "04 11 27")

    fingerprint = hashlib.sha256(b"case\n1\n2\n3\n4\n5\n").hexdigest()
    key = hashlib.sha256(f'qa-draw/1\n{fingerprint}\n{{"number":2}}\n04 11 27'.encode()).digest()
    places = {one: hmac.digest(key, f"file\n{one}".encode(), "sha256") for one in "12345"}
    assert references(result) == sorted("12345", key=places.__getitem__)[:2]
    assert [(one.order, one.stratum) for one in result.files] == [(1, ""), (2, "")]


@pytest.mark.parametrize("rule", [Rule(number=3), Rule(percent=30)])
def test_the_same_draw_gives_the_same_files_and_another_seed_others(rule):
    made = pool(*map(str, range(100)))

    assert draw(made, rule, "a") == draw(made, rule, "a")
    assert references(draw(made, rule, "a")) != references(draw(made, rule, "b"))


def test_one_changed_row_changes_the_whole_order():
    before = draw(pool(A=50), Rule(("service",), number=50), "seed")
    changed = Pool((*pool(A=49).files, File("A49", ("B",))), ("service",))

    after = draw(changed, Rule(("service",), number=50), "seed")

    same = sum(a == b for a, b in zip(references(before), references(after), strict=True))
    assert same < 10


@pytest.mark.parametrize(
    ("size", "rule", "drawn", "notes"),
    [
        (0, Rule(number=3), 0, ("The pool holds 0 of the 3 files asked for: all are drawn.",)),
        (2, Rule(number=3), 2, ("The pool holds 2 of the 3 files asked for: all are drawn.",)),
        (3, Rule(number=3), 3, ()),
        (27, Rule(percent=15), 5, ()),
        (0, Rule(percent=15), 0, ()),
        (1, Rule(percent=1), 1, ()),
    ],
)
def test_a_draw_larger_than_the_pool_takes_the_whole_pool(size, rule, drawn, notes):
    result = draw(pool(*map(str, range(size))), rule, "seed")

    assert (len(set(references(result))), result.notes) == (drawn, notes)


def test_a_pool_that_is_divided_otherwise_is_refused():
    with pytest.raises(ValueError, match="not divided by what the rule names"):
        draw(pool("1"), Rule(("service",), number=1), "seed")


@pytest.mark.parametrize(
    ("strata", "wanted", "quotas"),
    [
        ({}, 0, {}),
        ({"A": 10}, 4, {"A": 4}),
        ({"A": 50, "B": 30, "C": 20}, 10, {"A": 5, "B": 3, "C": 2}),
        ({"A": 53, "B": 30, "C": 17}, 10, {"A": 5, "B": 3, "C": 2}),
        ({"A": 98, "B": 1, "C": 1}, 10, {"A": 10, "B": 0, "C": 0}),
        ({"A": 3, "B": 2}, 5, {"A": 3, "B": 2}),
        ({"A": 7, "B": 0}, 3, {"A": 3, "B": 0}),
    ],
)
def test_quotas_in_proportion_go_by_the_largest_remainder(strata, wanted, quotas):
    assert in_proportion(strata, wanted, b"key") == quotas


def test_equal_remainders_are_decided_by_the_key():
    tied = {"A": 10, "B": 10, "C": 10}

    found = Counter(
        max(quotas, key=quotas.get)
        for n in range(300)
        for quotas in [in_proportion(tied, 10, f"key {n}".encode())]
    )

    assert sum(found.values()) == 300
    assert min(found[name] for name in tied) > 70


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 40)), st.integers(0, 100))
def test_quotas_in_proportion_add_up_and_no_stratum_gives_more_than_it_has(strata, number):
    wanted = min(number, sum(strata.values()))
    total = sum(strata.values())

    quotas = in_proportion(strata, wanted, b"key")

    assert sum(quotas.values()) == wanted
    assert all(quotas[name] <= strata[name] for name in quotas)
    assert all(abs(quotas[name] - wanted * strata[name] / total) < 1 for name in quotas)


@pytest.mark.parametrize(
    ("strata", "rule", "found"),
    [
        ({}, Rule(number=3), {}),
        ({"": 10}, Rule(percent=15), {"": (2, 2)}),
        ({"A": 50, "B": 30}, Rule(number=8), {"A": (5, 5), "B": (3, 3)}),
        ({"A": 10, "B": 10, "C": 10}, Rule(number=10), dict.fromkeys("ABC", (3, 4))),
        ({"A": 10, "B": 10, "C": 11}, Rule(number=10), {"A": (3, 3), "B": (3, 3), "C": (4, 4)}),
        ({"A": 2, "B": 9}, Rule(("x",), quotas={"A": 3, "B": 1}), {"A": (2, 2), "B": (1, 1)}),
    ],
)
def test_what_each_stratum_will_give_is_known_but_for_ties(strata, rule, found):
    assert expected(strata, rule) == found


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 40), min_size=1))
def test_every_draw_keeps_within_what_was_expected(strata):
    rule = Rule(("service",), number=7)
    foreseen = expected(strata, rule)

    quotas = in_proportion(strata, rule.size(sum(strata.values())), b"key")

    assert all(low <= quotas[name] <= high for name, (low, high) in foreseen.items())


def test_a_stratum_smaller_than_its_quota_gives_all_and_says_so():
    quotas, notes = fixed({"A": 5, "B": 2, "C": 9}, {"A": 3, "B": 4, "D": 1})

    assert quotas == {"A": 3, "B": 2, "C": 0}
    assert notes == [
        "B: 2 of the 4 files asked for, because the pool holds no more.",
        "D: 0 of the 1 files asked for, because the pool holds no more.",
    ]


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        (Rule(("service",), number=10), {"A": 5, "B": 3, "C": 2}),
        (Rule(("service",), percent=20), {"A": 10, "B": 6, "C": 4}),
        (Rule(("service",), quotas={"A": 1, "C": 2}), {"A": 1, "C": 2}),
    ],
)
def test_a_stratified_draw_takes_each_stratums_part(rule, counts):
    result = draw(pool(A=50, B=30, C=20), rule, "seed")

    assert Counter(one.stratum for one in result.files) == counts
    assert [one.order for one in result.files] == list(range(1, sum(counts.values()) + 1))


def test_a_stratum_may_be_made_of_several_values():
    made = Pool((File("1", ("A", "0–4")), File("2", ("A", "5–9"))), ("service", "age"))

    result = draw(made, Rule(("service", "age"), quotas={"A | 5–9": 1}), "seed")

    assert [(one.reference, one.stratum) for one in result.files] == [("2", "A | 5–9")]


# --- replacements --------------------------------------------------------------------------------


def test_those_who_follow_stand_behind_the_drawn_ones_of_their_stratum():
    made, rule = pool(A=20, B=20), Rule(("service",), number=10)
    drawn = draw(made, rule, "seed").files

    line = line_up(made, rule, "seed", "A")

    assert line[:5] == [one.reference for one in drawn if one.stratum == "A"]
    assert sorted(line) == sorted(f"A{n}" for n in range(20))


@pytest.mark.parametrize(
    ("used", "barred", "found"),
    [
        ({}, {}, ("a", ())),
        ({"a"}, {}, ("b", ())),
        ({"a"}, {"b"}, ("c", ("b",))),
        ({"b"}, {"a"}, ("c", ("a",))),
        ({"a", "b", "c"}, {}, ("", ())),
        ({"a"}, {"b", "c"}, ("", ("b", "c"))),
    ],
)
def test_the_next_in_line_is_the_first_that_is_free(used, barred, found):
    assert next_in_line("abc", used, barred) == found


# --- equal chances -------------------------------------------------------------------------------

TIMES = 1000


def chances(made, rule, name):
    """How often each file is drawn in many draws, each from its own seed."""
    times = Counter()
    for n in range(TIMES):
        times.update(references(draw(made, rule, f"{name} {n}")))
    return times


def unevenness(times, members, expected):
    """Pearson's chi-square of equal chances for drawing without replacement; its limit at 1 in 1000.

    The counts of one draw hang together (they add up to n), hence the factor (m - 1) / m.
    """
    m, p = len(members), expected / len(members)
    total = sum((times[one] - TIMES * p) ** 2 for one in members) / (TIMES * p * (1 - p))
    return total * (m - 1) / m, float(chi2.ppf(0.999, m - 1))


def test_every_file_has_the_same_chance_in_a_uniform_draw():
    made = pool(*(f"{n:03}" for n in range(60)))

    found, limit = unevenness(
        chances(made, Rule(number=12), "uniform"), [one.reference for one in made.files], 12
    )

    print(f"uniform: chi-square {found:.1f}, limit {limit:.1f}")
    assert found < limit


def test_every_pair_has_the_same_chance_in_a_uniform_draw():
    made = pool(*"abcdef")
    pairs = Counter(
        frozenset(references(draw(made, Rule(number=2), f"pairs {n}"))) for n in range(TIMES)
    )

    expected = TIMES / 15
    found = sum((pairs[one] - expected) ** 2 / expected for one in pairs)

    assert len(pairs) == 15
    assert found < chi2.ppf(0.999, 14)


@pytest.mark.parametrize(
    ("rule", "quotas"),
    [
        (Rule(("service",), number=10), {"A": 5, "B": 3, "C": 2}),
        (Rule(("service",), quotas={"A": 2, "B": 2, "C": 2}), {"A": 2, "B": 2, "C": 2}),
    ],
)
def test_every_file_of_a_stratum_has_the_same_chance_in_a_stratified_draw(rule, quotas):
    made = pool(A=50, B=30, C=20)
    times = chances(made, rule, "stratified")

    for name, quota in quotas.items():
        members = [one.reference for one in made.files if one.stratum == name]
        found, limit = unevenness(times, members, quota)
        print(f"stratum {name}: chi-square {found:.1f}, limit {limit:.1f}")
        assert found < limit


def test_every_file_has_the_same_chance_where_quotas_are_tied():
    made = pool(A=10, B=10, C=10)

    times = chances(made, Rule(("service",), number=10), "tied")

    found, limit = unevenness(times, [one.reference for one in made.files], 10)
    print(f"tied: chi-square {found:.1f}, limit {limit:.1f}")
    assert found < limit


def test_an_unfair_draw_would_be_noticed():
    made = pool(*(f"{n:03}" for n in range(60)))
    times = chances(made, Rule(number=12), "uniform")
    members = [one.reference for one in made.files]
    for n, one in enumerate(members[:6]):
        times[one] += TIMES // 20
        times[members[n + 6]] -= TIMES // 20

    found, limit = unevenness(times, members, 12)

    assert found > limit
