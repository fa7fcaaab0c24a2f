"""Sentences about settings that are missing, invalid or unsafe."""

from typing import TypeVar

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

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
        raise InvalidSettings([f".env cannot be read: {error}."]) from None


def describe_all(settings: type[BaseSettings], error: ValidationError) -> list[str]:
    """Return the sentences about invalid values, and about those that break a rule.

    Pydantic checks the rules only if all values are valid. Therefore they are checked again with
    defaults in place of the invalid values; without a valid environment, as in tests.
    """
    invalid = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
    sentences = [sentence for item in error.errors() for sentence in describe(settings, item)]
    if invalid:
        defaults = {name: settings.model_fields[name].get_default() for name in invalid}
        if "environment" in invalid:
            defaults["environment"] = "test"
        try:
            settings(**defaults)
        except ValidationError as rest:
            broken = [sentence for item in rest.errors() for sentence in describe(settings, item)]
            variables = {name.upper() for name in invalid}
            sentences += [rule for rule in broken if rule.split()[0] not in variables]
    return sentences


def describe(settings: type[BaseSettings], item: ErrorDetails) -> list[str]:
    """Return the sentences about one error of Pydantic, without the value, which may be secret."""
    message = item["msg"].removeprefix("Value error, ")
    if not item["loc"]:
        return [f"{rule}." for rule in message.splitlines()]
    name = str(item["loc"][0])
    if message == item["msg"]:  # a message of Pydantic
        message = message.replace("Input should be", "must be").replace("value is", "is")
        default = settings.model_fields[name].get_default()
        if default not in ("", None) and not isinstance(default, SecretStr):
            message = f"{message.rstrip('.')}, such as {default}"
    return [f"{name.upper()} {message}."]
