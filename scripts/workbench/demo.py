"""`make demo`: the demo company in a real Odoo, a narrated run, then the web client."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import date

from . import browser, console, serve, settings
from .databases import BUNDLES, Workshop

DATABASE = "ar_demo"
_STAMP = "aftersales_rules.demo_made_from"
_LOAD = f"""
from odoo.tools.convert import convert_file
module = env['ir.module.module'].search([('name', '=', '{settings.ADDON_NAME}')])
for name in {{files!r}}:
    convert_file(env, '{settings.ADDON_NAME}', name, {{{{}}}}, mode='init', noupdate=True)
module.demo = True
env['ir.config_parameter'].set_param('{_STAMP}', {{stamp!r}})
{BUNDLES}
"""


def ensure(shop: Workshop) -> None:
    """Make the demo database, or make it anew when the addon has changed since."""
    stamp = settings.digest(shop.base(), settings.addon_digest())
    query = f"SELECT value FROM ir_config_parameter WHERE key = '{_STAMP}'"
    if shop.exists(DATABASE) and shop.sql(query, DATABASE) == stamp:
        console.say(f"  ok  the demo company is in database {DATABASE}")
        return
    if shop.exists(DATABASE):
        console.say(f"  The addon has changed: {DATABASE} is made anew.")
    # Odoo's own demo data would drown the demo company, so only the addon's is loaded.
    shop.create(DATABASE, template=shop.installed())
    load(shop, DATABASE, stamp)


def load(shop: Workshop, database: str, stamp: str = "") -> None:
    """Load the addon's demo data into a database that has the addon."""
    files = settings.manifest().get("demo", [])
    with console.step("loading the demo company", "Odoo, half a minute"):
        shop.shell(database, _LOAD.format(files=files, stamp=stamp), log=f"demo-data-{database}")


def template(shop: Workshop) -> str:
    """The installed template with the demo company; its dates count from today."""
    installed = shop.installed()
    inputs = (installed, _LOAD, date.today())
    return shop.prepared("ar_company", installed, inputs, lambda name: load(shop, name))


def narrate(shop: Workshop) -> int:
    """Run scripts/demo.py's ``main(env)`` inside Odoo, its output on this terminal."""
    script = settings.ROOT / "scripts" / "demo.py"
    return subprocess.call(
        [str(shop.environment.python), str(script), DATABASE],
        env=shop.env,
        cwd=settings.CACHE,
        stdin=subprocess.DEVNULL,
    )


def run(shop: Workshop) -> int:
    start = time.monotonic()
    ensure(shop)
    browser.ensure("wkhtmltopdf")
    console.say("\nSome decisions of the demo company, made just now:\n")
    if code := narrate(shop):
        raise console.Stop(f"scripts/demo.py ended with code {code}", "its error stands above.")
    if os.environ.get("SERVE", "1") in ("0", "no", "false", ""):
        console.say(f"\nDone after {time.monotonic() - start:.0f} s (SERVE=0: no web client).")
        return 0
    with serve.Server(
        shop, DATABASE, first_port=int(os.environ.get("PORT", "8069")), crons=1
    ) as server:
        console.say(
            f"\n  Open {server.url}/odoo in a browser; login admin, password admin."
            f"\n  The server's log is {server.log}; Ctrl-C stops it.\n"
        )
        while server.alive():
            time.sleep(1)
        raise console.Stop(f"Odoo ended; log: {server.log}\n{console.tail(server.log)}")
