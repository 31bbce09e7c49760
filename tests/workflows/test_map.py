import pkgutil
import re

from asbuilt import workflows


def test_the_map_of_the_package_names_every_module_and_no_other():
    named = re.findall(r"^    (\w+) ", workflows.__doc__, re.MULTILINE)
    assert sorted(named) == sorted(each.name for each in pkgutil.iter_modules(workflows.__path__))
