"""What of a business is compared when duplicates are looked for: names, place and telephone, made comparable.

Pure text, no database. Two spellings of one thing come to the same key; what two things differ in stays.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEGAL = _set(
    "inc incorporated llc corp corporation co company ltd limited lp llp lllp pllc pc plc pa the and of a an at in for"
    " dba lc llcs"
)
_SHORT_WORDS = {
    "assoc": "associates", "assocs": "associates", "association": "associates", "associate": "associates",
    "auth": "authority", "apps": "applications", "bldg": "building", "bus": "business", "gen": "general", "mktg": "marketing",
    "pharma": "pharmaceuticals", "pvt": "private", "soln": "solutions", "solns": "solutions", "syss": "systems", "bldrs": "builders", "bros": "brothers", "ctr": "center",
    "centre": "center", "cntr": "center", "cnty": "county", "comm": "community", "const": "construction",
    "constr": "construction", "ctrs": "centers", "dept": "department", "dr": "doctor", "dist": "distributors", "elec": "electric",
    "electrical": "electric", "eng": "engineering", "engr": "engineering", "ent": "enterprises",
    "enterprise": "enterprises", "entp": "enterprises", "equip": "equipment", "fdn": "foundation",
    "grp": "group", "hc": "healthcare", "hlth": "health", "hosp": "hospital", "indus": "industries",
    "ind": "industries", "industry": "industries", "inds": "industries", "inst": "institute", "ins": "insurance",
    "intl": "international", "internatl": "international", "lab": "laboratory", "labs": "laboratories",
    "mach": "machine", "med": "medical", "mfg": "manufacturing", "mfrs": "manufacturers", "mgmt": "management",
    "mgt": "management", "mkt": "market", "mt": "mount", "natl": "national", "nat": "national",
    "phys": "physical", "prod": "products", "prods": "products", "product": "products", "rehab": "rehabilitation",
    "rest": "restaurant", "restaurants": "restaurant", "sch": "school", "serv": "services", "service": "services",
    "servs": "services", "soc": "society", "solution": "solutions", "st": "saint", "svc": "services",
    "svcs": "services", "sys": "systems", "system": "systems", "tech": "technology", "technologies": "technology",
    "technol": "technology", "transp": "transportation", "trans": "transportation", "univ": "university",
    "usa": "us", "n": "north", "s": "south", "e": "east", "w": "west", "so": "south", "no": "north",
    "massachusetts": "mass", "ma": "mass", "snr": "sr", "senior": "sr", "junior": "jr",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "first": "1", "second": "2", "third": "3", "1st": "1", "2nd": "2", "3rd": "3",
    "4th": "4", "5th": "5", "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip
_COMMON = _set(
    """academy accounting advisors agency air america american art associates authority auto automotive bakery bank bar
    beauty boston brothers builders building business cafe capital care catering cellular center centers central chicago
    children chicken church city cleaning clinic club coffee college commercial communications community computer concepts
    construction consulting contracting contractors convenience county custom dance data day deli dental department design
    development donuts eastern education educational electric energy engineering enterprises england environmental
    equipment express family farm farms finance financial fitness flooring florist food foods foundation free fund general
    global golf greater grill group hair health healthcare heating high hill holdings home homes hospital hotel house
    housing human ice illinois industries information institute insurance interior international investment investments
    island jr kids kitchen laboratories laboratory land landscape landscaping law learning life liquor liquors local lounge
    machine management manufacturers manufacturing marine market marketing mass media medical medicine memorial metal
    metro mobile motel motor motors mount music nail nails national nails new north northeast northwest nursing office
    offices oil old online orthopedic painting park partners partnership party pharmacy photography physical physicians
    pizza place planning plumbing practice precision pre premier primary private pro products professional professionals
    program project properties property pub public quality real realty record recovery red regional rehabilitation rental
    rentals repair research residential resource resources restaurant retail river road roofing room saint sales salon
    school science sciences seafood securities security senior services shop skilled society software solutions south
    southeast southern southwest spa space special specialties specialty sports square sr staffing state station steak
    store street studio studios supply support surgery surgical sushi systems talent taqueria tavern team technical
    technology temple therapy title tool town trading training transportation travel tree trucking trust union united
    university urban us valley vancouver washington water wellness west western wholesale women wood works world yoga
    youth applications homecare daycare childcare eldercare seniorcare bay baystate berkshire cape charles cod commonwealth shore unlimited services usa plus all on by it com
    1 2 3 4 5 6 7 8 9 10"""
)
"""Words so many businesses bear that sharing one says little."""
_MARKS = _set("jr sr north south east west upper lower father son sons daughter daughters")
_STREET_KINDS = _set(
    """st street ave av avenue rd road dr drive ln lane ct court blvd boulevard pl place sq square hwy highway pkwy parkway
    ter terrace tpke turnpike cir circle way pike plz plaza ext extension row rte route"""
)
_DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west", "no": "north", "so": "south"}
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
            "nine": "9", "ten": "10"}  # fmt: skip
_UNIT = re.compile(
    r"(?:,|\s)\s*(?:(?:suite|ste|unit|apt|rm|room|bldg|building|floor|fl|flr|dept|lot)\b\.?|#)\s*#?\s*([a-z0-9-]*).*$"
    r"|,?\s*\b(\d+)(?:st|nd|rd|th)?\s+(?:floor|fl|flr)\b.*$"
)
_PO_BOX = re.compile(r"\bp\.?\s*o\.?\s*box\b.*$")
_DBA = re.compile(r"\s+(?:d[/ .]?b[/ .]?a|doing business as|[af][/ ]?k[/ ]?a|t/a|formerly)\b[:.]?\s+", re.IGNORECASE)
_CARE_OF = re.compile(r"\s*\b(?:c/o|attn:?)\s.*$", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_DIGIT = re.compile(r"[0-9]")
_POSSESSIVE = re.compile(r"(\w\w) s\b")
_CARE = re.compile(r"\b(health|home|day|child|elder|senior) care\b")
_SINGLES = re.compile(r"\b([a-z]) (?=[a-z]\b)")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a business, as it stands in the directory.

    `fein` and `naics` are empty when they came from the unemployment agency: its values take no part (BR-6).
    """

    id: int
    name: str
    alias: str = ""
    legal_name: str = ""
    address: str = ""
    town: str = ""
    municipality_id: int | None = None
    state: str = ""
    zip_code: str = ""
    phone: str = ""
    website: str = ""
    fein: str = ""
    naics: str = ""
    employer_id: int = 0
    is_new: bool = True


FEATURE_COLUMNS = {
    "id": "int64", "name_key": "string", "solids": "strings", "all_words": "strings", "stems": "strings",
    "words": "string", "marks": "strings", "tokens": "strings", "number": "string", "street": "string",
    "unit": "string", "zip": "string", "place": "string", "phone": "string", "site": "string", "fein": "string",
    "naics": "string", "employer": "int64", "is_new": "bool",
}  # fmt: skip
"""Columns of a row of features, and their kinds; None where a thing is not known.

solids       each name without its spaces          words   the telling words of the first name
all_words    the words of the first name           marks   its numbers and words like "Jr" or "East"
stems        their first three letters             tokens  the telling words of all names
"""


def plain(text: str) -> str:
    """Lower-case ASCII without accents and apostrophes."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")


@lru_cache(maxsize=50_000)
def _word(word: str) -> str:
    word = _SHORT_WORDS.get(word, word)
    return word.lstrip("0") if word.isdigit() and word.strip("0") else word


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name as compared: legal forms dropped, short forms written out, single letters joined."""
    text = _NOT_WORD.sub(" ", plain(_CARE_OF.sub("", name)).replace("&", " and "))
    text = _CARE.sub(r"\1care", _POSSESSIVE.sub(r"\1s", _SINGLES.sub(r"\1", text)))
    words = text.split()
    kept = [_word(word) for word in words if word not in _LEGAL] or words
    return tuple(kept)


def names_of(known: Known) -> list[tuple[str, ...]]:
    """The different names a business goes by, at most three: its own, those behind "dba", the alias, the legal one."""
    found: dict[tuple[str, ...], None] = {}
    town = name_words(known.town)
    for text in (known.name, known.alias, known.legal_name):
        for part in _DBA.split(text):
            words = name_words(part)
            if len(words) > len(town) + 1 and town and words[-len(town) :] == town:
                words = words[: -len(town)]
            if words:
                found.setdefault(words)
    return list(found)[:3]


def address_parts(address: str) -> tuple[str, str, str]:
    """Number, name of the street without its kind, and unit; all empty for a post-office box."""
    text = _PO_BOX.sub("", plain(_CARE_OF.sub("", address))).strip(" ,")
    match = _UNIT.search(text)
    unit = (match.group(1) or match.group(2) or "") if match else ""
    words = _NOT_WORD.sub(" ", text[: match.start()] if match else text).split()
    if not words:
        return "", "", ""
    first = _NUMBERS.get(words[0], words[0])
    if not first[0].isdigit():
        return "", "", ""
    rest = [word for word in words[1:] if not word.isdigit() or len(word) > 2] or words[1:]
    name = [_DIRECTIONS.get(word, word) for word in rest]
    while len(name) > 1 and name[-1] in _STREET_KINDS:
        name.pop()
    for index, word in enumerate(name[1:], 1):  # what follows the kind of the street is a unit in disguise
        if word in _STREET_KINDS and index >= 1 and word not in ("way", "row", "place", "square", "park"):
            unit, name = unit or "".join(name[index + 1 :]), name[:index]
            break
    return re.match(r"\d+", first).group().lstrip("0"), " ".join(name), unit.strip("-")


def phone_digits(phone: str) -> str:
    """The ten digits of a telephone number; empty when there are none that mean anything."""
    digits = "".join(ch for ch in phone if ch.isascii() and ch.isdigit())
    digits = digits[1:] if digits.startswith("1") and len(digits) >= 11 else digits
    return digits[:10] if len(digits) >= 10 and len(set(digits[:10])) > 2 and digits[0] not in "01" else ""


def site_of(website: str) -> str:
    """The host of a website without "www."; sites that many businesses share are none."""
    host = re.split(r"[/?#:]", website.lower().partition("//")[2] or website.lower())[0].removeprefix("www.")
    shared = ("facebook.com", "instagram.com", "linkedin.com", "yelp.com", "google.com", "squarespace.com")
    return "" if host.endswith(shared) or "." not in host else host


def features(known: Known) -> tuple[object, ...]:
    """A business as a row of `FEATURE_COLUMNS`."""
    names = names_of(known) or [(f"business {known.id}",)]
    first = names[0]
    dull = _COMMON.union(name_words(known.town))
    every = {word for words in names for word in words}
    telling = {word for word in every if word not in dull and len(word) > 1 and not word.isdigit()}
    marks = {word for word in first if word in _MARKS or len(word) == 1 or _DIGIT.search(word)}
    number, street, unit = address_parts(known.address)
    place = str(known.municipality_id or "") or f"{known.state} {' '.join(name_words(known.town))}"
    row = (
        known.id, " ".join(first), ["".join(name) for name in names], sorted(set(first)),
        sorted({word[:3] for word in first}), " ".join(word for word in first if word in telling),
        sorted(marks) or None, sorted(telling or every), number, street, unit, known.zip_code, place,
        phone_digits(known.phone), site_of(known.website), known.fein, known.naics, known.employer_id, known.is_new,
    )  # fmt: skip
    return tuple(None if value == "" else value for value in row)


def feature_rows(businesses: Iterable[Known]) -> Iterable[tuple[object, ...]]:
    """The rows of many businesses, one after the other."""
    return map(features, businesses)
