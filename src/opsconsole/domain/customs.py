"""Borders that goods are declared at, and what a declaration needs.

Source of the members: Treaty on the Functioning of the European Union, Council Regulation (EU) 952/2013 article 4 (the
customs territory of the Union; overseas territories have country codes of their own). Numbers: Council Directive
2006/112/EC title XII chapter 6 section 4 (IOSS), HMRC notice "VAT and overseas goods sold directly to customers in the
UK", the Norwegian VOEC scheme, the Australian and New Zealand GST on low value goods.
"""

from opsconsole.domain.postcodes import country_code

# Between these nothing is declared.
CUSTOMS_UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
        *("LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
# The seller's tax number goes on the declaration.
_NUMBERS = {
    **dict.fromkeys(CUSTOMS_UNION, "IOSS or VAT number"),
    "GB": "VAT number",
    "NO": "VOEC number",
    "CH": "VAT number",
    "AU": "GST number",
    "NZ": "GST number",
}


def number_needed(country: str | None) -> str:
    """What the seller's number on a declaration for a country is called."""
    return _NUMBERS.get(country_code(country), "customs or tax number")


def crosses_customs(origin: str | None, destination: str | None) -> bool:
    """Whether goods sent from one country to another are declared; False where one of them is not known."""
    start, end = country_code(origin), country_code(destination)
    return bool(start and end) and start != end and not {start, end} <= CUSTOMS_UNION
