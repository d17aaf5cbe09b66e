# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fields that follow from rules, and what a client sends for them."""


def without_defaults(records, names):
    """The same records, without a caller's defaults of these fields.

    Whoever calls over the network may send any context, and ``default_<field>`` in it
    fills in what the values leave out.
    """
    forged = {f"default_{name}" for name in names} & records.env.context.keys()
    if not forged:
        return records
    context = {k: v for k, v in records.env.context.items() if k not in forged}
    return records.with_context(context)  # pylint: disable=context-overridden
