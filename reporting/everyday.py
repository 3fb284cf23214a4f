"""Words that say nothing about who somebody is, and words that are names only where they are meant as one. Plain."""


def each(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


# Names that are everyday words as well: only a capital inside a sentence says that somebody is meant.
WORDS = each("""
    art baker banks bell bill black bond brook brown can church clay cook court cross dale day
    dean drew earl field fields finch flood ford forest fox frank gale gene good grant gray
    green grey hall hand hart heath hill home hope house hunt hunter joy judge king knight lake
    lane law little long love major mark marsh mason may mill miller moor moore moss nick north
    page park parsons patience peace pool pound price prince prior rain ray read reed rich rock
    rose rush savage season sharp short silver skip sky small smart south spring stone storm
    street strong summer sunny swift turner vale wall ward waters way weaver wells west white
    wild will willow winter wise wood woods worth young
""")
MONTHS = frozenset({"april", "may", "june", "august"})
# Before and after these a month is a month.
OF_TIME = each("""
    after and before between by during early every for from in last late mid nd next of on or
    rd since st th this through till to until
""")
# With these a sentence about practice may begin: a capital there says nothing.
USUAL = each("""
    a about above according action actions additionally after again against all along already
    also although always am an and another any anyone anything apart are around as aside ask
    asked at audit audits away back based be because been before being below best better
    between both brother but by call called can cannot care carer carers case chair child
    children clear clearly come could currently dad day days decision decisions despite did
    discussion do does doing done due during each earlier early either else enough especially
    even every everybody everyone everything evidence examples excellent except families family
    father feedback few finally find first following for found from further furthermore
    generally get give given go going good grandfather grandmother great had has have having he
    hence her here hers high him his home how however i if impact important in including
    initially instead is it its just keep key know last lastly late later learning less let
    like little look looking made main mainly make management manager many may maybe me meeting
    meetings mid might moderation more moreover most mother much mum must my near nearly need
    needs neither never new next no nobody none nor not note nothing now of off often okay on
    once one only open or other others our out outcome outcomes over overall own parent parents
    particularly perhaps plan planning plans please positive practice previously prior
    purposeful put quite rather read reading really recently recording records regular review
    right safeguarding same saw school see seen several she should similarly since sister so
    social some somebody someone something sometimes soon staff still strengths strong such
    supervision support sure take talk team text thank that the their them then there therefore
    these they thing this those though three through throughout thus time to today together too
    took two under unfortunately until up upon us use usually very view visit visits voice was
    we week weekly well went were what whatever when where whereas whether which while who
    whole whose why will with within without work worker workers working would write written
    yes yet you young your
""")
