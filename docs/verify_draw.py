#!/usr/bin/env python3
"""Draws the files of a certificate again: python3 verify_draw.py CERTIFICATE.json POOL.txt

Needs Python 3.8 or newer and nothing else. Prints VERIFIED, or what does not match (and ends with 1).
1. Fingerprint = SHA-256 of the pool's file. Its first line names the columns ("case" or "audit", and
   what the pool is divided by), each further line is one of them; tabs between columns; \\\\ \\t \\n \\r stand for those signs.
2. Key = SHA-256 of four lines: "qa-draw/1", the fingerprint, the rule (JSON, names sorted, no spaces), the seed.
3. A file's place = HMAC-SHA256 under the key of "file", a line feed, its case number. Files are taken in the
   order of their places, as many of each part (stratum) as its quota says.
4. Quotas in proportion go by the largest remainder; equal remainders by the HMAC of "stratum" and its name.
"""

import hashlib
import hmac
import json
import sys

READ = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


def sha(text):
    return hashlib.sha256(text.encode("utf-8"))


def plain(column):
    signs = iter(column)
    return "".join(READ[next(signs)] if one == "\\" else one for one in signs)


def quotas(rule, strata, place):
    total = sum(strata.values())
    if "quotas" in rule:
        return {name: min(rule["quotas"].get(name, 0), size) for name, size in strata.items()}
    n = -(-rule["percent"] * total // 100) if "percent" in rule else rule["number"]
    n = min(n, total)
    found = {name: n * size // total for name, size in strata.items()}
    first = sorted(strata, key=lambda s: (-(n * strata[s] % total), place("stratum", s), s))
    for name in first[: n - sum(found.values())]:
        found[name] += 1
    return found


def problems(certificate, text):
    rule, seed = certificate["rule"], certificate["seed"]
    if sha(text).hexdigest() != certificate["pool"]["fingerprint"]:
        yield "The pool is not the one that was frozen: its fingerprint is another."
    if seed["kind"] == "two_people":
        for share in seed["shares"]:
            if sha(share["salt"] + "\n" + share["words"]).hexdigest() != share["commitment"]:
                yield "The words of " + share["by"] + " are not those of the commitment."
        if " + ".join(share["words"] for share in seed["shares"]) != seed["text"]:
            yield "The seed is not made of the two people's words."
    head, *rows = [[plain(column) for column in line.split("\t")] for line in text[:-1].split("\n")]
    if head[1:] != rule.get("by", []):
        yield "The pool is not divided by what the rule names."
    one_line = json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    fingerprint = sha(text).hexdigest()
    key = sha("\n".join(["qa-draw/1", fingerprint, one_line, seed["text"]])).digest()

    def place(kind, name):
        return hmac.new(key, (kind + "\n" + name).encode("utf-8"), hashlib.sha256).digest()

    files = sorted(
        ((row[0], " | ".join(row[1:])) for row in rows), key=lambda f: place("file", f[0])
    )
    strata = {}
    for _, stratum in files:
        strata[stratum] = strata.get(stratum, 0) + 1
    left, drawn = quotas(rule, strata, place), []
    for case, stratum in files:
        if left[stratum]:
            left[stratum] -= 1
            drawn.append((len(drawn) + 1, case, stratum))
    stated = [(one["order"], one[head[0]], one["stratum"]) for one in certificate["result"]]
    if stated != drawn:
        yield "The result is not what the draw gives: " + ", ".join(case for _, case, _ in drawn)
    where, used = {case: stratum for _, case, stratum in drawn}, {case for _, case, _ in drawn}
    for one in certificate["replacements"]:
        stratum = where.pop(one["out"], None)
        free = [c for c, s in files if s == stratum and c not in used]
        line = [case for case in free if case not in one["passed_over"]] or [""]
        before = free[: free.index(line[0])] if line[0] else free
        if (one["in"], one["stratum"], one["passed_over"]) != (line[0], stratum, before):
            yield "Case " + one["out"] + " was not replaced by the next one: " + (line[0] or "none")
        used.add(one["in"])
        where[one["in"]] = stratum


def main(certificate, pool):
    with (
        open(certificate, encoding="utf-8") as one,
        open(pool, encoding="utf-8", newline="") as two,
    ):
        try:
            found = list(problems(json.load(one), two.read()))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RuntimeError) as fault:
            found = ["One of the files cannot be read: " + repr(fault)]
    print("\n".join(found) if found else "VERIFIED")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) if len(sys.argv) == 3 else __doc__)
