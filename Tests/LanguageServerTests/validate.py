"""Validates YAML documents against a JSON Schema: an implementation that shares nothing with netc.

usage: validate.py SCHEMA SPEC…    prints a line per spec: `valid PATH`, or `invalid PATH: message`
Ends with 3 where the packages jsonschema and yaml are missing.
"""

import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(missing)
    sys.exit(3)


class Core(yaml.SafeLoader):
    """The core schema of YAML 1.2: PyYAML's own is that of 1.1, where `yes` is true and 1e-4 a text."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+0123456789.")),
    ("merge", r"<<", ["<"]),
]:
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(?:" + pattern + ")$"), first)
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value.replace("0o", "0O"), 0)
                     if node.value[:2] in ("0o", "0x") else int(node.value))

with open(sys.argv[1], encoding="utf-8") as file:
    schema = yaml.load(file, Core)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        document = yaml.load(file, Core)
    errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        place = "/".join(map(str, errors[0].absolute_path))
        print(f"invalid {path}: at /{place}: {errors[0].message[:300]}")
    else:
        print(f"valid {path}")
