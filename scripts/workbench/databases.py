"""Databases: a base template per set of modules, the addon's template on top, copies of both.

Installing the base modules takes minutes, the addon seconds; copying a template takes seconds,
so every test run starts from a database that nobody has touched.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import console, settings
from .odoo import Odoo
from .pythons import Environment

INSTALL_ADVICE = "read the log named above; the Odoo error stands near its end."
BUNDLES = """
# The pages' scripts and styles, or each copy would spend half a minute on its first page.
bundles = ('web.assets_web', 'web.assets_web_print', 'web.assets_emoji',
           'web.assets_backend_lazy', 'bus.websocket_worker_assets', 'web.assets_frontend',
           'web.assets_frontend_lazy', 'web.assets_frontend_minimal', 'portal.assets_chatter',
           'web.report_assets_common')
for bundle in bundles:
    env['ir.qweb']._get_asset_bundle(bundle, css=False, js=True).js()
    env['ir.qweb']._get_asset_bundle(bundle, css=True, js=False).css()
env.cr.commit()
"""
_FINISH_TEMPLATE = f"""
# A copy of a database has no copy of the files beside it.
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
{BUNDLES}
"""


class Workshop:
    """Odoo, its environment and a server together: makes, copies and drops databases."""

    def __init__(self, odoo: Odoo, environment: Environment, pg: Mapping[str, str]) -> None:
        self.odoo = odoo
        self.environment = environment
        self.pg = dict(pg)

    # -- Odoo's command line -------------------------------------------------------------------

    @property
    def config(self) -> Path:
        """Odoo's configuration file for this checkout and server."""
        path = (
            settings.CACHE
            / "conf"
            / f"odoo-{settings.digest(str(settings.ROOT), self.pg.get('PGHOST'))}.conf"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        addons = (*self.odoo.addons, *settings.addons_paths())
        options = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": settings.CACHE / "data",
            "db_host": self.pg.get("PGHOST"),
            "db_port": self.pg.get("PGPORT"),
            "db_user": self.pg.get("PGUSER"),
            "db_password": self.pg.get("PGPASSWORD"),
            "http_interface": "127.0.0.1",
            "max_cron_threads": 0,
            "list_db": False,
            "with_demo": False,
        }
        text = "[options]\n" + "".join(
            f"{key} = {value}\n" for key, value in options.items() if value is not None
        )
        if not path.is_file() or path.read_text() != text:
            path.touch(mode=0o600)
            path.write_text(text)
        return path

    @property
    def env(self) -> dict[str, str]:
        """Environment of every process that talks to the server or runs Odoo."""
        binaries = self.environment.folder / "bin"
        path = self.pg.get("PATH", os.environ.get("PATH", ""))
        return {
            **os.environ,
            **self.pg,
            "PATH": f"{binaries}{os.pathsep}{path}",
            "ODOO_RC": str(self.config),
        }

    def command(self, *arguments: str) -> list[str]:
        """Odoo's command line; the configuration comes from ODOO_RC in ``env``."""
        start = "import sys; sys.argv[0] = 'odoo'; import odoo.cli; odoo.cli.main()"
        return [str(self.environment.python), "-c", start, *arguments]

    def odoo_run(self, *arguments: str, log: str, stdin: str | None = None) -> Path:
        return console.run(
            self.command(*arguments),
            log=log,
            advice=INSTALL_ADVICE,
            env=self.env,
            stdin=stdin,
            cwd=settings.CACHE,
        )

    # -- databases -----------------------------------------------------------------------------

    def exists(self, name: str) -> bool:
        return bool(self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))

    def sql(self, query: str, database: str = "postgres") -> str:
        return console.output(
            ["psql", "-AtX", "-v", "ON_ERROR_STOP=1", "-c", query, database],
            env=self.env,
        ).strip()

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database, in place of one of the same name."""
        self.drop(name)
        console.run(
            ["createdb", "--template", template, "--encoding", "UTF8", name],
            log=f"createdb-{name}",
            env=self.env,
        )

    def drop(self, name: str) -> None:
        console.run(["dropdb", "--if-exists", "--force", name], log="dropdb", env=self.env)

    def rename(self, name: str, new: str) -> None:
        self.drop(new)
        console.run(
            [
                "psql",
                "-X",
                "-c",
                f'ALTER DATABASE "{name}" RENAME TO "{new}"',
                "postgres",
            ],
            log="rename",
            env=self.env,
        )

    def shell(self, database: str, code: str, log: str, *arguments: str) -> Path:
        """Run code with ``env``, as in Odoo's shell; an exception in it fails the step."""
        guarded = (
            f"try:\n    exec({code!r})\nexcept BaseException:\n"
            "    import traceback, os\n    traceback.print_exc()\n    os._exit(1)\n\n"
        )
        return self.odoo_run(
            "shell",
            "-d",
            database,
            "--no-http",
            "--shell-interface",
            "python",
            *arguments,
            log=log,
            stdin=guarded,
        )

    # -- templates -----------------------------------------------------------------------------

    def base(self) -> str:
        """The template with the base modules, without demo data; built on first use."""
        modules = settings.base_modules()
        pins = [
            line
            for line in (settings.REQUIREMENTS / "lock.txt").read_text().splitlines()
            if "odoo-addon" in line
        ]

        def build(name: str) -> None:
            with console.step(
                f"installing {len(modules)} Odoo modules into the base template",
                "Odoo, two to four minutes",
            ):
                self._install(name, ",".join(modules))
                self.shell(name, _FINISH_TEMPLATE, log=f"{name}-files")

        inputs = (modules, self.odoo.version, pins, _FINISH_TEMPLATE)
        return self.prepared("ar_base", "template0", inputs, build)

    def installed(self) -> str:
        """The base template with the addon installed; built again whenever its sources change.

        One run of the suites sees one state of the sources: it names its template to its parts.
        """
        given = os.environ.get("AFTERSALES_TEMPLATE")
        if given and self.exists(given):
            return given

        def build(name: str) -> None:
            with console.step(
                f"installing {settings.ADDON_NAME} into a copy of it", "Odoo, half a minute"
            ):
                self._install(name, settings.ADDON_NAME)

        base = self.base()
        return self.prepared("ar_test", base, (base, settings.addon_digest()), build)

    def joined(self) -> str:
        """The base template with the addons of Odoo that the bridges join ours with."""
        base = self.base()
        names = settings.bridged_modules()
        return self.prepared("ar_joined", base, (base, names), self._installer(names))

    def bridged(self) -> str:
        """The same with the addon; its bridges install themselves there."""
        joined = self.joined()
        inputs = (joined, settings.addon_digest(*settings.ADDONS))
        install = self._installer([settings.ADDON_NAME])
        return self.prepared("ar_bridged", joined, inputs, install)

    def _installer(self, names: Sequence[str]) -> Callable[[str], None]:
        def build(name: str) -> None:
            with console.step(
                f"installing {', '.join(names)} into a copy of it", "Odoo, half a minute"
            ):
                self._install(name, ",".join(names))

        return build

    def prepared(
        self, kind: str, template: str, inputs: tuple, build: Callable[[str], object]
    ) -> str:
        """A template that ``build`` makes of another one; made anew when the inputs change."""
        name = f"{kind}_{settings.digest(*inputs)}"
        with self._alone(name) as missing:
            if missing:
                self._drop_older(kind)
                building = f"{name}_building"
                self.create(building, template)
                build(building)
                self.rename(building, name)
        return name

    def _install(self, database: str, modules: str) -> None:
        options = ("-d", database, "-i", modules, "--stop-after-init", "--no-http")
        self.odoo_run(*options, log=database)

    @contextmanager
    def _alone(self, name: str) -> Iterator[bool]:
        """Whether this process has to build the template; others wait until it is there."""
        with (settings.CACHE / "templates.lock").open("a") as guard:
            if not self.exists(name):
                fcntl.flock(guard, fcntl.LOCK_EX)
            yield not self.exists(name)

    def _drop_older(self, kind: str) -> None:
        """Keep the newest two of a kind: a day of work would leave dozens."""
        query = (
            f"SELECT datname FROM pg_database WHERE datname ~ '^{kind}_[0-9a-f]{{10}}$'"
            " ORDER BY oid DESC OFFSET 2"
        )
        for name in self.sql(query).split():
            self.drop(name)
