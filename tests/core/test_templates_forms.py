"""What the form renderer makes of each kind of field."""

import re

import pytest
from django import forms
from django.http import QueryDict

from bizworks.core.forms import TypeaheadSelect
from tests.core.gallery.forms import GalleryForm


def group(html: str, name: str) -> str:
    """The group of one field."""
    groups = html.split('<div class="usa-form-group')
    return next(part for part in groups if f'name="{name}"' in part or f'name="{name}_search"' in part)


@pytest.fixture(scope="module")
def blank() -> str:
    return str(GalleryForm())


@pytest.fixture(scope="module")
def refused() -> str:
    data = QueryDict(
        "business_search=bay&services=ojt&note=%3Cb%3Ekept%3C/b%3E&day=yesterday&password=secret&mode=phone"
    )
    return str(GalleryForm(data))


@pytest.mark.parametrize(
    ("name", "css"),
    [
        ("day", "usa-input"),
        ("people", "usa-input"),
        ("email", "usa-input"),
        ("password", "usa-input"),
        ("note", "usa-textarea"),
        ("kind", "usa-select"),
        ("sheet", "biz-file"),
        ("business", "usa-input"),
    ],
)
def test_each_control_has_its_class_and_a_label_that_names_it(blank, name, css):
    html = group(blank, name)
    assert re.search(rf'class="{css}[" ]', html)
    assert f'for="id_{name}"' in html


def test_every_way_of_printing_a_form_gives_the_same_markup():
    form = GalleryForm()
    assert str(form) == form.as_div()
    assert form["note"].as_field_group().strip() in str(form)


def test_hidden_fields_have_no_group(blank):
    assert '<input type="hidden" name="trace" value="7" id="id_trace">' in blank
    assert "Trace" not in blank


def test_choices_are_a_named_group_of_tiles_chips_or_boxes(blank):
    services = group(blank, "services")
    assert services.count("usa-checkbox__input--tile") == 5
    assert "<legend>Training</legend>" in services
    assert 'id="id_services_label">Services' in services
    assert group(blank, "mode").count("biz-chip__input") == 4
    assert group(blank, "topics").count('class="usa-checkbox__input"') == 3
    assert "data-look" not in blank


def test_a_single_box_stands_before_its_label(blank):
    html = group(blank, "agree")
    assert html.index("<input") < html.index("<label")
    assert 'aria-describedby="id_agree_helptext"' in html


def test_required_fields_are_marked_and_others_are_not(blank):
    assert 'title="required"' in group(blank, "day")
    assert 'title="required"' not in group(blank, "email")


def test_an_error_is_told_beside_the_field_and_to_screen_readers(refused):
    html = group(refused, "day")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_day_error"' in html
    assert '<div class="usa-error-message" id="id_day_error">' in html
    assert "usa-input--error" in html
    assert 'aria-describedby="id_business_helptext id_business_error"' in group(refused, "business")


def test_the_summary_leads_to_each_field_and_to_the_first_of_a_group():
    html = str(GalleryForm({}))
    summary = html[: html.index("usa-form-group")]
    assert 'role="alert"' in summary
    for target in ("id_business", "id_day", "id_mode_0", "id_services_0_0", "id_agree"):
        assert f'href="#{target}"' in summary
        assert f'id="{target}"' in html


def test_what_was_typed_is_kept_and_escaped_but_never_a_password(refused):
    assert "&lt;b&gt;kept&lt;/b&gt;" in refused
    assert 'value="yesterday"' in refused
    assert re.search(r'value="ojt"[^>]*checked', group(refused, "services"))
    assert "secret" not in refused


def test_a_form_without_a_class_of_ours_is_dressed_as_well():
    class Plain(forms.Form):
        name = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "Name", "class": "wide"}))

    html = str(Plain())
    assert 'class="usa-input wide"' in html
    assert "placeholder" not in html


def test_formsets_keep_their_management_form():
    html = str(forms.formset_factory(GalleryForm, extra=2)())
    assert 'name="form-TOTAL_FORMS" value="2"' in html
    assert 'id="id_form-1-note"' in html


class TestTypeahead:
    def test_it_lists_nothing_before_anything_is_chosen(self, blank):
        html = group(blank, "business")
        assert 'data-url="/suggest/"' in html
        assert html.count("<option") == 1

    def test_without_a_script_the_words_are_searched_by_the_server(self, refused):
        html = group(refused, "business")
        assert '<option value="1">Bay Biotech (fictitious)</option>' in html
        assert 'value="bay"' in html
        assert 'name="_find" value="business"' in html

    def test_what_is_chosen_has_its_name_again(self):
        html = group(str(GalleryForm({"business": "3"})), "business")
        assert '<option value="3" selected>' in html
        assert 'value="Hill Town Metals (fictitious)"' in html

    def test_several_may_be_chosen(self):
        html = group(str(GalleryForm(QueryDict("others=1&others=2"))), "others")
        assert html.count(" selected>") == 2
        assert " multiple" in html

    def test_an_unknown_id_is_simply_not_chosen(self):
        assert " selected" not in group(str(GalleryForm({"business": "999"})), "business")

    def test_at_most_twenty_are_listed_and_names_are_escaped(self):
        widget = TypeaheadSelect(
            url="/s/", resolve=lambda ids: [], find=lambda text: [(n, f"<{n}>") for n in range(50)]
        )
        widget.value_from_datadict({"b_search": "x"}, {}, "b")
        html = widget.render("b", None, {"id": "id_b"})
        assert html.count("<option") == 21
        assert "&lt;7&gt;" in html

    def test_without_find_there_is_no_button(self):
        html = TypeaheadSelect(url="/s/", resolve=lambda ids: []).render("b", None, {"id": "id_b"})
        assert "_find" not in html
