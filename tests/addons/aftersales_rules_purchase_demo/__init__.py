# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import decisions  # before the models: they ask about what it declares
from . import models
from . import wizards
