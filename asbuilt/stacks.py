"""Until when Heroku supports its stacks.

The API gives no date: `deprecated` in https://api.heroku.com/stacks comes years before the end. These dates are from
https://devcenter.heroku.com/articles/stack#stack-support-details, with the day from Heroku's notices where the
table has the month alone (https://help.heroku.com/X5OE6BCA/heroku-18-end-of-life-faq). Read on 2026-11-28.
"""

from datetime import date

SUPPORTED_THROUGH = {
    "cedar-14": date(2020, 11, 2),
    "heroku-16": date(2021, 4, 30),
    "heroku-18": date(2023, 4, 30),
    "heroku-20": date(2025, 4, 30),
    "heroku-22": date(2027, 4, 30),
    "heroku-24": date(2029, 4, 30),
}
# What an image is built on is its team's own: https://devcenter.heroku.com/articles/stack
WITHOUT_END = frozenset({"container", "cnb"})
