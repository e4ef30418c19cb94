"""A page of the list far down against the first page, in every order; and filters that find little (P6)."""

from collections.abc import Iterator

from bizworks.benchmark.bench import Bench, BenchTenant, Result
from businesses.selectors import (
    DEFAULT_COLUMNS,
    ORDERS,
    business_count_capped,
    business_filtered,
    business_page_ids,
    business_rows,
    columns_chosen,
)

ID = "P6"
NEEDS_SERVICES = False
DEEP = 500_000
GOAL = 1.3


def measure(bench: Bench) -> Iterator[Result]:
    """Read row 500,000 (or the middle of a smaller tenant) and row 1 in turn, as the page does, order by order."""
    full = bench.tenants["full"]
    far = min(DEEP, full.businesses // 2)
    for sort in ORDERS:
        with bench.acting(full.manager):
            cursor = _cursor_at(full, sort, far)
            deep, first = bench.pair(
                lambda s=sort, c=cursor: _page(full, s, c), lambda s=sort: _page(full, s, ""), times=11
            )
        yield Result(ID, f"list by {sort}, row {far:,}", full.businesses, deep, "page 1", first, goal=GOAL)
    with bench.acting(full.manager):
        region = next(iter(full.representative.region_ids), None)
        parameters = {"region": [str(region)]} if region else {}
        narrow, first = bench.pair(
            lambda: _whole(full, parameters | {"size": ["500+"], "contact": ["never"]}),
            lambda: _whole(full, {}),
            times=11,
        )
    yield Result(
        ID, "three filters, page and count", full.businesses, narrow, "no filter, page and count", first, goal=20
    )


def _page(tenant: BenchTenant, sort: str, cursor: str) -> None:
    rows = business_filtered(actor=tenant.manager, parameters={})
    page = business_page_ids(rows, sort=sort, cursor=cursor)
    business_rows(actor=tenant.manager, ids=page.ids, columns=columns_chosen(DEFAULT_COLUMNS))


def _whole(tenant: BenchTenant, parameters: dict[str, list[str]]) -> None:
    rows = business_filtered(actor=tenant.manager, parameters=parameters)
    page = business_page_ids(rows)
    business_rows(actor=tenant.manager, ids=page.ids, columns=columns_chosen(DEFAULT_COLUMNS))
    business_count_capped(rows)


def _cursor_at(tenant: BenchTenant, sort: str, row: int) -> str:
    """The cursor behind a row, reached in one stride: a page of that size."""
    rows = business_filtered(actor=tenant.manager, parameters={})
    return business_page_ids(rows, sort=sort, size=row).next
