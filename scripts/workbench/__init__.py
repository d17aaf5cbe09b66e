"""The workbench: everything between a fresh clone and a running Odoo 19 with the addon.

Standard library only, because it runs before anything is installed. Reading order:

``settings``    where things live, which modules a database gets
``console``     steps with progress, commands with logs, errors with advice
``apt``         packages of Debian unpacked into the cache, without root
``odoo``        an Odoo 19: given by the environment, or unpacked
``pythons``     virtual environments from the pinned requirements
``postgres``    a server: given by the environment, or embedded
``databases``   template databases and copies of them
``browser``     Chromium and wkhtmltopdf
``serve``       a served Odoo on a free port
``suites``      what ``make test`` and ``make lint`` run
"""
