"""The lines of long tables: the same as Django's own loop writes, or refused when the template is read."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe

ROWS = [
    {
        "name": "<b>Ann & Co</b>",
        "yes": True,
        "no": False,
        "number": 1200,
        "made": mark_safe("<i>x</i>"),
        "none": None,
    },
    {"name": "“é” 'q' \"p\"", "yes": False, "no": True, "number": 0, "made": "a>b", "none": ""},
]
INSIDE = (
    "{{ one.name }}",
    '<a href="{{ one.name }}">{{ one.number }}</a> {{ one.made }} {{ one.none }}',
    "{{ outer }}{{ missing }}",
    "{% if one.yes %}a{{ one.name }}{% elif one.no %}b{% else %}c{% endif %}",
    "{% if not one.yes and one.no %}1{% endif %}{% if one.yes or outer %}2{% endif %}{% if many and one.yes %}3{% endif %}",
    "{% if one.yes %}{% if one.no %}x{% else %}y{% if outer %}{{ outer }}{% endif %}{% endif %}{% endif %}",
    "no value at all",
)


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("outer", ["", "<o>"])
@pytest.mark.parametrize("rows", [[], ROWS])
def test_lines_are_what_a_loop_writes(inside, outer, rows):
    said = {"rows": rows, "outer": outer, "many": 3}
    loop = Template(f"<{{% for one in rows %}}{inside}{{% endfor %}}>")
    lines = Template(f"<{{% lines one in rows %}}{inside}{{% endlines %}}>")

    assert lines.render(Context(said)) == loop.render(Context(said))


@pytest.mark.parametrize(
    "inside",
    [
        "{{ one.name|upper }}",
        "{{ one }}",
        "{{ one.name.first }}",
        "{{ forloop.counter }}",
        "{% if one.number == 3 %}x{% endif %}",
        "{% if one.name|length %}x{% endif %}",
        "{% if one %}x{% endif %}",
        "{{ 'a word' }}",
        "{% csrf_token %}",
        "{% for two in one.rows %}x{% endfor %}",
    ],
)
def test_what_lines_cannot_say_is_refused_when_the_template_is_read(inside):
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% lines one in rows %}}{inside}{{% endlines %}}")


@pytest.mark.parametrize(
    "tag", ["lines", "lines one", "lines one of rows", "lines one in rows more"]
)
def test_lines_say_what_they_go_through(tag):
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% {tag} %}}x{{% endlines %}}")


def test_a_key_that_no_row_has_is_told():
    with pytest.raises(KeyError):
        Template("{% lines one in rows %}{{ one.nmae }}{% endlines %}").render(
            Context({"rows": ROWS})
        )
