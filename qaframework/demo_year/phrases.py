"""What is written in an invented year: by auditors and moderators, in actions, and by those who look at their effect."""

from programme.demo import TASKS

GOOD = (
    "The child’s words are written down as the child said them, and the plan answers them.",
    "Visits are regular and have a purpose that the child knows.",
    "The chronology is up to date and the assessment draws on it.",
    "Fathers were found and asked, and what they can do is in the plan.",
    "The family network meets and keeps to what it promised.",
    "Supervision is regular, and its decisions can be followed from one month to the next.",
    "Partners know the plan and do their part in it.",
    "Direct work is described and dated; drawings are on the file with what they mean to the child.",
    "The plan says what will be different, by when, and how everybody will know.",
    "The effect of what happened at home is weighed for each child in the family by itself.",
)
POOR = (
    "The plan’s dates are not all met, and the file does not say why.",
    "The child was seen, but not alone, and what the child thinks cannot be read anywhere.",
    "The chronology stops several months ago.",
    "Supervision notes repeat what is to be done without saying whether it was done.",
    "The father is named and was never asked.",
    "The school’s view is missing from the last two reviews.",
    "The assessment lists worries and does not weigh them.",
    "The plan is a list of services; it does not say what should be different for the child.",
    "Contact with the wider family ended without a reason on the file.",
    "Visits were late twice in a row, and the manager’s oversight does not mention it.",
)
URGENT = (
    "The safety plan depends on one parent who had left, and nobody had seen the child for five weeks.",
    "A strategy meeting was agreed and not held; the risk had not been weighed again since.",
    "The child told the school about being hurt, and the file shows no answer to it.",
)
RATIONALE = (
    "The effect on the child can be seen in what the school and the family say.",
    "There is purposeful work and clear oversight. What is written shows what changed.",
    "The child is at the centre of the plan, and it is kept to.",
    "Direct work shapes the plan, and those around the child say the same of it.",
)
SHORT = (
    "Work is steady, but the plan does not drive it; its dates slip.",
    "Too much rests on what others report; the child’s own view is thin.",
    "Visits take place; what they change for the child cannot be read.",
)
WORST = "Risk was not acted on in time, and oversight did not notice it."
TO_DO = (
    *TASKS,
    (
        "Ask the school and the health visitor for their view before the next review.",
        "The plan rests on more than one view.",
        "Both views are quoted in the review.",
    ),
    (
        "Write the plan anew with dates and with what will be different for the child.",
        "Everybody knows what should change.",
        "Each step has a name and a day.",
    ),
    (
        "See the child alone and record how the child is.",
        "The child can speak freely.",
        "The visit is on the file with what the child said.",
    ),
    (
        "Find out who the father is and ask him what he can do.",
        "Both sides of the family are known.",
        "His view is in the assessment.",
    ),
    (
        "Weigh the risk again with the manager and write down why it is as it is.",
        "Decisions can be followed.",
        "The reasons stand with the decision.",
    ),
    (
        "Talk the audit through in supervision and note what is done differently.",
        "Learning stays.",
        "The supervision note names it.",
    ),
)
EVIDENCE = (
    "Case note of that week, headed with the name of this audit.",
    "Plan of the month, third page; the child has a copy.",
    "Record of the meeting, with everybody who came.",
    "Supervision note with the date.",
)
SEEN = (
    "Seen on the file.",
    "Seen, and talked through in supervision.",
    "Seen. The next review will look at it again.",
)
DIFFERENCE = (
    "The child is back at school on most days and says that mornings are quieter.",
    "The grandparents take the children on Fridays; the parents argue less.",
    "The child has told the worker what worries them, and the plan now says what is done about it.",
    "The routine holds since four weeks; the health visitor sees it too.",
)
PARTLY = (
    "The meeting was held, and half of what was promised is done.",
    "The child is seen more often. Whether they feel safer cannot be said yet.",
)
NOT_YET = ("Nothing has changed at home; the family did not come to the meeting.",)
AGAIN = "Go to the family at home and agree the first two steps with them there."
MODERATOR = (
    "The record shows what changed for the child, in the child’s own words and in what the school says.",
    "The plan’s dates slipped twice, and the file does not say what was done about it.",
    "The worker knows the family well; direct work is described and dated.",
    "Partners’ views are missing from the last review. Ask them before the next one.",
    "Scores are a little higher than what is written bears out, above all for plans.",
)
LOWER = "Three things that this grade asks for cannot be seen on the file: dates, the school’s view, and the father’s."
HIGHER = "The effect on the child is stronger than the audit gives it credit for; the school’s letter shows it."
SAME = "What is written bears the grade out; the impact on the child can be seen."
MET = "We went through the file together; the dates decide it."
MINE = "I see it now; I had weighed the writing more than the effect."
LEARNED = "Ask first what is different for the child, and only then how well it is written down."
PANEL = (
    "Grades are better borne out than in spring. Say in the first lines what changed for the child."
)
MORE_TIME = (
    "The worker is away for two weeks; the meeting is moved to their return.",
    "The auditor had to stand in for a colleague. The meeting has a new date.",
)
LEFT_OUT = (
    "Criminal proceedings forbid it now.",
    "The case closed between the draw and the audit.",
    "The family has moved to another council; the file went with it.",
)
LOOP = "Safety has been agreed with the family and tested twice; the child sees the worker every week and says so."
CONCERNS = (
    (
        "The plan agreed at the last review has not been carried out, and nobody has said why.",
        "The visits that were agreed take place, and the child is told what happens next.",
    ),
    (
        "The child has had three workers in a year and was told of none of the changes.",
        "One worker stays until the next review, and the child is told in person.",
    ),
    (
        "The report for the conference came on the day, and the parents had not read it.",
        "Reports reach the family three working days before.",
    ),
    (
        "Contact with brothers and sisters stopped without a decision.",
        "Contact is planned and takes place before the next review.",
    ),
)
SOLVED = "It was put right, and the child knows what happens next."
HEARD = (
    (
        "Young people want to know a week before a meeting who will be there.",
        "Ask before each review whom the young person wants there.",
    ),
    (
        "Parents said that the first visit decides whether they trust us.",
        "First visits are talked through in group supervision.",
    ),
    ("Foster carers want to be told sooner when a plan changes.", ""),
    (
        "Families who wrote to us thanked workers for ringing back; complaints were mostly about changes of worker.",
        "Managers look at every change of worker.",
    ),
)
