"""What makes a secret a secret."""

from pydantic import SecretStr

LENGTH, VARIETY = 32, 12


def is_random(secret: SecretStr) -> bool:
    """Whether a secret is long and varied, and not the example."""
    value = secret.get_secret_value()
    varied = len(set(value)) >= VARIETY and "change-me" not in value
    return varied and len(value) >= LENGTH
