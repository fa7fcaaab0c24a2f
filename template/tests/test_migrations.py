from alembic import command
from alembic.config import Config


def test_migrations_match_the_models_and_go_down_and_up_again(alembic: Config) -> None:
    command.check(alembic)
    command.downgrade(alembic, "base")
    command.upgrade(alembic, "head")
    command.check(alembic)
