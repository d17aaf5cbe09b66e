"""What all decisions about complaints speak of: types, severities, departments (C1–C4).

Place in event → facts → decide → record → apply: named choices only; the decisions
are declared in files of their own beside this one.
"""

from ..i18n import _

COMPLAINT_TYPES = {
    "quantity": _("Quantity"),
    "delivery_time": _("Delivery time"),
    "transport_damage": _("Transport damage"),
    "construction": _("Construction or installation"),
    "product_quality": _("Product quality"),
    "sales_service": _("Sales service"),
    "maintenance_service": _("Maintenance service"),
    "other": _("Other"),
}
"""What a complaint is about (C2)."""

SEVERITIES = {"general": _("General"), "major": _("Major")}
"""How grave it is (C3)."""

URGENCIES = {"normal": _("Not urgent"), "urgent": _("Urgent")}
"""Whether it waits for the next working hour (C6)."""

CHANNELS = {
    "phone": _("Phone"),
    "email": _("E-mail"),
    "fax": _("Fax"),
    "letter": _("Letter"),
    "visit": _("Visit"),
    "portal": _("Portal"),
    "other": _("Other"),
}
"""How it came in (C1)."""

DEPARTMENTS = {
    "sales": _("Sales"),
    "marketing": _("Marketing"),
    "aftersales": _("After-sales service"),
    "production": _("Production"),
    "technical": _("Technical"),
    "quality": _("Quality inspection"),
    "logistics": _("Logistics"),
    "finance": _("Finance"),
    "management": _("General management"),
}
"""Who deals with it (C4)."""
