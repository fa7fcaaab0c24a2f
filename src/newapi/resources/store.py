"""The recorded definitions: files of the project that only newapi writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeAlias

from newapi.errors import NewapiError
from newapi.resources import field_rules, fields, naming
from newapi.resources.definition import ACCESSES, APIS, SWITCHES, Definition
from newapi.terminal.text import shorten

FOLDER = "resources"
MAX_BYTES = 256 * 1024
KEYS = ("plural", "access", "api", "fields")
GROUPS = ("unique", "indexes")
RULES = "rules"
BUNDLED = "bundled"
ON = "true"  # the value of a switch; one that is off is not written
DIGEST, DIGEST_LENGTH = "digest", 16

Groups: TypeAlias = tuple[tuple[str, ...], ...]
Content: TypeAlias = "dict[str, str | dict[str, str]]"

_DEPTH = 2
_COMMENT = """\
# The resource {name} as it was generated. To change it, edit models.yml and run `newapi generate`,
# or newapi generate resource {name} --add FIELD --drop NAME --rename OLD:NEW --change FIELD
"""


def path_of(name: str) -> str:
    """Return where a definition is kept, from the project's root."""
    return f"{FOLDER}/{name}.yml"


def write(definition: Definition) -> str:
    """Return the text of the file."""
    import yaml

    content = _content(definition)
    content[DIGEST] = seal(definition.name, content)
    typed = {key: key in {*SWITCHES, BUNDLED} or value for key, value in content.items()}
    shown = yaml.safe_dump(typed, sort_keys=False, allow_unicode=True, width=1_000_000)
    return _COMMENT.format(name=definition.name) + shown


def digest(definition: Definition) -> str:
    """Return what tells one definition from another."""
    return seal(definition.name, _content(definition))


def read(path: str, text: bytes | str) -> Definition:
    """Return the definition in a file.

    Raises:
        NewapiError: It is not as newapi has written it, or a newer newapi has.
    """
    name = PurePosixPath(path).stem
    content = _parse(path, text)
    if content.pop(DIGEST, "") != seal(name, content):
        raise NewapiError(
            f"{path} was edited by hand.",
            f"Bring it back with `git checkout -- {path}`, then make the change in models.yml and"
            f" run `newapi generate`, or `newapi generate resource {shorten(name)} --add FIELD`"
            " (--drop, --rename, --change)",
        )
    return _understand(path, name, content)


def _content(definition: Definition) -> Content:
    content: Content = {
        "plural": definition.plural,
        "access": definition.access,
        "api": definition.api,
        "fields": {field.name: fields.render_type(field) for field in definition.fields},
    }
    groups = {"unique": definition.unique, "indexes": definition.indexes}
    content |= {key: _joined(found) for key, found in groups.items() if found}
    if definition.rules:
        content[RULES] = ", ".join(rule.text for rule in definition.rules)
    if definition.bundled:
        content[BUNDLED] = ON
    return content | {switch: ON for switch, is_on in definition.switches.items() if is_on}


def _joined(groups: Groups) -> str:
    """Return groups of fields as text, such as `name and category, sku and category`."""
    return ", ".join(" and ".join(group) for group in groups)


def _split(content: Content, key: str) -> Groups:
    return tuple(tuple(group.split(" and ")) for group in _texts(content, key))


def _texts(content: Content, key: str) -> list[str]:
    text = content.get(key, "")
    return text.split(", ") if isinstance(text, str) and text else []


def seal(name: str, content: Mapping[str, str | Mapping[str, str]]) -> str:
    """Return the digest of a file's content; the order of the fields counts."""
    said = {
        key: value if isinstance(value, str) else [list(pair) for pair in value.items()]
        for key, value in content.items()
        if key != DIGEST
    }
    text = json.dumps([name, said], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def _parse(path: str, text: bytes | str) -> Content:
    """Read nothing but texts, and texts by their names; no object is ever made of them."""
    import yaml

    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    if len(text) > MAX_BYTES:
        raise _broken(path, f"it is larger than {MAX_BYTES // 1024} KiB")
    if b"\n<<<<<<< " in b"\n" + text:
        raise NewapiError(
            f"{path} has conflict markers.",
            f"Keep one side with `git checkout --ours -- {path}`, then make the other side's"
            " change again with `newapi generate resource`",
        )
    try:
        decoded = text.decode("utf-8-sig")
        if _is_deep(decoded):
            raise _broken(path, "it is nested too deeply")
        found = yaml.BaseLoader(decoded).get_single_data()
    except (UnicodeDecodeError, yaml.YAMLError):
        raise _broken(path, "it is not valid YAML") from None
    return _checked(path, found)


def _checked(path: str, found: object) -> Content:
    """Return the content of a file if it is a mapping of texts.

    Raises:
        NewapiError: The file holds something else.
    """
    if not isinstance(found, dict):
        raise _broken(path, "it holds no `plural: ...` lines")
    for key, value in found.items():
        if not isinstance(key, str) or not (isinstance(value, str) or _is_flat(value)):
            raise _broken(path, f"{shorten(str(key)[:100])} is neither a text nor a list of texts")
    return found


def _is_flat(value: object) -> bool:
    """Tell whether a value holds nothing but texts by their names."""
    return isinstance(value, dict) and all(
        isinstance(word, str) for pair in value.items() for word in pair
    )


def _is_deep(text: str) -> bool:
    """Tell whether something is nested, which newapi never writes and PyYAML reads slowly."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            return True
    return False


def _understand(path: str, name: str, content: Content) -> Definition:
    typed = content.get("fields", {})
    typed = typed if isinstance(typed, dict) else {}
    found, problems = fields.read(f"{key}:{text}" for key, text in typed.items())
    plural = content.get("plural")
    access = next((access for access in ACCESSES if access == content.get("access")), None)
    api = next((api for api in APIS if api == content.get("api")), None)
    is_named = _is_name(name) and isinstance(plural, str) and _is_name(plural)
    is_known = set(KEYS) <= set(content) <= {*KEYS, *GROUPS, RULES, BUNDLED, *SWITCHES}
    is_known = is_known and all(content.get(switch, ON) == ON for switch in (BUNDLED, *SWITCHES))
    rules, flaws = field_rules.read(_texts(content, RULES))
    problems += flaws
    if problems or access is None or api is None or not is_named or not is_known:
        raise NewapiError(
            f"{path} was written by a newer newapi than this one.",
            "Update newapi itself, for example with `uv tool upgrade newapi-cli`",
        )
    return Definition(
        name=name,
        plural=str(plural),
        access=access,
        api=api,
        fields=found,
        unique=_split(content, "unique"),
        indexes=_split(content, "indexes"),
        rules=rules,
        versioned="versioned" in content,
        audited="audited" in content,
        csv="csv" in content,
        soft_delete="soft_delete" in content,
        bundled=BUNDLED in content,
    )


def _is_name(text: str) -> bool:
    try:
        return naming.normalise(text) == text
    except ValueError:
        return False


def _broken(path: str, flaw: str) -> NewapiError:
    return NewapiError(
        f"{path} is no definition that newapi has written: {flaw}.",
        f"Bring it back with `git checkout -- {path}`",
    )
