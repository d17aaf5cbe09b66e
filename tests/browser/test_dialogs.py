"""A dialog begins with what is to be said: no calendar over the form (O12, U4).

Odoo gives the focus to what comes first, on touch screens whatever the view says, and a
date that has it opens its calendar, which takes the first tap.
"""

from __future__ import annotations

import pytest

from browser_helpers import assert_fits, open_path, shoot

COMPLAINT = ("helpdesk.ticket", [["is_complaint", "=", True]], "complaint_id")
DIALOGS = {
    "aftersales.complaint.contact.log": COMPLAINT,
    "aftersales.complaint.guidance": COMPLAINT,
    "aftersales.complaint.register": None,
    "aftersales.cost.reverse": ("aftersales.cost.posting", [], "posting_id"),
    "aftersales.fee.reopen": ("aftersales.fee.agreement", [], "agreement_id"),
    "aftersales.urgency.ask": ("sale.order", [], "order_id"),
}
OPEN = """([model, context]) => odoo.__WOWL_DEBUG__.root.env.services.action.doAction({
    type: "ir.actions.act_window", res_model: model, name: model,
    views: [[false, "form"]], target: "new", context,
})"""
FOCUS = "document.activeElement.closest('.modal .o_field_widget')"


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_dialog_opens_a_calendar(open_as, admin, screenshots, phone):
    page = open_as("admin", phone=phone)
    for model, subject in DIALOGS.items():
        context = {}
        if subject:
            about, domain, name = subject
            [record_id] = admin.call(about, "search", domain, limit=1)
            context = {f"default_{name}": record_id, "active_id": record_id}
        open_path(page, "/odoo/action-stock.action_picking_tree_all")
        page.evaluate(OPEN, [model, context])
        page.wait_for_function(FOCUS)
        focused = page.evaluate(f"{FOCUS}.className")
        assert "o_field_date" not in focused, (model, focused)
        assert_fits(page)
        width = "phone" if phone else "desk"
        shoot(page, screenshots, f"dialog_{model.replace('.', '_')}_{width}")
