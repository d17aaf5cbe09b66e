# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def module_uninstall(self):
        # EXTENDS 'base': while the rules of the addon still can be read
        names = self.mapped("name")
        extension = self.env["aftersales.extension"]
        if "aftersales_rules" not in names:
            for addon in extension._get_addons():
                if addon in names:
                    extension._leave(addon)
        return super().module_uninstall()
