"""Which government bodies the Ombudsman can look into, and which kind each is, told from what GOV.UK says of them."""

_BY_FORMAT = {
    "Ministerial department": "MD",
    "Non-ministerial department": "ND",
    "Executive agency": "EA",
    "Executive non-departmental public body": "NB",
    "Independent monitoring body": "OB",
    "Special health authority": "N",
}

# Parents that answer to another country's ombudsman.
_DEVOLVED_PARENTS = frozenset(
    {"department-of-education", "northern-ireland-executive", "the-scottish-government", "welsh-government"}
)

_COMPLAINT_TIERS = frozenset(
    {
        "independent-case-examiner",
        "independent-complaints-reviewer",
        "office-for-the-independent-examiner-of-complaints",
        "prisons-and-probation-ombudsman",
        "the-adjudicator-s-office",
    }
)

# Outside the remit although their format is inside it: courts, Parliament's own bodies, criminal intelligence,
# a list of committees filed as one body, and a body that was renamed and is listed twice.
_OUTSIDE = frozenset(
    {
        "corporate-officers-of-the-house-of-commons",
        "corporate-officers-of-the-house-of-lords",
        "independent-parliamentary-standards-authority",
        "national-crime-agency",
        "science-advisory-committees",
        "supreme-court-of-the-united-kingdom",
        "uk-infrastructure-bank",
    }
)

# Inside the remit although their format does not say so: offices with duties to the public, the parts of departments
# that the public deals with under their own name, and public corporations named in the 1967 Act.
_OTHER_BODIES = frozenset(
    {
        "air-accidents-investigation-branch",
        "border-force",
        "commissioner-for-public-appointments",
        "competition-service",
        "district-valuer-services-dvs",
        "groceries-code-adjudicator",
        "hm-crown-prosecution-service-inspectorate",
        "hm-inspectorate-of-constabulary-and-fire-rescue-services",
        "hm-inspectorate-of-prisons",
        "hm-inspectorate-of-probation",
        "hm-passport-office",
        "hm-prison-service",
        "immigration-enforcement",
        "infected-blood-compensation-authority",
        "marine-accident-investigation-branch",
        "national-forest-company",
        "ofcom",
        "office-for-national-statistics",
        "office-for-nuclear-regulation",
        "office-for-product-safety-and-standards",
        "office-of-the-regulator-of-community-interest-companies",
        "office-of-the-schools-adjudicator",
        "official-solicitor-and-public-trustee",
        "pension-protection-fund",
        "privy-council-office",
        "probation-service",
        "pubs-code-adjudicator",
        "rail-accident-investigation-branch",
        "the-crown-estate",
        "uk-visas-and-immigration",
        "valuation-tribunal-service-for-england-valuation-tribunal-service",
        "veterans-uk",
        "youth-custody-service",
    }
)

_NATIONAL_NHS = frozenset({"nhs-england"})

OMBUDSMAN_SLUG = "the-parliamentary-and-health-service-ombudsman"
OMBUDSMAN_CODE = "phso"
OMBUDSMAN_NAME = "Parliamentary and Health Service Ombudsman"


def government_kind(format: str, slug: str, parent_slugs: tuple[str, ...] = ()) -> str | None:
    """The kind of a body from its GOV.UK format and slug, or None when it is outside the Ombudsman's remit.

    The rule, first match wins: the Ombudsman itself; a named complaint tier; named as outside; devolved; named as
    national NHS or as another public body; then by format. Formats not listed (courts, tribunals, advisory and ad hoc
    groups, devolved governments, public corporations, sub-organisations, "Other") are outside unless named.
    """
    if slug == OMBUDSMAN_SLUG:
        return "PO"
    if slug in _COMPLAINT_TIERS:
        return "IT"
    if slug in _OUTSIDE or _devolved(parent_slugs):
        return None
    if slug in _NATIONAL_NHS:
        return "N"
    if slug in _OTHER_BODIES:
        return "OB"
    return _BY_FORMAT.get(format)


def _devolved(parent_slugs: tuple[str, ...]) -> bool:
    """Whether the first parent named, which is the one that sponsors the body, is a devolved administration."""
    return bool(parent_slugs) and (
        parent_slugs[0] in _DEVOLVED_PARENTS or parent_slugs[0].endswith("-northern-ireland")
    )


def name_from_slug(slug: str) -> str:
    """The likely name of a body of which only the slug is known: "hm-court-service" is "HM Court Service"."""
    words = slug.replace("-s-", "'s ").replace("-", " ").split()
    small = {"and", "for", "in", "of", "on", "the", "to"}
    capitals = {"bpdts", "fco", "hm", "nhs", "uk", "ukti", "dft", "olr"}
    cased = [
        word.upper() if word in capitals else word if word in small and place else word[0].upper() + word[1:]
        for place, word in enumerate(words)
    ]
    return " ".join(cased)
