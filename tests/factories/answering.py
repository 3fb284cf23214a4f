"""A framework with two instruments that stand in several languages and in easy read, and links to them."""

from pathlib import Path

from standards.models import FrameworkVersion
from tests.factories.audits import framework
from tools.paths import ROOT

INSTRUMENTS = """
instruments:
  - code: voice
    title: Your say
    audience: Families
    asked_by: [auditor]
    delivery: [link]
    privacy: identified
    sees_answers: [auditor, qa_officer]
    worries_to: [council.qa_head]
    intro: We want to learn from you.
    thanks: Thank you for your time.
    help_text: Ring the helpline on 0800 000 000.
    easy_intro: Tell us what you think.
    translations: {ur: {title: آپ کی رائے, intro: ہم آپ سے سیکھنا چاہتے ہیں۔, help_text: مدد کے لیے 0800 000 000 پر فون کریں۔}, pl: {title: Twoje zdanie}}
    fields:
      - {code: listens, kind: faces, label: Does your worker listen?, easy: Do they listen to you?, picture: listen, translations: {ur: {label: کیا آپ کا ورکر سنتا ہے؟, easy: کیا وہ آپ کی سنتے ہیں؟}, pl: {label: Czy pracownik słucha?, easy: Czy słucha?}}}
      - {code: helped, kind: scale, scale: statement, label: How much have we helped?, easy: Did we help?, picture: help, low: Not at all, high: Very much, translations: {ur: {label: ہم نے کتنی مدد کی؟, easy: کیا ہم نے مدد کی؟, low: بالکل نہیں, high: بہت زیادہ}, pl: {label: Ile pomogliśmy?, easy: Czy pomogliśmy?}}}
      - {code: fair, kind: agree, label: We are fair., easy: Are we fair?, picture: talk, translations: {ur: {label: ہم منصف ہیں۔, easy: کیا ہم منصف ہیں؟}, pl: {label: Jesteśmy sprawiedliwi., easy: Czy jesteśmy sprawiedliwi?}}}
      - {code: worried, kind: yes_no, heading: Worries, label: Is something worrying you?, easy: Are you worried?, picture: question, translations: {ur: {label: کیا آپ کو کوئی پریشانی ہے؟, easy: کیا آپ پریشان ہیں؟, heading: پریشانیاں}, pl: {label: Czy coś cię martwi?, easy: Martwisz się?}}}
      - {code: worry, kind: long_text, label: What is it?, easy: What is it?, picture: talk, worry: true, help: Use your own words., shown_when: {field: worried, in: ["yes"]}, translations: {ur: {label: وہ کیا ہے؟, easy: وہ کیا ہے؟}, pl: {label: Co to jest?, easy: Co to jest?}}}
      - {code: since, kind: date, label: Since when?, easy: Since when?, picture: plan, shown_when: {field: worried, in: ["yes"]}, translations: {ur: {label: کب سے؟, easy: کب سے؟}, pl: {label: Od kiedy?, easy: Od kiedy?}}}
      - {code: name, kind: short_text, label: One word about us, easy: One word, picture: happy, translations: {ur: {label: ہمارے بارے میں ایک لفظ, easy: ایک لفظ}, pl: {label: Jedno słowo, easy: Słowo}}}
  - code: nameless
    title: Your say, without a name
    audience: Families
    asked_by: [qa_officer]
    delivery: [link]
    privacy: anonymous
    smallest_group: 5
    sees_totals: [qa_officer]
    help_text: Ring the helpline on 0800 000 000.
    fields:
      - {code: helped, kind: scale, scale: statement, label: How much have we helped?}
      - {code: comment, kind: long_text, label: Anything else?}
"""


def answering(folder: Path) -> FrameworkVersion:
    """Bexley's framework with these instruments before its own."""
    text = (ROOT / "fixtures/frameworks/bexley/1.yaml").read_text()
    path = folder / "answering.yaml"
    path.write_text(text.replace("\ninstruments:\n", INSTRUMENTS, 1))
    return framework(str(path))
