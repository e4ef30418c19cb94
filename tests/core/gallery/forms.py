"""A form with one of everything."""

from django import forms

from bizworks.core.forms import TypeaheadSelect, TypeaheadSelectMultiple

NAMES = {"1": "Bay Biotech (fictitious)", "2": "Harbor Bread Works (fictitious)", "3": "Hill Town Metals (fictitious)"}
SERVICES = [
    ("Talent", [("post", "Job posting"), ("fair", "Recruitment event"), ("screen", "Screening of candidates")]),
    ("Training", [("ojt", "On-the-job training"), ("iwt", "Incumbent worker training")]),
]
MODES = [("visit", "Visit"), ("phone", "Phone"), ("video", "Video call"), ("email", "E-mail")]


def find(text: str) -> list[tuple[str, str]]:
    return [(key, name) for key, name in NAMES.items() if text.lower() in name.lower()]


def resolve(ids: list[str]) -> list[tuple[str, str]]:
    return [(key, NAMES[key]) for key in ids if key in NAMES]


class BusinessField(forms.Field):
    def __init__(self, *, several: bool = False, **kwargs):
        widget = (TypeaheadSelectMultiple if several else TypeaheadSelect)(url="/suggest/", find=find, resolve=resolve)
        super().__init__(widget=widget, **kwargs)


class GalleryForm(forms.Form):
    business = BusinessField(help_text="Name, town or FEIN.", error_messages={"required": "Choose a business."})
    others = BusinessField(several=True, required=False, label="Other businesses present")
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), label="Date")
    mode = forms.ChoiceField(choices=MODES, widget=forms.RadioSelect(attrs={"data-look": "chips"}), label="How")
    services = forms.MultipleChoiceField(
        choices=SERVICES, widget=forms.CheckboxSelectMultiple, help_text="Everything that was delivered."
    )
    topics = forms.MultipleChoiceField(
        choices=[("a", "Wages"), ("b", "Skills"), ("c", "Child care")],
        widget=forms.CheckboxSelectMultiple(attrs={"data-look": "plain"}),
        required=False,
    )
    kind = forms.ChoiceField(choices=[("", "Choose one"), ("new", "New"), ("old", "Known")], label="Relationship")
    people = forms.IntegerField(min_value=1, label="People met")
    email = forms.EmailField(required=False, label="E-mail")
    password = forms.CharField(widget=forms.PasswordInput, required=False)
    note = forms.CharField(
        widget=forms.Textarea, required=False, help_text="Plain facts; everyone in the team reads it."
    )
    sheet = forms.FileField(required=False, label="List (CSV)")
    agree = forms.BooleanField(label="The key representative took part", help_text="Needed for the orientation.")
    trace = forms.CharField(widget=forms.HiddenInput, initial="7")


class FilterForm(forms.Form):
    q = forms.CharField(required=False, label="Name")
    region = forms.ChoiceField(required=False, choices=[("", "All regions"), ("1", "River"), ("2", "Coast")])
    status = forms.MultipleChoiceField(
        required=False,
        choices=[("a", "Active"), ("c", "Closed")],
        widget=forms.CheckboxSelectMultiple(attrs={"data-look": "chips"}),
    )
