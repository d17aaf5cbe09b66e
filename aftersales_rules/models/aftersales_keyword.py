# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..rules.keywords import (
    KEYWORD_TOPICS,
    KeywordMatcher,
    html_to_words,
    normalise_words,
)


class AftersalesKeyword(models.Model):
    """A word that says what a ticket is about, as the administrator lists it (C1, C2).

    What is found is a fact that rules may look at, never a decision by itself. How
    texts and words are compared is in ``rules/keywords.py``.
    """

    _name = "aftersales.keyword"
    _description = "Keyword"
    _order = "topic, name, id"

    name = fields.Char(
        "Word or Phrase",
        required=True,
        size=100,
        help="Upper and lower case do not count. A word is found as a whole word; "
        "list its other forms as well. Chinese words are found anywhere.",
    )
    topic = fields.Selection(
        "_selection_topic",
        required=True,
        index=True,
        help="What the word says. A longer phrase that means nothing hides the words "
        "inside it: “fire door” is not about a fire.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        help="Empty: for all companies.",
    )
    active = fields.Boolean(default=True)
    normalised = fields.Char(compute="_compute_normalised", store=True)

    _word_uniq = models.UniqueIndex(
        "(topic, normalised, COALESCE(company_id, 0))",
        "This word is on the list for this topic already; it may be archived.",
    )

    @api.model
    def _selection_topic(self):
        term = self.env["aftersales.text"]._term
        return [(value, term(label)) for value, label in KEYWORD_TOPICS.items()]

    @api.depends("name")
    def _compute_normalised(self):
        for keyword in self:
            keyword.normalised = normalise_words(keyword.name or "")

    @api.constrains("name")
    def _check_name(self):
        for keyword in self:
            if not any(char.isalnum() for char in keyword.name or ""):
                raise ValidationError(
                    self.env._(
                        "“%(word)s” has no letter and no digit, so it cannot be found.",
                        word=keyword.name,
                    )
                )

    # ------------------------------------------------------------------- finding

    @api.model
    def _find(self, company, texts):
        """Topics and the words that say so, for each of these texts.

        :param company: whose words are looked for, beside those of all companies
        :param texts: plain strings, pages as ``Markup``, or several of them that
            belong together
        :rtype: list[dict[str, tuple[str, ...]]]
        """
        matcher = self._get_matcher(company.id)
        return [matcher.find(*map(_to_words, _several(text))) for text in texts]

    @api.model
    @tools.ormcache("company_id")
    def _get_matcher(self, company_id):
        """The list, ready to search with; it never changes while it is cached."""
        # sudo: whoever writes a ticket is understood by the same words
        keywords = self.sudo().search([("company_id", "in", [False, company_id])])
        return KeywordMatcher([(word.topic, word.name) for word in keywords])

    @api.model_create_multi
    def create(self, vals_list):
        keywords = super().create(vals_list)
        self.env.registry.clear_cache()
        return keywords

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


def _several(text):
    return text if isinstance(text, tuple | list) else [text]


def _to_words(text):
    if isinstance(text, Markup):
        return html_to_words(str(text))
    return text or ""
