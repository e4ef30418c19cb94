"""From a bare Python 3.11 to a running or tested bizworks.

`console`, `processes`, `paths` and `bootstrap` need only the standard library: they run before the
environment exists. The other modules run inside it. Nothing here knows a rule of the product.
"""
