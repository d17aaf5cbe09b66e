# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When two addresses or project names are the same.

How it works: case, blanks, width of the characters and punctuation do not count; all
letters and digits of all scripts do. What is left is compared as a whole.
"""

import unicodedata


def normalise(text: str | None) -> str:
    """Letters and digits only, in one width and one case.

    >>> normalise(" Riverside-Hotel, wing 2") == normalise("RIVERSIDE hotel(wing２)")
    True
    """
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    # folding may leave what another form of the same text would not have
    folded = unicodedata.normalize("NFKC", folded)
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LMN")


def site_key(street: str | None, city: str | None, zip_code: str | None, get_country):
    """The key of an address; empty without a street, as a town is no site.

    The town counts before the postcode, which many leave out.

    :param get_country: gives the id of the country, when it is needed
    """
    road, town = normalise(street), normalise(city) or normalise(zip_code)
    return f"{get_country()}|{town}|{road}" if road and town else False
