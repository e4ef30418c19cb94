"""The words of the dashboard: what each figure counts, and why parts need not add up to their whole."""

from reporting.selectors.counts import Calendar
from reporting.selectors.cuts import Names, inside

DEFINITIONS = {
    "served": (
        "Every business (one worksite, not the company) with at least one counted service that overlaps the period,"
        " counted once however often and by however many agencies it was served. Self-service and outreach do not"
        " count unless your system chose so; voided and cancelled services never do; restricted ones do."
    ),
    "standing": (
        "New: its first counted service ever falls in the period. Returning: it was also served in the look-back"
        " before the period. Reactivated: it was served before, but not within the look-back. Every business is in"
        " exactly one of the three, judged by its history with the whole system."
    ),
    "employers": (
        "Distinct legal entities among the businesses served. Two worksites of one company are two businesses and"
        " one employer. Shown beside the number of businesses, never mixed with it."
    ),
    "several": "Businesses that at least two agencies served in the period. They are why agencies add up to more.",
    "orientations": (
        "Orientations held in the period that met every test: direct contact with a key representative, a"
        " substantial overview, and a majority of the slate. One meeting can orient several businesses."
    ),
    "oriented": "Distinct businesses with at least one qualifying orientation in the period.",
}

BECAUSE = {
    "agency": "A business that two agencies served is in both agencies' numbers, and once in the total.",
    "category": "A business that received services of two federal categories is in both, and once in the total.",
    "sector": "Every business has one sector or none, so sectors add up.",
    "region": "Places add up as long as each business stays where it is; one that was served in two is in both.",
    "area": "Places add up as long as each business stays where it is; one that was served in two is in both.",
    "quarter": (
        "A business served in two quarters, or by one service that ran on into the next, is in both quarters and"
        " once in the year. The year is not the sum of its quarters."
    ),
    "month": (
        "A business served in two months is in both, and once in the year. The year is not the sum of its months."
    ),
}


def terms(names: Names, calendar: Calendar) -> tuple[tuple[str, str], ...]:
    """The definitions as a list to read or print. Queries: none."""
    quarters = calendar.lookback_quarters
    words = [
        ("Business served", DEFINITIONS["served"]),
        ("Employer", DEFINITIONS["employers"]),
        ("New, returning, reactivated", f"{DEFINITIONS['standing']} The look-back is {quarters} quarters."),
        ("Served by two or more agencies", DEFINITIONS["several"]),
    ]
    if names.has_orientations:
        words.append(
            ("Orientation held, business oriented", f"{DEFINITIONS['orientations']} {DEFINITIONS['oriented']}")
        )
    word = names.words
    place = f"{word['region']} and {inside(word['area'])} are those of the business on the day of the service."
    return (
        *words,
        ("Place", f"{place} Numbers of the past stay where they were when a border changes or a business moves."),
        ("Period", "A service that runs on counts in every period it touches; an open one runs until today."),
    )
