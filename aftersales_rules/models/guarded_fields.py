# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What nobody writes directly: fields that follow from rules, and states of records."""

from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import clean_context


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


def on_clean_context(records):
    """The same records, without any default of a caller's form.

    For records that the code makes: documents of other models, trails, whatever nobody
    fills in by hand. What a form or a client sends as defaults is not meant for them.
    """
    # pylint: disable=context-overridden
    return records.with_context(clean_context(records.env.context))


def split_own(model, vals, own, known=()):
    """Values of a new record that the system may write, and all others.

    What else was sent is written by its author afterwards, and not by the system; a
    caller's defaults count for the first ones only.

    :param own: fields that the author fills in on the form
    :param known: fields that the caller of this deals with
    :return: values to create with, values to write as the author
    """
    if model.env.su:
        return vals, {}
    rest = {name: vals[name] for name in vals.keys() - {*own, *known}}
    return model.default_get(list(own)) | {
        name: vals[name] for name in own if name in vals
    }, rest


def check_follows(records, vals, names):
    """Refuse values for fields that follow from rules, unless the code writes them.

    :param names: the fields
    :raise AccessError: naming the fields
    """
    forbidden = set(names) & set(vals)
    if forbidden and not records.env.su:
        raise AccessError(
            records.env._(
                "%(fields)s follows from rules, holds, invoices and payments "
                "and cannot be set.",
                fields=", ".join(sorted(forbidden)),
            )
        )


def check_state(records, *states):
    """Refuse a step that the state of a record does not allow.

    :raise UserError: naming the record and its state
    """
    labels = dict(records._fields["state"]._description_selection(records.env))
    for record in records:
        if record.state not in states:
            raise UserError(
                records.env._(
                    "%(name)s is %(state)s, so this is not possible.",
                    name=record.display_name,
                    state=labels[record.state],
                )
            )
