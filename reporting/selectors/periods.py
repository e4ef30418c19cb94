"""Periods of the tenant's calendar: months, quarters and program years, named with their dates."""

from dataclasses import dataclass
from datetime import date, timedelta

from bizworks.directory.models import TenantProfile
from bizworks.directory.selectors import profile, tenant_today
from reporting.constants import Grain

MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def add_months(day: date, months: int) -> date:
    """The first of the month that lies `months` after (or, negative, before) the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def in_words(day: date) -> str:
    """A date as people write it: Jul 1, 2024."""
    return f"{day:%b} {day.day}, {day.year}"


@dataclass(frozen=True)
class Period:
    """A published period: `start` and `end` are its first and last day."""

    grain: str
    start: date
    end: date
    label: str

    @property
    def dates(self) -> str:
        """The period's dates, to print beside every label: Jul 1, 2024 to Jun 30, 2025."""
        return f"{in_words(self.start)} to {in_words(self.end)}"

    @property
    def months(self) -> list[date]:
        """The first days of its months, in order."""
        return [add_months(self.start, step) for step in range(MONTHS_IN[Grain(self.grain)])]

    def contains(self, day: date) -> bool:
        """Whether a day lies in the period."""
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Calendar:
    """How the tenant divides time; quarters are aligned to the program year."""

    year_start_month: int
    year_naming: str
    lookback_quarters: int
    today: date

    def year_start(self, day: date) -> date:
        """First day of the program year a day lies in."""
        return date(day.year - (day.month < self.year_start_month), self.year_start_month, 1)

    def period(self, grain: str, day: date) -> Period:
        """The period of a grain that a day lies in. Errors: ValueError for an unknown grain."""
        grain = Grain(grain)
        months = MONTHS_IN[grain]
        year = self.year_start(day)
        elapsed = (day.year - year.year) * 12 + day.month - year.month
        start = add_months(year, elapsed // months * months)
        end = add_months(start, months) - timedelta(days=1)
        return Period(grain.value, start, end, self._label(grain, start))

    def current(self, grain: str) -> Period:
        """The period of a grain that is running today."""
        return self.period(grain, self.today)

    def shifted(self, period: Period, steps: int) -> Period:
        """The period so many periods later (or, negative, earlier)."""
        return self.period(period.grain, add_months(period.start, steps * MONTHS_IN[Grain(period.grain)]))

    def latest(self, period: Period, count: int) -> list[Period]:
        """The period and those before it, `count` in all, oldest first: for a trend."""
        return [self.shifted(period, step) for step in range(1 - count, 1)]

    def within(self, period: Period, grain: str) -> list[Period]:
        """The periods of a finer grain that make up a period, in order."""
        months = MONTHS_IN[Grain(grain)]
        return [self.period(grain, month) for month in period.months[::months]]

    def lookback(self, period: Period) -> tuple[date, date]:
        """First and last day of the look-back: the quarters before the period (BR-33)."""
        return add_months(period.start, -3 * self.lookback_quarters), period.start - timedelta(days=1)

    def _label(self, grain: Grain, start: date) -> str:
        if grain == Grain.MONTH:
            return f"{start:%B} {start.year}"
        year = self.year_start(start)
        name = f"PY{year.year}"
        if grain == Grain.YEAR:
            if self.year_naming == TenantProfile.YearNaming.FISCAL_END:
                name += f" = FY{add_months(year, 11).year}"
            return name
        quarter = ((start.year - year.year) * 12 + start.month - year.month) // 3 + 1
        return f"{name} Q{quarter}"


def calendar(*, today: date | None = None) -> Calendar:
    """The tenant's calendar, as of its local today. Queries: 1, or 2 without `today`."""
    row = profile()
    return Calendar(
        year_start_month=row.program_year_start_month,
        year_naming=row.year_naming,
        lookback_quarters=row.lookback_quarters,
        today=today or tenant_today(),
    )
