"""Sentences about settings that are missing, invalid or unsafe."""

from typing import TypeVar

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsError

WORDS = {  # for types of errors, instead of the message of Pydantic
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large",
}

SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class InvalidSettings(Exception):
    """Settings are missing, invalid or unsafe; there is one sentence for each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(["The application cannot start:", *sentences]))
        self.sentences = sentences


def load_settings(settings: type[SettingsType]) -> SettingsType:
    """Return the settings from the environment and `.env`.

    Raises:
        InvalidSettings: If at least one of them is missing, invalid or unsafe.
    """
    try:
        return settings()
    except ValidationError as error:
        raise InvalidSettings(describe_all(settings, error)) from None
    except (OSError, SettingsError, UnicodeError) as error:
        reason = f".env cannot be read: {error}; it must be a text file in UTF-8."
        raise InvalidSettings([reason]) from None


def describe_all(settings: type[BaseSettings], error: ValidationError) -> list[str]:
    """Return the sentences about invalid values, and about those that break a rule.

    Pydantic checks the rules only if all values are valid. Therefore this function checks them
    again with defaults in place of the invalid values. An invalid `ENVIRONMENT` is replaced by
    `test`, which has no rules of production.
    """
    invalid = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
    sentences = describe(settings, error)
    if invalid:
        defaults = {name: settings.model_fields[name].get_default() for name in invalid}
        if "environment" in invalid:
            defaults["environment"] = "test"
        try:
            settings(**defaults)
        except ValidationError as rest:
            variables = {name.upper() for name in invalid}
            broken = describe(settings, rest)
            sentences += [rule for rule in broken if variables.isdisjoint(rule.split())]
    return sentences


def describe(settings: type[BaseSettings], error: ValidationError) -> list[str]:
    """Return the sentences of an error of Pydantic, without the values, which may be secret."""
    sentences = []
    for item in error.errors():
        message = item["msg"].removeprefix("Value error, ")
        if item["loc"]:
            name = str(item["loc"][0])
            if message == item["msg"]:
                message = reword(WORDS.get(item["type"], message), settings.model_fields[name])
            sentences.append(f"{name.upper()} {message}.")
        else:
            sentences += [f"{rule}." for rule in message.splitlines()]
    return sentences


def reword(message: str, field: FieldInfo) -> str:
    """Return a message of Pydantic as the end of a sentence, with the default of the field."""
    message = message.replace("Input should be", "must be").replace("value is", "is").rstrip(".")
    default = field.get_default()
    is_shown = default not in ("", None) and not isinstance(default, bool | list | SecretStr)
    return f"{message}, such as {default}" if is_shown else message
