"""Speed and quality as ratios: `python3 manage.py benchmark [--size small|state] [--only P5 P6]`.

It starts servers of its own (or uses those of DATABASE_URL and REDIS_URL), makes a database, fills
it with invented businesses, runs each measure beside its bound, prints one JSON object a line, and
drops the database.

A measure is a module of `bizworks.benchmark.measures`, named after what it measures:

    ID = "P6"                      # its line in docs/how-to/benchmark.md
    NEEDS_SERVICES = False         # True = the tenants must have services delivered, not businesses alone

    def measure(bench: Bench) -> Iterator[Result]:
        full = bench.tenants["full"]                 # also "tenth" and "hundredth" of its size
        with bench.acting(full.manager):             # opens the tenant; the connection is the application's
            value, bound = bench.pair(lambda: ..., lambda: ..., times=15)
        yield Result(ID, "what was measured", full.businesses, value, "what it is held to", bound, goal=1.3)

`bench.pair` runs both in turn and gives the medians in seconds; `bench.times` gives every reading of one.
What a measure writes it removes again, or it happens in a tenant or transaction of its own.
"""
