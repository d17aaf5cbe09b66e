"""Complaints from the call to the last return visit, as the people of a company meet them.

Three paths: a general complaint of the after-sales service, a major one that the general
manager decides from a phone, and a customer on the portal.
"""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from browser_helpers import assert_fits, open_path, shoot
from complaint_steps import (
    answer,
    choose,
    fill,
    open_complaint,
    open_tab,
    press,
    take_call,
)

REGISTER = "/odoo/action-aftersales_rules.helpdesk_ticket_register_action"
STEP = ".o_field_widget[name=complaint_state] button[aria-checked=true]"
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module", autouse=True)
def around_the_clock(session_of):
    """What happens to a complaint does not depend on the hour of the test."""
    admin = session_of("admin")
    [user] = admin.call("res.users", "read", [admin.uid], ["company_id"])
    values = {"resource_calendar_id": False}
    admin.call("res.company", "write", [user["company_id"][0]], values)


def find_complaint(admin, order_name: str) -> dict:
    fields = [
        "complaint_number",
        "complaint_type",
        "complaint_severity",
        "complaint_state",
        "complaint_satisfied",
        "complaint_missing_html",
        "user_id",
    ]
    domain = [["aftersales_order_id.name", "=", order_name]]
    [found] = admin.call("helpdesk.ticket", "search_read", domain, fields)
    return found


def test_a_general_complaint_from_the_call_to_the_last_visit(
    open_as, order, admin, session_of, screenshots
):
    """The rules classify and hand on; people accept, solve, approve, ask, close."""
    sold = order("dealer_lindqvist", "product_silk", 2, confirm=True)
    page = open_as("aftersales")
    take_call(
        page,
        "Lindqvist",
        sold["name"],
        "The yearly maintenance did not take place.\nPlease send somebody.",
    )
    shoot(page, screenshots, "complaint_call")
    page.get_by_role("button", name="Register", exact=True).first.click()
    expect(page.locator("[name=complaint_number]").first).to_contain_text("CP/")
    complaint = find_complaint(admin, sold["name"])
    assert complaint["complaint_severity"] == "general"
    open_complaint(page, complaint["id"])

    # what the rules say, and why
    handling = open_tab(page, "Handling")
    kind = handling.locator("[name=complaint_subject_type]")
    expect(kind).to_contain_text("Maintenance")
    expect(kind).to_contain_text("The customer speaks of maintenance")
    shoot(page, screenshots, "complaint_handling")
    kind.get_by_role("button", name="Why?").click()
    expect(page.locator(".modal-dialog")).to_contain_text("maintenance")
    shoot(page, screenshots, "complaint_handling_why")
    page.locator(".modal-dialog .btn-close").first.click()

    # it went to the sales manager, who accepts it and says how it goes on
    assert complaint["user_id"][1] == "Sam Whitfield"
    manager = open_as("salesmanager")
    open_complaint(manager, complaint["id"])
    shoot(manager, screenshots, "complaint_to_accept")
    press(manager, "action_open_accept")
    fill(manager.locator(".modal-dialog"), "note", "Ana arranges a date this week.")
    answer(manager, "action_answer")
    expect(manager.locator(STEP)).to_have_text("Accepted")

    # after-sales takes it in hand and talks with the customer
    open_complaint(page, complaint["id"])
    press(page, "action_take")
    expect(page.locator("button[name=action_take]")).to_be_hidden()
    press(page, "action_log_contact")
    fill(page.locator(".modal-dialog"), "note", "Next Tuesday suits the customer.")
    answer(page, "action_log")
    clocks = open_tab(page, "Deadlines")
    first = clocks.locator(".o_data_row", has_text="First contact")
    expect(first).to_contain_text("Done")
    shoot(page, screenshots, "complaint_clocks")

    # a proposal, the customer's answer, and no step before the approval
    press(page, "action_next_solution")
    fill(page, "proposal", "A technician comes on Tuesday; the next visit is free.")
    fill(page, "cost_estimate", "180")
    press(page, "action_propose")
    press(page, "action_open_answer")
    choose(page.locator(".modal-dialog"), "answer", "Accepts")
    answer(page, "action_note")
    press(page, "action_carry_out")
    refusal = page.locator(".modal-dialog")
    expect(refusal).to_contain_text("Sam Whitfield")
    shoot(page, screenshots, "complaint_solution_waits")
    refusal.locator(".modal-footer button").first.click()
    open_path(manager, "/odoo/complaint-approvals")
    waiting = manager.locator(".o_data_row", has_text=complaint["complaint_number"])
    expect(waiting).to_be_visible()
    shoot(manager, screenshots, "complaint_approvals")
    waiting.locator("td[name=partner_id]").click()
    press(manager, "action_open_approve")
    answer(manager, "action_answer")
    expect(manager.locator(".o_form_view")).to_contain_text("Approved")

    # carried out, fed back, and not closed before the return visits
    page.reload()
    press(page, "action_carry_out")
    expect(page.locator("button[name=action_carry_out]")).to_be_hidden()
    open_complaint(page, complaint["id"])
    expect(page.locator(STEP)).to_have_text("Return Visits")
    press(page, "action_send_feedback")
    dialog = page.locator(".modal-dialog")
    choose(dialog, "is_satisfied", "Yes")
    fill(dialog, "text", "Visited on Tuesday, all in order.")
    answer(page, "action_send")
    press(page, "action_close_complaint")
    expect(dialog).to_contain_text("return visit")
    dialog.locator(".modal-footer button").first.click()
    followup = open_tab(page, "Feedback and Visits")
    expect(followup).to_contain_text("Missing before it can be closed")
    shoot(page, screenshots, "complaint_followup")
    visits = admin.call(
        "aftersales.complaint.visit",
        "search_read",
        [["complaint_id", "=", complaint["id"]]],
        ["kind", "planned_on"],
    )
    days = [date.fromisoformat(visit["planned_on"]) for visit in visits]
    assert days[1] - days[0] == timedelta(days=2)
    assert timedelta(days=4) <= days[0] - date.today() <= timedelta(days=6)

    # the days pass; the customer is still satisfied
    session_of("aftersales").call(
        "aftersales.complaint.visit",
        "write",
        [visit["id"] for visit in visits],
        {"planned_on": str(date.today())},
    )
    for kind in ("First return visit", "Last return visit"):
        open_complaint(page, complaint["id"])
        row = open_tab(page, "Feedback and Visits").locator(
            ".o_data_row", has_text=kind
        )
        row.locator("button[name=action_log]").click()
        choose(dialog, "satisfaction", "Very satisfied")
        expect(
            dialog.locator("[name=is_satisfied]").get_by_label("Yes")
        ).to_be_checked()
        fill(dialog, "said", "All is well.")
        answer(page, "action_log")
    expect(page.locator(STEP)).to_have_text("Closed")
    open_tab(page, "Feedback and Visits")
    shoot(page, screenshots, "complaint_closed")

    marketing = open_as("marketing")
    open_path(marketing, REGISTER)
    row = marketing.locator(".o_data_row", has_text=complaint["complaint_number"])
    expect(row).to_contain_text("Closed")
    shoot(marketing, screenshots, "complaint_register")


def test_a_major_complaint_through_the_general_manager(
    open_as, order, admin, screenshots
):
    """Told at once, with a countdown; approves compensation from her phone."""
    sold = order("customer_hotel", "product_pane", 10, confirm=True)
    page = open_as("aftersales")
    take_call(
        page,
        "Hotel",
        sold["name"],
        "Four panes are broken in the winter garden.\nWe want to be paid for them.",
        "compensation_asked",
        "installed",
    )
    fill(page, "lot_number", "GP-2610-07")
    fill(page, "damage_amount", "2600")
    shoot(page, screenshots, "complaint_major_call")
    page.get_by_role("button", name="Register", exact=True).first.click()
    expect(page.locator("[name=complaint_number]").first).to_contain_text("CP/")
    complaint = find_complaint(admin, sold["name"])
    assert complaint["complaint_severity"] == "major"
    open_complaint(page, complaint["id"])
    expect(page.locator("[name=complaint_alert]")).to_contain_text("Grace Muller")
    shoot(page, screenshots, "complaint_major")
    open_tab(page, "Handling")
    shoot(page, screenshots, "complaint_major_handling")

    # she has it on her list and in her mail, and the time runs
    people = admin.call(
        "res.users", "search_read", [["login", "=", "gm"]], ["partner_id"]
    )
    told = admin.call(
        "mail.activity",
        "search_count",
        [
            ["res_model", "=", "helpdesk.ticket"],
            ["res_id", "=", complaint["id"]],
            ["user_id", "=", people[0]["id"]],
        ],
    )
    assert told == 1
    mails = admin.call(
        "mail.mail",
        "search_count",
        [["recipient_ids", "in", [people[0]["partner_id"][0]]]],
    )
    assert mails >= 1
    boss = open_as("gm", phone=True)
    open_complaint(boss, complaint["id"])
    countdown = boss.locator(".o_aftersales_countdown_left")
    expect(countdown).to_have_text(re.compile(r"(29|28|27|26|25):\d\d left"))
    before = countdown.inner_text()
    expect(countdown).not_to_have_text(before)
    assert_fits(boss)
    shoot(boss, screenshots, "complaint_countdown_phone")
    press(boss, "action_acknowledge")
    expect(boss.locator("[name=complaint_alert]")).to_be_hidden()
    press(boss, "action_open_accept")
    answer(boss, "action_answer")
    expect(boss.locator("[name=complaint_badges]")).to_contain_text("Major")

    # the rules have quality inspect the lot's stock, which sees its question only
    open_complaint(page, complaint["id"])
    investigation = open_tab(page, "Investigation")
    step = investigation.locator("[name=complaint_next_step]")
    expect(step).to_contain_text("The inspection of the stock of lot GP-2610-07")
    questions = investigation.locator("[name=complaint_inquiry_ids] .o_data_row")
    expect(questions.filter(has_text="Quality")).to_be_visible()
    shoot(page, screenshots, "complaint_investigation")
    inspector = open_as("quality", phone=True)
    open_path(inspector, "/odoo/complaint-questions", ".o_kanban_view")
    card = inspector.locator(
        ".o_kanban_record", has_text=complaint["complaint_number"]
    ).filter(has_text="stock")
    expect(card.first).to_be_visible()
    assert_fits(inspector)
    shoot(inspector, screenshots, "complaint_questions_phone")
    card.first.click()
    form = inspector.locator(".o_form_view")
    expect(form).to_contain_text("The Question")
    shoot(inspector, screenshots, "complaint_question_phone")
    choose(form, "fault_found", "No")
    fill(form, "inspected_quantity", "40")
    fill(form, "answer", "No pane of the lot has the fault.")
    assert_fits(inspector)
    press(inspector, "action_answer")
    inspector.locator(".modal-dialog footer .btn-primary").click()
    expect(inspector.locator("button[name=action_answer]")).to_be_hidden()
    expect(form).to_contain_text("Quentin Sato")

    # what is due next, at the desk and on the way
    open_complaint(page, complaint["id"])
    press(page, "action_take")
    expect(page.locator("button[name=action_take]")).to_be_hidden()
    open_path(page, "/odoo/due-now")
    row = page.locator(".o_data_row", has_text=complaint["complaint_number"])
    expect(row.filter(has_text="First contact")).to_be_visible()
    shoot(page, screenshots, "complaint_due_now")
    phone = open_as("aftersales", phone=True)
    open_path(phone, "/odoo/due-now", ".o_kanban_view")
    expect(phone.locator(".o_kanban_record").first).to_be_visible()
    assert_fits(phone)
    shoot(phone, screenshots, "complaint_due_now_phone")
    open_complaint(phone, complaint["id"])
    assert_fits(phone)
    shoot(phone, screenshots, "complaint_form_phone")
    open_complaint(page, complaint["id"])

    # a proposal with compensation waits for her
    press(page, "action_next_solution")
    fill(page, "proposal", "Four new panes, and 1,200 for the closed winter garden.")
    fill(page, "cost_estimate", "480")
    fill(page, "compensation_amount", "1200")
    press(page, "action_propose")
    press(page, "action_open_answer")
    choose(page.locator(".modal-dialog"), "answer", "Accepts")
    answer(page, "action_note")
    expect(page.locator(".o_form_view")).to_contain_text("general manager")
    shoot(page, screenshots, "complaint_solution")
    open_path(boss, "/odoo/complaint-approvals", ".o_kanban_view")
    card = boss.locator(".o_kanban_record", has_text=complaint["complaint_number"])
    expect(card).to_contain_text("1,200.00")
    assert_fits(boss)
    shoot(boss, screenshots, "complaint_approvals_phone")
    card.get_by_text("Four new panes").click()
    expect(boss.locator(".o_form_view")).to_contain_text("What Is Asked")
    assert_fits(boss)
    shoot(boss, screenshots, "complaint_approval_phone")
    press(boss, "action_open_approve")
    fill(boss.locator(".modal-dialog"), "answer", "Deliver the panes this week.")
    answer(boss, "action_answer")
    expect(boss.locator(".o_form_view")).to_contain_text("Deliver the panes this week.")

    page.reload()
    press(page, "action_carry_out")
    expect(page.locator("button[name=action_carry_out]")).to_be_hidden()
    open_complaint(page, complaint["id"])
    expect(page.locator(STEP)).to_have_text("Return Visits")
    assert find_complaint(admin, sold["name"])["complaint_state"] == "followup"


def test_a_customer_follows_a_complaint_on_the_portal(
    open_as, order, admin, session_of, screenshots
):
    """Complains with a photo, reads a plain status, says whether all is well."""
    bought = order("dealer_brennan", "product_silk", 2, confirm=True)
    page = open_as("dealer")
    page.goto("/my/complaints/new", wait_until="domcontentloaded")
    page.locator("#about").select_option(f"order_{bought['id']}")
    page.locator("#text").fill("Two rolls have stains.")
    page.locator("#photos").set_input_files(
        [
            {"name": f"stain{number}.png", "mimeType": "image/png", "buffer": PHOTO}
            for number in (1, 2)
        ]
    )
    shoot(page, screenshots, "complaint_portal_new")
    page.get_by_role("button", name="Send Complaint").click()
    page.wait_for_url("**/my/ticket/*")
    status = page.locator("[name=complaint_status]")
    expect(status.locator("[aria-current=step]")).to_have_text("Received")
    shoot(page, screenshots, "complaint_portal_received")
    complaint = find_complaint(admin, bought["name"])
    ticket = [complaint["id"]]

    # the company does its part, behind what the customer sees
    agent, manager = session_of("aftersales"), session_of("salesmanager")
    agent.call("helpdesk.ticket", "action_confirm_read_back", ticket)
    agent.call("helpdesk.ticket", "action_register", ticket)
    manager.call("helpdesk.ticket", "action_accept", ticket)
    [solution] = agent.call(
        "aftersales.complaint.solution",
        "create",
        [{"complaint_id": ticket[0], "proposal": "Two new rolls", "cost_estimate": 90}],
    )
    agent.call("aftersales.complaint.solution", "action_propose", [solution])
    page.reload()
    expect(status.locator("[aria-current=step]")).to_have_text("Proposal made")
    expect(status).to_contain_text("Please tell us what you think of our proposal")
    wizard = agent.call(
        "aftersales.solution.answer",
        "create",
        [{"solution_id": solution, "answer": "accepted"}],
    )
    agent.call("aftersales.solution.answer", "action_note", wizard)
    [approval] = manager.call(
        "aftersales.complaint.approval", "search", [["complaint_id", "=", ticket[0]]]
    )
    manager.call("aftersales.complaint.approval", "action_approve", [approval], "Yes")
    agent.call("aftersales.complaint.solution", "action_carry_out", [solution])

    # done: is all well?
    page.reload()
    expect(status.locator("[aria-current=step]")).to_have_text("Done")
    for internal in ("Quality", "general", "Approv", "90.00", "Sam Whitfield", "Why?"):
        expect(page.locator("#helpdesk_ticket_content")).not_to_contain_text(internal)
    shoot(page, screenshots, "complaint_portal_done")
    phone = open_as("dealer", phone=True)
    phone.goto(page.url, wait_until="domcontentloaded")
    assert_fits(phone)
    shoot(phone, screenshots, "complaint_portal_status_phone")
    status.get_by_role("link", name=re.compile("^ *Satisfied")).click()
    page.get_by_role("button", name="Send Feedback").click()
    # the form itself says thanks for the rating already
    expect(page.locator(".o_rating_page_thank_you")).to_contain_text(
        "Thank you for your feedback!"
    )
    page.goto(f"/my/ticket/{ticket[0]}", wait_until="domcontentloaded")
    expect(status).to_contain_text("Thank you")
    assert find_complaint(admin, bought["name"])["complaint_satisfied"] == "yes"
